"""Anything at all is read, in time and memory that grow with its size alone."""

import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.inquiry.parse import read
from tests.inquiry.growth import LINEAR, TIMES, growth
from tests.inquiry.raw import HEAD, PLAIN, SAMPLES, encodable, read_out


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """The language model and the patterns are loaded once."""
    read_out(PLAIN)


@given(st.binary(max_size=400))
@example(b"Content-Type: text/plain; charset=utf-7\n\n+2AA-")
@example(b"Content-Type: text/plain; charset=unicode_escape\n\n\\ud800\\q")
@example(b"Subject: =?utf-7?q?+2AA-?=\n\n")
def test_any_bytes_can_be_read(raw: bytes) -> None:
    assert encodable(read(raw))


FRAGMENTS = [
    b"From: ",
    b"Subject: ",
    b"To: ",
    b"\n\n",
    b"\r\n",
    b"--b\n",
    b"--b--\n",
    b" ",
    b"\x00",
    b"\xff",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: text/html\n",
    b"Content-Type: text/plain; charset=",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%C3%A5; filename*1=\"x\"\n",
    b"=?utf-8?b?",
    b"=?iso-8859-1?q?=E5",
    b"?=",
    b"utf-16\n",
    b"utf-7\n",
    b"gb2312\n",
    b"nonsense\n",
    b"<p>",
    b"<a href='",
    b"<!--",
    b"&#xD800;",
    b"<blockquote>",
    b">",
    b"=C3=A5",
    b"w6U=",
    b"format=flowed\n",
    b"anna@example.org",
    b"\xc3\xa5",
    b"Den 3 maj 2020 skrev Anna:\n",
]


@given(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=8), max_size=40))
def test_any_mail_that_is_almost_one_can_be_read(pieces: list[bytes]) -> None:
    assert encodable(read(b"".join(pieces)))


@pytest.mark.skipif(not SAMPLES, reason="the shared corpus/parse is not here")
@given(data=st.data())
def test_real_mails_can_be_read_with_any_damage(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(SAMPLES)).read_bytes()[:20_000]
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 200)))
    assert encodable(read(raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:]))


NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(15_000)
)
PREFIXES = b"".join(
    b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (b"b" * n, b"b" * n)
    for n in range(1, 21)
)
BOMBS = {
    "nested multiparts": NESTED,
    "nested mails": b"Content-Type: message/rfc822\n\n" * 30_000,
    "boundaries": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000,
    "almost boundaries": PREFIXES + b"\n--bx" * 200_000,
    "fields": b"a:b\n" * 250_000,
    "encoded words": b"To: " + b"=?utf-8?q?a " * 80_000,
    "quotes": b"To: " + b'\\"<(a@' * 140_000,
    "flowed": b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 330_000,
    "unfinished tags": b"Content-Type: text/html\n\n" + b"<a " * 330_000,
    "unfinished comments": b"Content-Type: text/html\n\n" + b"<!--" * 250_000,
    "tags": b"Content-Type: text/html\n\n" + b"<blockquote>x" * 77_000,
    "hidden": b"Content-Type: text/html\n\n" + b"<div hidden><p hidden>" * 45_000,
    "blank lines": b"\n" + b"x \n\n\n>\n" * 120_000,
    "disclaimers": b"\n" + b"This e-mail is \n\n" * 60_000,
    "attributions": b"\n" + (b"On " + b"a" * 190 + b":\n") * 5_000,
    "header blocks": b"\n" + "Från:\n".encode() * 140_000,
    "long line": b"\n" + b"On a wrote" * 100_000,
    "punycode": b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 1_000_000,
}


SLOWEST = 60
"""So many times as long as a plain search of the same size, on the same machine and load."""


def calibration() -> float:
    """The time of one pass over a megabyte, character by character."""
    started = time.process_time()
    sum(character == "x" for character in "a" * 1_000_000)
    return time.process_time() - started


@pytest.mark.parametrize("name", BOMBS)
def test_a_megabyte_made_to_be_slow_is_read_at_once(name: str) -> None:
    raw = HEAD + BOMBS[name]
    before = calibration()
    started = time.process_time()
    inquiry = read_out(raw)
    spent = time.process_time() - started
    assert spent < SLOWEST * max(before, calibration())
    assert encodable(inquiry)


HTML = b"Content-Type: text/html\n\n"
PLAIN_IN = b"Content-Type: text/plain; charset=%s\n\n"
PARTS = b"Content-Type: multipart/mixed; boundary=b\n\n"
EVENT = b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n"
BLOCK = "Från: a\nTill: b\nÄmne: c\n".encode()
REPEATED = {
    "fields": (b"", b"X-A: b\n"),
    "a long field": (b"Subject: ", b"a"),
    "folds": (b"Subject: a", b"\n b"),
    "recipients": (b"To: ", b"a@b.example,\n "),
    "references": (b"References: ", b"<a@b> "),
    "encoded words": (b"Subject: ", b"=?utf-8?b?YQ==?= "),
    "unfinished words": (b"Subject: ", b"=?a"),
    "parameters": (b"Content-Type: text/plain; ", b"name*0*=a; "),
    "an open parameter": (b'Content-Type: text/plain; a="', b'\\"'),
    "multiparts in each other": (b"", PARTS + b"--b\n"),
    "mails": (PARTS, b"--b\nContent-Type: message/rfc822\n\nSubject: x\n\nhej\n"),
    "texts": (PARTS, b"--b\nContent-Type: text/html\n\n<p>hej<p>hej\n"),
    "one line": (b"\n", b"a"),
    "words": (b"\n", b"hej "),
    "base64 of nothing": (b"Content-Transfer-Encoding: base64\n\n", b"\n"),
    "base64": (b"Content-Transfer-Encoding: base64\n\n", b"QUFB\n"),
    "padding": (b"Content-Transfer-Encoding: base64\n\n", b"="),
    "quoted-printable": (b"Content-Transfer-Encoding: quoted-printable\n\n", b"=\n="),
    "utf-7": (PLAIN_IN % b"utf-7", b"+AOU-"),
    "utf-16": (PLAIN_IN % b"utf-16", b"a\0"),
    "shifts": (PLAIN_IN % b"iso-2022-jp-ext", b"\x1b$B"),
    "no charset": (PLAIN_IN % b"unknown-8bit", b"\xe5 "),
    "misread letters": (b"\n", "Ã¥\n".encode()),
    "zeros": (b"\n", b"\0"),
    "returns": (b"\n", b"\r"),
    "div": (HTML, b"<div>"),
    "blockquote": (HTML, b"<blockquote>"),
    "links": (HTML, b"<a href='x'>"),
    "entities": (HTML, b"&#1&amp"),
    "open tags": (HTML, b"<title "),
    "brackets": (HTML, b"<"),
    "hidden": (HTML, b"<div style='display:none'>"),
    "attributes": (HTML + b"<div ", b" display href "),
    "marks": (b"\n", b">"),
    "marked lines": (b"\n", b">\n"),
    "blank lines": (b"\n", b"\t\n"),
    "header blocks": (b"\n", BLOCK),
    "header blocks and blank lines": (b"\n", BLOCK + b"\n"),
    "separators": (b"\n", b"-----Original Message-----\n"),
    "separators and blank lines": (b"\n", b"-----Original Message-----\n" + b"\n" * 50),
    "rules": (b"\n", b"-" * 199 + b"x\n"),
    "arrows": (b"\n", b">>> " + b" >>>" * 48 + b"\n"),
    "attributions": (b"\n", b"On 2020 10:00 a@b " + b"wrote " * 28 + b":\n"),
    "dates": (b"\n", b"2020 10:10 " * 17 + b":\n"),
    "addresses": (b"\n", b"2020 10:10 " + b"<a@a" * 40 + b":\n"),
    "closings": (b"\n", b"Mvh \n"),
    "program lines": (b"\n", "Skickat från min ".encode() * 8 + b"\n"),
    "disclaimers": (b"\n", b"detta " * 160 + b"\n\n"),
    "web addresses": (b"\n", b"http://" + b"a" * 300 + b"<\n"),
    "pointers": (b"\n", b"se a a a "),
    "armour": (b"\n", b"-----BEGIN PGP MESSAGE-----\n"),
    "armour headers": (b"\n-----BEGIN PGP SIGNED MESSAGE-----\n", b"A: b\n"),
    "attendees": (EVENT, b"ATTENDEE;CN=a"),
    "folded events": (EVENT, b"\n "),
    "winmail.dat": (
        b"Content-Type: application/ms-tnef\n\n" + bytes.fromhex("789f3e220100"),
        b"\1\2\x90" + b"\0" * 8,
    ),
    "pieces of what is signed": (
        b"Content-Type: application/pkcs7-mime\n\n"
        + bytes.fromhex("308006092a864886f70d010702a080"),
        b"\4\1a",
    ),
}


@pytest.mark.parametrize("name", REPEATED)
def test_the_time_of_reading_grows_with_the_size_alone(name: str) -> None:
    head, unit = REPEATED[name]
    small, large = (HEAD + head + unit * (size // len(unit)) for size in (25_000, 25_000 * TIMES))
    assert growth(read_out, small, large) < LINEAR


COPIES = 5
"""The lines with their ends made equal, what is decoded, and what is joined on the way."""


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n" + b"a" * 6_000_000,
        b"\r\n" + b"hej\r\n" * 1_200_000,
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB\r\n" * 1_000_000,
        b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n" + b"hej\r\n" * 1_200_000,
    ],
    ids=["one line", "lines", "base64", "attached"],
)
def test_a_large_mail_takes_no_more_than_a_few_copies_of_it(body: bytes) -> None:
    raw = HEAD + body
    tracemalloc.start()
    read_out(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < COPIES * len(raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\0H\0e\0j\0", "Hej"),
        (b"rad\rrad", "rad\nrad"),
        (b"\xef\xbb\xbfHej", "Hej"),
        ("Hej på er".encode("utf-16"), "Hej på er"),
        ("Lampan är trasig här".encode("utf-16-le"), "Lampan är trasig här"),
        ("Lampan är trasig här".encode("utf-16-be"), "Lampan är trasig här"),
    ],
)
def test_odd_octets_are_read_as_what_they_stand_for(raw: bytes, text: str) -> None:
    assert read(HEAD + b"Content-Type: text/plain\n\n" + raw).whole == text


@pytest.mark.parametrize("mark", ["\u202e", "\u202a", "\u2066", "\u200f", "\u200b"])
def test_marks_that_turn_a_name_around_are_taken_off(mark: str) -> None:
    head = f"From: {mark}Polisen{mark} <a@example.org>\nSubject: x{mark}gpj.exe\n"
    inquiry = read(head.encode() + b"\nHej\n")
    assert inquiry.sender
    assert inquiry.sender.name == "Polisen"
    assert inquiry.subject == "xgpj.exe"
