"""Dovecot as Debian packages it, and what befalls its mailboxes behind our back."""

import grp
import os
import pwd
import secrets
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from tests.servers.imap import Account
from tests.servers.running import PATIENCE, Process, free_port, issue_certificate, program


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

    def home(self, account: Account) -> Path:
        """The Maildir of an account; a folder below the inbox is `.NAME` in it."""
        return self.directory / "mail" / account.user / "Maildir"

    def lay(self, account: Account, mails: Iterable[bytes]) -> None:
        """Put mails into the inbox in this order, as a mail server does: thousands in no time."""
        with account.client() as client:
            client.select_folder("INBOX")  # makes the Maildir
        place = self.home(account) / "new"
        owner = self.identity()
        for number, raw in enumerate(mails):
            path = place / f"{1_600_000_000 + number}.M{number:06}P1.test"
            path.write_bytes(raw)
            os.utime(path, (1_600_000_000 + number,) * 2)
            if owner:
                os.chown(path, owner["user"], owner["group"])

    def forget_uids(self, account: Account, folder: str = "") -> None:
        """Lose what it knows of a folder but the mails: its UIDVALIDITY will be another."""
        place = self.home(account) / folder
        for kept in (*place.glob("dovecot*.index*"), *place.glob("dovecot-uid*")):
            kept.unlink()

    def restart(self) -> None:
        """End it, with all its lines, and start it again with the mails as they were."""
        assert self.process
        self.process.send_signal(self.ending)
        self.process.wait(PATIENCE)
        self.start()

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
