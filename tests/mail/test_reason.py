"""What many refusals have in common."""

import pytest

from mailer.mail.reason import reason


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("", ""),
        ("left before it was sent", "left before it was sent"),
        (
            "550 5.1.1 <anna@example.org>: Recipient address rejected",
            "550 5.1.1 …: Recipient address rejected",
        ),
        ("452 4.2.2 anna.ek@example.org mailbox full", "452 4.2.2 … mailbox full"),
        ("451 4.7.1 greylisted, 4ZxB12Qk9Fz", "451 4.7.1 greylisted, …"),
        ("554 5.7.1 see RFC2822", "554 5.7.1 see …"),
        ("421 4.3.2 mx1 closes", "421 4.3.2 mx1 closes"),
        ("550 no 123456 here", "550 no 123456 here"),
    ],
)
def test_a_reason_leaves_out_what_belongs_to_one_letter(reply: str, expected: str) -> None:
    assert reason(reply) == expected
