"""IMAP servers: Dovecot as Debian packages it, and pymap in a thread."""

import asyncio
import grp
import os
import pwd
import secrets
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

from tests.servers.running import PATIENCE, Process, Thread, free_port, issue_certificate, program


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


class Dovecot(Process):
    """Dovecot with one password for every user there may be; mail is kept in Maildirs.

    `capability` replaces what it says that it can do after the login.
    """

    account = "nobody"

    BASIC = "IMAP4rev1 LITERAL+ SASL-IR UIDPLUS NAMESPACE"
    """A capability without MOVE, IDLE, CONDSTORE and the like."""

    def __init__(self, capability: str = "") -> None:
        self.program = program("dovecot", "Dovecot", "dovecot-imapd")
        program("imap", "Dovecot's IMAP", "dovecot-imapd", "/usr/lib/dovecot")
        super().__init__()
        self.capability = capability
        self.password = secrets.token_hex(8)
        self.tls_port = free_port()
        self.ca = self.directory / "ca.pem"
        self._users = count(1)

    def new_account(self) -> Account:
        """An account that nobody has used."""
        user = f"kontakt-{next(self._users)}"
        return Account(user, self.password, self.port, self.tls_port, self.ca)

    def command(self) -> list[str | Path]:
        issue_certificate(self.directory)
        (self.directory / "dovecot.conf").write_text(self.configuration())
        self.directory.chmod(0o755)
        self.give_away()
        return [self.program, "-F", "-c", self.directory / "dovecot.conf"]

    def configuration(self) -> str:
        user = pwd.getpwuid(self.identity().get("user", os.geteuid()))
        return f"""
            base_dir = {self.directory}/run
            state_dir = {self.directory}/state
            log_path = {self.directory}/output
            protocols = imap
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <{self.directory}/server.pem
            ssl_key = <{self.directory}/server.pem
            disable_plaintext_auth = no
            auth_failure_delay = 0
            default_internal_user = {user.pw_name}
            default_internal_group = {grp.getgrgid(user.pw_gid).gr_name}
            default_login_user = {user.pw_name}
            first_valid_uid = 1
            mail_location = maildir:~/Maildir
            mail_fsync = never
            mail_max_userip_connections = 1000
            namespace inbox {{
              inbox = yes
            }}
            passdb {{
              driver = static
              args = password={self.password}
            }}
            userdb {{
              driver = static
              args = uid={user.pw_uid} gid={user.pw_gid} home={self.directory}/mail/%u
            }}
            service anvil {{
              chroot =
              # No growing delay after refused logins.
              unix_listener anvil-auth-penalty {{
                mode = 0
              }}
            }}
            service imap-login {{
              chroot =
              service_count = 0
              inet_listener imap {{
                port = {self.port}
              }}
              inet_listener imaps {{
                port = {self.tls_port}
                ssl = yes
              }}
            }}
            protocol imap {{
              imap_capability = {self.capability}
            }}
        """


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
