"""Letters as bytes: what all recipients share, and the few lines that are one recipient's own.

Takes texts and addresses; gives RFC 5322 bytes with CRLF. The same draft always gives the same
bytes: boundaries are derived from the content, the date is the draft's.

A letter on the wire is `own_lines(...)` followed by `shared(...)`.
"""

import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal
from urllib.parse import quote

from mailer.mail.address import Address
from mailer.mail.header import addresses_field, plain_field, text_field

_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+\Z")  # as received: some are no ids at all
_MAX_LINE = 998  # RFC 5321, 4.5.3.1.6


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it has a recipient.

    `html` is the other version of `text`; `original` the exact bytes of a received mail that goes
    along. `auto_submitted` (RFC 3834) marks what no person wrote; such a letter also asks that
    nobody's robot answers it. `references` are ids without angle brackets, the last one answered.
    """

    sender: Address
    subject: str
    text: str
    date: datetime
    reply_to: tuple[Address, ...] = ()
    html: str = ""
    original: bytes = b""
    auto_submitted: Literal["", "auto-replied", "auto-generated"] = ""
    references: tuple[str, ...] = ()
    language: str = "sv"
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a relay takes: the envelope (`mail_from` empty is the null sender) and the bytes."""

    mail_from: str
    recipient: str
    content: bytes


def shared(draft: Draft) -> bytes:
    """All of a letter but its recipient's own lines: the other header fields and the body."""
    fields = [
        addresses_field("From", [draft.sender]),
        text_field("Subject", draft.subject),
        plain_field("Date", format_datetime(draft.date)),
        plain_field("Content-Language", draft.language),
    ]
    if draft.reply_to:
        fields.append(addresses_field("Reply-To", draft.reply_to))
    references = [f"<{each}>" for each in draft.references if _ID.match(each)]
    if references:
        fields.append(plain_field("In-Reply-To", references[-1]))
        fields.append(plain_field("References", " ".join(references)))
    if draft.list_id:
        fields.append(plain_field("List-Id", draft.list_id))
        fields.append(plain_field("Precedence", "bulk"))
    if draft.auto_submitted:
        fields.append(plain_field("Auto-Submitted", draft.auto_submitted))
        fields.append(plain_field("X-Auto-Response-Suppress", "All"))
    fields.append(b"MIME-Version: 1.0\r\n")
    return b"".join(fields) + _body(draft)


def own_lines(to: Address, message_id: str, unsubscribe: str = "") -> bytes:
    """The header fields of one recipient. `unsubscribe` is what stands in List-Unsubscribe."""
    fields = [
        addresses_field("To", [to]),
        plain_field("Message-ID", f"<{message_id}>"),
    ]
    if unsubscribe:
        fields.append(plain_field("List-Unsubscribe", unsubscribe))
    return b"".join(fields)


def unsubscribe_by_mail(mailbox: Address, token: str) -> str:
    """List-Unsubscribe by mail (RFC 2369): a click sends a mail that triage recognises."""
    return f"<mailto:{mailbox.email}?subject={quote(f'avsluta {token}')}>"


def text_of(content: bytes) -> str:
    """The text of a letter that `shared` made, as its reader sees it."""
    part = message_from_bytes(content, policy=SMTP).get_body(("plain",))
    assert part is not None  # noqa: S101 - shared() puts one in every letter
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def _body(draft: Draft) -> bytes:
    message = EmailMessage(policy=SMTP)
    message.set_content(_tidy(draft.text), cte="quoted-printable")
    if draft.html:
        message.add_alternative(draft.html, subtype="html", cte="quoted-printable")
        message.set_boundary(_boundary(draft.text.encode(errors="replace")))
    for part in message.walk():
        del part["MIME-Version"]  # it stands once, in the letter's own header
    body = message.as_bytes()
    return _with_original(body, draft.original) if draft.original else body


def _tidy(text: str) -> str:
    return text.rstrip("\n") + "\n"


def _with_original(body: bytes, original: bytes) -> bytes:
    """multipart/mixed of our text and the received mail, its bytes untouched but for line ends."""
    lines = _LINE_ENDS.split(original)
    clean = max(map(len, lines)) <= _MAX_LINE and b"\0" not in original
    if clean:
        # RFC 2046, 5.2.1: message/rfc822 may be 7bit or 8bit, never base64.
        encoding = b"7bit" if original.isascii() else b"8bit"
        head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding
        content = b"\r\n".join(lines)
    else:
        # Lines that SMTP cannot carry: as a file, so that no relay cuts them.
        head = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64"
        content = encodebytes(original).replace(b"\n", b"\r\n")
    boundary = _boundary(original).encode()
    part = head + b'\r\nContent-Disposition: attachment; filename="original.eml"\r\n\r\n' + content
    return b"".join(
        (
            b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n',
            b"--" + boundary + b"\r\n" + body + b"\r\n",
            b"--" + boundary + b"\r\n" + part + b"\r\n",
            b"--" + boundary + b"--\r\n",
        )
    )


def _boundary(content: bytes) -> str:
    # "=_" cannot stand in quoted-printable; the hash cannot stand in what it is the hash of.
    return "=_" + sha256(content).hexdigest()[:32]
