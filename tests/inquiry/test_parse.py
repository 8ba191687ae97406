"""Received mail is read, whatever it is."""

import pytest

from mailer.inquiry.mime import Limits
from mailer.inquiry.parse import read, texts_sent
from mailer.inquiry.shingles import Shingles
from mailer.mail.address import Address
from tests.inquiry.raw import PLAIN, mail


def test_a_simple_mail_is_read() -> None:
    inquiry = read(PLAIN)
    assert inquiry.sender == Address("asa@example.org", "Åsa Ek")
    assert inquiry.recipients == (Address("mailbox@example.se", "Initiativ trygghet"),)
    assert (inquiry.subject, inquiry.text) == ("Lampan", "Lampan utanför 14 B är trasig.")
    assert inquiry.text == inquiry.whole
    assert (inquiry.language, inquiry.unreadable) == ("sv", "")
    assert inquiry.content_types == ("text/plain",)
    assert inquiry.values("subject") == ("Lampan",)


def test_ids_lose_their_brackets_and_stand_once() -> None:
    inquiry = read(
        b"Message-ID: <a@x>\nIn-Reply-To: <b@x>\nReferences: <c@x>\n <b@x> rubbish\n\nHej\n"
    )
    assert (inquiry.message_id, inquiry.references) == ("a@x", ("b@x", "c@x"))


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        (b"anna@example.org", Address("anna@example.org")),
        (b"Anna Ek <Anna@Example.ORG>", Address("Anna@example.org", "Anna Ek")),
        (b'"Ek, Anna" <anna@example.org>', Address("anna@example.org", "Ek, Anna")),
        (b"=?utf-8?q?Ek=2C_=C3=85sa?= <a@example.org>", Address("a@example.org", "Ek, Åsa")),
        (b"=?utf-8?b?w4VzYSA8YUBleGFtcGxlLm9yZz4=?=", Address("a@example.org", "Åsa")),
        (b"anna@example.org (Anna Ek)", Address("anna@example.org", "Anna Ek")),
        (b"'anna@example.org'", Address("anna@example.org")),
        (b"\xc5sa Ek <a@example.org>", Address("a@example.org", "Åsa Ek")),
        (b"nobody, anna@example.org", Address("anna@example.org")),
        (b"Friends: anna@example.org, bo@example.org;", Address("anna@example.org")),
        (b"MAILER-DAEMON <>", None),
        (b"undisclosed-recipients:;", None),
        (b"<anna@[192.0.2.1]>", None),
        (b"", None),
    ],
)
def test_the_sender_is_the_first_usable_address(value: bytes, sender: Address | None) -> None:
    assert read(b"From: " + value + b"\n\nHej\n").sender == sender


def test_the_address_to_answer_is_kept_apart() -> None:
    inquiry = read(b"From: form@example.org\nReply-To: anna@example.org\n\nHej\n")
    assert inquiry.reply_to == Address("anna@example.org")


def test_recipients_come_from_every_field_that_names_them() -> None:
    names = ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"]
    head = "".join(f"{name}: {name.lower()}@example.org\n" for name in names)
    found = read(f"{head}Delivered-To: not@example.org\n\nHej\n".encode()).recipients
    assert [box.local for box in found] == [name.lower() for name in names]


def test_what_was_sent_by_us_is_cut_but_kept_in_the_whole() -> None:
    ours = "Nu är kommunens satsning på trygghet äntligen igång i alla våra orter, stora och små: "
    ours += "skolan, föreningarna och polisen är med."
    raw = f"Subject: x\n\nJag vill hjälpa till.\n\n{ours}\n".encode()
    inquiry = read(raw, ours=Shingles([ours]))
    assert inquiry.text == "Jag vill hjälpa till."
    assert ours in inquiry.whole


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("Subject: Lampan", "Trasigt:\n> lampan\nMvh"),
        ("Subject: Fråga", "Trasigt:\n> lampan\nMvh"),
        ("Subject: Sv: Lampan", "Trasigt:\nMvh"),
        ("Subject: RE[2]: Lampan", "Trasigt:\nMvh"),
        ("Subject: Lampan\nReferences: <a@x>", "Trasigt:\nMvh"),
        ("In-Reply-To: <a@x>", "Trasigt:\nMvh"),
    ],
)
def test_marked_lines_are_quoted_in_an_answer_only(head: str, text: str) -> None:
    assert read(f"{head}\n\nTrasigt:\n> lampan\nMvh\n".encode()).text == text


def test_what_we_sent_is_both_of_its_texts() -> None:
    raw = (
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nett\n"
        b"--b\nContent-Type: text/html\n\n<p>tv&aring;\n--b\nContent-Type: image/png\n\nx\n--b--"
    )
    assert texts_sent(raw) == ("ett", "två")


def test_what_a_calendar_part_asks_for_is_told_from_its_type() -> None:
    by_parameter = mail("", "text/calendar; method=REPLY")
    by_body = mail("BEGIN:VCALENDAR\nMETHOD:Reply\n", "text/calendar")
    neither = mail("BEGIN:VCALENDAR\n", "text/calendar")
    assert by_parameter.content_types == by_body.content_types == ("text/calendar; method=reply",)
    assert neither.content_types == ("text/calendar",)


# --- what cannot be read


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "brevhuvudet saknas"),
        (b"hej hej\n\nhej", "brevhuvudet saknas"),
        (b"From: a@example.org\n\n", "varken ämne eller text"),
        (b"Subject: x\nContent-Type: application/pkcs7-mime\n\nxxx", "krypterat"),
        (b"Subject: x\n\n-----BEGIN PGP MESSAGE-----\nxxx\n", "krypterat"),
        (b"Subject: x\nContent-Type: application/ms-tnef\n\nxxx", "winmail.dat"),
    ],
)
def test_what_a_person_must_look_at_is_said_to_be_unreadable(raw: bytes, why: str) -> None:
    assert why in read(raw).unreadable


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: Ring mig\n\n",
        b"Subject: Foto\nContent-Type: image/jpeg; name=a.jpg\n\nxxx",
        b"From: a@example.org\n\nHej\n",
    ],
)
def test_a_mail_with_a_subject_or_a_text_can_be_read(raw: bytes) -> None:
    assert read(raw).unreadable == ""


@pytest.mark.parametrize(
    ("raw", "limits", "why"),
    [
        (b"Subject: x\n\nHej", Limits(size=10), "större"),
        (b"Subject: x\nTo: y\n\nHej", Limits(fields=1), "rader i ett brevhuvud"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b\n\n2\n",
            Limits(parts=2),
            "delar",
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b\n\n2\n",
            Limits(depth=1),
            "nivåer",
        ),
    ],
)
def test_a_mail_that_breaks_a_limit_says_which(raw: bytes, limits: Limits, why: str) -> None:
    assert why in read(raw, limits).unreadable


def test_a_text_is_cut_at_its_limit() -> None:
    assert read(b"Subject: x\n\n" + b"a" * 100, Limits(text=10)).whole == "a" * 10


def test_of_a_thread_without_end_the_first_id_and_the_last_are_kept() -> None:
    named = " ".join(f"<{number}@x>" for number in range(2000))
    inquiry = read(
        f"From: anna@example.org\nIn-Reply-To: <0@x>\nReferences: {named}\n\nHej".encode()
    )
    assert inquiry.references == tuple(f"{number}@x" for number in (0, *range(1501, 2000)))
