"""The body of a letter as MIME (RFC 2045, 2046): texts, pictures, a received mail.

Takes texts and octets; gives the fields that describe the body, a blank line, and the body, each
line ended by CRLF. Boundaries are derived from what they part: the same content always gives the
same octets. Joined by hand, for the email package takes longer over one letter than all the rest.
"""

from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from mailer.mail.template import quoted

MAX_LINE = 998  # RFC 5321, 4.5.3.1.6


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that HTML shows as cid:CID (RFC 2392). `content_type` is such as image/png."""

    cid: str
    content_type: str
    content: bytes


def body(text: str, html: str, inline: Sequence[Inline], original: bytes) -> bytes:
    """`html` is the other version of `text`, and `inline` what it shows; `original` goes along."""
    text, html = _encodable(text), _encodable(html)
    content = _text_part("plain", text.rstrip("\n"))
    if html:
        rich = _text_part("html", html)
        if inline:
            pictures = b"".join(each.content for each in inline)
            parts = [rich, *map(_picture, inline)]
            rich = _multipart('related; type="text/html"', _boundary(b"related", pictures), parts)
        boundary = _boundary(b"alternative", text.encode())
        content = _multipart("alternative", boundary, [content, rich])
    return _with_original(content, original) if original else content


def _encodable(text: str) -> str:
    return text.encode(errors="replace").decode()  # a lone surrogate becomes a question mark


def _text_part(subtype: str, text: str) -> bytes:
    return _part(f'text/{subtype}; charset="utf-8"', "quoted-printable", quoted(text).encode())


def _picture(inline: Inline) -> bytes:
    shown = ("Content-Disposition: inline", f"Content-ID: <{inline.cid}>")
    return _part(inline.content_type, "base64", _base64(inline.content), *shown)


def _with_original(content: bytes, original: bytes) -> bytes:
    """multipart/mixed of a body and the received mail, its octets untouched but for line ends."""
    lines = original.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if max(map(len, lines)) <= MAX_LINE and b"\0" not in original:
        # RFC 2046, 5.2.1: message/rfc822 may be 7bit or 8bit, never base64.
        kind, encoding = "message/rfc822", "7bit" if original.isascii() else "8bit"
        octets = b"\r\n".join(lines)
    else:
        # Lines that SMTP cannot carry: as a file, so that no relay cuts them.
        kind, encoding = "application/octet-stream", "base64"
        octets = _base64(original)
    attached = 'Content-Disposition: attachment; filename="original.eml"'
    parts = [content, _part(kind, encoding, octets, attached)]
    whole = "8bit" if encoding == "8bit" else "7bit"  # RFC 2045, 6.4: as wide as its parts
    width = f"Content-Transfer-Encoding: {whole}"
    return _multipart("mixed", _boundary(b"mixed", original), parts, width)


def _part(content_type: str, encoding: str, octets: bytes, *more: str) -> bytes:
    fields = (f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}", *more)
    return _header(fields) + octets


def _multipart(kind: str, boundary: str, parts: Sequence[bytes], *more: str) -> bytes:
    """`kind` is the subtype, and its parameters but for the boundary."""
    header = _header((f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"', *more))
    between = f"--{boundary}\r\n".encode()
    end = f"--{boundary}--\r\n".encode()
    return b"".join((header, *(between + part + b"\r\n" for part in parts), end))


def _header(fields: Sequence[str]) -> bytes:
    return "".join(f"{field}\r\n" for field in (*fields, "")).encode()


def _base64(octets: bytes) -> bytes:
    return encodebytes(octets).replace(b"\n", b"\r\n")


def _boundary(kind: bytes, content: bytes) -> str:
    # "=_" cannot stand in quoted-printable; the hash cannot stand in what it is the hash of.
    return "=_" + sha256(kind + content).hexdigest()[:32]
