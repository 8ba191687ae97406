"""One connection to the relay: a `Session` on a transport, with its deadlines.

Takes letters from its `Source` whenever the session is ready for one, and tells it what became of
each. Promises: no step takes longer than its deadline; no more of a letter is put into memory than
the relay is reading; when there is nothing to do for IDLE_SECONDS it says goodbye by itself.
"""

import asyncio
from typing import Generic, Protocol

from mailer.mail.message import Letter
from mailer.mail.outcome import Outcome
from mailer.mail.smtp import Ended, Key, Session

SLOWEST_OCTETS = 128 * 1024
"""A second: the slowest line that a letter is given time for, on top of the step."""

IDLE_SECONDS = 20.0
"""How long a connection is kept with nothing to send: less than any relay allows."""

CUT = "the line was cut"


class Source(Protocol[Key]):
    """Where a line gets its letters."""

    def next(self) -> tuple[Key, Letter] | None:
        """A letter to begin, with its key."""
        ...

    def ended(self, key: Key, outcome: Outcome | None) -> None:
        """What became of it; None: it was not answered, and may be begun on another line."""
        ...

    def closed(self, line: "Line[Key]") -> None: ...


class Line(asyncio.Protocol, Generic[Key]):
    """`timeout` is for each reply, in seconds; after `most` letters it says goodbye."""

    def __init__(
        self,
        transport: asyncio.Transport,
        session: Session[Key],
        source: Source[Key],
        timeout: float,
        most: int,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.session = session
        self.closed = loop.create_future()
        self._transport = transport
        self._source = source
        self._timeout = timeout
        self._most = most
        self._begun = 0
        self._paused = False
        self._time = loop.time
        self._moves = session.moves
        self._due = self._time() + IDLE_SECONDS
        self._timer = loop.call_at(self._due, self._wake)
        transport.set_protocol(self)

    @property
    def in_vain(self) -> bool:
        """Whether letters were begun on it, and none was answered for."""
        return self._begun > 0 and not self.session.worked

    def go(self) -> None:
        """Begin what may be begun, and write what can be written."""
        session = self.session
        while not session.over:
            while self._begun < self._most and session.ready and (item := self._source.next()):
                key, letter = item
                if refused := session.begin(key, letter):
                    self._source.ended(key, refused)
                else:
                    self._begun += 1
            if self._begun == self._most and session.idle:
                session.quit()
            if self._paused or not (octets := session.give()):
                break
            self._transport.write(octets)
        if session.moves != self._moves:
            self._moves = session.moves
            self._put_off()

    def quit(self) -> None:
        """Say goodbye, or leave at once where a reply is owed."""
        if self.session.idle and not self.session.over:
            self.session.quit()
            self.go()
        else:
            self.leave("told to leave")

    def leave(self, reason: str) -> None:
        """Hear nothing more of what is in hand."""
        self._tell(self.session.lost(reason))
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._tell(self.session.receive(data))
        if self.session.over:
            self._transport.abort()
        else:
            self.go()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self.go()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._tell(self.session.lost(CUT))
        self.closed.set_result(None)
        self._source.closed(self)

    def _tell(self, ended: Ended[Key]) -> None:
        for key, outcome in ended:
            self._source.ended(key, outcome)

    def _put_off(self) -> None:
        """The dialogue has moved: the next step has its own time."""
        if self.session.idle:
            seconds = IDLE_SECONDS
        else:
            seconds = self._timeout + self.session.on_the_way / SLOWEST_OCTETS
        self._due = self._time() + seconds
        if self._due < self._timer.when():
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_at(self._due, self._wake)

    def _wake(self) -> None:
        # One timer a line, that looks whether it is time yet: one a reply would cost more.
        if self._time() < self._due:
            self._timer = asyncio.get_running_loop().call_at(self._due, self._wake)
        elif self.session.idle:
            self.quit()
        else:
            self.leave("no answer in time")
