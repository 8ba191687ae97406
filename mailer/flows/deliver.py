"""Outbox → relay → outcome → outbox: works what is due, a batch at a time.

Promises: a letter is settled in the same transaction that notes its end for a person. A crash
between the relay's answer and that transaction sends at most one batch again, each letter with
the Message-ID that it had.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mailer.errors import RelayError, StoreError
from mailer.flows.ports import Clock, Outbox, Relay
from mailer.mail.message import Letter, own_lines
from mailer.mail.outcome import said
from mailer.mail.post import Due, Post, Tried
from mailer.mail.retry import Again, Settled, decide

log = logging.getLogger("mailer.deliver")

BATCH = 50
"""Letters leased and settled together; also how many a crash may send twice."""

_PAUSES = (1, 2, 5, 10, 30, 60)  # seconds, while the relay takes nothing at all


@dataclass(slots=True)
class Tally:
    """What one run did."""

    accepted: int = 0
    failed: int = 0
    postponed: int = 0
    problem: str = ""

    def add(self, tried: Sequence[Tried]) -> None:
        for each in tried:
            match each.decision:
                case Settled(state="accepted"):
                    self.accepted += 1
                case Settled():
                    self.failed += 1
                case Again():
                    self.postponed += 1


@dataclass(slots=True)
class Delivery:
    """One worker of the outbox.

    `report` turns a letter that failed for good, and the relay's words, into what is sent to a
    person about it (maybe nothing); that is queued in the transaction that settles the letter.
    """

    outbox: Outbox
    relay: Relay
    clock: Clock
    worker: str
    report: Callable[[Due, str], Sequence[Post]]
    progress: Callable[[Tally], None] = lambda tally: None
    tally: Tally = field(default_factory=Tally)

    async def drain(self) -> Tally:
        """Work until nothing is left that is due, or the relay takes nothing at all."""
        try:
            while await self._batch():
                pass
        except RelayError as error:
            self.tally.problem = str(error)
        finally:
            await self.outbox.release(self.worker)
        return self.tally

    async def run(self, wake: asyncio.Event, stop: asyncio.Event, idle: float) -> None:
        """Work until `stop` is set; look for due letters on `wake`, and each `idle` seconds.

        Whoever sets `stop` sets `wake` too.
        """
        failures = 0
        try:
            while not stop.is_set():
                wake.clear()
                try:
                    while not stop.is_set() and await self._batch():
                        failures = 0
                    await _wait(wake, idle)
                except (RelayError, StoreError) as error:
                    pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                    failures += 1
                    log.warning("delivery-held pause=%ss reason=%s", pause, error)
                    await _wait(stop, pause)
        finally:
            with suppress(StoreError):  # then the leases run out by themselves
                await self.outbox.release(self.worker)

    async def _batch(self) -> bool:
        due = await self.outbox.claim(self.worker, BATCH, self.clock.now())
        if not due:
            return False
        try:
            outcomes = await self.relay.send([_letter(each) for each in due])
        except RelayError:
            await self.outbox.release(self.worker)
            raise
        now = self.clock.now()
        tried = [
            Tried(each, self.relay.name, outcome, decide(outcome, each.tries + 1, each.queued, now))
            for each, outcome in zip(due, outcomes, strict=True)
        ]
        posts = [post for each in tried for post in self._reports(each)]
        await self.outbox.settle(self.worker, tried, posts, now)
        self.tally.add(tried)
        self.progress(self.tally)
        return True

    def _reports(self, tried: Tried) -> Sequence[Post]:
        if tried.decision != Settled("failed"):
            return ()
        log.warning("letter-failed key=%s", tried.due.key)
        return self.report(tried.due, said(tried.outcome))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _letter(due: Due) -> Letter:
    lines = own_lines(due.to, due.message_id, due.unsubscribe)
    return Letter(due.mail_from, due.to.email, lines + due.content)
