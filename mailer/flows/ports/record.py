"""The record of received mail: originals, decisions, the chain."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailer.inquiry.chain import Examined
from mailer.inquiry.hindsight import Decided
from mailer.inquiry.reconciliation import Listed
from mailer.inquiry.record import (
    Background,
    Case,
    Decision,
    Forwarded,
    Opened,
    Place,
    RawMail,
    Written,
)
from mailer.subscriber.subscription import Change


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

    async def background(self, mails: Sequence[Opened], now: datetime) -> Sequence[Background]:
        """What bears on each of these mails, none of them decided."""
        ...

    async def decide(
        self, decisions: Sequence[Decision], changes: Mapping[int, Change], now: datetime
    ) -> Sequence[Written]:
        """Write decisions, their letters and what they change for subscribers, all or none.

        `changes` are by the id of the case. A case that was decided before stays as it is. An
        acknowledgement is left out where its recipient has had one meanwhile.
        """
        ...

    async def forwards(self, message_ids: Collection[str]) -> Sequence[Forwarded]:
        """Those of our letters with these Message-IDs that were forwards to a leader."""
        ...

    async def filed(self, mails: Mapping[str, Sequence[RawMail]], now: datetime) -> None:
        """Note, by the folder, which mails now lie there."""
        ...

    async def note_filed(self, places: Sequence[Place], folder: str, now: datetime) -> None:
        """As `filed`, for one folder, by where the mails lay before."""
        ...

    async def undecided(self) -> Sequence[Case]:
        """Cases that were recorded and not decided: a run was ended in between, or that failed."""
        ...


class Chain(Protocol):
    """What happened to every case, sealed row by row."""

    async def examine(self) -> Examined: ...


class Past(Protocol):
    """Every case there was."""

    async def listed(self) -> Sequence[Listed]: ...

    async def decided(self, since: datetime) -> Sequence[Decided]:
        """Those that were received since then and decided, the oldest first; none erased."""
        ...
