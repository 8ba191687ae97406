"""Outbox → relay → outcome → outbox: works what is due, a batch at a time.

A few lanes do so at once, each with a batch of its own: while one waits for the store, the others
keep the relay busy. What is known is written down, and more letters are leased, in one transaction.

Promises: a letter is settled in the same transaction that notes its end for a person. A crash
between the relay's answer and that transaction sends at most IN_HAND letters again, each with the
Message-ID that it had. Being stopped, even in mid-letter, sends none again that was answered.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mailer.errors import MailerError, NotNow, RelayError, StoreError
from mailer.flows.batch import Batch
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.delivery import Outbox, Relay
from mailer.mail.dkim import Sign
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

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

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
    relay that refuses us or our login, or that `run` has not reached for as long as its pauses
    grow, at most once in TROUBLE_TOLD. `sign` gives the header fields that sign a letter.
    """

    outbox: Outbox
    relay: Relay
    clock: Clock
    worker: str
    report: Callable[[Due, str], Sequence[Post]]
    trouble: Callable[[str], Sequence[Post]] = lambda reason: ()
    sign: Sign | None = None
    on_doubt: OnDoubt = "resend"
    progress: Callable[[Tally], None] = lambda tally: None
    tally: Tally = field(default_factory=Tally)
    settle_pauses: Sequence[float] = _SETTLE_PAUSES
    _tried: list[Tried] = field(default_factory=list, init=False)
    _posts: list[Post] = field(default_factory=list, init=False)
    _settling: asyncio.Task[Sequence[Due]] | None = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _halted: bool = field(default=False, init=False)
    _troubled: datetime | None = field(default=None, init=False)
    _editions_from: datetime = field(default=_LONG_AGO, init=False)

    async def drain(self, stop: asyncio.Event | None = None) -> Tally:
        """Work until nothing is left that is due, the relay takes nothing, or `stop` is set."""
        stop = stop or asyncio.Event()
        try:
            while not (await self._worked_in_pace(stop) or stop.is_set()):
                await _wait(stop, self._until_editions())
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
                    done = await self._worked_in_pace(stop)
                    failures = 0
                    await _wait(wake, idle if done else min(idle, self._until_editions()))
                except (RelayError, StoreError) as error:
                    left_alone = error.left_alone if isinstance(error, RelayError) else 0
                    if isinstance(error, RelayError) and left_alone:
                        self._tell_of_trouble(error)
                    await self._let_go()
                    failures = 1 if self.tally.accepted > before else failures + 1
                    if isinstance(error, RelayError) and failures >= len(_PAUSES):
                        self._tell_of_trouble(error)
                    pause = left_alone or _PAUSES[min(failures, len(_PAUSES)) - 1]
                    log.warning("delivery-held pause=%ss reason=%s", pause, error)
                    await _wait(stop, pause)
        finally:
            await self._let_go()

    async def _worked_in_pace(self, stop: asyncio.Event) -> bool:
        """Send what there is room for; whether that was all that is due, or editions wait."""
        while not stop.is_set():
            try:
                await self._work(stop)
                return self._editions_from <= self.clock.now()
            except NotNow as error:
                await self._let_go()
                pause = (error.again - self.clock.now()).total_seconds()
                log.info("delivery-paced pause=%.1fs reason=%s", pause, error)
                if error.pressing_may_go:
                    self._editions_from = error.again
                else:
                    await _wait(stop, max(pause, 0.1))
        return False

    def _until_editions(self) -> float:
        return max((self._editions_from - self.clock.now()).total_seconds(), 0.1)

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
                due = await self._settle(BATCH)
        except BaseException:
            self._halted = True
            raise

    async def _claim(self) -> Sequence[Due]:
        now = self.clock.now()
        return await self.outbox.claim(self.worker, BATCH, now, now < self._editions_from)

    async def _send(self, due: Sequence[Due], stop: asyncio.Event) -> None:
        """Send a batch. Raises RelayError where the relay took none, and it was for us."""
        outcomes: dict[int, Outcome] = {}
        via: dict[int, str] = {}
        noted: set[int] = set()
        pressing = sum(each.kind != "edition" for each in due)
        letters = Batch(due, self.sign)
        sending = asyncio.ensure_future(self.relay.send(letters, outcomes, stop, pressing, via))
        try:
            while not (await asyncio.wait({sending}, timeout=_SETTLE_AFTER))[0]:
                self._note(due, outcomes, via, noted)
                self._begin_to_settle()
            await sending
        finally:
            await _dropped(sending)
            self._note(due, outcomes, via, noted)
        if not any(isinstance(each, Accepted) for each in outcomes.values()):
            for place, each in outcomes.items():
                if isinstance(each, RelayRefused):
                    error = RelayError(f"{via.get(place, self.relay.name)}: {said(each)}")
                    self._tell_of_trouble(error)
                    raise error

    def _note(
        self,
        due: Sequence[Due],
        outcomes: dict[int, Outcome],
        via: dict[int, str],
        noted: set[int],
    ) -> None:
        """Remember what became of letters since the last time, and what follows from it."""
        now = self.clock.now()
        for place in sorted(outcomes.keys() - noted):
            noted.add(place)
            each, outcome = due[place], outcomes[place]
            decision = decide(outcome, each.tries + 1, each.queued, now, self.on_doubt)
            tried = Tried(each, via.get(place, self.relay.name), outcome, decision)
            self._tried.append(tried)
            self._posts += self._reports(tried)

    async def _settle(self, more: int = 0) -> Sequence[Due]:
        """Tell the store all that is known now, and lease up to `more` letters.

        Raises StoreError where it stays away.
        """
        async with self._turn:  # one lane after the other, each for letters of its own
            while self._settling:
                await self._settle_begun()
            self._begin_to_settle(more)
            return await self._settle_begun()

    def _begin_to_settle(self, more: int = 0) -> None:
        """Tell the store what it has not heard, unless it is being told, or did not listen."""
        if self._settling and self._settling.done() and not self._settling.exception():
            self._settling = None
        if self._settling is None and (self._tried or self._posts or more):
            self._settling = asyncio.ensure_future(self._write_down_patiently(more))

    async def _settle_begun(self) -> Sequence[Due]:
        """Wait for what was begun, by whichever lane; what it leased."""
        if not (begun := self._settling):
            return ()
        await asyncio.wait({begun})  # where this is cancelled, it goes on: see `_let_go`
        if self._settling is begun:
            self._settling = None
        return begun.result()

    async def _write_down_patiently(self, more: int) -> Sequence[Due]:
        for pause in self.settle_pauses:
            try:
                return await self._write_down(more)
            except StoreError as error:
                log.warning("settle-held pause=%ss reason=%s", pause, error)
                await asyncio.sleep(pause)
        return await self._write_down(more)

    async def _write_down(self, more: int = 0) -> Sequence[Due]:
        tried, posts = self._tried.copy(), self._posts.copy()
        if not (tried or posts or more):
            return ()
        now = self.clock.now()
        pressing = now < self._editions_from
        due = await self.outbox.settle(self.worker, tried, posts, now, more, pressing)
        del self._tried[: len(tried)], self._posts[: len(posts)]
        if tried:
            self.tally.add(tried)
            self.progress(self.tally)
        return due

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
