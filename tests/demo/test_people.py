"""The demo's people: as many as promised, readable, and as varied as real mail is."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from mailer.demo.people import EXAMPLES, inquiries, subscribers
from mailer.mail.address import address

MAILS = {mail.name: mail for mail in inquiries()}
READABLE = [name for name in MAILS if name != "08-unreadable"]


def read(name: str) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(MAILS[name].raw, policy=default))


def words(name: str) -> str:
    body = read(name).get_body(("plain", "html"))
    assert body is not None
    return str(body.get_content())


def test_there_are_25_subscribers_each_with_an_address_of_their_own_that_nobody_has() -> None:
    people = subscribers()
    assert len({person.email for person in people}) == len(people) == 25
    for person in people:
        assert address(person.email, person.name) == person
        assert person.domain.removeprefix("bygdegard.") in {
            "example.org",
            "example.com",
            "example.net",
        }


def test_there_are_12_mails_in_the_order_in_which_they_came() -> None:
    received = [mail.received for mail in MAILS.values()]
    assert len(received) == 12
    assert received == sorted(received)
    assert received[0] >= datetime(2020, 9, 7, tzinfo=UTC)
    assert received[-1] < datetime(2020, 9, 12, tzinfo=UTC)


def test_every_line_ends_in_crlf() -> None:
    for mail in MAILS.values():
        assert mail.raw.count(b"\n") == mail.raw.count(b"\r\n") == mail.raw.count(b"\r")


@pytest.mark.parametrize("name", READABLE)
def test_a_mail_is_sound_addressed_to_the_mailbox_and_dated_just_before_it_came(name: str) -> None:
    mail = read(name)
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert mail["To"].addresses[0].addr_spec == "initiativtrygghet@markaryd.se"
    assert mail["Message-ID"]
    late = MAILS[name].received - mail["Date"].datetime
    assert timedelta() <= late < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "content_type", "charset", "encoding"),
    [
        ("01-dark-footpath", "text/plain", "utf-8", "quoted-printable"),
        ("02-new-in-school", "text/html", "utf-8", "quoted-printable"),
        ("03-interview", "text/plain", "iso-8859-1", "8bit"),
        ("04-behind-the-rink", "multipart/mixed", None, "7bit"),
        ("05-too-small-a-flat", "text/plain", "utf-8", "base64"),
        ("06-thanks", "text/plain", "utf-8", "8bit"),
        ("09-bounce", "multipart/report", None, None),
        ("12-reply", "multipart/alternative", None, None),
    ],
)
def test_the_forms_of_mail_differ(
    name: str, content_type: str, charset: str | None, encoding: str | None
) -> None:
    mail = read(name)
    assert mail.get_content_type() == content_type
    assert mail.get_content_charset() == charset
    assert mail["Content-Transfer-Encoding"] == encoding


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("01-dark-footpath", "Tre av lyktorna längs gångvägen"),
        ("02-new-in-school", "homework help"),
        ("03-interview", "Vi pressläggs på torsdag"),
        ("04-behind-the-rink", "lustgaspatroner och små zippåsar"),
        ("05-too-small-a-flat", "السلام عليكم"),
        ("06-thanks", "rundtur i Traryd"),
        ("07-open-cabinet", "livsfarligt"),
        ("09-bounce", "User doesn't exist"),
        ("10-away", "Jag har semester"),
        ("11-unsubscribe", "flyttat till Älmhult"),
        ("12-reply", "Traryds hembygdsförening läste"),
    ],
)
def test_the_words_can_be_read(name: str, phrase: str) -> None:
    assert phrase in words(name)


def test_one_line_is_flowed_and_one_mail_has_a_picture() -> None:
    assert read("01-dark-footpath").get_param("format") == "flowed"
    (photo,) = read("04-behind-the-rink").iter_attachments()
    assert photo.get_content_type() == "image/png"
    assert photo.get_content().startswith(b"\x89PNG\r\n")


def test_the_reply_quotes_the_whole_newsletter() -> None:
    for kind in ("plain", "html"):
        body = read("12-reply").get_body((kind,))
        assert body is not None
        for phrase in ("Skickat:", "finansierat genom Delegationen", "Kontakt: initiativtrygghet"):
            assert phrase in body.get_content()


def test_those_who_bounce_are_away_or_leave_are_subscribers() -> None:
    known = {person.email for person in subscribers()}
    report = MAILS["09-bounce"].raw
    assert b"Final-Recipient: rfc822; rolf.hakansson@example.net" in report
    senders = {read(name)["From"].addresses[0].addr_spec for name in ("10-away", "11-unsubscribe")}
    assert {"rolf.hakansson@example.net", *senders} <= known


def test_the_unreadable_mail_has_no_header_at_all() -> None:
    assert not message_from_bytes(MAILS["08-unreadable"].raw).keys()
    assert b"\x00" not in MAILS["08-unreadable"].raw


def test_the_examples_differ() -> None:
    assert len({example.label for example in EXAMPLES}) == len(EXAMPLES) == 5
