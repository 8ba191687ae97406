"""Octets become the text that their writer meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.decoding import (
    clean,
    header_text,
    parameters,
    repair,
    text_of,
    transfer_decoded,
)


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("åtgärd".encode(), "utf-8", "åtgärd"),
        ("åtgärd".encode("latin-1"), "iso-8859-1", "åtgärd"),
        ("åtgärd".encode("latin-1"), "utf-8", "åtgärd"),
        ("åtgärd".encode("latin-1"), "us-ascii", "åtgärd"),
        ("åtgärd".encode("latin-1"), "", "åtgärd"),
        ("åtgärd".encode(), "", "åtgärd"),
        ("åtgärd".encode(), "us-ascii", "åtgärd"),
        ("åtgärd".encode(), "iso-8859-1", "åtgärd"),
        ("åtgärd".encode(), "no-such-charset", "åtgärd"),
        ("åtgärd".encode(), "x" * 50, "åtgärd"),
        ("مصباح الشارع معطل".encode("utf-16"), "utf-16", "مصباح الشارع معطل"),
        ("مصباح الشارع معطل".encode("utf-16-le"), "utf-16", "مصباح الشارع معطل"),
        ("مصباح الشارع معطل".encode("utf-16-be"), "utf-16", "مصباح الشارع معطل"),
        (b"abc", "hex", "abc"),
        (b"abc", "idna", "abc"),
        (b"\x93s\xe5\x94 \x81", "iso-8859-1", "“så” "),
        ("добрый".encode("koi8-r"), "KOI8-R", "добрый"),
        ("مرحبا".encode("cp1256"), "windows-1256", "مرحبا"),
        ("漢字".encode("gb18030"), "gb2312", "漢字"),
        ("ş".encode("cp1254"), "iso-8859-9", "ş"),
        ("åh\nPÅ”".encode("cp1252"), "utf-8", "åh\nPÅ”"),
        (b"a\r\nb\rc\x00\x07\xef\xbb\xbf", "utf-8", "a\nb\nc"),
        (b"+2AA-", "utf-7", ""),
    ],
)
def test_the_most_likely_charset_is_taken(data: bytes, charset: str, text: str) -> None:
    assert text_of(data, charset) == text


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("Ã¥Ã¤Ã¶", "åäö"),
        ("trÃ¥ngt â€“ mycket", "trångt – mycket"),
        ("10 â‚¬", "10 €"),
        ("ØµØ¨Ø§Ø", "ØµØ¨Ø§Ø"),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"),
        ("åäö Ã¥", "åäö Ã¥"),
        ("PÅ”", "PÅ”"),
        ("CAFÉ’S", "CAFÉ’S"),
        ("ren text", "ren text"),
        ("¡hola!", "¡hola!"),
        ("Ã¥\nå", "å\nå"),
    ],
)
def test_utf8_read_as_latin1_is_repaired_where_that_is_sure(broken: str, mended: str) -> None:
    assert repair(broken) == mended


@given(st.text("abcåäöéüøßÅÄÖ –”’", max_size=60))
def test_right_text_stays_right(text: str) -> None:
    assert repair(text) == text or not text.isascii()
    assert text_of(text.encode()) == clean(text)


@given(st.binary(), st.text(max_size=20))
def test_any_octets_are_some_text(data: bytes, charset: str) -> None:
    text_of(data, charset).encode()


@pytest.mark.parametrize(
    ("data", "encoding", "decoded"),
    [
        (b"=C3=A5=\n b", "Quoted-Printable ", b"\xc3\xa5 b"),
        (b"w6U=", "BASE64", b"\xc3\xa5"),
        (b"w6\nU", "base64", b"\xc3\xa5"),
        (b"w6Uxx", "base64", b"\xc3\xa51"),
        (b"YQ==\n-- \nfooter", "base64", b"a"),
        (b"", "base64", b""),
        ("Lampan är trasig.\n".encode(), "base64", "Lampan är trasig.\n".encode()),
        (b"w6U= list footer", "base64", "å".encode()),
        (b"w6XDpA==--", "base64", "åä".encode()),
        (b"Pris=100 kr\n", "base64", b"Pris=100 kr\n"),
        (b"=C3", "8bit", b"=C3"),
        (b"=C3", "x-nonsense", b"=C3"),
    ],
)
def test_transfer_encodings_are_undone(data: bytes, encoding: str, decoded: bytes) -> None:
    assert transfer_decoded(data, encoding) == decoded


@given(st.binary(), st.sampled_from(["base64", "quoted-printable", "7bit", "uuencode"]))
def test_any_octets_can_be_decoded(data: bytes, encoding: str) -> None:
    transfer_decoded(data, encoding)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b" plain ", "plain"),
        (b"folded\n\tline", "folded line"),
        (b"r\xe4tt", "rätt"),
        ("rätt".encode(), "rätt"),
        (b"=?iso-8859-1?Q?V=E4n_till_oss?=", "Vän till oss"),
        (b"=?UTF-8*sv?B?w6U=?=", "å"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?=C3?=\n =?utf-8?q?=A5?=", "å"),
        (b"=?utf-8?q?a?= =?iso-8859-1?q?=E5?=", "aå"),
        (b"=?utf-8?q?a?= och =?utf-8?q?b?=", "a och b"),
        (b'"=?utf-8?q?=C3=A5?="', '"å"'),
        (b"=?utf-8?q?med mellan slag?=", "med mellan slag"),
        (b"=?utf-8?q?aldrig_slut", "aldrig slut"),
        ("=?utf-8?q?=C3=A5?=tätt".encode(), "åtätt"),
        (b"=?nonsense?q?=C3=A5?=", "å"),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
    ],
)
def test_headers_are_unfolded_and_decoded(value: bytes, text: str) -> None:
    assert header_text(value) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", ("", {})),
        (b"Text/Plain; Charset=UTF-8", ("text/plain", {"charset": "UTF-8"})),
        (b"text/plain charset=utf-8", ("text/plain", {"charset": "utf-8"})),
        (b"a; x=1; x=2", ("a", {"x": "1"})),
        (b'a; name="my \\"photo\\".jpg"', ("a", {"name": 'my "photo".jpg'})),
        (b"a; name=my photo.jpg; y=1", ("a", {"name": "my photo.jpg", "y": "1"})),
        (b'a; name="never closed', ("a", {"name": "never closed"})),
        (b"a; name==?utf-8?q?=C3=A5.pdf?=", ("a", {"name": "å.pdf"})),
        (b"a; name*=utf-8'sv'%C3%A5.pdf", ("a", {"name": "å.pdf"})),
        (b"a; name*=%C3%A5.pdf", ("a", {"name": "å.pdf"})),
        (b"a; name*0*=iso-8859-1''%E5; name*1=b%; name*2*=%E4", ("a", {"name": "åb%ä"})),
        (b'a; name*1="b"; name*0="a"', ("a", {"name": "ab"})),
        (b"a; name*=undefined''%C3%A5", ("a", {"name": "å"})),
        (b"a; name*=utf-8''foto%E2%81%A6gpj.exe", ("a", {"name": "fotogpj.exe"})),
    ],
)
def test_parameters_are_put_together(value: bytes, expected: tuple[str, dict[str, str]]) -> None:
    assert parameters(value) == expected
