"""Header fields as bytes that any mail program reads (RFC 5322, 2047).

Takes plain Unicode; gives folded ASCII lines that end in CRLF. No value, wherever it came from,
can start a new field: control characters become spaces.
"""

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import quote

from mailer.mail.address import Address

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_WIDTH = 76  # RFC 2047 allows an encoded line 76; RFC 5322 asks for 78


def text_field(name: str, value: str) -> bytes:
    """An unstructured field such as Subject."""
    clean = _CONTROL.sub(" ", value).strip()
    return _line(name, _unstructured(clean, name))


def addresses_field(name: str, addresses: Iterable[Address]) -> bytes:
    """A field of mailboxes: From, To, Reply-To. One a line where there are several."""
    return _line(name, ",\r\n ".join(_mailbox(each, name) for each in addresses))


def plain_field(name: str, value: str) -> bytes:
    """A structured field whose value is ASCII and already right, folded at its spaces."""
    clean = _CONTROL.sub(" ", value)
    lines = [name + ":"]
    for word in clean.split():
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1].strip() not in ("", name + ":"):
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def _mailbox(address: Address, field: str) -> str:
    name = _CONTROL.sub(" ", address.name).strip()
    if not name:
        return address.email
    # A name that looks encoded must be encoded itself, or it would be decoded into another.
    if _PLAIN_PHRASE.match(name) and "=?" not in name and len(name) < _WIDTH - len(field):
        return f"{name} <{address.email}>"
    if name.isascii() and "=?" not in name and len(name) < _WIDTH - len(field):
        return f'"{quote(name)}" <{address.email}>'
    return f"{_encoded(name, field)}\r\n <{address.email}>"


def _unstructured(text: str, field: str) -> str:
    if text.isascii() and "=?" not in text and not _needs_fold(text, field):
        return text
    return _encoded(text, field)


def _needs_fold(text: str, field: str) -> bool:
    return len(field) + 2 + len(text) > _WIDTH or "  " in text


def _encoded(text: str, field: str) -> str:
    header = Header(text, "utf-8", maxlinelen=75, header_name=field)
    return header.encode(linesep="\r\n")


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")
