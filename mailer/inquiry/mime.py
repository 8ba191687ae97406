"""The parts of a mail, from its octets (RFC 5322, 2045, 2046).

Takes any bytes; gives a tree of `Part`s, never an exception, in time that grows with the size alone
(the standard library's parser takes seconds for a small mail nested on purpose). What is broken is
read as the mail programs do: a multipart without its boundary is text, a part without an end ends
with what holds it, the body starts at the first line that is no header field. What stands within an
attached mail, within a signature that wraps the mail (S/MIME) and within Outlook's winmail.dat are
parts like others.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailer.inquiry.cms import signed_content
from mailer.inquiry.decoding import header_text, parameters, transfer_decoded
from mailer.inquiry.tnef import unpacked

MAIL = "message/rfc822"
PKCS7 = "application/pkcs7-mime"
RPMSG = "application/x-microsoft-rpmsg-message"
TNEF = "application/ms-tnef"

# The other type that programs give these, and the end of their names.
_ALSO = (
    (PKCS7, "application/x-pkcs7-mime", ".p7m"),
    (RPMSG, RPMSG, ".rpmsg"),
    (TNEF, "application/vnd.ms-tnef", "winmail.dat"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one mail is read. `size` in octets, `text` in characters, `fields` in one part.

    Mail that people write stays far below all of them.
    """

    parts: int = 200
    depth: int = 20
    size: int = 25 * 1024 * 1024
    fields: int = 1_000
    text: int = 200_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `octets` is the body of a leaf, decoded; `children` those of any other part."""

    fields: tuple[tuple[str, bytes], ...]
    content_type: str
    parameters: Mapping[str, str]
    disposition: str
    name: str
    octets: bytes = b""
    children: tuple["Part", ...] = ()

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_FIELD_OCTETS = 64 * 1024
_JUNK = re.compile(rb"(?:[ \t]*\n)*(?:>?From [^\n]*\n)?")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


def parts_of(raw: bytes, limits: Limits) -> tuple[Part, str]:
    """The tree, and in Swedish which limit the mail breaks, or "". The rest is left out."""
    reader = _Reader(limits)
    if len(raw) > limits.size:
        reader.exceeded = f"brevet är större än {limits.size // 1024} kB"
        raw = raw[: limits.size]
    data = _lines(raw)
    junk = _JUNK.match(data)
    return reader.part(data, junk.end() if junk else 0, len(data)), reader.exceeded


def _lines(raw: bytes) -> bytes:
    if b"\n" not in raw:
        return raw.replace(b"\r", b"\n")
    return raw.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")


class _Reader:
    """Counts while it reads, so that the bounds hold over the whole tree.

    Parts are ranges of one buffer: copies on every level would multiply a large mail by its depth.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = 0
        self.exceeded = ""

    def part(
        self, data: bytes, start: int, end: int, default: str = "text/plain", depth: int = 1
    ) -> Part:
        self.parts += 1
        fields, start = self._fields(data, start, end)
        header: dict[str, bytes] = {}
        for name, value in fields:
            header.setdefault(name, value)
        given, options = parameters(header.get("content-type", b""))
        disposition, more = parameters(header.get("content-disposition", b""))
        name = more.get("filename") or options.get("name", "")
        content_type = _meant(given if _TYPE.fullmatch(given) else default, name.lower())
        encoding = header_text(header.get("content-transfer-encoding", b"")[:100])
        children: tuple[Part, ...] = ()
        if content_type.startswith("multipart/"):
            default = MAIL if content_type == "multipart/digest" else "text/plain"
            pieces = _pieces(data, start, end, options.get("boundary", ""))
            children = self._below(data, pieces, default, depth)
        octets = b"" if children else transfer_decoded(data[start:end], encoding)
        children = children or self._within(octets, content_type, depth)
        return Part(
            fields=fields,
            content_type=content_type,
            parameters=options,
            disposition=disposition,
            name=name,
            octets=b"" if children else octets,
            children=children,
        )

    def _fields(
        self, data: bytes, start: int, end: int
    ) -> tuple[tuple[tuple[str, bytes], ...], int]:
        """The header fields, and where the body starts."""
        fields: list[tuple[str, bytes]] = []
        while found := _FIELD.match(data, start, end):
            start = found.end()
            if len(fields) >= self.limits.fields:
                self.exceeded = f"brevet har fler än {self.limits.fields} rader i ett brevhuvud"
                break
            fields.append((found[1].decode("ascii").lower(), found[2][:_FIELD_OCTETS].strip()))
        return tuple(fields), start + data.startswith(b"\n", start, end)

    def _within(self, octets: bytes, content_type: str, depth: int) -> tuple[Part, ...]:
        """The parts of what is no multipart, but holds a mail."""
        if content_type == TNEF:
            return self._packed(octets)
        if content_type == PKCS7:
            octets = signed_content(octets)
        if content_type not in (MAIL, PKCS7) or not octets:
            return ()
        inner = _lines(octets)
        return self._below(inner, iter([(0, len(inner))]), "text/plain", depth)

    def _packed(self, octets: bytes) -> tuple[Part, ...]:
        mail = unpacked(octets)
        if not mail:
            return ()
        text = Part((), mail.kind, {"charset": "utf-8"}, "", "", mail.text.encode())
        children = [text] + [
            Part((), "application/octet-stream", {}, "attachment", each.name, each.octets)
            for each in mail.attachments
        ]
        room = max(1, self.limits.parts - self.parts)
        if len(children) > room:
            self.exceeded = f"brevet har fler än {self.limits.parts} delar"
        self.parts += len(children)
        return tuple(children[:room])

    def _below(
        self, data: bytes, pieces: Iterator[tuple[int, int]], default: str, depth: int
    ) -> tuple[Part, ...]:
        if depth >= self.limits.depth:
            self.exceeded = f"brevet har delar i fler än {self.limits.depth} nivåer"
            return ()
        children: list[Part] = []
        for start, end in pieces:
            if self.parts >= self.limits.parts:
                self.exceeded = f"brevet har fler än {self.limits.parts} delar"
                break
            children.append(self.part(data, start, end, default, depth + 1))
        return tuple(children)


def _meant(content_type: str, name: str) -> str:
    found = (meant for meant, other, end in _ALSO if content_type == other or name.endswith(end))
    return next(found, content_type)


def _pieces(data: bytes, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """The ranges between the delimiter lines; the last one may lack its end."""
    if not boundary:
        return
    line = rb"\n--" + re.escape(boundary.encode())
    delimiter = re.compile(line + rb"(--)?[ \t]*(?=\n|\Z)")
    if not delimiter.search(data, start - 1, end):
        # A line need only begin with the boundary (RFC 2046, 5.1.1); but that of a part within may
        # be a longer one.
        delimiter = re.compile(line + rb"(--)?[^\n]*")
    begin = -1
    # A multipart has a header field, so a line ends just before its body.
    for found in delimiter.finditer(data, start - 1, end):
        if begin >= 0:
            yield begin, max(begin, found.start())
        if found[1]:
            return
        begin = min(found.end() + 1, end)
    if begin >= 0:
        yield begin, end
