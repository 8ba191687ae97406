"""The relay over SMTP: a few connections, kept open, that share one queue of letters.

Every call of `send` adds its letters to the queue; every connection takes the next one when it is
ready for it. So calls may overlap, and then no connection idles while one ends and another begins.
Where no connection is open, the first alone decides whether the relay can be used, so that a wrong
password is tried once and not by all.
"""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailer.edge.smtp_connect import Token, connect
from mailer.edge.smtp_line import Line
from mailer.errors import RelayError
from mailer.mail.line import one_line
from mailer.mail.message import Letter
from mailer.mail.outcome import (
    Accepted,
    Outcome,
    Refused,
    RelayRefused,
    Uncertain,
    Unreached,
    said,
)
from mailer.mail.server import Server
from mailer.mail.smtp import Session

log = logging.getLogger("mailer.smtp")

STEP_SECONDS = 60.0  # for each command and its reply; RFC 5321, 4.5.3.2 allows minutes, we retry

SEND_SECONDS = 300.0
"""No letter is begun later than this after `send`, not even the first of a connection, so that a
slow relay outlasts no lease.
"""

LETTERS = 1000
"""Over one connection: many relays close it at some number, in the middle of a letter."""

IN_VAIN = 3
"""Connections lost without an answer to any letter, or refusals that are about us, in a row, after
which no letter that waits is tried.
"""

_RECONNECT_SECONDS = 10.0  # after the relay gave no further connection
_CLOSE_SECONDS = 5.0  # for the answer to QUIT
_ANSWERS = (Accepted, Refused)
_LEFT = Unreached("not tried: no connection or no time was left")


@dataclass(eq=False, slots=True)
class _Job:
    """One call of `send`: `todo` are the places not begun, `in_hand` is how many are begun.

    Once it is `given_up` none is begun, nor begun again; whoever has no outcome at all gets that.
    """

    letters: Sequence[Letter]
    outcomes: dict[int, Outcome]
    stop: asyncio.Event
    end: float
    todo: deque[int]
    in_hand: int = 0
    given_up: BaseException | None = None
    error: BaseException | None = None
    done: asyncio.Future[None] = field(default_factory=asyncio.Future)

    def end_if_done(self) -> None:
        if self.todo or self.in_hand or self.done.done():
            return
        error = self.error or (None if self.outcomes else self.given_up)
        if error:
            self.done.set_exception(error)
        else:
            self.done.set_result(None)


_Key = tuple[_Job, int]


class SmtpRelay:
    """The port `Relay`. Connections are opened when there is something to send; `close` ends them.

    With `token`, the login is XOAUTH2 with the token that it gives.
    """

    def __init__(
        self,
        server: Server,
        *,
        connections: int = 4,
        letters: int = LETTERS,
        timeout: float = STEP_SECONDS,
        context: ssl.SSLContext | None = None,
        token: Token | None = None,
    ) -> None:
        self.name = str(server)
        self._server = server
        self._connections = connections
        self._most = letters
        self._timeout = timeout
        self._context = context
        self._token = token
        self._jobs: deque[_Job] = deque()  # those with letters that wait
        self._lines: set[Line[_Key]] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._in_vain = 0
        self._no_more_before = 0.0

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
    ) -> Sequence[Outcome]:
        if not letters:
            return []
        outcomes = {} if known is None else known
        stop = stop or asyncio.Event()
        end = asyncio.get_running_loop().time() + SEND_SECONDS
        job = _Job(letters, outcomes, stop, end, deque(range(len(letters))))
        self._jobs.append(job)
        self._work()
        try:
            await job.done
        except asyncio.CancelledError:
            self._withdraw(job)
            raise
        every = [outcomes.get(place, _LEFT) for place in range(len(letters))]
        if not stop.is_set():
            outcomes.update(enumerate(every))
        return every

    async def close(self) -> None:
        """Say goodbye on every connection. No `send` may be running; the next one opens others."""
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        if not (lines := tuple(self._lines)):
            return
        for line in lines:
            line.quit()
        closed = [line.closed for line in lines]
        await asyncio.wait(closed, timeout=_CLOSE_SECONDS)
        for line in lines:
            line.leave("the relay does not answer QUIT")
        await asyncio.wait(closed)

    # --- what a line asks and tells ---

    def next(self) -> tuple[_Key, Letter] | None:
        while job := self._first():
            place = job.todo.popleft()
            try:
                letter = job.letters[place]
            except Exception as error:  # it may be made here and now, by signing
                job.todo.clear()
                job.error = error
            else:
                job.in_hand += 1
                return (job, place), letter
        return None

    def ended(self, key: _Key, outcome: Outcome | None) -> None:
        job, place = key
        job.in_hand -= 1
        if job.done.done() and not isinstance(outcome, Uncertain):
            return  # it was withdrawn: what was not answered was never tried
        if outcome is None and job.given_up:
            job.end_if_done()
            return
        if outcome is None:
            job.todo.appendleft(place)
            if job not in self._jobs:
                self._jobs.appendleft(job)
            return
        job.outcomes[place] = outcome
        if isinstance(outcome, _ANSWERS):
            self._in_vain = 0
        elif isinstance(outcome, RelayRefused):
            self._note_in_vain(said(outcome))
        job.end_if_done()

    def closed(self, line: Line[_Key]) -> None:
        self._lines.discard(line)
        if line.in_vain and self._jobs:
            self._note_in_vain(line.session.over)
        self._work()

    # --- connections ---

    def _first(self) -> _Job | None:
        """The first job with a letter that may be begun."""
        now = asyncio.get_running_loop().time()
        while self._jobs:
            job = self._jobs[0]
            if job.stop.is_set() or now > job.end:
                job.todo.clear()
            if job.todo:
                return job
            self._jobs.popleft()
            job.end_if_done()
        return None

    def _work(self) -> None:
        """Let the connections take what waits, and open as many more as are useful."""
        for line in tuple(self._lines):
            line.go()
        if self._first() is None:
            return
        room = self._connections - len(self._lines) - len(self._opening)
        if not self._lines:
            room = 1 - len(self._opening)
        elif asyncio.get_running_loop().time() < self._no_more_before:
            room = 0
        waiting = sum(len(job.todo) for job in self._jobs) - len(self._opening)
        for _ in range(min(room, waiting)):
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opened)

    async def _open(self) -> None:
        transport, offer = await connect(self._server, self._timeout, self._context, self._token)
        self._lines.add(Line(transport, Session(offer), self, self._timeout, self._most))

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and self._lines:
            log.info("connection-refused reason=%s", error)
            self._no_more_before = asyncio.get_running_loop().time() + _RECONNECT_SECONDS
        elif error:
            self._give_up(error)
        self._work()

    def _note_in_vain(self, reason: str) -> None:
        self._in_vain += 1
        if self._in_vain >= IN_VAIN:
            self._give_up(RelayError(f"{self.name}: {one_line(reason)}"))

    def _give_up(self, error: BaseException) -> None:
        """Begin nothing of what waits, nor anything again of what is in hand."""
        log.warning("relay-lost reason=%s", error)
        self._in_vain = 0
        in_hand = {job for line in self._lines for job, _ in line.session.in_hand}
        for job in in_hand.union(self._jobs):
            job.todo.clear()
            job.given_up = error
            job.end_if_done()
        self._jobs.clear()

    def _withdraw(self, job: _Job) -> None:
        """Its caller is gone: leave at once what is in hand of it."""
        job.todo.clear()
        for line in tuple(self._lines):
            if any(each is job for each, _ in line.session.in_hand):
                line.leave("told to stop")
        if self._first() is None:
            for task in self._opening:
                task.cancel()
