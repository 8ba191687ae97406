"""What is open while the program works, and how each flow gets its ports from it."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from mailer.app.cases import case_links
from mailer.app.deciding import LIMIT, identity
from mailer.app.knowledge import Knowledge
from mailer.app.relaying import imap_tokens, relays
from mailer.app.subscribing import fingerprint, invitations
from mailer.edge.archive import Archive
from mailer.edge.files import OriginalFiles, make_private, templates_for
from mailer.edge.imap import ImapMailbox
from mailer.edge.keys import signer_of
from mailer.edge.oauth import Tokens
from mailer.edge.relays import Relays
from mailer.edge.store.absences import StoredAbsences
from mailer.edge.store.bounces import StoredBounces
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.follow_up import StoredFollowUps
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.worker import Worker
from mailer.flows.correspondence import Correspondence
from mailer.flows.deliver import Delivery
from mailer.flows.ports.clock import Clock
from mailer.inquiry.reply import Letters
from mailer.mail.dkim import Sign
from mailer.mail.identity import Identity
from mailer.settings import Settings
from mailer.settings.values import Reread

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
    originals: OriginalFiles
    absences: StoredAbsences
    bounces: StoredBounces
    labels: StoredLabels
    follow_ups: StoredFollowUps
    knowledge: Knowledge
    archive: Archive
    correspondence: Correspondence
    relay: Relays
    tokens: Tokens | None
    sign: Sign | None
    reread: Reread | None

    def delivery(self) -> Delivery:
        """A worker of the outbox."""
        return Delivery(
            outbox=self.outbox,
            relay=self.relay,
            clock=self.clock,
            worker=self.worker.name,
            report=lambda due, reply: self.correspondence.undelivered(due, reply, self.clock.now()),
            trouble=lambda why: self.correspondence.relay_trouble(why, self.clock.now()),
            sign=self.sign,
            on_doubt=self.settings.uncertain,
        )

    def mailbox(self) -> ImapMailbox:
        settings = self.settings
        return ImapMailbox(
            settings.imap,
            inbox=settings.inbox,
            limit=LIMIT,
            poll=settings.poll.total_seconds(),
            idle=settings.idle,
            token=self.tokens.fetch if self.tokens else None,
        )

    async def free_the_dead(self) -> None:
        """Give back what processes of ours that died on this machine still held."""
        for name in self.worker.dead():
            await self.outbox.free(name, self.clock.now())
            self.worker.bury(name)

    async def end_pauses(self) -> None:
        """Let those get letters again whose pause is over."""
        now = self.clock.now()
        await self.subscribers.wake(now.astimezone(self.settings.zone).date(), now)


@asynccontextmanager
async def open_service(
    settings: Settings, clock: Clock, reread: Reread | None = None
) -> AsyncIterator[Service]:
    """Open the database (migrating it), free what a dead process of ours still held.

    `reread` reads the settings anew when a file was saved; without it they stay as they are.
    """
    make_private(settings.data_dir)
    ours = identity(settings)
    sign = signer_of(settings.organisation.mailbox.domain, settings.dkim)
    templates = templates_for(settings.config_dir)
    worker = Worker(settings.data_dir / "workers")
    try:
        database = await Database.open(settings.database_url)
    except BaseException:
        worker.close()
        raise
    relay = relays(settings, clock.now, database)
    labels = StoredLabels(database)
    try:
        service = Service(
            settings=settings,
            clock=clock,
            identity=ours,
            worker=worker,
            database=database,
            outbox=StoredOutbox(database, settings.uncertain),
            editions=StoredEditions(database),
            subscribers=StoredSubscribers(database, fingerprint(ours)),
            journal=StoredJournal(database, settings.case_prefix, settings.zone),
            originals=OriginalFiles(settings.data_dir / "originals"),
            absences=StoredAbsences(database),
            bounces=StoredBounces(database),
            labels=labels,
            follow_ups=StoredFollowUps(database),
            knowledge=Knowledge(settings, ours, labels),
            archive=Archive(settings.data_dir / "archive"),
            correspondence=Correspondence(
                letters=Letters(templates, settings.organisation, settings.triage.answer_within),
                organisation=settings.organisation,
                operator=settings.operator,
                identity=ours,
                invitations=invitations(settings, ours),
                zone=settings.zone,
                links_for=case_links(settings.base_url, ours),
            ),
            relay=relay,
            tokens=imap_tokens(settings, clock.now),
            sign=sign,
            reread=reread,
        )
        await service.free_the_dead()
        await service.end_pauses()
        yield service
    finally:
        worker.close()
        await relay.close()
        await database.close()
