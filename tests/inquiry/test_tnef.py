"""What Outlook packs into a winmail.dat is read out of it."""

import struct
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.parse import read
from mailer.inquiry.tnef import Packed, unpacked
from mailer.inquiry.verdict import Attachment, Inquiry
from tests.inquiry.test_rtf import PLAIN

RTF = bytes.fromhex(PLAIN)


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("<BII", 1, kind, len(value)) + value + b"\0\0"


def tnef(*attributes: bytes) -> bytes:
    return bytes.fromhex("789f3e22") + b"\1\0" + b"".join(attributes)


def properties(*found: bytes, kind: int = 0x9003) -> bytes:
    return attribute(kind, struct.pack("<I", len(found)) + b"".join(found))


def long(kind: int, name: int, *values: bytes) -> bytes:
    held = b"".join(struct.pack("<I", len(value)) + padded(value) for value in values)
    return struct.pack("<HHI", kind, name, len(values)) + held


def padded(value: bytes) -> bytes:
    return value.ljust(len(value) + -len(value) % 4, b"\0")


def unicode(name: int, text: str) -> bytes:
    return long(0x1F, name, text.encode("utf-16-le") + b"\0\0")


BY_NUMBER = struct.pack("<HH16xII", 0x3, 0x8001, 0, 7) + b"\0\0\0\0"
BY_TEXT = struct.pack("<HH16xII", 0xB, 0x8002, 1, 6) + padded(b"a\0b\0\0\0") + b"\1\0\0\0"
SEVERAL = struct.pack("<HHI", 0x1003, 0x1, 2) + b"\0" * 8
BODY = unicode(0x1000, "Lampan är trasig")
HTML = long(0x102, 0x1013, "<p>Lampan är trasig".encode())


@pytest.mark.parametrize(
    ("attributes", "kind", "text"),
    [
        ([attribute(0x2800C, b"Hej p\xe5 dig\0")], "text/plain", "Hej på dig"),
        (
            [attribute(0x69007, b"\xe3\4\0\0\0\0\0\0"), attribute(0x800C, b"\xcf\xf0\xe8")],
            "text/plain",
            "При",
        ),
        ([properties(BODY)], "text/plain", "Lampan är trasig"),
        ([properties(long(0x1E, 0x1000, b"Hej\0"))], "text/plain", "Hej"),
        ([properties(BY_NUMBER, BY_TEXT, SEVERAL, BODY)], "text/plain", "Lampan är trasig"),
        ([properties(long(0x101F, 0x1000, b"a\0", b"b\0"))], "text/plain", "a"),
        ([properties(struct.pack("<HH", 0x99, 1), BODY)], "text/plain", ""),
        ([properties(long(0x101F, 0x1, *[b""] * 101), BODY)], "text/plain", ""),
        ([*[attribute(0x1, b"")] * 1_000, properties(BODY)], "text/plain", ""),
        ([properties(BODY[:-30])], "text/plain", "Lam"),
        ([properties(BODY[:6])], "text/plain", ""),
        ([properties(HTML)], "text/html", "<p>Lampan är trasig"),
        (
            [properties(struct.pack("<HHI", 3, 0x3FDE, 850), long(0x102, 0x1013, b"<p>\x86"))],
            "text/html",
            "<p>å",
        ),
        ([properties(unicode(0x1013, "<p>å"))], "text/html", "<p>å"),
        ([properties(long(0x102, 0x1009, RTF))], "text/plain", "hello world"),
        ([properties(unicode(0x1000, " "), HTML)], "text/html", "<p>Lampan är trasig"),
        ([attribute(0x800F, b"x"), b"\1\2"], "text/plain", ""),
    ],
)
def test_the_text_is_read(attributes: list[bytes], kind: str, text: str) -> None:
    mail = unpacked(tnef(*attributes))
    assert mail
    assert (mail.kind, mail.text) == (kind, text)


def test_attachments_have_the_longest_name_that_is_told() -> None:
    mail = unpacked(
        tnef(
            attribute(0x69002, b""),
            attribute(0x18010, b"FOTO~1.JPG\0"),
            attribute(0x6800F, b"xyz"),
            properties(unicode(0x3707, "foto på lampan.jpg"), kind=0x69005),
            attribute(0x69002, b""),
            attribute(0x18010, b"karta.pdf\0"),
            properties(kind=0x69005),
            attribute(0x18011, b"unknown"),
        )
    )
    assert mail
    assert mail.attachments == [Packed("foto på lampan.jpg", b"xyz"), Packed("karta.pdf")]


def test_what_is_no_tnef_is_none() -> None:
    assert unpacked(b"") is None
    assert unpacked(b"Hej") is None


@given(st.binary(), st.integers(0, 400))
def test_any_octets_are_read(data: bytes, cut: int) -> None:
    whole = tnef(properties(BY_TEXT, SEVERAL, HTML, BODY), attribute(0x69002, b""))
    unpacked(tnef() + data)
    unpacked(whole[:cut] + data + whole[cut:])
    unpacked(whole[:cut])


# --- as a part of a mail


def mail(content: bytes, text: str = "", head: str = "application/ms-tnef") -> Inquiry:
    head += "\nContent-Transfer-Encoding: base64"
    packed = b64encode(content)
    parts = f"--b\n\n{text}\n--b\nContent-Type: {head}\n\n".encode() + packed + b"\n--b--\n"
    return read(b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + parts)


PHOTO = (attribute(0x69002, b""), attribute(0x18010, b"foto.jpg\0"), attribute(0x6800F, b"xyz"))


@pytest.mark.parametrize(
    "head",
    [
        "application/ms-tnef",
        "application/vnd.ms-tnef; name=x",
        "application/octet-stream; name=WINMAIL.DAT",
    ],
)
def test_a_text_that_stands_in_winmail_dat_alone_is_read(head: str) -> None:
    inquiry = mail(tnef(properties(HTML), *PHOTO), head=head)
    assert inquiry.text == "Lampan är trasig"
    assert inquiry.attachments == (Attachment("foto.jpg", "application/octet-stream", 3),)
    assert "winmail.dat" in inquiry.note
    assert inquiry.unreadable == ""


def test_a_mail_may_be_nothing_but_winmail_dat() -> None:
    raw = b"Subject: x\nContent-Type: application/ms-tnef\n\n" + tnef(properties(BODY))
    inquiry = read(raw)
    assert (inquiry.text, inquiry.attachments, inquiry.note) == ("Lampan är trasig", (), "")


def test_the_text_in_winmail_dat_repeats_the_one_beside_it() -> None:
    inquiry = mail(tnef(properties(BODY)), "Lampan är trasig")
    assert (inquiry.text, inquiry.note) == ("Lampan är trasig", "")


def test_attachments_without_a_text_are_named() -> None:
    inquiry = mail(tnef(*PHOTO))
    assert "winmail.dat" in inquiry.note
    assert (inquiry.text, inquiry.unreadable) == ("", "")


def test_a_winmail_dat_of_too_many_parts_breaks_the_limit() -> None:
    inquiry = mail(tnef(properties(BODY), *[attribute(0x69002, b"")] * 300))
    assert "delar" in inquiry.unreadable
    assert inquiry.text == "Lampan är trasig"
    assert len(inquiry.content_types) == 200
