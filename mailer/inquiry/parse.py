"""A received mail as an `Inquiry`.

Takes the exact octets that the server gave, whatever they are; never raises. Time and memory are
bounded (`Limits`). Everything in the inquiry can be encoded as UTF-8. What cannot be read is said
in `unreadable`, what the text does not show in `note`; what could be read stands there too.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from mailer.inquiry.body import all_texts_in, attachments_in, text_in
from mailer.inquiry.decoding import header_text, one_line, text_of, words_decoded
from mailer.inquiry.language import language_of
from mailer.inquiry.meeting import method_of
from mailer.inquiry.mime import LIMITS, Limits, Part, parts_of
from mailer.inquiry.quotation import NOTHING, own_words
from mailer.inquiry.sealed import note_on, why_sealed, without_armour
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.verdict import Attachment, Inquiry
from mailer.mail.address import Address, address

# "Sv: ", "RE[2]: " and the like: a short word, but not one of those that pass a mail on.
_ANSWER = re.compile(
    r"\s*(?:sv|re|vs|aw|antw|odp|odg|ynt|res|rif|r|ref|відп|ответ|на|رد|پاسخ)(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
_RECIPIENTS = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")


def read(raw: bytes, limits: Limits = LIMITS, ours: Shingles = NOTHING) -> Inquiry:
    """Read one mail. `ours` is what we have sent; it is cut from the sender's words."""
    root, exceeded = parts_of(raw, limits)
    fields = tuple((name, header_text(value)) for name, value in root.fields)
    return _Mail(
        sender=next(iter(_addresses(root, ("from",))), None),
        reply_to=next(iter(_addresses(root, ("reply-to",))), None),
        recipients=tuple(_addresses(root, _RECIPIENTS)),
        subject=next((value for name, value in fields if name == "subject"), ""),
        message_id=next(iter(_ids(v for name, v in fields if name == "message-id")), ""),
        references=_ids(v for name, v in fields if name in ("in-reply-to", "references")),
        headers=fields,
        content_types=tuple(_type(part) for part in root.walk()),
        root=root,
        exceeded=exceeded,
        most=limits.text,
        ours=ours,
    )


class _Mail(Inquiry):
    """An inquiry that reads its text when it is first asked for it, and once.

    What machines send is decided by its header; reading the text takes most of the time.
    """

    root: Part
    exceeded: str
    most: int
    ours: Shingles

    def __init__(self, **known: Any) -> None:
        vars(self).update(known)

    @cached_property
    def whole(self) -> str:
        return text_in(self.root)[: self.most].strip()

    @cached_property
    def text(self) -> str:
        answers = bool(self.references or _ANSWER.match(self.subject))
        return own_words(without_armour(self.whole), self.subject, self.ours, answers=answers)

    @cached_property
    def language(self) -> str:
        return language_of(self.text or self.subject)

    @cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(attachments_in(self.root))

    @cached_property
    def unreadable(self) -> str:
        return self.exceeded or _unreadable(self.root, self.subject, self.whole)

    @cached_property
    def note(self) -> str:
        return note_on(self.root, self.whole, self.text)


def texts_sent(raw: bytes) -> tuple[str, ...]:
    """The texts of a mail that we sent, plain and HTML: either may be what its readers quote."""
    root, _ = parts_of(raw, LIMITS)
    return all_texts_in(root)


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


# --- header fields

_MAILBOX = re.compile(r"(?:\"(?:[^\"\\]|\\.){0,250}\"|<[^<>]{0,400}>|\([^()]{0,250}\)|[^,;])+")
_ANGLE = re.compile(r"<\s*([^<>\s]{1,320})\s*>")
_BARE = re.compile(r"[^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255}")
_GROUP = re.compile(r"\A[^:@<\"]*:")
_QUOTES = re.compile(r"[\"'()<>\\]+")
_IDS = 500
"""A long thread has a hundred; a database takes some ten thousand in one question."""

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
    name = one_line(_QUOTES.sub(" ", words_decoded(words)))
    try:
        return address(email, name)
    except ValueError:
        return None


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    """The message ids in these fields, each once, without angle brackets.

    Of very many the first, which is the one that is answered, and the last.
    """
    found = tuple(dict.fromkeys(each for value in values for each in _ID.findall(value)))
    return found if len(found) <= _IDS else (*found[:1], *found[1 - _IDS :])
