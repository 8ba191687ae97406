"""Letters of a batch are joined when the relay asks for them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mailer.flows.batch import Batch
from mailer.mail.address import Address
from mailer.mail.message import own_lines
from mailer.mail.post import Due
from mailer.mail.template import LEAVE

NOW = datetime(2020, 9, 11, 8, tzinfo=UTC)
CONTENT = f"Subject: Hej\r\n\r\nhttps://x.example/{LEAVE}\r\n".encode()
ANNA = Address("anna@example.org", "Anna Ek")


def due(number: int, token: str = "", content: bytes = CONTENT) -> Due:
    return Due(
        id=number,
        key=f"edition/2020-09/{number}",
        kind="edition",
        to=ANNA,
        mail_from="kontakt@example.org",
        message_id=f"{number}@example.org",
        token=token,
        content=content,
        tries=0,
        queued=NOW,
        inquiry_id=None,
    )


def contents(batch: Sequence[object]) -> list[object]:
    return [letter.content for letter in batch]  # type: ignore[attr-defined]


def test_each_letter_is_its_readers_own() -> None:
    batch = Batch([due(1, "aa"), due(2, "bb")])
    assert len(batch) == 2
    assert [(each.mail_from, each.recipient, each.dotless) for each in batch] == [
        ("kontakt@example.org", "anna@example.org", True)
    ] * 2
    assert contents(batch) == [
        own_lines(ANNA, f"{number}@example.org")
        + f"Subject: Hej\r\n\r\nhttps://x.example/avsluta/{token}\r\n".encode()
        for number, token in ((1, "aa"), (2, "bb"))
    ]


def test_what_a_stranger_wrote_is_no_template() -> None:
    (letter,) = Batch([due(1)])
    assert letter.content == own_lines(ANNA, "1@example.org") + CONTENT


@pytest.mark.parametrize(
    ("content", "dotless"),
    [(b"a\r\n", True), (b"a", False), (b"a\r\n.b\r\n", False), (b"a\n.\r\n", False)],
)
def test_a_letter_with_leading_dots_is_known(content: bytes, dotless: bool) -> None:
    (letter,) = Batch([due(1, content=content)])
    assert letter.dotless == dotless


def test_a_signature_is_of_the_whole_letter_and_stands_before_it() -> None:
    (plain,) = Batch([due(1, "aa")])
    (signed,) = Batch([due(1, "aa")], lambda content, shared=b"": b"Signed: %d\r\n" % len(content))
    assert signed.content == b"Signed: %d\r\n" % len(plain.content) + plain.content


def test_a_part_of_a_batch_is_a_batch() -> None:
    batch = Batch([due(1, "aa"), due(2, "bb"), due(3, "cc")])
    assert contents(batch[1:]) == contents(batch)[1:]
