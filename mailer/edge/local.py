"""The demo's own mail servers: an IMAP account and an SMTP relay on loopback, in our event loop.

Each is an async context manager that listens on a free port of 127.0.0.1 while it is open and has
a `url` that `mailer.mail.server.read_server` reads. No thread, no file; what arrives is kept in
memory, byte for byte, until the object goes. On leaving, open connections are cut and every task
has ended.

`LocalImap` is pymap's dict backend with one user and an empty INBOX (MOVE, IDLE, UIDPLUS).
`LocalSmtp` is aiosmtpd (8BITMIME, SMTPUTF8) and refuses nothing.
"""

import asyncio
import logging
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from types import TracebackType
from typing import Self
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

_HOST = "127.0.0.1"
_SIZE_LIMIT = 25 * 2**20
"""Octets of one letter; as much as most relays take."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One letter as the relay was given it: its envelope, and the bytes after DATA, dots undone.

    `mail_from` is empty for the null sender `<>`.
    """

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes


class LocalSmtp:
    """A relay that delivers nowhere: `letters` holds what it was given, in order."""

    def __init__(self) -> None:
        self.letters: list[Captured] = []
        self._connections: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        # aiosmtpd tells every command at level INFO.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), _HOST, 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.close()
        await asyncio.gather(*(connection.cut() for connection in self._connections))
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"smtp://{_HOST}:{_port(self._server)}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.letters.append(
            Captured(
                mail_from=(envelope.mail_from or "").replace("<>", ""),
                recipients=tuple(envelope.rcpt_tos),
                raw=envelope.original_content or b"",
            )
        )
        return f"250 2.0.0 kept as number {len(self.letters)}"


class _Connection(SMTP):
    """One SMTP connection that its server can cut, and wait for."""

    def __init__(self, owner: LocalSmtp) -> None:
        super().__init__(
            owner,
            data_size_limit=_SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="localhost",
            loop=asyncio.get_running_loop(),
        )
        self._open = owner._connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._open.discard(self)

    async def cut(self) -> None:
        session = self._handler_coroutine
        if isinstance(self.transport, asyncio.Transport) and session is not None:
            self.transport.abort()
            await asyncio.wait([session])


class LocalImap:
    """One mail account. `deliver` is what a mail server does when mail arrives from outside."""

    def __init__(self, user: str = "initiativtrygghet", password: str = "demo") -> None:  # noqa: S107
        self._user = user
        self._password = password
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Self:
        config = _Settings(self._user, self._password)
        login = Login(config)
        identity = login.demo_user_identity
        await identity.set(UserMetadata(config, self._user, password=self._password))
        async with identity.new_session() as session:
            self._mailboxes = session.mailbox_set
        self._imap = IMAPServer(login, config)
        self._server = await asyncio.start_server(self._accept, _HOST, 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        login = f"{quote(self._user, safe='')}:{quote(self._password, safe='')}"
        return f"imap://{login}@{_HOST}:{_port(self._server)}"

    async def deliver(self, raw: bytes, received: datetime) -> None:
        """Put a mail in INBOX with this INTERNALDATE (aware); a client in IDLE is told."""
        inbox = await self._mailboxes.get_mailbox("INBOX")
        await inbox.append(AppendMessage(raw, received), recent=True)

    async def folders(self) -> Mapping[str, Sequence[bytes]]:
        """Every folder, INBOX first, with its mails in order of UID."""
        tree = await self._mailboxes.list_mailboxes()
        return {entry.name: await self._mails(entry.name) for entry in tree.list() if entry.exists}

    async def _mails(self, folder: str) -> Sequence[bytes]:
        mailbox = await self._mailboxes.get_mailbox(folder)
        mails = [mail async for mail in mailbox.messages()]
        loaded = [await mail.load_content(FetchRequirement.CONTENT) for mail in mails]
        return [bytes(content) for content in loaded]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served = self._imap(reader, writer, SocketInfoLocal(writer))
        task = asyncio.get_running_loop().create_task(served)
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)


class _Settings(Config):
    """pymap's settings for one account in memory.

    The defaults would hash with half a million rounds in a thread pool, read the system's
    certificates and ask the resolver for our own name: seconds, to guard what is nowhere stored.
    """

    def __init__(self, user: str, password: str) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=_HOST,
            port=0,
            demo_data=False,
            demo_user=user,
            demo_password=password,
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            ssl_context=SSLContext(PROTOCOL_TLS_SERVER),
            tls_enabled=False,
            max_append_len=_SIZE_LIMIT,
        )

    @property
    def greeting(self) -> bytes:
        return b"ready"


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
