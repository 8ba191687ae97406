"""Letters as bytes: what all recipients share, and the few lines that are one recipient's own.

Takes texts and addresses; gives RFC 5322 bytes with CRLF. The same draft always gives the same
bytes: boundaries are derived from the content, the date is the draft's.

A letter on the wire is `own_lines(...)` followed by `shared(...)`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

from mailer.mail.address import Address
from mailer.mail.body import MAX_LINE, Inline, body
from mailer.mail.header import addresses_field, phrase_field, plain_field, text_field

_MAX_ID = MAX_LINE - len("In-Reply-To: <>")
_ID = re.compile(r"[!-;=?A-~]+@[!-;=?-~]+\Z")  # as received: some are no ids at all
_LATEST = 20  # references kept besides the first: a thread may go on for years


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it has a recipient; its texts may hold the marks of `mail.template`.

    `html` is the other version of `text`, and `inline` what it shows; `original` the exact bytes of
    a received mail that goes along. `auto_submitted` (RFC 3834) marks what no person wrote; such a
    letter also asks that nobody's robot answers it. One `to_colleague` may be answered all the same
    with what we want to know: that it cannot be delivered, or that its reader is away. `references`
    are ids without angle brackets, the last one answered. `list_id` is as RFC 2919 has it:
    "Nyheter <nyheter.kommun.example>". `unsubscribe` is what stands in
    List-Unsubscribe, an https address among it (RFC 8058).
    """

    sender: Address
    subject: str
    text: str
    date: datetime
    reply_to: tuple[Address, ...] = ()
    html: str = ""
    original: bytes = b""
    auto_submitted: Literal["", "auto-replied", "auto-generated"] = ""
    to_colleague: bool = False
    references: tuple[str, ...] = ()
    language: str = "sv"
    list_id: str = ""
    unsubscribe: str = ""
    inline: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What a relay takes: the envelope (`mail_from` empty is the null sender) and the bytes.

    `dotless` content has lines that end in CRLF, the last one too, and none that begins with a
    dot: it goes on the wire as it is.
    """

    mail_from: str
    recipient: str
    content: bytes
    dotless: bool = False


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
    fields += _thread(draft.references)
    if draft.list_id:
        fields.append(phrase_field("List-Id", draft.list_id))
        fields.append(plain_field("Precedence", "bulk"))
    if draft.unsubscribe:
        fields.append(plain_field("List-Unsubscribe", draft.unsubscribe))
        fields.append(plain_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if draft.auto_submitted:
        fields.append(plain_field("Auto-Submitted", draft.auto_submitted))
        # As Exchange reads it (MS-OXCMAIL, 2.1.3.2.20): All holds back NDR and OOF, too.
        suppressed = "DR, RN, NRN, AutoReply" if draft.to_colleague else "All"
        fields.append(plain_field("X-Auto-Response-Suppress", suppressed))
    fields.append(b"MIME-Version: 1.0\r\n")
    fields.append(body(draft.text, draft.html, draft.inline, draft.original))
    return b"".join(fields)


def own_lines(to: Address, message_id: str) -> bytes:
    """The header fields of one recipient."""
    return addresses_field("To", [to]) + plain_field("Message-ID", f"<{message_id}>")


def unsubscribe_by_mail(mailbox: Address, token: str) -> str:
    """List-Unsubscribe by mail (RFC 2369): a click sends a mail that triage recognises."""
    return f"<mailto:{quote(mailbox.email, safe='@+')}?subject={quote(f'avsluta {token}')}>"


def text_of(content: bytes) -> str:
    """The text of a letter that `shared` made, as its reader sees it."""
    part = message_from_bytes(content, policy=SMTP).get_body(("plain",))
    assert part is not None  # noqa: S101 - shared() puts one in every letter
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def html_of(content: bytes) -> str:
    """The other version of that text, or empty."""
    part = message_from_bytes(content, policy=SMTP).get_body(("html",))
    html: str = part.get_content() if part else ""
    return html.replace("\r\n", "\n")


def _thread(references: tuple[str, ...]) -> list[bytes]:
    ids = [each for each in references if len(each) <= _MAX_ID and _ID.match(each)]
    if not ids:
        return []
    del ids[1:-_LATEST]
    fields = [plain_field("References", " ".join(f"<{each}>" for each in ids))]
    if ids[-1] == references[-1]:
        fields.append(plain_field("In-Reply-To", f"<{ids[-1]}>"))
    return fields
