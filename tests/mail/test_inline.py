"""Letters that carry the pictures that their HTML shows."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from mailer.mail.address import address
from mailer.mail.body import Inline
from mailer.mail.message import Draft, shared, text_of

PNG = Inline("1.png@kommun.example", "image/png", b"\x89PNG\r\n\x1a\n" * 50)
GIF = Inline("2.gif@kommun.example", "image/gif", b"GIF89a\x00.\r\n.\r\n")
DRAFT = Draft(
    sender=address("brev@kommun.example"),
    subject="Hej",
    text="Hej på er!\n",
    html='<p>Hej på er!</p><img src="cid:1.png@kommun.example" alt="">',
    date=datetime(2020, 9, 11, 8, tzinfo=UTC),
    inline=(PNG, GIF),
)


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def test_the_pictures_stand_beside_the_html_within_its_alternative() -> None:
    message = parsed(shared(DRAFT))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/gif",
    ]
    assert [part.defects for part in message.walk()] == [[]] * 6
    related = list(message.iter_parts())[1]
    assert related.get_param("type") == "text/html"
    html, png, gif = related.iter_parts()
    assert "på er!</p>" in html.get_content()
    assert [part["Content-ID"] for part in (png, gif)] == [f"<{PNG.cid}>", f"<{GIF.cid}>"]
    assert [part.get_content_disposition() for part in (png, gif)] == ["inline", "inline"]
    assert [part.get_content() for part in (png, gif)] == [PNG.content, GIF.content]
    assert text_of(shared(DRAFT)) == "Hej på er!\n"


def test_the_same_letter_is_the_same_bytes() -> None:
    assert shared(DRAFT) == shared(replace(DRAFT))
    assert shared(DRAFT) != shared(replace(DRAFT, inline=(PNG,)))


def test_every_line_fits_and_ends_as_smtp_wants_it() -> None:
    content = shared(DRAFT)
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.count(b"MIME-Version:") == 1


def test_a_letter_without_html_carries_no_pictures() -> None:
    message = parsed(shared(replace(DRAFT, html="")))
    assert message.get_content_type() == "text/plain"
