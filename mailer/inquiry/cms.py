"""The content of a signed S/MIME mail that wraps what it signs (RFC 5652; RFC 8551, 3.5).

Takes the octets of an application/pkcs7-mime part; gives the signed octets, a MIME entity, or b""
where they are not signed data, hold no content or are broken. The content lies there in the clear:
nothing is verified, and nobody is told that it was. DER is read and the BER that mail programs
write, with lengths that are not told beforehand.
"""

from collections.abc import Iterator
from typing import NamedTuple

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_OBJECT, _OCTETS, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x30, 0xA0
_PIECES = 0x24  # octets in pieces: how programs write what they do not hold in memory

_DEPTH = 20  # of elements in each other; a certificate has some ten
_ELEMENTS = 200_000  # ten times as many as 25 MB have in pieces of a kilobyte


class _Element(NamedTuple):
    """One element: where its content starts and stops, and where the next element starts."""

    tag: int
    start: int
    stop: int
    after: int


def signed_content(data: bytes) -> bytes:
    """What was signed, or b""."""
    try:
        return _Reader(data).signed()
    except (IndexError, ValueError):
        return b""


class _Reader:
    """Reads elements; what cannot be is an IndexError or a ValueError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = _ELEMENTS

    def signed(self) -> bytes:
        kind, held, *_ = self._within(self._element(0, len(self._data)), _SEQUENCE)
        if kind.tag != _OBJECT or self._data[kind.start : kind.stop] != _SIGNED_DATA:
            return b""
        (signed,) = self._within(held, _EXPLICIT)
        _version, _digests, content, *_ = self._within(signed, _SEQUENCE)
        _kind, wrapped = self._within(content, _SEQUENCE)
        (octets,) = self._within(wrapped, _EXPLICIT)
        return b"".join(self._octets(octets))

    def _octets(self, element: _Element, depth: int = _DEPTH) -> Iterator[bytes]:
        """The value of an OCTET STRING, which may come in pieces (X.690, 8.7.3)."""
        if element.tag == _OCTETS:
            yield self._data[element.start : element.stop]
        elif depth:
            for piece in self._within(element, _PIECES):
                yield from self._octets(piece, depth - 1)

    def _within(self, element: _Element, tag: int) -> Iterator[_Element]:
        """The elements within one that must have this tag."""
        if element.tag != tag:
            raise ValueError(element.tag)
        position = element.start
        while position < element.stop:
            inner = self._element(position, element.stop)
            yield inner
            position = inner.after

    def _element(self, position: int, stop: int, depth: int = _DEPTH) -> _Element:
        """The element at a position. Tags of several octets are not used in signed mails."""
        self._left -= 1
        if not self._left or not depth:
            raise ValueError(position)
        tag, length = self._data[position], self._data[position + 1]
        start = position + 2
        if length == 0x80:
            # Two zeros follow the last element within (X.690, 8.1.3.6).
            end = start
            while self._data[end : end + 2] != b"\0\0":
                end = self._element(end, stop, depth - 1).after
            return _Element(tag, start, end, end + 2)
        if length > 0x80:
            octets = self._data[start : start + length - 0x80]
            start += len(octets)
            length = int.from_bytes(octets)
        if start + length > stop:
            raise ValueError(length)
        return _Element(tag, start, start + length, start + length)
