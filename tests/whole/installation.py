"""The program within the test: its mailbox on Dovecot, its outbox, and a clock that is set.

Takes a place to be in, and changes of the shipped config: texts, and what stands in their place.
Gives what the program is asked to do in one go, and afterwards what it has sent.
"""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from sqlalchemy import select

from mailer.app import mailroom
from mailer.app.service import Service, open_service
from mailer.edge.imap import ImapMailbox
from mailer.edge.store.tables import letters, outbox
from mailer.flows.ports.clock import Clock
from mailer.mail.server import read_server
from mailer.settings import Settings
from mailer.settings.load import load
from tests.servers import Account
from tests.whole.program import CHECKOUT

MAILBOX = "initiativtrygghet@markaryd.se"

Changes = Mapping[str, str]

_OURS = re.compile(r"(?:\.[a-z2-7]{16}){2}$")


@dataclass(frozen=True)
class Sent:
    """A letter of ours. `original` names the mail that went along, if any did, by its Message-ID:
    what stands before the @, or the kind of it where it is one of ours.
    """

    kind: str
    to: str
    state: str
    original: str


@dataclass(frozen=True)
class Installation:
    service: Service
    mailbox: ImapMailbox
    account: Account

    @property
    def address(self) -> str:
        return self.service.settings.organisation.mailbox.email

    async def work(self) -> None:
        """Take what waits in the mailbox, send what follows."""
        await mailroom.intake(self.service, self.mailbox).drain()
        await self.service.delivery().drain()

    async def sent(self) -> list[Sent]:
        query = (
            select(outbox.c.kind, outbox.c.recipient, outbox.c.state, letters.c.content)
            .join(letters, letters.c.id == outbox.c.letter_id)
            .order_by(outbox.c.id)
        )
        rows = await self.service.database.read(lambda c: c.execute(query).all())
        return [Sent(row.kind, row.recipient, row.state, _original(row.content)) for row in rows]


@dataclass(frozen=True)
class Place:
    """What an installation needs of the world; `database` is an empty one, to be copied."""

    folder: Path
    account: Account
    smtp_url: str
    database: Path

    @asynccontextmanager
    async def installed(self, clock: Clock, changes: Changes) -> AsyncIterator[Installation]:
        self.folder.mkdir()
        shutil.copy(self.database, self.folder / "mailer.db")
        shipped = settings_with(tuple(changes.items()))
        (relay,) = shipped.relays
        settings = replace(
            shipped,
            data_dir=self.folder,
            database_url=f"sqlite:///{self.folder / 'mailer.db'}",
            imap=read_server(self.account.url, "imap"),
            relays=(replace(relay, server=read_server(self.smtp_url, "smtp")),),
        )
        async with open_service(settings, clock) as service, service.mailbox() as mailbox:
            yield Installation(service, mailbox, self.account)


@cache
def settings_with(changes: tuple[tuple[str, str], ...]) -> Settings:
    """Those of the shipped config with these changes."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        shutil.copytree(CHECKOUT / "config", config)
        for file in config.glob("*.yaml"):
            text = file.read_text("utf-8")
            for old, new in changes:
                text = text.replace(old, new)
            file.write_text(text, "utf-8")
        settings = load(config, {})
    return replace(settings, config_dir=CHECKOUT / "config")


def _original(content: bytes) -> str:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    attached = (part for part in message.iter_attachments() if _is_mail(part))
    ids = (str(mail.get_content()["Message-ID"]) for mail in attached)
    return next((_OURS.sub("", each.strip("<> ").partition("@")[0]) for each in ids), "")


def _is_mail(part: EmailMessage) -> bool:
    return part.get_content_type() == "message/rfc822"
