"""Outbox → relay → outcome → outbox: works what is due, a batch at a time.

A few lanes do so at once, each with a batch of its own: while one waits for the store, the others
keep the relay busy. What they know is written down together.

Promises: a letter is settled in the same transaction that notes its end for a person. A crash
between the relay's answer and that transaction sends at most IN_HAND letters again, each with the
Message-ID that it had. Being stopped, even in mid-letter, sends none again that was answered.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mailer.errors import MailerError, NotNow, RelayError, StoreError
from mailer.flows.batch import Batch
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.delivery import Outbox, Relay
from mailer.mail.outcome import Accepted, Outcome, RelayRefused, Uncertain, said
from mailer.mail.post import Due, Post, Tried
from mailer.mail.retry import Again, OnDoubt, Settled, decide

log = logging.getLogger("mailer.deliver")

BATCH = 100
"""Letters that one lane leases, sends and settles before it takes more."""

LANES = 2

IN_HAND = LANES * BATCH
"""Letters that the relay may have taken and that are not written down yet."""

TROUBLE_TOLD = timedelta(hours=1)
"""How long the operator is not told again that the relay is in trouble."""

_SETTLE_AFTER = 0.05  # seconds in which a slow relay's answers are gathered

_PAUSES = (1, 2, 5, 10, 30, 60)  # seconds, while the relay takes nothing at all

_SETTLE_PAUSES = (0.2, 0.8, 2.0)  # seconds; all together less than the grace of a stop


@dataclass(slots=True)
class Tally:
    """What one run did. What nobody knows the end of counts as failed."""

    accepted: int = 0
    failed: int = 0
    postponed: int = 0
    problem: str = ""

    @property
    def settled(self) -> int:
        return self.accepted + self.failed + self.postponed

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

    `report` turns a letter that nothing is tried with any more, and the relay's words (empty where
    it may have the letter and never said so), into what is sent to a person about it (maybe
    nothing); that is queued in the transaction that settles the letter. `trouble` does so for a
    relay that refuses us, or that `run` has not reached for as long as its pauses grow, at most
    once in TROUBLE_TOLD. `sign` gives the header fields that sign a letter.
    """

    outbox: Outbox
    relay: Relay
    clock: Clock
    worker: str
    report: Callable[[Due, str], Sequence[Post]]
    trouble: Callable[[str], Sequence[Post]] = lambda reason: ()
    sign: Callable[[bytes], bytes] | None = None
    on_doubt: OnDoubt = "resend"
    progress: Callable[[Tally], None] = lambda tally: None
    tally: Tally = field(default_factory=Tally)
    settle_pauses: Sequence[float] = _SETTLE_PAUSES
    _tried: list[Tried] = field(default_factory=list, init=False)
    _posts: list[Post] = field(default_factory=list, init=False)
    _settling: asyncio.Task[None] | None = field(default=None, init=False)
    _halted: bool = field(default=False, init=False)
    _troubled: datetime | None = field(default=None, init=False)

    async def drain(self) -> Tally:
        """Work until nothing is left that is due, or the relay takes nothing at all."""
        try:
            await self._work(asyncio.Event())
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
                before = self.tally.accepted
                try:
                    await self._work(stop)
                    failures = 0
                    await _wait(wake, idle)
                except NotNow as error:
                    await self._let_go()
                    pause = (error.again - self.clock.now()).total_seconds()
                    log.info("delivery-paced pause=%.1fs reason=%s", pause, error)
                    await _wait(stop, max(pause, 0.1))
                except (RelayError, StoreError) as error:
                    await self._let_go()
                    failures = 1 if self.tally.accepted > before else failures + 1
                    if isinstance(error, RelayError) and failures >= len(_PAUSES):
                        self._tell_of_trouble(error)
                    pause = _PAUSES[min(failures, len(_PAUSES)) - 1]
                    log.warning("delivery-held pause=%ss reason=%s", pause, error)
                    await _wait(stop, pause)
        finally:
            await self._let_go()

    async def _work(self, stop: asyncio.Event) -> None:
        """Send until nothing is due, or `stop` is set; what became of it is settled then."""
        await self._settle()
        self._halted = False
        lanes = (self._lane(stop) for _ in range(LANES))
        for ended in await asyncio.gather(*lanes, return_exceptions=True):
            if ended:
                raise ended

    async def _lane(self, stop: asyncio.Event) -> None:
        try:
            due = await self._claim()
            while due and not (stop.is_set() or self._halted):
                await self._send(due, stop)
                # Asked for together, written together.
                _, due = await asyncio.gather(self._settle(), self._claim())
        except BaseException:
            self._halted = True
            raise

    async def _claim(self) -> Sequence[Due]:
        return await self.outbox.claim(self.worker, BATCH, self.clock.now())

    async def _send(self, due: Sequence[Due], stop: asyncio.Event) -> None:
        """Send a batch. Raises RelayError where the relay took none, and it was for us."""
        outcomes: dict[int, Outcome] = {}
        noted: set[int] = set()
        sending = asyncio.ensure_future(self.relay.send(Batch(due, self.sign), outcomes, stop))
        try:
            while not sending.done():
                await asyncio.wait({sending}, timeout=_SETTLE_AFTER)
                self._note(due, outcomes, noted)
                self._begin_to_settle()
            await sending
        finally:
            await _dropped(sending)
            self._note(due, outcomes, noted)
        if not any(isinstance(each, Accepted) for each in outcomes.values()):
            for each in outcomes.values():
                if isinstance(each, RelayRefused):
                    error = RelayError(f"{self.relay.name}: {said(each)}")
                    self._tell_of_trouble(error)
                    raise error

    def _note(self, due: Sequence[Due], outcomes: dict[int, Outcome], noted: set[int]) -> None:
        """Remember what became of letters since the last time, and what follows from it."""
        now = self.clock.now()
        for place in sorted(outcomes.keys() - noted):
            noted.add(place)
            each, outcome = due[place], outcomes[place]
            decision = decide(outcome, each.tries + 1, each.queued, now, self.on_doubt)
            tried = Tried(each, self.relay.name, outcome, decision)
            self._tried.append(tried)
            self._posts += self._reports(tried)

    async def _settle(self) -> None:
        """Tell the store all that is known now. Raises StoreError where it stays away."""
        await self._settle_begun()
        self._begin_to_settle()
        await self._settle_begun()

    def _begin_to_settle(self) -> None:
        """Tell the store what it has not heard, unless it is being told, or did not listen."""
        if self._settling and self._settling.done() and not self._settling.exception():
            self._settling = None
        if self._settling is None and (self._tried or self._posts):
            self._settling = asyncio.ensure_future(self._write_down_patiently())

    async def _settle_begun(self) -> None:
        """Wait for what was begun, by whichever lane."""
        if begun := self._settling:
            await asyncio.wait({begun})  # where this is cancelled, it goes on: see `_let_go`
            if self._settling is begun:
                self._settling = None
            begun.result()

    async def _write_down_patiently(self) -> None:
        for pause in self.settle_pauses:
            try:
                await self._write_down()
            except StoreError as error:
                log.warning("settle-held pause=%ss reason=%s", pause, error)
                await asyncio.sleep(pause)
            else:
                return
        await self._write_down()

    async def _write_down(self) -> None:
        tried, posts = self._tried.copy(), self._posts.copy()
        if tried or posts:
            await self.outbox.settle(self.worker, tried, posts, self.clock.now())
            del self._tried[: len(tried)], self._posts[: len(posts)]
            self.tally.add(tried)
            self.progress(self.tally)

    async def _let_go(self) -> None:
        """Settle what is known and give back the rest.

        Where the store takes neither, the leases run out by themselves: given back now, letters
        that the relay has taken would be sent again at once.
        """
        try:
            with suppress(StoreError):
                await self._settle_begun()
            self._settling = asyncio.ensure_future(self._write_down())
            await self._settle_begun()
            await self.outbox.release(self.worker)
        except StoreError as error:
            log.warning("leases-kept reason=%s", error)

    def _tell_of_trouble(self, error: RelayError) -> None:
        now = self.clock.now()
        if self._troubled is None or now - self._troubled >= TROUBLE_TOLD:
            self._troubled = now
            self._posts += self.trouble(str(error))

    def _reports(self, tried: Tried) -> Sequence[Post]:
        match tried.decision:
            case Settled(state="failed" | "uncertain" as state):
                log.warning("letter-%s key=%s", state, _logged(tried.due.key))
            case _:
                return ()
        reply = "" if isinstance(tried.outcome, Uncertain) else said(tried.outcome)
        try:
            return self.report(tried.due, reply)
        except Exception as error:
            # A letter that is not settled is sent again, to everybody in its batch.
            reason = error if isinstance(error, MailerError) else type(error).__name__
            log.error("notice-failed key=%s reason=%s", _logged(tried.due.key), reason)
            return ()


def _logged(key: str) -> str:
    """A key as logs may have it: without the address that some end in."""
    stem, at, _ = key.partition("@")
    return stem.rpartition("/")[0] if at else key


async def _dropped(task: asyncio.Future[Any]) -> None:
    """End a task whose result is not wanted any more."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task})


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
