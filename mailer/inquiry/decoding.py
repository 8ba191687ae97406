"""Octets from strangers as clean Unicode (RFC 2045, 2047, 2231).

Takes bytes and what the sender said of them, right or wrong; gives text. Nothing here raises, and
what it gives has no control characters but newline and tab and no lone surrogates: all of it can
be encoded as UTF-8. The order is: the declared charset, UTF-8, windows-1252 (which reads any
octet), and then UTF-8 that somebody on the way read as latin-1 is repaired.
"""

import re
from binascii import a2b_base64, a2b_qp
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, lookup
from contextlib import suppress
from urllib.parse import unquote_to_bytes

# Where windows-1252 has no character, the octet stands for itself (WHATWG Encoding).
_FROM_1252 = {
    octet: bytes([octet]).decode("windows-1252")
    for octet in range(0x80, 0xA0)
    if octet not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_TO_1252 = {ord(character): octet for octet, character in _FROM_1252.items()}

# Senders who write the left name mean the right one, which holds every character of it.
_MEANT = {
    "ascii": "utf-8",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
}
# Text to Python, not to mail; two of them take quadratic time, one warns.
_NOT_CHARSETS = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape")
_CHARSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}\Z")

_NEWLINES = re.compile("\r\n?|[\u2028\u2029]")
# Controls, what turns letters around, and characters that stand for nothing: newsletters fill
# their preheaders with those.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u200b\u202d\u202e\u2060\ud800-\udfff\ufeff]"
)
# Needed in running text where languages mix; in a name they only disguise.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202c\u2066-\u2069]")
_NOT_BASE64 = bytes(
    octet
    for octet in range(256)
    if octet not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)
# A line of base64, or its end: what follows the padding is not read.
_BASE64_LINE = re.compile(
    rb"\s*(?:[A-Za-z0-9+/=]+[ \t\r]*(?:\n|\Z)|\Z"
    rb"|(?:[A-Za-z0-9+/]{4})*+[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)"
)
_HIGH = re.compile("[\x80-\U0010ffff]")
# The beginning of a character of several octets, and one of its others.
_MISREAD = re.compile(f"[\u00c2-\u00f4][\x80-\xbf{''.join(_FROM_1252.values())}]")


def text_of(data: bytes, charset: str = "") -> str:
    """The text that the octets most likely stand for."""
    return clean(repair(_decode(data, charset)))


def clean(text: str) -> str:
    """The same text with newlines as \\n, without controls, surrogates and what cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    if any(newline in text for newline in "\r\u2028\u2029"):
        text = _NEWLINES.sub("\n", text)
    return _UNWANTED.sub("", text)


def one_line(text: str) -> str:
    """Clean text without breaks, runs of spaces and marks of direction, as names and subjects."""
    return " ".join((text if text.isascii() else _DIRECTION.sub("", text)).split())


def _decode(data: bytes, charset: str) -> str:
    marked = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    declared = "utf-16" if marked else _codec(charset)
    if declared == "utf-16" and not marked and data[:999:2].count(0) > data[1:999:2].count(0):
        declared = "utf-16-be"  # without a mark either order is written
    for codec in (declared, "utf-8"):
        if codec == "cp1252":
            break
        with suppress(LookupError, ValueError):
            return data.decode(codec)
    return data.decode("latin-1").translate(_FROM_1252)


def _codec(charset: str) -> str:
    """Python's name for a charset; that of UTF-8 where there is no such charset."""
    if not _CHARSET.match(charset):
        return "utf-8"
    try:
        name = lookup(charset).name
    except LookupError:
        return "utf-8"
    return "utf-8" if name in _NOT_CHARSETS else _MEANT.get(name, name)


def repair(text: str) -> str:
    """Undo UTF-8 that was read as windows-1252 ("Ã¥" → "å"), line by line, where that is sure."""
    if text.isascii() or not _MISREAD.search(text):
        return text
    lines = text.split("\n")
    return "\n".join(_repaired(line) if _MISREAD.search(line) else line for line in lines)


def _repaired(line: str) -> str:
    # Every character past ASCII must take part: a line with one true "å" was never misread.
    try:
        better = line.translate(_TO_1252).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return line
    found = _HIGH.findall(better)
    # "PÅ”" happens to be valid UTF-8 for one rare letter; four rare letters do not just happen.
    sure = len(found) >= 4 or all(
        "\u00a0" <= character <= "\u00ff" or "\u2010" <= character <= "\u203a" or character == "€"
        for character in found
    )
    return better if sure else line


def transfer_decoded(data: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding (RFC 2045, 6); an unknown one is taken as it is."""
    name = encoding.strip().lower()
    if name == "quoted-printable":
        return a2b_qp(data)
    # A program that declares base64 and writes plain text is seen at its first line.
    if name == "base64" and _BASE64_LINE.match(data):
        return _base64(data)
    return data


def _base64(data: bytes) -> bytes:
    # Lists append plain footers after the padding: what follows it is not base64.
    letters = data.translate(None, _NOT_BASE64).partition(b"=")[0]
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return a2b_base64(whole + b"=" * (-len(whole) % 4))


_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z-]{0,20})?\?([BbQq])\?")


def header_text(value: bytes) -> str:
    """A header value on one line, folds and encoded words undone (RFC 5322, 2.2.3; RFC 2047)."""
    return one_line(words_decoded(" ".join(text_of(value).split())))


def words_decoded(text: str) -> str:
    """Undo encoded words, also those inside quotes, cut in mid-character or never closed."""
    pieces: list[str] = []
    held, charset = b"", ""  # neighbours of one charset are joined before they are decoded
    position = 0
    while found := _WORD.search(text, position):
        between = text[position : found.start()]
        end = text.find("?=", found.end())
        if end < 0:
            end = len(text)
        octets = _word(text[found.end() : end], found[2])
        adjacent = bool(held) and not between.strip()
        if not adjacent or found[1].lower() != charset:
            pieces.append(text_of(held, charset))
            pieces.append("" if adjacent else between)
            held, charset = b"", found[1].lower()
        held += octets
        position = min(end + 2, len(text))
    if not pieces:
        return text
    return " ".join("".join([*pieces, text_of(held, charset), text[position:]]).split())


def _word(content: str, encoding: str) -> bytes:
    octets = content.encode("utf-8")
    if encoding in "Bb":
        return _base64(octets)
    return a2b_qp(octets.replace(b" ", b"_"), header=True)


_PARAMETER = re.compile(
    r"[; ] ?([A-Za-z0-9!#$%&+.^_`{|}~-]{1,60})((?:\*\d{1,3})?\*?) ?= ?"
    r"(?:\"((?:[^\"\\]|\\.){0,2000})\"?|([^;\"]{0,2000}))"
)


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """A Content-Type or Content-Disposition: what stands first, in lower case, and its parameters.

    Parameters in pieces and in percent notation are put together (RFC 2231); the first of two with
    the same name counts.
    """
    text = " ".join(text_of(value[:10_000]).split())
    first = re.split(r"[; ]", text, maxsplit=1)[0].lower()
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, star, quoted, bare in _PARAMETER.findall(text):
        number = int(star.strip("*") or 0)
        plain = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare.strip()
        pieces.setdefault(name.lower(), {}).setdefault(number, (star.endswith("*"), plain))
    return first, {name: _joined(found) for name, found in pieces.items()}


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    ordered = [pieces[number] for number in sorted(pieces)]
    if not any(extended for extended, _ in ordered):
        return one_line(words_decoded("".join(text for _, text in ordered)))
    charset, head = "", ordered[0][1]
    if ordered[0][0] and head.count("'") >= 2:
        charset, _, head = head.split("'", 2)
    texts = [head, *(text for _, text in ordered[1:])]
    octets = b"".join(
        unquote_to_bytes(text) if extended else text.encode()
        for (extended, _), text in zip(ordered, texts, strict=True)
    )
    return one_line(text_of(octets, charset))
