"""A received mail as an `Inquiry`.

Takes the exact octets that the server gave, whatever they are; never raises. Time and memory are
bounded (`Limits`). Everything in the inquiry can be encoded as UTF-8. What cannot be read is said
in `unreadable`, what the text does not show in `note`; what could be read stands there too.
"""

import re
from collections.abc import Iterable

from mailer.inquiry.decoding import clean, header_text, text_of, words_decoded
from mailer.inquiry.language import language_of
from mailer.inquiry.mime import LIMITS, Limits, Part, parts_of
from mailer.inquiry.plaintext import plain_text
from mailer.inquiry.quotation import NOTHING, own_words
from mailer.inquiry.sealed import method_of, note_on, why_sealed, without_armour
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.verdict import Attachment, Inquiry
from mailer.mail.address import Address, address

_RECIPIENTS = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")
# Room for a long text after pictures written into its HTML.
_TEXT_OCTETS = 5 * 1024 * 1024


def read(raw: bytes, limits: Limits = LIMITS, ours: Shingles = NOTHING) -> Inquiry:
    """Read one mail. `ours` is what we have sent; it is cut from the sender's words."""
    root, exceeded = parts_of(raw, limits)
    fields = tuple((name, header_text(value)) for name, value in root.fields)
    whole = _text(root)[: limits.text].strip()
    subject = next((value for name, value in fields if name == "subject"), "")
    text = own_words(without_armour(whole), subject, ours)
    ids = [value for name, value in fields if name in ("in-reply-to", "references")]
    return Inquiry(
        sender=next(iter(_addresses(root, ("from",))), None),
        reply_to=next(iter(_addresses(root, ("reply-to",))), None),
        recipients=tuple(_addresses(root, _RECIPIENTS)),
        subject=subject,
        text=text,
        whole=whole,
        language=language_of(text or subject),
        message_id=next(iter(_ids(v for name, v in fields if name == "message-id")), ""),
        references=_ids(ids),
        headers=fields,
        content_types=tuple(_type(part) for part in root.walk()),
        attachments=tuple(_attachments(root)),
        unreadable=exceeded or _unreadable(root, subject, whole),
        note=note_on(root, whole, text),
    )


def texts_sent(raw: bytes) -> tuple[str, ...]:
    """The texts of a mail that we sent, plain and HTML: either may be what its readers quote."""
    root, _ = parts_of(raw, LIMITS)
    texts = ("text/plain", "text/html")
    return tuple(_decoded(part) for part in root.walk() if part.content_type in texts)


def _unreadable(root: Part, subject: str, whole: str) -> str:
    if not root.fields:
        return "det går inte att läsa detta som ett brev: brevhuvudet saknas"
    if why := why_sealed(root, whole):
        return why
    return "" if whole or subject else "brevet har varken ämne eller text"


def _type(part: Part) -> str:
    """The type of a part; with what a calendar part asks for ("text/calendar; method=reply")."""
    method = method_of(part) if part.content_type == "text/calendar" else ""
    return f"{part.content_type}; method={method}" if method else part.content_type


# --- text and attachments


def _text(root: Part) -> str:
    """The sender's text; that of a forwarded mail where there is no other."""
    texts = _texts(root, root.content_type)
    for part in root.walk():
        if texts:
            break
        if part.content_type == "message/rfc822":
            texts = [text for child in part.children for text in _texts(child, child.content_type)]
    return "\n\n".join(texts)


def _texts(part: Part, within: str, first: bool = True) -> list[str]:
    """The texts to read, in order, none of them blank. `within` is the type around the part."""
    if not part.content_type.startswith("multipart/") or not part.children:
        return [text] if _is_text(part, within, first) and (text := _decoded(part).strip()) else []
    numbered = list(enumerate(part.children))
    alternative = part.content_type == "multipart/alternative"
    if alternative:
        numbered.sort(key=lambda child: _has_html(child[1]))
    # What is not needed is not decoded: HTML takes most of the time of reading.
    below = (_texts(child, part.content_type, not number) for number, child in numbered)
    if alternative:
        return next(filter(None, below), [])
    return [text for texts in below for text in texts]


def _is_text(part: Part, within: str, first: bool) -> bool:
    """Whether a leaf is part of the text and not an attachment (RFC 8621, 4.1.4)."""
    if part.content_type.startswith("multipart/"):
        return True  # one without its boundary
    if part.content_type not in ("text/plain", "text/html") or part.disposition == "attachment":
        return False
    return first or (within != "multipart/related" and not part.name)


def _has_html(part: Part) -> bool:
    return any(found.content_type == "text/html" for found in part.walk())


def _decoded(part: Part) -> str:
    text = text_of(part.octets[:_TEXT_OCTETS], part.parameters.get("charset", ""))
    if part.content_type == "text/html":
        return clean(plain_text(text))  # again: entities may stand for anything
    if part.parameters.get("format", "").lower() == "flowed":
        return _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return text


def _unflowed(text: str, delete_space: bool) -> str:
    """Join the lines that a flowed text was broken into (RFC 3676, 4)."""
    lines: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        words = line.lstrip(">")
        if pieces and (words == "-- " or len(line) - len(words) != depth):
            lines.append("".join(pieces))
            pieces = []
        if not pieces:
            depth = len(line) - len(words)
            pieces.append(">" * depth + " " * bool(depth))
        words = words.removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        pieces.append(words[:-1] if flows and delete_space else words)
        if not flows:
            lines.append("".join(pieces))
            pieces = []
    return "\n".join([*lines, "".join(pieces)])


def _attachments(root: Part) -> Iterable[Attachment]:
    """Every leaf that is not text, and every mail that is attached to this one."""
    stack = [(root, root.content_type, True)]
    while stack:
        part, within, first = stack.pop()
        if part.content_type.startswith("multipart/") and part.children:
            children = enumerate(part.children)
            stack += [(child, part.content_type, not number) for number, child in children][::-1]
        elif not _is_text(part, within, first):
            size = len(part.octets) or sum(len(below.octets) for below in part.walk())
            yield Attachment(part.name, part.content_type, size)


# --- header fields

_MAILBOX = re.compile(r"(?:\"(?:[^\"\\]|\\.){0,250}\"|<[^<>]{0,400}>|\([^()]{0,250}\)|[^,;])+")
_ANGLE = re.compile(r"<\s*([^<>\s]{1,320})\s*>")
_BARE = re.compile(r"[^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255}")
_GROUP = re.compile(r"\A[^:@<\"]*:")
_QUOTES = re.compile(r"[\"'()<>\\]+")
_ID = re.compile(r"<([^<>\s]{1,998})>")


def _addresses(root: Part, names: Iterable[str]) -> Iterable[Address]:
    """Every usable address in these fields, in order. At most 32 kB of one field are read."""
    for name, value in root.fields:
        if name in names:
            text = " ".join(text_of(value[:32_768]).split())
            found = [box for piece in _MAILBOX.findall(text) if (box := _mailbox(piece))]
            # Some senders encode the whole field, address and all.
            decoded = words_decoded(text)
            yield from found or ([box] if (box := _mailbox(decoded)) else [])


def _mailbox(text: str) -> Address | None:
    text = _GROUP.sub("", text)
    angle = _ANGLE.search(text)
    found = angle or _BARE.search(text)
    if not found:
        return None
    email = (found[1] if angle else found[0]).strip("'")
    words = text[: found.start()] + " " + text[found.end() :]
    name = " ".join(_QUOTES.sub(" ", words_decoded(words)).split())
    try:
        return address(email, name)
    except ValueError:
        return None


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    """Every message id in these fields once, without angle brackets."""
    return tuple(dict.fromkeys(found for value in values for found in _ID.findall(value)))
