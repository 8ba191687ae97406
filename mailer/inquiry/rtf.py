"""The text of an RTF document, as Outlook packs it into a winmail.dat (MS-OXRTFCP, MS-OXRTFEX).

Takes compressed RTF, or RTF; gives the octets, or the words that it shows. HTML within RTF needs
nothing of its own: its tags stand in groups that a reader who does not know them passes over.
Never raises; time grows with the size alone.
"""

import re
import struct

from mailer.inquiry.decoding import text_of

MOST = 512 * 1024
"""Octets of RTF that are read; pictures in it make it longer, the words do not."""

_RING = 4096
_PRESET = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_HEADER = struct.Struct("<II4sI")  # size, size of the RTF, method, checksum


def decompressed(data: bytes) -> bytes:
    """RTF out of compressed RTF (MS-OXRTFCP, 2.2); as far as it can be read."""
    if len(data) < _HEADER.size:
        return b""
    size, plain, method, _checksum = _HEADER.unpack_from(data)
    body = data[_HEADER.size : size + 4]
    if method == b"MELA":
        return body[: min(plain, MOST)]
    return _expanded(body, min(plain, MOST)) if method == b"LZFu" else b""


def _expanded(body: bytes, most: int) -> bytes:
    """Octets as they are or, as the bits before them say, references back."""
    out = bytearray(_PRESET)
    position = 0
    while position < len(body) and len(out) < most + len(_PRESET):
        flags = body[position]
        position += 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += body[position : position + 1]
                position += 1
                continue
            reference = int.from_bytes(body[position : position + 2])
            position += 2
            back = (len(out) - (reference >> 4)) % _RING
            if not 0 < back <= len(out) or position > len(body):
                return bytes(out[len(_PRESET) :])
            for _ in range((reference & 15) + 2):
                out.append(out[-back])
    return bytes(out[len(_PRESET) :])


_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)", re.DOTALL
)
_NOT_SHOWN = frozenset(
    {"colortbl", "fonttbl", "footer", "header", "info", "listtable", "object", "pict", "stylesheet"}
)
_SHOWN = {
    **dict.fromkeys(("line", "page", "par", "row", "sect"), "\n"),
    **{"bullet": "•", "cell": " ", "emdash": "—", "endash": "–", "ldblquote": "“"},
    **{"lquote": "‘", "rdblquote": "”", "rquote": "’", "tab": "\t"},
}
_SIGNS = {"\n": "\n", "\r": "\n", "~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}"}


def rtf_text(data: bytes) -> str:
    """The words of an RTF document."""
    writer = _Writer()
    position = 0
    while found := _TOKEN.search(data, position):
        position = found.end()
        word, number, octet, sign, brace, text = found.groups()
        if word == b"bin":
            position += max(0, int(number or 0))
        elif word:
            writer.control(word.decode("ascii"), None if number is None else int(number))
        elif octet:
            writer.octets(bytes.fromhex(octet.decode("ascii")))
        elif sign:
            writer.sign(sign.decode("latin-1"))
        elif brace:
            writer.brace(opens=brace == b"{")
        else:
            writer.octets(text)
    return writer.finish()


class _Writer:
    """Collects what the groups show. What holds in a group ends with it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._held = bytearray()  # octets of one codepage are decoded together
        self._codepage = 1252
        self._shown = True
        self._stand_ins = 1  # so many characters stand in for one that is told by its number
        self._outer: list[tuple[bool, int]] = []
        self._passed_over = 0

    def control(self, word: str, number: int | None) -> None:
        if word == "u" and number is not None:
            self._show(chr(number & 0xFFFF))
            self._passed_over = self._stand_ins
        elif word == "uc":
            self._stand_ins = max(0, number or 0)
        elif word == "ansicpg":
            self._codepage = number or 1252
        elif word in _NOT_SHOWN:
            self._shown = False
        elif word in _SHOWN:
            self._show(_SHOWN[word])

    def sign(self, sign: str) -> None:
        if sign == "*":
            self._shown = False  # a group that only those who know it read
        else:
            self._show(_SIGNS.get(sign, ""))

    def octets(self, octets: bytes) -> None:
        kept = octets[self._passed_over :]
        self._passed_over -= len(octets) - len(kept)
        if self._shown:
            self._held += kept

    def brace(self, *, opens: bool) -> None:
        self._passed_over = 0
        if opens:
            self._outer.append((self._shown, self._stand_ins))
        elif self._outer:
            self._shown, self._stand_ins = self._outer.pop()

    def _show(self, text: str) -> None:
        self._passed_over = 0
        if self._shown:
            self._decode()
            self._pieces.append(text)

    def _decode(self) -> None:
        if self._held:
            self._pieces.append(text_of(bytes(self._held), f"cp{self._codepage}"))
            self._held.clear()

    def finish(self) -> str:
        self._decode()
        text = "".join(self._pieces)
        # Characters past U+FFFF come in two halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
