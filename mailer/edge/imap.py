"""The contact mailbox over IMAP (RFC 3501): what waits, read as it is, filed by moving.

Takes a `Server`; implements the port `Mailbox`. Promises:

- nothing is ever deleted or expunged, and \\Seen stays as people left it;
- a mail is named by (UIDVALIDITY, UID), and a rebuilt inbox is noticed before anything moves;
- a line that broke is opened anew by the next call, and one that died between two calls costs
  nothing;
- a mail that the server refuses to give or to move stays where it is and stops no other.

IMAPClient is not thread-safe: one thread owns it, and every call waits for its turn there.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError

from mailer.edge.imap_filing import Filing, Inbox, select
from mailer.edge.imap_folders import INBOX, create_missing, folders, naming
from mailer.edge.imap_reading import batches, bodies, portions
from mailer.edge.imap_session import FAULTS, Token, connect, drop, fault, log_out, reason
from mailer.edge.imap_watch import Watch
from mailer.inquiry.record import RawMail
from mailer.mail.server import Server

logger = logging.getLogger("mailer.imap")

CLOSE_SECONDS = 1.0

T = TypeVar("T")


class ImapMailbox:
    """One IMAP account; see the port `Mailbox`. Use as `async with`, or `open()` and `close()`.

    `limit` is the RFC822.SIZE above which only a mail's beginning comes, `timeout` the
    seconds that the server may be silent, `poll` those between two looks where it has no IDLE, or
    `idle` says not to use it.
    `inbox` is the server's own name of it. With `token`, the login is XOAUTH2 with what it gives.
    Every method raises LoginRefused or MailboxError, whose text is one line without a secret.
    """

    def __init__(
        self,
        server: Server,
        *,
        inbox: str = INBOX,
        limit: int = 25 * 2**20,
        timeout: float = 30,
        poll: float = 60,
        idle: bool = True,
        context: ssl.SSLContext | None = None,
        token: Token | None = None,
    ) -> None:
        self._server = server
        self._inbox = inbox
        self._limit = limit
        self._poll = poll
        self._idle = idle
        self._connect = partial(
            connect, server, context or ssl.create_default_context(), timeout, token
        )
        self._client: IMAPClient | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imap")

    async def open(self) -> None:
        """Connect now rather than at the first call."""
        await self._call(self._select)

    async def close(self) -> None:
        """Log out; no call may follow. A server that says nothing is left after a moment."""
        leaving = asyncio.ensure_future(self._call(self._log_out))
        _, busy = await asyncio.wait({leaving}, timeout=CLOSE_SECONDS)
        client = self._client
        if busy and client:
            with suppress(OSError):
                # The base class's, for that of SSLSocket is not made for another thread.
                socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)
        self._thread.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def waiting(self) -> Sequence[int]:
        return await self._call(self._waiting)

    async def fetch(self, uids: Sequence[int]) -> Sequence[RawMail]:
        """See the port; one that the server refuses to give is left out, with a warning."""
        return await self._call(self._fetch, uids)

    async def file(self, mails: Sequence[RawMail], folder: str) -> Sequence[int]:
        """See the port; the UIDs are those of `mails`. One refused is left out, with a warning."""
        return await self._call(self._file, mails, folder)

    async def flag(self, mails: Sequence[RawMail]) -> None:
        """See the port."""
        await self._call(self._flag, mails)

    async def holds(self, field: str, value: str) -> bool:
        """Whether any folder has a mail whose header field `field` contains `value` (RFC 3501)."""
        return await self._call(self._holds, field, value)

    async def run(self, act: Callable[[IMAPClient], T]) -> T:
        """What `act` gives, in the thread that owns the client; it may select any folder."""
        return await self._call(lambda: act(self._select()[0]))

    async def append(
        self, raw: bytes, folder: str = INBOX, received: datetime | None = None
    ) -> None:
        """Put a mail into a folder (created when missing); bare line feeds become CRLF."""
        await self._call(self._append, raw, folder, received)

    async def dump(self) -> dict[str, list[bytes]]:
        """Every mail of every folder, oldest first: for a mailbox that fits in memory."""
        return await self._call(self._dump)

    async def watch(self, changed: Callable[[], None], stop: asyncio.Event) -> None:
        """Call `changed`, in this event loop, whenever there may be new mail, until `stop` is set.

        On a line of its own, opened again for ever: no fault of the server's ends it.
        """
        loop = asyncio.get_running_loop()
        watch = Watch(
            self._connect,
            self._inbox,
            self._poll,
            self._idle,
            lambda: loop.call_soon_threadsafe(changed),
        )
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imap-watch")
        running: asyncio.Future[Any] = loop.run_in_executor(thread, watch.run)
        stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            watch.stop()
            thread.shutdown(wait=False)
        # A thread that is just connecting hears nothing: it is left to its timeout.
        await asyncio.wait({running}, timeout=0.5)
        if not running.cancel():
            running.result()

    async def _call(self, act: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._act, act, arguments)

    # All below runs in the thread that owns the client.

    def _act(self, act: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return act(*arguments)
        except FAULTS as error:
            self._drop()
            raise fault(self._server, error) from error

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client:
            drop(client)

    def _log_out(self) -> None:
        client, self._client = self._client, None
        if client:
            log_out(client)

    def _select(self) -> tuple[IMAPClient, Inbox]:
        """Select the inbox, on a new line where there is none or it died since the last call."""
        if self._client:
            try:
                return self._client, select(self._client, self._inbox)
            except (IMAPClientAbortError, OSError) as error:
                logger.info("reconnect: %s", reason(error), extra={"action": "reconnect"})
                self._drop()
        self._client = self._connect()
        return self._client, select(self._client, self._inbox)

    def _waiting(self) -> list[int]:
        client, inbox = self._select()
        # \Deleted is how a mail program without MOVE takes a mail away: a person has dealt with it.
        return sorted(client.search(["UNDELETED", *inbox.mark.absent]))

    def _fetch(self, uids: Sequence[int]) -> list[RawMail]:
        client, inbox = self._select()
        found = portions(client, self._inbox, inbox.validity, uids, self._limit)
        return next(filter(None, found), [])

    def _file(self, mails: Sequence[RawMail], folder: str) -> list[int]:
        client, _ = self._select()
        target = naming(client).on_server(folder)
        create_missing(client, target)
        return Filing(self._server, client, self._inbox, self._limit).file(mails, target)

    def _flag(self, mails: Sequence[RawMail]) -> None:
        client, _ = self._select()
        Filing(self._server, client, self._inbox, self._limit).flag(mails)

    def _holds(self, field: str, value: str) -> bool:
        client, _ = self._select()
        for folder in folders(client):
            client.select_folder(folder, readonly=True)
            if client.search(["HEADER", field, value]):
                return True
        return False

    def _append(self, raw: bytes, folder: str, received: datetime | None) -> None:
        client, _ = self._select()
        target = naming(client).on_server(folder)
        create_missing(client, target)
        client.append(target, raw, msg_time=received)

    def _dump(self) -> dict[str, list[bytes]]:
        client, _ = self._select()
        names = naming(client)
        mails = {}
        for folder in folders(client):
            client.select_folder(folder, readonly=True)
            mails[names.plain(folder)] = [
                raw
                for batch in batches(sorted(client.search()))
                for _, raw in bodies(client, batch)
            ]
        return mails
