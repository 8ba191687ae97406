"""Outbox → relay → outcome → outbox: works what is due, a batch at a time.

Promises: a letter is settled in the same transaction that notes its end for a person. A crash
between the relay's answer and that transaction sends at most one batch again, each letter with
the Message-ID that it had. Being stopped, even in mid-letter, sends none again that was answered.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from mailer.errors import MailerError, RelayError, StoreError
from mailer.flows.ports import Clock, Outbox, Relay
from mailer.mail.message import Letter, own_lines
from mailer.mail.outcome import Outcome, Uncertain, said
from mailer.mail.post import Due, Post, Tried
from mailer.mail.retry import Again, Settled, decide

log = logging.getLogger("mailer.deliver")

BATCH = 50
"""Letters leased and settled together; also how many a crash may send twice."""

_PAUSES = (1, 2, 5, 10, 30, 60)  # seconds, while the relay takes nothing at all

_SETTLE_PAUSES = (0.2, 1.0, 3.0)  # seconds; all together less than the grace of a stop


@dataclass(slots=True)
class Tally:
    """What one run did. What nobody knows the end of counts as failed."""

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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store must still be told."""

    tried: Sequence[Tried]
    posts: Sequence[Post]
    at: datetime


@dataclass(slots=True)
class Delivery:
    """One worker of the outbox.

    `report` turns a letter that nothing is tried with any more, and the relay's words (empty where
    it may have the letter and never said so), into what is sent to a person about it (maybe
    nothing); that is queued in the transaction that settles the letter.
    """

    outbox: Outbox
    relay: Relay
    clock: Clock
    worker: str
    report: Callable[[Due, str], Sequence[Post]]
    progress: Callable[[Tally], None] = lambda tally: None
    tally: Tally = field(default_factory=Tally)
    settle_pauses: Sequence[float] = _SETTLE_PAUSES
    _known: _Known | None = field(default=None, init=False)

    async def drain(self) -> Tally:
        """Work until nothing is left that is due, or the relay takes nothing at all."""
        try:
            while await self._batch():
                pass
        except RelayError as error:
            self.tally.problem = str(error)
        finally:
            await self._let_go()
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
                    while not stop.is_set() and await self._batch(stop):
                        failures = 0
                    await _wait(wake, idle)
                except (RelayError, StoreError) as error:
                    pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                    failures += 1
                    log.warning("delivery-held pause=%ss reason=%s", pause, error)
                    await self._let_go()
                    await _wait(stop, pause)
        finally:
            await self._let_go()

    async def _batch(self, stop: asyncio.Event | None = None) -> bool:
        await self._settle_patiently()
        due = await self.outbox.claim(self.worker, BATCH, self.clock.now())
        if not due:
            return False
        outcomes: dict[int, Outcome] = {}
        try:
            await self.relay.send([_letter(each) for each in due], outcomes, stop)
        finally:
            self._note(due, outcomes)
        await self._settle_patiently()
        return True

    def _note(self, due: Sequence[Due], outcomes: dict[int, Outcome]) -> None:
        now = self.clock.now()
        tried = [
            Tried(each, self.relay.name, outcome, decide(outcome, each.tries + 1, each.queued, now))
            for place, each in enumerate(due)
            if (outcome := outcomes.get(place)) is not None
        ]
        if tried:
            posts = [post for each in tried for post in self._reports(each)]
            self._known = _Known(tried, posts, now)

    async def _settle_patiently(self) -> None:
        """Settle; where the store stays away, raise StoreError and remember what it must hear."""
        for pause in self.settle_pauses:
            try:
                await self._settle()
            except StoreError as error:
                log.warning("settle-held pause=%ss reason=%s", pause, error)
                await asyncio.sleep(pause)
            else:
                return
        await self._settle()

    async def _settle(self) -> None:
        if self._known is None:
            return
        settling = asyncio.ensure_future(self._write_down(self._known))
        try:
            await asyncio.shield(settling)
        except asyncio.CancelledError:
            await asyncio.wait([settling])  # not knowing, we would write it down twice
            raise

    async def _write_down(self, known: _Known) -> None:
        await self.outbox.settle(self.worker, known.tried, known.posts, known.at)
        self._known = None
        self.tally.add(known.tried)
        self.progress(self.tally)

    async def _let_go(self) -> None:
        """Settle what is known and give back the rest.

        Where the store takes neither, the leases run out by themselves: given back now, letters
        that the relay has taken would be sent again at once.
        """
        try:
            await self._settle()
            await self.outbox.release(self.worker)
        except StoreError as error:
            log.warning("leases-kept reason=%s", error)

    def _reports(self, tried: Tried) -> Sequence[Post]:
        match tried.decision:
            case Settled(state="failed" | "uncertain" as state):
                log.warning("letter-%s key=%s", state, tried.due.key)
            case _:
                return ()
        reply = "" if isinstance(tried.outcome, Uncertain) else said(tried.outcome)
        try:
            return self.report(tried.due, reply)
        except Exception as error:
            # A letter that is not settled is sent again, to everybody in its batch.
            reason = error if isinstance(error, MailerError) else type(error).__name__
            log.error("notice-failed key=%s reason=%s", tried.due.key, reason)
            return ()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _letter(due: Due) -> Letter:
    lines = own_lines(due.to, due.message_id, due.unsubscribe)
    return Letter(due.mail_from, due.to.email, lines + due.content)
