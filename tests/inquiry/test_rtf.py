"""The words of RTF are read out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.rtf import MOST, decompressed, rtf_text
from tests.inquiry.growth import LINEAR, TIMES, growth

# MS-OXRTFCP, 3.1: text without repetition, and text that repeats what is being written.
PLAIN = (
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900"
    "20627705b06c647d0a800fa0"
)
REPEATED = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"


@pytest.mark.parametrize(
    ("packed", "rtf"),
    [
        (PLAIN, rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n"),
        (REPEATED, rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        (PLAIN[:60], rb"{\rtf1\ansi\ansicpg1252"),
        (REPEATED[:-2], rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        (b"\x0f\0\0\0\x03\0\0\0MELA1234abcdef".hex(), b"abc"),
        (b"\x0f\0\0\0\x03\0\0\0none1234abcdef".hex(), b""),
        ("2d00", b""),
    ],
)
def test_rtf_is_unpacked(packed: str, rtf: bytes) -> None:
    assert decompressed(bytes.fromhex(packed)) == rtf


def test_only_so_much_is_unpacked() -> None:
    body = b"\0" + b"a" * 8 + b"\xff" + b"\x0c\xff" * 8
    packed = b"\xff\xff\xff\xff\xff\xff\xff\xffLZFu1234" + body * 10_000
    assert MOST <= len(decompressed(packed)) < MOST + 200


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi Hej\par p\'e5 dig\line !}", "Hej\npå dig\n!"),
        (rb"{\rtf1\ansicpg1251 \'cf\'f0\'e8\'e2\'b3\'f2}", "Привіт"),
        (rb"{\rtf1\ansicpg0 \'e5}", "å"),
        (rb"{\rtf1\uc1 \u229?rlig \u-10179?\u-8640?\uc0\u246 verst}", "årlig 🙀överst"),
        (rb"{\rtf1\uc2 \u229\'61\'61ker {\uc0 \u228 }\u246 xxn}", "åker äön"),
        (rb"{\rtf1\u55357? x}", "\ufffd x"),
        (rb"{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator x;}a{\b b}c}", "abc"),
        (rb"{\rtf1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hej{\*\htmltag72 </p>}}}", "Hej"),
        (rb"{\rtf1{\pict\bin4 }}}}dolt}syns}", "syns"),
        (rb"{\rtf1 a\~b\_c\-d\\ \{e\} \emdash\cell f}", "a b-cd\\ {e} — f"),
        (b"{\\rtf1 rad\\\nrad\r\n slut}}} mer", "rad\nrad slut mer"),
        (rb"\u", ""),
        (b"", ""),
    ],
)
def test_what_rtf_shows_is_read(rtf: bytes, text: str) -> None:
    assert rtf_text(rtf) == text


@given(st.binary())
def test_any_octets_are_read(data: bytes) -> None:
    rtf_text(data).encode()
    decompressed(b"\xff\xff\0\0\xff\xff\0\0LZFu1234" + data)


PIECES = [rb"\u9", rb"\u-9?", rb"\'e5", rb"\uc9", "{", "}", rb"\*", rb"\bin9", rb"\b ", "x", "\\"]


@given(st.lists(st.sampled_from(PIECES)))
def test_anything_that_is_almost_rtf_is_read(pieces: list[bytes | str]) -> None:
    whole = b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
    rtf_text(whole).encode()


@pytest.mark.parametrize("piece", [b"{\\b ", b"\\u9?", b"\\'e5", b"\\", b"{\\*}", b"\\bin-1 "])
def test_the_time_grows_with_the_size_alone(piece: bytes) -> None:
    assert growth(rtf_text, piece * 10_000, piece * 10_000 * TIMES) < LINEAR
