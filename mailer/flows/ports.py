"""What the flows need of the world, each as small as its user needs it; `edge` implements them.

Every method may raise the MailerError of its edge (StoreError, MailboxError, RelayError) and
nothing else; an error means that nothing is known of the effect, and the flow must be able to run
again from the start.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from mailer.inquiry.record import Background, Case, Forwarded, RawMail, Written
from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.mail.message import Letter
from mailer.mail.outcome import Outcome
from mailer.mail.post import Due, Post, Tried
from mailer.newsletter.archived import ArchivedEdition
from mailer.newsletter.receipt import RenderedEdition, SentEdition
from mailer.subscriber.subscription import Change, Subscriber


class Clock(Protocol):
    """Where `now` comes from: always aware, UTC."""

    def now(self) -> datetime: ...


# --- the outbox ---------------------------------------------------------------------------------


class Outbox(Protocol):
    """The durable queue of letters."""

    async def claim(self, worker: str, limit: int, now: datetime) -> Sequence[Due]:
        """Lease up to `limit` letters that are due, the most pressing first, to `worker`."""
        ...

    async def settle(
        self, worker: str, tried: Sequence[Tried], posts: Sequence[Post], now: datetime
    ) -> None:
        """Write down what became of leased letters, and queue `posts`, in one transaction."""
        ...

    async def release(self, worker: str) -> None:
        """Give back every letter that is leased to `worker`, as if never claimed."""
        ...


class Relay(Protocol):
    """The SMTP server that we hand letters to."""

    name: str

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
    ) -> Sequence[Outcome]:
        """Try each letter once; the outcomes, in the same order.

        Each outcome is put into `known` as soon as there is one, under its letter's place, for a
        caller that is cancelled. Once `stop` is set no letter is begun; `known` lacks those.
        Raises RelayError where no letter could be tried at all: no connection, login refused.
        """
        ...


# --- the newsletter -----------------------------------------------------------------------------


class Editions(Protocol):
    """Which editions there were, and what they told."""

    async def claimed(self, period: str) -> bool: ...

    async def last_before(self, day: date, period: str) -> date | None:
        """The date of the last edition before `day`, other than the one of `period`."""
        ...

    async def told_before(self, day: date, period: str) -> Sequence[Mapping[str, Any]]:
        """What those editions told (`RenderedEdition.told`), the earliest first."""
        ...

    async def sent(self, period: str) -> SentEdition:
        """A claimed edition as it was queued."""
        ...

    async def queue(
        self, edition: RenderedEdition, address: Callable[[Subscriber], Post], now: datetime
    ) -> int | None:
        """Claim the edition and queue a letter for every active subscriber, in one transaction.

        The number of letters; None where it was claimed before (then nothing was done).
        """
        ...


class Archive(Protocol):
    """Where every sent edition is kept as files that never change."""

    async def keep(self, edition: ArchivedEdition) -> None:
        """Keep it; again changes nothing."""
        ...

    async def has(self, period: str) -> bool: ...


# --- the mailbox --------------------------------------------------------------------------------


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


class Originals(Protocol):
    """The exact bytes of every received mail, kept for good, found by their SHA-256 (hex)."""

    async def keep(self, raws: Sequence[bytes]) -> Sequence[str]:
        """Write them durably; their hashes. Keeping the same bytes again changes nothing."""
        ...

    async def get(self, hash: str) -> bytes: ...


class Journal(Protocol):
    """The record of received mail."""

    async def record(self, mails: Sequence[tuple[RawMail, str]], now: datetime) -> Sequence[Case]:
        """Note that each mail was seen (with the hash of its bytes); its case, new or known."""
        ...

    async def background(
        self, inquiry: Inquiry, case: Case, tagged: str, now: datetime
    ) -> Background:
        """`tagged` is the case number in the mail's subject, or empty."""
        ...

    async def decide(
        self,
        case: Case,
        inquiry: Inquiry,
        verdict: Verdict,
        route: Route,
        posts: Sequence[Post],
        change: Change | None,
        now: datetime,
    ) -> Written:
        """Write the decision, the letters that follow and the subscriber's change, all or none.

        A case that was decided before stays as it is. An acknowledgement is left out where its
        recipient has had one meanwhile.
        """
        ...

    async def forwards(self, message_ids: Collection[str]) -> Sequence[Forwarded]:
        """Those of our letters with these Message-IDs that were forwards to a leader."""
        ...

    async def filed(self, mails: Sequence[RawMail], folder: str, now: datetime) -> None:
        """Note that these mails now lie in `folder`."""
        ...

    async def undecided(self) -> Sequence[Case]:
        """Cases that were recorded and not decided: a run was ended in between, or that failed."""
        ...
