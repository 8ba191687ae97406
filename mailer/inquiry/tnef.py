"""What Outlook packs into a winmail.dat: the text of the mail and its attachments (MS-OXTNEF).

Takes the octets of an application/ms-tnef part; gives its text and its attachments as far as they
can be read, or None where they are no TNEF. Never raises; time grows with the size alone.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailer.inquiry.decoding import clean, text_of
from mailer.inquiry.rtf import decompressed, rtf_text

_SIGNATURE = bytes.fromhex("789f3e22")
_HEAD = struct.Struct("<BII")  # level, id, length
_CHECKSUM = 2

# Ids of attributes; above them stands their type.
_BODY, _PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_NEXT_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
# Ids of MAPI properties (MS-OXPROPS).
_TEXT, _HTML, _RTF, _HTML_CODEPAGE, _LONG_NAME = 0x1000, 0x1013, 0x1009, 0x3FDE, 0x3707

# Octets that the values of each type take up; those of the others are told beside them.
_FIXED = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8}
_FIXED[0x48] = 16
_VARIABLE = (0xD, 0x1E, 0x1F, 0x102)
_UNICODE, _SEVERAL, _NAMED = 0x1F, 0x1000, 0x8000

# A mail has some hundred properties, and five attributes for each attachment.
_MOST_ATTRIBUTES = 1_000
_MOST_PROPERTIES = 500
_MOST_VALUES = 100


@dataclass(slots=True)
class Packed:
    """One attachment."""

    name: str = ""
    octets: bytes = b""


@dataclass(slots=True)
class Winmail:
    """What is in it. `kind` is the type of `text`."""

    kind: Literal["text/plain", "text/html"]
    text: str
    attachments: list[Packed]


def unpacked(data: bytes) -> Winmail | None:
    """The contents of a winmail.dat."""
    if not data.startswith(_SIGNATURE):
        return None
    reader = _Reader()
    for kind, value in _attributes(data):
        reader.take(kind, value)
    return reader.finish()


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    for _ in range(_MOST_ATTRIBUTES):
        if position + _HEAD.size > len(data):
            return
        _level, kind, length = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        yield kind & 0xFFFF, data[position : position + length]
        position += length + _CHECKSUM


class _Reader:
    """Collects what the attributes hold; those of an attachment follow the one that opens it."""

    def __init__(self) -> None:
        self._codepage = 1252
        self._body = b""
        self._found: dict[int, tuple[int, bytes]] = {}
        self._attachments: list[Packed] = []

    def take(self, kind: int, value: bytes) -> None:
        if kind == _CODEPAGE:
            self._codepage = int.from_bytes(value[:4], "little")
        elif kind == _BODY:
            self._body = value
        elif kind == _PROPERTIES:
            self._found.update(_properties(value))
        elif kind == _NEXT_ATTACHMENT:
            self._attachments.append(Packed())
        elif self._attachments:
            self._describe(self._attachments[-1], kind, value)

    def _describe(self, attachment: Packed, kind: int, value: bytes) -> None:
        if kind == _TITLE:
            attachment.name = attachment.name or self._text(0, value)
        elif kind == _DATA:
            attachment.octets = value
        elif kind == _ATTACHMENT and _LONG_NAME in (found := dict(_properties(value))):
            attachment.name = self._text(*found[_LONG_NAME])

    def finish(self) -> Winmail:
        text = self._text(*self._found.get(_TEXT, (0, self._body)))
        if text.strip():
            return Winmail("text/plain", text, self._attachments)
        kind, html = self._found.get(_HTML, (0, b""))
        if html.strip():
            codepage = int.from_bytes(self._found.get(_HTML_CODEPAGE, (0, b""))[1], "little")
            shown = self._text(kind, html) if kind == _UNICODE else text_of(html, f"cp{codepage}")
            return Winmail("text/html", shown, self._attachments)
        rtf = rtf_text(decompressed(self._found.get(_RTF, (0, b""))[1]))
        return Winmail("text/plain", clean(rtf), self._attachments)

    def _text(self, kind: int, value: bytes) -> str:
        charset = "utf-16-le" if kind == _UNICODE else f"cp{self._codepage}"
        return text_of(value, charset).strip("\0")


def _properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """The type and first value of each property, by id; those behind a broken one are left out."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        position = 4
        for _ in range(min(_MOST_PROPERTIES, _number(data, 0))):
            kind, name = struct.unpack_from("<HH", data, position)
            position = _after_name(data, position + 4) if name & _NAMED else position + 4
            value, position = _value(data, position, kind)
            found[name] = (kind, value)
    except (struct.error, ValueError):
        pass
    return found


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    """The first value of a property, and the position behind its last one."""
    one = kind & ~_SEVERAL
    values = 1
    if kind & _SEVERAL or one in _VARIABLE:
        values = _number(data, position)
        position += 4
    if one not in _VARIABLE:
        size = _FIXED.get(one, 0)
        if not size:
            raise ValueError(kind)
        return data[position : position + size], position + values * size
    if values > _MOST_VALUES:
        raise ValueError(values)
    first = b""
    for number in range(values):
        size = _number(data, position)
        first = first if number else data[position + 4 : position + 4 + size]
        position += 4 + size + -size % 4
    return first, position


def _after_name(data: bytes, position: int) -> int:
    """The position behind the name of a property: a GUID, and a number or a text."""
    position += 16
    if not _number(data, position):
        return position + 8
    size = _number(data, position + 4)
    return position + 8 + size + -size % 4


def _number(data: bytes, position: int) -> int:
    number: int = struct.unpack_from("<I", data, position)[0]
    return number
