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
        """Try each letter once; the outcomes, in the same order. Calls may overlap.

        Each outcome is put into `known` as soon as there is one, under its letter's place, for a
        caller that is cancelled. Once `stop` is set no letter is begun; `known` lacks those.
        Raises RelayError where no letter could be tried at all: no connection, login refused.
        """
        ...
