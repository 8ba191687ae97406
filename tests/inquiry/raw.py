"""Mails for the tests of reading, and what holds for whatever is read."""

import re
from pathlib import Path

from mailer.inquiry.parse import read
from mailer.inquiry.verdict import Inquiry

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SAMPLES = sorted((CORPUS / "parse").glob("*/*.eml"))
REAL = sorted(CORPUS.rglob("*.eml"))

HEAD = b"From: a@example.org\nSubject: x\n"
PLAIN = (
    "From: Åsa Ek <asa@example.org>\r\n"
    "To: Initiativ trygghet <mailbox@example.se>\r\n"
    "Subject: Lampan\r\n"
    "\r\n"
    "Lampan utanför 14 B är trasig.\r\n"
).encode()


def mail(body: str, content_type: str = "text/plain", head: str = "") -> Inquiry:
    text = f"From: a@example.org\nSubject: x\n{head}Content-Type: {content_type}\n\n{body}"
    return read(text.encode("latin-1"))


def parts(*bodies: str, kind: str = "mixed") -> Inquiry:
    inner = "".join(f"--b\n{body}\n" for body in bodies)
    return mail(f"{inner}--b--\n", f'multipart/{kind}; boundary="b"')


def read_out(raw: bytes) -> Inquiry:
    """Read a mail with all that it says: its text is else read when it is first asked for."""
    inquiry = read(raw)
    hash(inquiry)
    return inquiry


def encodable(inquiry: Inquiry) -> bool:
    repr(inquiry).encode()
    texts = [inquiry.subject, inquiry.text, inquiry.whole, inquiry.message_id, inquiry.language]
    texts += [text for field in inquiry.headers for text in field]
    texts += [*inquiry.references, *inquiry.content_types, inquiry.unreadable]
    texts += [text for part in inquiry.attachments for text in (part.name, part.content_type)]
    boxes = (*inquiry.recipients, inquiry.sender, inquiry.reply_to)
    texts += [text for box in boxes if box for text in (box.email, box.name)]
    for text in texts:
        text.encode("utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", text)
    return True
