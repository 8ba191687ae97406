"""The flows that work the mailbox, on a real store and a real IMAP server.

Letters are counted by their keys in the outbox: each key is one letter to one reader about one
case, so a mail that is taken twice is two cases, and shows.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_moves import ImapFolders
from mailer.errors import MailboxError
from mailer.flows.intake import Intake, Taken
from mailer.flows.moves import Moves
from mailer.inquiry.correction import holders
from mailer.mail.server import read_server
from tests.flows.moving import moves
from tests.flows.world import LIMIT, ORGANISATION, RULES, World, open_database
from tests.servers import Account

LAMPS, DRUGS, SHELF = "Trygg boendemiljö", "Drogförebyggande", "Samordnaren"
PATIENCE = 0.5
"""Seconds that a server may say nothing; enough for any answer on loopback."""

FULL = os.environ.get("MAILER_TEST_FULL") == "1"
"""Whether what is large is as large as it may be in earnest, or small and the same in kind."""


class Mailroom:
    """One world with its two workers of the mailbox, each on a line of its own."""

    def __init__(self, world: World, account: Account, **options: Any) -> None:
        self.world = world
        settings: dict[str, Any] = {"limit": LIMIT, "timeout": PATIENCE, **options}
        server = read_server(account.url, "imap")
        self.reading = ImapMailbox(server, **settings)
        self.looking = ImapMailbox(server, **settings)
        self.inbox = settings.get("inbox", "INBOX")

    @property
    def intake(self) -> Intake:
        return self.world.intake(mailbox=self.reading)

    @property
    def moves(self) -> Moves:
        ours = holders(ORGANISATION, RULES)
        return moves(self.world, ImapFolders(self.looking, self.inbox, ours, LIMIT))

    async def take(self) -> Taken:
        """One pass; what a fault ends is ended, as `mailer run` has it."""
        try:
            return await self.intake.once()
        except MailboxError:
            return Taken()

    async def settle(self) -> None:
        """Pass after pass, until one comes to its end and leaves nothing."""
        for _ in range(20):
            with suppress(MailboxError):
                if not (await self.intake.once()).left:
                    return
        raise AssertionError("some mail is always left")

    async def look(self) -> int:
        """One look at the folders, likewise."""
        try:
            return await self.moves.look()
        except MailboxError:
            return 0

    async def forwarded(self) -> Counter[str]:
        """How often each mail was forwarded to each reader: by its subject and the reader."""
        cases = {case.case_number: case.subject for case in await self.world.cases()}
        keys = [key.split("/") for key in await self.world.rows() if key.startswith("forward/")]
        return Counter(f"{cases[number]}: {reader}" for _, number, reader in keys)

    async def close(self) -> None:
        await self.reading.close()
        await self.looking.close()


@asynccontextmanager
async def open_mailroom(
    database: Path, account: Account, folder: Path, **options: Any
) -> AsyncIterator[Mailroom]:
    """A mailroom on the database file, with its originals in the folder."""
    async with open_database(f"sqlite:///{database}", folder) as world:
        room = Mailroom(world, account, **options)
        try:
            yield room
        finally:
            await room.close()


def mail(
    subject: str,
    text: str = "Lampan vid vår port är trasig.",
    sender: str = "Anna Ek <anna@example.org>",
    **fields: str,
) -> bytes:
    """A resident's mail, with a Message-ID made of its subject unless `fields` say otherwise."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ORGANISATION.mailbox.email
    message["Subject"] = subject
    identity = f"<{subject.encode().hex()}@example.org>"
    for name, value in {"Message_ID": identity, **fields}.items():
        if value:
            message[name.replace("_", "-")] = value
    message.set_content(text + "\n")
    return message.as_bytes()
