"""A mail as a mail program shows it, ours and strangers'."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.demo.people import inquiries
from mailer.demo.reading import reading
from mailer.mail.address import Address
from mailer.mail.message import Draft, own_lines, shared

MAILBOX = Address("initiativtrygghet@markaryd.se", "Initiativ trygghet")
NOW = datetime(2020, 9, 11, 6, tzinfo=UTC)
MAILS = {mail.name: mail.raw for mail in inquiries()}
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def letter(html: str = "", original: bytes = b"", auto: str = "", list_id: str = "") -> bytes:
    draft = Draft(
        MAILBOX,
        "Ämnet",
        "Texten",
        NOW,
        html=html,
        original=original,
        auto_submitted="auto-replied" if auto else "",
        list_id=list_id,
    )
    return own_lines(Address("anna@example.org", "Anna Ek"), "1@markaryd.se") + shared(draft)


@pytest.mark.parametrize(
    ("raw", "sort"),
    [
        (letter(html="<p>x</p>", list_id="<tt.markaryd.se>"), "newsletter"),
        (letter(original=MAILS["01-dark-footpath"]), "forward"),
        (letter(original=b"\0" * 10), "forward"),
        (letter(original=MAILS["01-dark-footpath"], auto="yes"), "forward"),
        (letter(auto="yes"), "acknowledgement"),
        (letter(), "other"),
    ],
)
def test_our_own_letters_are_told_apart(raw: bytes, sort: str) -> None:
    assert reading(raw).sort == sort


def test_a_letter_reads_as_it_was_written_at_the_readers_clock() -> None:
    mail = reading(letter(html="<p>Formaterat</p>"), STOCKHOLM)
    assert mail.subject == "Ämnet"
    assert mail.sender == "Initiativ trygghet <initiativtrygghet@markaryd.se>"
    assert mail.to == "Anna Ek <anna@example.org>"
    assert mail.date == "11 september 2020 kl. 08.00"
    assert (mail.html.strip(), mail.text.strip()) == ("<p>Formaterat</p>", "Texten")
    assert mail.enclosed == ()
    assert mail.source.startswith("To: Anna Ek")


def test_a_forward_encloses_the_original() -> None:
    (original,) = reading(letter(original=MAILS["03-interview"])).enclosed
    assert (original.name, original.content_type) == ("original.eml", "message/rfc822")
    assert original.size > 300
    assert original.picture == ""


def test_an_attached_photo_can_be_shown() -> None:
    (photo,) = reading(MAILS["04-behind-the-rink"]).enclosed
    assert photo.name == "IMG_2041.png"
    assert photo.picture.startswith("data:image/png;base64,iVBOR")


def test_a_picture_inside_the_html_is_written_into_it() -> None:
    raw = (
        b"Content-Type: multipart/related; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<img src='cid:logo@x'><img src='cid:other'>\r\n"
        b"--b\r\nContent-Type: image/gif\r\nContent-ID: <logo@x>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nR0lGODlh\r\n--b--\r\n"
    )
    html = reading(raw).html
    assert "<img src='data:image/gif;base64,R0lGODlh'>" in html
    assert "<img src='cid:other'>" in html


def test_what_has_no_header_has_neither_text_nor_subject_but_a_source() -> None:
    mail = reading(MAILS["08-unreadable"])
    assert (mail.subject, mail.html, mail.text) == ("", "", "")
    assert mail.source


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        (b"Fri, 11 Sep 2020 06:00:28 +0000", "11 september 2020 kl. 08.00"),
        (b"Fri, 11 Sep 2020 06:00:28 -0000", "11 september 2020 kl. 08.00"),
        (b"next Friday", "next Friday"),
        (b"Fri, 11 Sep 2020 06:00:28 +99999999999", "Fri, 11 Sep 2020 06:00:28 +99999999999"),
        (b"Fri, 31 Dec 9999 23:59:59 -0100", "Fri, 31 Dec 9999 23:59:59 -0100"),
        (b"", ""),
    ],
)
def test_a_date_is_shown_locally_or_as_it_stands(date: bytes, shown: str) -> None:
    assert reading(b"Date: " + date + b"\r\n\r\n", STOCKHOLM).date == shown


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    mail = reading(raw)
    (mail.subject + mail.sender + mail.html + mail.text + mail.source).encode()
