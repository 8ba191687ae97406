"""What is open while the program works, and how each flow gets its ports from it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from mailer.app.composing import composer, findings
from mailer.app.deciding import LIMIT, identity, triage
from mailer.edge.archive import Archive, ArchiveFiles
from mailer.edge.files import OriginalFiles, make_private, templates_for
from mailer.edge.imap import ImapMailbox
from mailer.edge.smtp import SmtpRelay
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.worker import Worker
from mailer.errors import EditionError, MailerError
from mailer.flows.correspondence import Correspondence
from mailer.flows.deliver import Delivery, Tally
from mailer.flows.intake import Intake
from mailer.flows.ports import Clock
from mailer.flows.publish import Queued, edition_of, publish
from mailer.inquiry.reply import Letters
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Letter, own_lines
from mailer.mail.outcome import Outcome
from mailer.newsletter.receipt import Receipt
from mailer.settings import Settings

log = logging.getLogger("mailer.app")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that is open. Make one with `open_service`."""

    settings: Settings
    clock: Clock
    identity: Identity
    worker: Worker
    database: Database
    outbox: StoredOutbox
    editions: StoredEditions
    subscribers: StoredSubscribers
    journal: StoredJournal
    archive: Archive
    correspondence: Correspondence

    async def publish(self, day: date) -> Queued:
        """Queue the edition due on `day`, once, and archive it.

        Raises EditionError where preflight finds an error in it, or there is nothing to tell.
        """
        compose = composer(self.settings)
        if not await self.editions.claimed(compose.period(day)):
            edition = await edition_of(day, compose, self.editions)
            errors = [each for each in findings(self.settings, compose, edition) if each.is_error]
            if errors:
                lines = "\n".join(str(each) for each in errors)
                raise EditionError(f"{lines}\nNothing is sent: mend this first.")
        archive = ArchiveFiles(self.archive)
        return await publish(day, compose, self.editions, archive, self.identity, self.clock)

    async def keep_receipt(self, period: str) -> Receipt | None:
        """The account of one edition as it stands, also put beside the archived edition."""
        receipt = await self.editions.receipt(period)
        if receipt:
            await asyncio.to_thread(self.archive.write_receipt, period, receipt)
        return receipt

    async def send_test(self, day: date, reader: Address) -> Outcome:
        """Send the edition due on `day` to one address, past the outbox; claims nothing."""
        compose = composer(self.settings)
        edition = await edition_of(day, compose, self.editions)
        now = self.clock.now()
        content = compose.compose(edition, now).content
        lines = own_lines(reader, self.identity.message_id(f"test/{now.isoformat()}"))
        sender = self.settings.organisation.mailbox.email
        (outcome,) = await self.relay().send([Letter(sender, reader.email, lines + content)])
        return outcome

    def relay(self) -> SmtpRelay:
        return SmtpRelay(self.settings.smtp, connections=self.settings.connections)

    def delivery(self, progress: Callable[[Tally], None] = lambda tally: None) -> Delivery:
        """A worker of the outbox."""
        return Delivery(
            outbox=self.outbox,
            relay=self.relay(),
            clock=self.clock,
            worker=self.worker.name,
            report=lambda due, reply: self.correspondence.undelivered(due, reply, self.clock.now()),
            progress=progress,
        )

    def mailbox(self) -> ImapMailbox:
        settings = self.settings
        return ImapMailbox(
            settings.imap,
            inbox=settings.inbox,
            limit=LIMIT,
            poll=settings.poll.total_seconds(),
            idle=settings.idle,
        )

    def intake(self, mailbox: ImapMailbox, queued: Callable[[], None] = lambda: None) -> Intake:
        """The worker of the mailbox."""
        settings = self.settings
        return Intake(
            mailbox=mailbox,
            journal=self.journal,
            originals=OriginalFiles(settings.data_dir / "originals"),
            triage=triage(settings, self.identity),
            correspondence=self.correspondence,
            organisation=settings.organisation,
            rules=settings.triage,
            case_prefix=settings.case_prefix,
            limit=LIMIT,
            zone=settings.zone,
            clock=self.clock,
            queued=queued,
        )

    async def status(self) -> dict[str, dict[str, object]]:
        """What waits, what failed, what came in; no personal data."""
        editions = await self.editions.all()
        return {
            "outbox": dict(await self.outbox.counts()),
            "inquiries": dict(await self.journal.counts()),
            "subscribers": dict(await self.subscribers.counts()),
            "editions": {row.period: row.date for row in editions},
        }

    async def free_the_dead(self) -> None:
        """Give back what processes of ours that died on this machine still held."""
        for name in self.worker.dead():
            await self.outbox.release(name)
            self.worker.bury(name)

    async def keep_house(self) -> None:
        """Free what dead processes held, write the receipts, let the database tidy itself."""
        try:
            await self.free_the_dead()
            for period in self.archive.editions():
                await self.keep_receipt(period)
            await self.database.tidy()
        except MailerError as error:
            log.error("housekeeping-failed reason=%s", error)


@asynccontextmanager
async def open_service(settings: Settings, clock: Clock) -> AsyncIterator[Service]:
    """Open the database (migrating it), free what a dead process of ours still held."""
    make_private(settings.data_dir)
    ours = identity(settings)
    templates = templates_for(settings.config_dir)
    worker = Worker(settings.data_dir / "workers")
    try:
        database = await Database.open(settings.database_url)
    except BaseException:
        worker.close()
        raise
    try:
        service = Service(
            settings=settings,
            clock=clock,
            identity=ours,
            worker=worker,
            database=database,
            outbox=StoredOutbox(database),
            editions=StoredEditions(database),
            subscribers=StoredSubscribers(database),
            journal=StoredJournal(database, settings.case_prefix, settings.zone),
            archive=Archive(settings.data_dir / "archive"),
            correspondence=Correspondence(
                letters=Letters(templates, settings.organisation),
                organisation=settings.organisation,
                identity=ours,
                newsletter=settings.newsletter.title,
                zone=settings.zone,
            ),
        )
        await service.free_the_dead()
        yield service
    finally:
        worker.close()
        await database.close()
