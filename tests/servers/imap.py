"""A mailbox on an IMAP server as its owner's mail program sees it, and pymap in a thread."""

import asyncio
import secrets
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

from tests.servers.running import PATIENCE, Thread


@dataclass(frozen=True)
class Account:
    """One user's mailbox on an IMAP server; `tls_port` is 0 and `ca` None where it has no TLS."""

    user: str
    password: str
    port: int
    tls_port: int = 0
    ca: Path | None = None

    @property
    def url(self) -> str:
        return f"imap://{self.user}:{self.password}@127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"imaps://{self.user}:{self.password}@localhost:{self.tls_port}"

    @property
    def starttls_url(self) -> str:
        return f"imap://{self.user}:{self.password}@localhost:{self.port}?tls=starttls"

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A mail program of the account's owner, logged in."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=PATIENCE) as client:
            client.login(self.user, self.password)
            yield client

    def deliver(self, raw: bytes, received: datetime | None = None) -> None:
        """Put a mail into the inbox. Bare line feeds become CRLF."""
        with self.client() as client:
            client.append("INBOX", raw, msg_time=received)

    def folders(self) -> dict[str, list[bytes]]:
        """Every folder by its name in plain Unicode, with its mails, oldest first."""
        with self.client() as client:
            return {
                name: _mails(client, name)
                for flags, _, name in client.list_folders()
                if b"\\Noselect" not in flags
            }


def _mails(client: IMAPClient, folder: str) -> list[bytes]:
    client.select_folder(folder, readonly=True)
    found = client.fetch(client.search(), ["BODY.PEEK[]"])
    return [found[uid][b"BODY[]"] for uid in sorted(found)]


class PymapServer(Thread):
    """pymap with one account, kept in memory."""

    def __init__(self) -> None:
        self.user = "kontakt"
        self.password = secrets.token_hex(8)

    async def listen(self) -> asyncio.Server:
        backend, config = await DictBackend.init(
            Namespace(
                host=None,
                port=None,
                debug=False,
                cert=None,
                key=None,
                tls=False,
                proxy_protocol=None,
                passlib_cfg=None,
                demo_data=False,
                demo_user=self.user,
                demo_password=self.password,
            ),
            hash_context=BuiltinHash(rounds=1),  # the default takes a quarter of a second
        )
        config.apply_context()
        accept = ProxyProtocolReader(config.proxy_protocol).get_callback(
            IMAPServer(backend.login, config)
        )
        return await asyncio.start_server(accept, "127.0.0.1", 0)

    @property
    def mailbox(self) -> Account:
        return Account(self.user, self.password, self.port)
