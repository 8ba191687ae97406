"""Letters on their way through the outbox, as values.

A `Post` is put in; a `Due` is what comes out, leased; `Tried` says what became of it. The last two
are tuples: an edition makes one of each for every reader, and a frozen dataclass takes four times
as long to make.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from mailer.mail.address import Address
from mailer.mail.outcome import Outcome
from mailer.mail.retry import Decision

LetterKind = Literal["edition", "forward", "acknowledgement", "notice", "confirmation", "proof"]


@dataclass(frozen=True, slots=True)
class Post:
    """One letter to one recipient, to be put in the outbox. `key` makes it happen once.

    `content` is what `mail.message.shared` made; letters with equal content share it. Where there
    is a `token`, the content is a `mail.template`, and the token its recipient's. `mail_from` empty
    is the null sender: nothing comes back. An `urgent` letter goes before all others.
    """

    key: str
    kind: LetterKind
    to: Address
    mail_from: str
    message_id: str
    content: bytes
    token: str = ""
    inquiry_id: int | None = None
    urgent: bool = False


class Due(NamedTuple):
    """A delivery that is ours to make until the lease ends."""

    id: int
    key: str
    kind: LetterKind
    to: Address
    mail_from: str
    message_id: str
    token: str
    content: bytes
    tries: int
    queued: datetime
    inquiry_id: int | None


class Tried(NamedTuple):
    """A delivery after one try: what became of it, and what follows."""

    due: Due
    relay: str
    outcome: Outcome
    decision: Decision
