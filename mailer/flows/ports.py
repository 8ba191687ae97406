"""What the flows need of the world, each as small as its user needs it; `edge` implements them.

Every method may raise the MailerError of its edge (StoreError, MailboxError, RelayError) and
nothing else; an error means that nothing is known of the effect, and the flow must be able to run
again from the start.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailer.inquiry.verdict import Verdict
from mailer.mail.outcome import Outcome


class Clock(Protocol):
    """Where `now` comes from: always aware, UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as the server gave it: the exact bytes, and where and when it arrived.

    `(validity, uid)` is its place in `folder` (RFC 3501); `received` the server's INTERNALDATE.
    `size` is RFC822.SIZE; where it is over the limit, `raw` holds the header block only.
    """

    folder: str
    validity: int
    uid: int
    received: datetime
    size: int
    raw: bytes


class Mailbox(Protocol):
    """One IMAP account, with its inbox selected."""

    async def waiting(self) -> Sequence[int]:
        """The UIDs in the inbox that are not marked as filed, oldest first."""
        ...

    async def fetch(self, uids: Sequence[int]) -> Sequence[RawMail]:
        """Those of `uids` that are still there. Leaves \\Seen as it was."""
        ...

    async def file(self, mails: Sequence[RawMail], folder: str) -> Sequence[int]:
        """Move mails of the inbox to `folder` (created when missing); the UIDs that are there now.

        A mail that somebody else has moved is not an error; it is left out of the answer. Where
        MOVE is missing the mail is copied once, however often this is called, and marked.
        """
        ...
