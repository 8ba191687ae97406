"""One mail after the other into a mailbox that is being worked, and when the relay has its letters.

Takes a Dovecot account; gives the servers to work it through: before Dovecot a proxy that notes
when it told an idling client of new mail, and a relay that notes when it took a forward.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from time import perf_counter, sleep
from types import TracebackType
from typing import Self

from imapclient import IMAPClient

from tests.servers import Account
from tests.servers.running import PATIENCE, Thread
from tests.servers.sink import Letter, Sink

_READ = 2**16
_QUIET = 0.2  # seconds without a letter: no other follows


class Noting(Thread):
    """A proxy before an IMAP server. `told`: when it last passed EXISTS to a client that idles."""

    def __init__(self, server: int) -> None:
        self._server = server
        self.told = 0.0

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def _carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._server)
        idles = False

        async def asked() -> None:
            nonlocal idles
            while octets := await client.read(_READ):
                idles = b" IDLE\r\n" in octets
                to_server.write(octets)
            to_server.close()

        async def answered() -> None:
            while octets := await server.read(_READ):
                if idles and b" EXISTS\r\n" in octets:
                    self.told = perf_counter()
                to_client.write(octets)
            to_client.close()

        await asyncio.gather(asked(), answered(), return_exceptions=True)


class Arrivals:
    """Use as a context. `idle`: the mailbox is watched by IDLE; else it is looked at."""

    def __init__(self, account: Account, idle: bool) -> None:
        self._account = account
        self._idle = idle
        self._proxy = Noting(account.port)
        self._sink = Sink()
        self._taken = 0.0
        self._sink.data_answers = self._note
        self._servers = ExitStack()

    def __enter__(self) -> Self:
        self._servers.enter_context(self._proxy)
        self._servers.enter_context(self._sink)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._servers.close()

    @property
    def account(self) -> Account:
        """Where the mail comes, as the worker of the mailbox is to reach it."""
        return replace(self._account, port=self._proxy.port)

    @property
    def relay(self) -> int:
        return self._sink.port

    def spent_on(self, mails: Iterable[bytes]) -> Sequence[float]:
        """Of each, the seconds from the notice, or the end of APPEND, to the last forward."""
        with self._account.client() as client:
            return [self._spent_on(client, mail) for mail in mails]

    def _spent_on(self, client: IMAPClient, mail: bytes) -> float:
        self._taken = 0.0
        client.multiappend("INBOX", [mail])
        arrived = perf_counter()
        while not self._taken or perf_counter() < self._taken + _QUIET:
            if perf_counter() > arrived + PATIENCE:
                raise TimeoutError("nothing was forwarded")
            sleep(_QUIET / 4)
        return self._taken - (max(self._proxy.told, arrived) if self._idle else arrived)

    def _note(self, letter: Letter) -> None:
        if letter.mail_from:  # an acknowledgement has none
            self._taken = perf_counter()
