"""The outbox, and the relay that it empties into."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailer.mail.message import Letter
from mailer.mail.outcome import Outcome
from mailer.mail.post import Due, Post, Tried


class Outbox(Protocol):
    """The durable queue of letters."""

    async def claim(
        self, worker: str, limit: int, now: datetime, pressing: bool = False
    ) -> Sequence[Due]:
        """Lease up to `limit` letters that are due, the most pressing first, to `worker`.

        With `pressing` none of an edition.
        """
        ...

    async def settle(
        self,
        worker: str,
        tried: Sequence[Tried],
        posts: Sequence[Post],
        now: datetime,
        more: int = 0,
        pressing: bool = False,
    ) -> Sequence[Due]:
        """Write down what became of leased letters, queue `posts`, and claim up to `more` letters.

        All of it in one transaction.
        """
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
        pressing: int = 0,
        via: dict[int, str] | None = None,
    ) -> Sequence[Outcome]:
        """Try each letter once; the outcomes, in the same order. Calls may overlap.

        The first `pressing` letters may use the share of a pace that is kept for such. Where there
        are several relays, `via` is told which of them each letter was given to last.

        Each outcome is put into `known` as soon as there is one, under its letter's place, for a
        caller that is cancelled. Once `stop` is set no letter is begun; `known` lacks those.
        Raises RelayError where no letter could be tried at all: no connection, login refused; and
        NotNow, which is one, where some were not begun because all relays have had their pace.
        """
        ...
