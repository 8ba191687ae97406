"""What is open while the program works, and how each flow gets its ports from it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from mailer.app.cases import case_links
from mailer.app.composing import composer
from mailer.app.deciding import LIMIT, identity
from mailer.app.knowledge import Knowledge
from mailer.app.press import Reading, newsroom
from mailer.app.relaying import imap_tokens, relays
from mailer.app.subscribing import fingerprint, invitations
from mailer.edge.archive import Archive
from mailer.edge.files import OriginalFiles, make_private, templates_for
from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_answered import ImapFlags
from mailer.edge.imap_moves import ImapFolders
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
from mailer.edge.store.proofs import StoredProofs
from mailer.edge.store.sightings import StoredSightings
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.worker import Worker
from mailer.errors import MailerError, RelayError
from mailer.flows.corrections import Corrections
from mailer.flows.correspondence import Correspondence
from mailer.flows.deliver import Delivery, Tally
from mailer.flows.follow_up import FollowUp
from mailer.flows.intake import Intake
from mailer.flows.moves import Moves
from mailer.flows.newsroom import Newsroom
from mailer.flows.ports.clock import Clock
from mailer.flows.publish import COPY_OF, Queued, edition_of
from mailer.flows.returned import Returns
from mailer.flows.watchdog import Watchdog
from mailer.inquiry.correction import holders
from mailer.inquiry.follow_up import is_overdue
from mailer.inquiry.reminders import Reminders
from mailer.inquiry.reply import Letters
from mailer.inquiry.rerouted import Rerouted
from mailer.inquiry.verdict import Inquiry
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, Letter, own_lines, shared
from mailer.mail.outcome import Accepted, Outcome, said
from mailer.newsletter.receipt import Receipt
from mailer.rendering import Words
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
    bounces: StoredBounces
    labels: StoredLabels
    follow_ups: StoredFollowUps
    knowledge: Knowledge
    archive: Archive
    correspondence: Correspondence
    relay: Relays
    tokens: Tokens | None
    sign: Callable[[bytes], bytes] | None
    reread: Reread | None

    async def publish(self, day: date) -> Queued:
        """Queue the edition due on `day`, once, and archive it.

        Raises EditionError where it must not go out, NotApproved where somebody is asked first.
        """
        return await self.newsroom().publish(day)

    def newsroom(self) -> Newsroom:
        """What sends editions when they are due; it remembers what it has seen to."""
        reading = Reading(
            settings=self.settings,
            reread=self.reread or (lambda: self.settings),
            proofs=StoredProofs(self.database),
            identity=self.identity,
            clock=self.clock,
        )
        copies = _Copies(self.mailbox, self.settings.triage.folders["own"])
        return newsroom(reading, self.editions, self.archive, copies)

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
        (outcome,) = await self.relay.send([self._signed(sender, reader.email, lines + content)])
        return outcome

    async def mail_operator(self, words: Words) -> None:
        """Send the operator a letter straight to the relay, past the outbox. Raises RelayError."""
        settings, now = self.settings, self.clock.now()
        mailbox, operator = settings.organisation.mailbox, settings.operator
        draft = Draft(
            sender=mailbox,
            subject=words.subject,
            text=words.text,
            date=now.astimezone(settings.zone),
            auto_submitted="auto-generated",
        )
        lines = own_lines(operator, self.identity.message_id(f"notice/operator/{now.isoformat()}"))
        letter = self._signed(mailbox.email, operator.email, lines + shared(draft))
        relay = relays(settings, self.clock.now, None)
        try:
            (outcome,) = await relay.send([letter])
        finally:
            await relay.close()
        if not isinstance(outcome, Accepted):
            raise RelayError(f"the letter to {operator.email} was not taken: {said(outcome)}")

    def _signed(self, mail_from: str, recipient: str, content: bytes) -> Letter:
        return Letter(mail_from, recipient, self.sign(content) + content if self.sign else content)

    def watchdog(self, newsroom: Newsroom) -> Watchdog:
        """What tells the operator where that newsroom is late."""
        return Watchdog(newsroom, self.editions.receipt, self.mail_operator, self.clock)

    def delivery(self, progress: Callable[[Tally], None] = lambda tally: None) -> Delivery:
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
            token=self.tokens.fetch if self.tokens else None,
        )

    def intake(
        self,
        mailbox: ImapMailbox,
        queued: Callable[[], None] = lambda: None,
        newsroom: Newsroom | None = None,
    ) -> Intake:
        """The worker of the mailbox. Approvers' answers go to `newsroom`, or to one of its own."""
        settings = self.settings
        room = newsroom or self.newsroom()
        corrections = self.corrections(queued)

        async def answered(inquiry: Inquiry) -> str:
            approval = await room.paper.approvals.take(inquiry)
            return approval or await corrections.take(inquiry)

        return Intake(
            mailbox=mailbox,
            journal=self.journal,
            originals=OriginalFiles(settings.data_dir / "originals"),
            absences=StoredAbsences(self.database),
            answers=self.follow_ups,
            triage=self.knowledge,
            correspondence=self.correspondence,
            returns=Returns(self.bounces, self.journal, self.correspondence),
            organisation=settings.organisation,
            rules=settings.triage,
            case_prefix=settings.case_prefix,
            limit=LIMIT,
            zone=settings.zone,
            clock=self.clock,
            queued=queued,
            answered=answered,
        )

    def corrections(self, queued: Callable[[], None] = lambda: None) -> Corrections:
        """What obeys leaders who say that a case belongs to others."""
        settings = self.settings
        return Corrections(
            labels=self.labels,
            originals=OriginalFiles(settings.data_dir / "originals"),
            absences=StoredAbsences(self.database),
            triage=self.knowledge,
            correspondence=self.correspondence,
            rerouted=Rerouted(templates_for(settings.config_dir), settings.organisation),
            organisation=settings.organisation,
            rules=settings.triage,
            identity=self.identity,
            zone=settings.zone,
            limit=LIMIT,
            clock=self.clock,
            queued=queued,
        )

    def moves(self, mailbox: ImapMailbox, queued: Callable[[], None] = lambda: None) -> Moves:
        """What sees that people move mails in the mailbox."""
        settings = self.settings
        ours = holders(settings.organisation, settings.triage)
        return Moves(
            folders=ImapFolders(mailbox, settings.inbox, ours, LIMIT),
            sightings=StoredSightings(self.database),
            labels=self.labels,
            originals=OriginalFiles(settings.data_dir / "originals"),
            corrections=self.corrections(queued),
            triage=self.knowledge,
            clock=self.clock,
        )

    def follow_up(
        self, mailbox: ImapMailbox, queued: Callable[[], None] = lambda: None
    ) -> FollowUp:
        """What sees that no inquiry lies unanswered."""
        settings = self.settings
        templates = templates_for(settings.config_dir)
        return FollowUp(
            follow_ups=self.follow_ups,
            flags=ImapFlags(mailbox, LIMIT),
            originals=OriginalFiles(settings.data_dir / "originals"),
            absences=StoredAbsences(self.database),
            triage=self.knowledge,
            reminders=Reminders(templates, settings.organisation, settings.triage, settings.zone),
            links_for=self.correspondence.links_for,
            organisation=settings.organisation,
            rules=settings.triage,
            operator=settings.operator,
            identity=self.identity,
            zone=settings.zone,
            limit=LIMIT,
            clock=self.clock,
            queued=queued,
        )

    async def status(self) -> dict[str, dict[str, object]]:
        """What waits, what failed, what came in; no personal data."""
        editions = await self.editions.all()
        return {
            "outbox": dict(await self.outbox.counts()),
            "inquiries": dict(await self.journal.counts()),
            "answers": dict(await self._answers()),
            "subscribers": dict(await self.subscribers.counts()),
            "editions": {row.period: row.date for row in editions},
        }

    async def _answers(self) -> dict[str, int]:
        """How many inquiries wait for an answer, for too long, and do not."""
        now, settings = self.clock.now(), self.settings
        waiting = await self.follow_ups.waiting()
        late = [is_overdue(each, now, settings.zone, settings.triage) for each in waiting]
        answered = await self.follow_ups.answers()
        return {"open": len(waiting), "overdue": sum(late), "answered": answered}

    async def free_the_dead(self) -> None:
        """Give back what processes of ours that died on this machine still held."""
        for name in self.worker.dead():
            await self.outbox.free(name, self.clock.now())
            self.worker.bury(name)

    async def end_pauses(self) -> None:
        """Let those get letters again whose pause is over."""
        now = self.clock.now()
        await self.subscribers.wake(now.astimezone(self.settings.zone).date(), now)

    async def keep_house(self) -> None:
        """Free what dead processes held, write the receipts, let the database tidy itself."""
        try:
            await self.free_the_dead()
            await self.end_pauses()
            await self.subscribers.forget_unconfirmed(self.clock.now())
            for period in self.archive.editions():
                await self.keep_receipt(period)
            await self.database.tidy()
        except MailerError as error:
            log.error("housekeeping-failed reason=%s", error)


@dataclass(frozen=True, slots=True)
class _Copies:
    """The port `Copies`: looks in the contact mailbox, on a line of its own."""

    open: Callable[[], ImapMailbox]
    folder: str

    async def holds(self, name: str) -> bool:
        async with self.open() as mailbox:
            return await mailbox.holds(COPY_OF, name)

    async def keep(self, raw: bytes) -> None:
        async with self.open() as mailbox:
            await mailbox.append(raw, self.folder)


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
            bounces=StoredBounces(database),
            labels=labels,
            follow_ups=StoredFollowUps(database),
            knowledge=Knowledge(settings, ours, labels),
            archive=Archive(settings.data_dir / "archive"),
            correspondence=Correspondence(
                letters=Letters(templates, settings.organisation, settings.triage.answer_within),
                organisation=settings.organisation,
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
