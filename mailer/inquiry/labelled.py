"""Mails of which people have said what they are about: to learn from, and to be measured on.

Takes one object as it stands in a file of labelled mails (`config/triage/README.md` says what its
fields mean); gives a `Labelled`, that as an `Example`, and that as the mail it would have come in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import get_args

from mailer.inquiry.learn import Example
from mailer.inquiry.verdict import Kind
from mailer.mail.address import Address, address

_NAMED = 6  # words of a mail without a subject, by which people may see it called

_KINDS: Mapping[str, Kind] = {"auto": "auto-reply", **{kind: kind for kind in get_args(Kind)}}


@dataclass(frozen=True, slots=True)
class Labelled:
    """`routes`: who must see it, the owner first; none: the coordinator. `also_ok`: who may.

    Without `teaches_owner` it was written to teach something else (what is urgent, what a machine
    wrote), and its routes are too rough to learn from.
    """

    name: str
    sender: Address
    subject: str
    body: str
    language: str
    kind: Kind
    routes: tuple[str, ...]
    also_ok: tuple[str, ...]
    urgent: bool
    teaches_owner: bool = True

    @property
    def owner(self) -> str | None:
        return self.routes[0] if self.routes else None

    def example(self) -> Example:
        words = self.body.split()
        begun = " ".join(words[:_NAMED]) + ("…" if len(words) > _NAMED else "")
        name = self.subject or begun or self.name
        also_ok = (*self.routes[1:], *self.also_ok)
        return Example(self.body, self.subject, self.language, self.owner, also_ok, name=name)

    def mail(self, mailbox: Address) -> bytes:
        """It as it would have come to `mailbox`."""
        message = EmailMessage(policy=SMTP)
        message["From"] = str(self.sender)
        message["To"] = str(mailbox)
        message["Subject"] = self.subject
        message.set_content(self.body)
        return message.as_bytes()


def labelled(value: object) -> Labelled:
    """One object of a file. Raises ValueError that says what is wrong with it."""
    if not isinstance(value, dict):
        raise ValueError("expected an object in braces")
    kind = _text(value, "kind")
    if kind not in _KINDS:
        raise ValueError(f"kind: expected one of {', '.join(_KINDS)}, not {kind!r}")
    return Labelled(
        name=_text(value, "id"),
        sender=address(_text(value, "from"), _text(value, "from_name")),
        subject=" ".join(_text(value, "subject").split()),
        body=_text(value, "body"),
        language=_text(value, "lang"),
        kind=_KINDS[kind],
        routes=_texts(value, "routes"),
        also_ok=_texts(value, "also_ok"),
        urgent=value.get("urgent") is True,
    )


def _text(value: Mapping[str, object], field: str) -> str:
    found = value.get(field)
    if not isinstance(found, str):
        raise ValueError(f"{field}: expected a text")
    return found


def _texts(value: Mapping[str, object], field: str) -> tuple[str, ...]:
    found = value.get(field)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError(f"{field}: expected a list of texts")
    return tuple(found)
