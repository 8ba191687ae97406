"""What answers by itself at somebody's address, as `tests.servers.town` asks it.

Each robot takes a letter as it was delivered and gives the letters that it sends because of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

from tests.servers import Letter
from tests.servers.town import report


@dataclass
class Answers:
    """An answering machine, a ticket system, another who answers whatever comes.

    `subject` may hold {subject}, that of the letter, and {n}, which counts the answers; `sender`,
    the address that it answers from, {n} too. It `refers` to the letter as RFC 5322 has it, and
    `quotes` its subject in the text. Without a `path` its envelope sender is null.
    """

    subject: str = "Re: {subject}"
    text: str = "Gatan är lång och mörk hos oss."
    fields: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    to: Literal["From", "Return-Path"] = "From"
    refers: bool = False
    quotes: bool = False
    path: bool = True
    once: bool = False
    _answers: int = 0

    def __call__(self, letter: Letter) -> Sequence[Letter]:
        got = opened(letter.raw)
        to = letter.mail_from if self.to == "Return-Path" else _address(got["From"])
        if not to or (self.once and self._answers):
            return []
        self._answers += 1
        (own,) = letter.recipients
        sender = self.sender.format(n=self._answers) or own
        fields = {
            "From": sender,
            "To": to,
            "Subject": self.subject.format(subject=got["Subject"], n=self._answers),
            "Message-ID": f"<answer.{self._answers}.{own}>",
            **({"In-Reply-To": got["Message-ID"]} if self.refers else {}),
            **self.fields,
        }
        text = f"{self.text}\n\n{got['Subject']}\n" if self.quotes else f"{self.text}\n"
        return [Letter(sender if self.path else "", (to,), written(fields, text))]


@dataclass(frozen=True)
class Redirects:
    """Sends everything on, as the rule of a mail server does: the letter itself, its path too.

    What has been here before it returns to the sender (RFC 5321, 6.3).
    """

    to: str

    def __call__(self, letter: Letter) -> Sequence[Letter]:
        (own,) = letter.recipients
        if letter.raw.count(f"Delivered-To: {own}\r\n".encode()) > 1:
            return report(letter, own, "5.4.6", "mail forwarding loop")
        return [Letter(letter.mail_from, (self.to,), letter.raw)]


@dataclass(frozen=True)
class Reports:
    """A server that takes letters and reports later; `to_from` is one that knows no better."""

    status: str
    says: str
    to_from: bool = False

    def __call__(self, letter: Letter) -> Sequence[Letter]:
        (own,) = letter.recipients
        path = _address(opened(letter.raw)["From"]) if self.to_from else letter.mail_from
        return report(Letter(path, letter.recipients, letter.raw), own, self.status, self.says)


def written(fields: Mapping[str, str], text: str) -> bytes:
    """A mail with just these fields, in UTF-8 as it is."""
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    kind = "" if "Content-Type" in fields else "Content-Type: text/plain; charset=utf-8\n"
    return f"{head}{kind}\n{text}".replace("\n", "\r\n").encode()


def opened(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _address(field: str) -> str:
    return field.rpartition("<")[2].rstrip(">")
