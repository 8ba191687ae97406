"""An IMAP account and a relay in memory, a clock that is set by hand, and faults."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mailer.errors import MailboxError, MailerError, RelayError
from mailer.inquiry.record import RawMail
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Unreached

START = datetime(2020, 9, 11, 7, 30, tzinfo=UTC)


class SetClock:
    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def forward(self, **spell: float) -> None:
        self._now += timedelta(**spell)


class Account:
    """The port Mailbox on folders of {UID: bytes}, with MOVE.

    `refused` holds folders that cannot be written to; `gone` is what every call raises.
    """

    def __init__(self, clock: SetClock, limit: int) -> None:
        self.folders: dict[str, dict[int, bytes]] = {"INBOX": {}}
        self.validity = 1
        self.refused: set[str] = set()
        self.gone: MailboxError | None = None
        self.flagged: list[bytes] = []
        self._uid = 0
        self._clock = clock
        self._limit = limit

    @property
    def inbox(self) -> dict[int, bytes]:
        return self.folders["INBOX"]

    def deliver(self, *mails: bytes) -> None:
        for mail in mails:
            self._put(mail, "INBOX")

    def move(self, uid: int, folder: str) -> None:
        self._put(self.inbox.pop(uid), folder)

    def rebuild(self) -> None:
        """The same mails under other UIDs, as after a restore of the server."""
        mails = list(self.inbox.values())
        self.inbox.clear()
        self.validity += 1
        self._uid = 100
        self.deliver(*mails)

    def contents(self) -> dict[str, list[bytes]]:
        """What lies in each folder that is not empty."""
        return {name: sorted(mails.values()) for name, mails in self.folders.items() if mails}

    def _put(self, mail: bytes, folder: str) -> None:
        self._uid += 1
        self.folders.setdefault(folder, {})[self._uid] = mail

    async def waiting(self) -> Sequence[int]:
        if self.gone:
            raise self.gone
        return sorted(self.inbox)

    async def fetch(self, uids: Sequence[int]) -> Sequence[RawMail]:
        if self.gone:
            raise self.gone
        return [
            RawMail(
                folder="INBOX",
                validity=self.validity,
                uid=uid,
                received=self._clock.now(),
                size=len(mail),
                raw=mail if len(mail) <= self._limit else mail.partition(b"\r\n\r\n")[0],
            )
            for uid in uids
            if (mail := self.inbox.get(uid)) is not None
        ]

    async def flag(self, mails: Sequence[RawMail]) -> None:
        if self.gone:
            raise self.gone
        self.flagged += [mail.raw for mail in mails if mail.uid in self.inbox]

    async def file(self, mails: Sequence[RawMail], folder: str) -> Sequence[int]:
        if self.gone:
            raise self.gone
        if folder in self.refused:
            raise MailboxError(f"{folder}: permission denied")
        if any(mail.validity != self.validity for mail in mails):
            raise MailboxError("the inbox was rebuilt")
        there = [mail.uid for mail in mails if mail.uid in self.inbox]
        for uid in there:
            self.move(uid, folder)
        return there


async def nothing() -> None: ...


class Recorder:
    """The port Relay: keeps every letter that it took; `answers` says no to some recipients.

    `taken` is awaited after each letter.
    """

    name = "relay.example.org:25"

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: dict[str, Outcome] = {}
        self.down: RelayError | None = None
        self.sending: Callable[[], None] = lambda: None
        self.taken: Callable[[], Awaitable[None]] = nothing

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
        pressing: int = 0,
        via: dict[int, str] | None = None,
    ) -> Sequence[Outcome]:
        self.sending()
        if self.down:
            raise self.down
        outcomes = {} if known is None else known
        for place, letter in enumerate(letters):
            if stop and stop.is_set():
                break
            outcomes[place] = self.answers.get(letter.recipient, Accepted("250 ok"))
            if isinstance(outcomes[place], Accepted):
                self.letters.append(letter)
            await self.taken()
        return [outcomes.get(place, Unreached("not tried")) for place in range(len(letters))]


class Killed(BaseException):
    """The process ended here: no handler of ours runs on, and no port hears of it again."""


class Fault:
    """Strikes at the n-th call of one port, before or after the call takes effect.

    `error` None kills: from then on no call of any port in the same `Fault` does anything.
    """

    def __init__(self, at: int, error: type[MailerError] | None, *, after: bool) -> None:
        self.struck = ""
        self._at = at
        self._error = error
        self._after = after
        self._calls = 0
        self._dead = False

    def __str__(self) -> str:
        how = self._error.__name__ if self._error else "killed"
        return f"{how} {'after' if self._after else 'before'} {self.struck}"

    def on(self, port: Any) -> Any:
        """The port that it strikes."""
        return _Proxy(port, self._struck_call)

    def beside(self, port: Any) -> Any:
        """A port that works on, unless the process is dead."""
        return _Proxy(port, self._call)

    async def _struck_call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        self._calls += 1
        if self._calls != self._at:
            return await self._call(method, *arguments)
        self.struck = method.__name__
        if self._after:
            await method(*arguments)
        if self._error:
            raise self._error("as the test has it")
        self._dead = True
        raise Killed

    async def _call(self, method: Callable[..., Any], *arguments: Any) -> Any:
        if self._dead:
            raise Killed
        return await method(*arguments)


class _Proxy:
    def __init__(self, port: Any, call: Callable[..., Any]) -> None:
        self._port = port
        self._call = call

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def through(*arguments: Any) -> Any:
            return await self._call(found, *arguments)

        return through
