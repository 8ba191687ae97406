"""Header fields as bytes that any mail program reads (RFC 5322, 2047).

Takes plain Unicode; gives folded ASCII lines that end in CRLF. No value, wherever it came from,
can start a new field: control characters become spaces.
"""

import re
from collections.abc import Iterable
from email import base64mime, quoprimime
from email.header import Header
from email.utils import quote

from mailer.mail.address import Address
from mailer.mail.line import one_line

_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_WIDTH = 76  # RFC 2047 allows an encoded line 76; RFC 5322 asks for 78


def text_field(name: str, value: str) -> bytes:
    """An unstructured field such as Subject."""
    text = one_line(value)
    return _line(name, text if _stands(text, name) else _encoded(text, name))


def addresses_field(name: str, addresses: Iterable[Address]) -> bytes:
    """A field of mailboxes: From, To, Reply-To. One a line where there are several."""
    return _line(name, ",\r\n ".join(_mailbox(each, name) for each in addresses))


def phrase_field(name: str, value: str) -> bytes:
    """A phrase before something in angle brackets, as in List-Id (RFC 2919)."""
    phrase, _, identifier = one_line(value).rpartition("<")
    identifier = identifier.removesuffix(">")
    return _line(name, _phrased(phrase.strip(), identifier, name) if phrase else f"<{identifier}>")


def plain_field(name: str, value: str) -> bytes:
    """A structured field whose value is ASCII and already right, folded at its spaces."""
    lines = [f"{name}:"]
    for word in one_line(value).split(" "):
        # The first word stays beside the name: some programs read an empty field otherwise.
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines != [f"{name}:"]:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def _mailbox(address: Address, field: str) -> str:
    name, email = one_line(address.name), one_line(address.email)
    return _phrased(name, email, field) if name else email


def _phrased(phrase: str, identifier: str, field: str) -> str:
    words = phrase if _PLAIN_PHRASE.match(phrase) else f'"{quote(phrase)}"'
    if not _stands(words, field):
        words = _encoded(phrase, field)
    whole = f"{words} <{identifier}>"
    return whole if _fits(whole, field) else f"{words}\r\n <{identifier}>"


def _stands(text: str, field: str) -> bool:
    # What looks encoded must be encoded itself, or it would be decoded into something else.
    return text.isascii() and "=?" not in text and _fits(text, field)


def _fits(text: str, field: str) -> bool:
    return len(f"{field}: {text}") <= _WIDTH


def _encoded(text: str, field: str) -> str:
    # A name is one word of RFC 2047 nearly always, and Header takes 40 times as long over it.
    octets = text.encode()
    quoted = quoprimime.header_encode(octets, "utf-8")
    word: str = min(quoted, base64mime.header_encode(octets, "utf-8"), key=len)
    if len(f"{field}: {word}") < _WIDTH:
        return word
    return Header(text, "utf-8", maxlinelen=75, header_name=field).encode(linesep="\r\n")


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")
