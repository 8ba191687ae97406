"""Reports of programs that follow no standard are bounces; people's words about them are not."""

import pytest

from mailer.inquiry.automatic import undelivered
from mailer.inquiry.verdict import Inquiry
from mailer.mail.address import Address

REFUSED = "You are not a member of this mailing list <grannar@example.org>."
BY_LIST = ("list-id", "Grannar <grannar.example.org>")


@pytest.mark.parametrize(
    ("sender", "fields", "text", "report"),
    [
        ("grannar-admin@example.org", (BY_LIST,), REFUSED, True),
        ("anna@example.org", (), REFUSED, False),
        ("anna@example.org", (BY_LIST,), f"Jag fick svaret: {REFUSED}", False),
        ("no-reply@sns.example.com", (), '{"notificationType":"Bounce"}', True),
        ("no-reply@sns.example.com", (), '{"notificationType":"Delivery"}', True),
        ("anna@example.org", (), '{"notificationType":"Bounce"}', False),
    ],
)
def test_what_is_a_report(
    sender: str, fields: tuple[tuple[str, str], ...], text: str, report: bool
) -> None:
    inquiry = Inquiry(sender=Address(sender), whole=text, text=text, headers=fields)
    assert undelivered(inquiry) is report
