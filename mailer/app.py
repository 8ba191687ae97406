"""The composition root: settings → edges → flows, opened and closed in order.

Nothing else wires anything. `Service` holds what is open; its methods give each flow its ports.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from mailer import __version__, schedule
from mailer.edge.archive import Archive, ArchiveFiles
from mailer.edge.files import (
    OriginalFiles,
    make_private,
    read_pictures,
    read_strings,
    secret_if_made,
    secret_in,
    template_folders,
    templates_for,
    write_files,
)
from mailer.edge.imap import ImapMailbox
from mailer.edge.smtp import SmtpRelay
from mailer.edge.store.database import Database, exists
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.web.app import Publisher, web
from mailer.edge.web.serving import serve
from mailer.edge.worker import Worker
from mailer.errors import EditionError, MailerError, Problem, SettingsError, TemplateFault
from mailer.flows.correspondence import Correspondence
from mailer.flows.deliver import Delivery, Tally
from mailer.flows.inspect import inspected
from mailer.flows.intake import Intake
from mailer.flows.ports import Clock
from mailer.flows.publish import Composer, Queued, edition_of, publish
from mailer.flows.run import Bells, Work, all_until, deliver_until, take_mail_until
from mailer.inquiry.explanation import Explanation
from mailer.inquiry.recognise import Ours
from mailer.inquiry.reply import Letters
from mailer.inquiry.triage import Triage
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Letter, own_lines
from mailer.mail.outcome import Outcome
from mailer.newsletter.edition import Edition, as_json
from mailer.newsletter.finding import Finding, Place
from mailer.newsletter.picture import relinked
from mailer.newsletter.preflight import preflight
from mailer.newsletter.receipt import Receipt
from mailer.newsletter.render import Renderer
from mailer.newsletter.sheet import Sheet
from mailer.settings import Settings
from mailer.settings.files import has_file

log = logging.getLogger("mailer.app")

LIMIT = 25 * 2**20
"""A mail over this many octets is not fetched whole: relays would refuse to forward it."""


def composer(settings: Settings) -> Composer:
    """What composing needs; no secret, no database."""
    templates = templates_for(settings.config_dir)
    images = (activity.image.file for activity in settings.activities if activity.image)
    return Composer(
        newsletter=settings.newsletter,
        activities=settings.activities,
        texts=settings.editions,
        renderer=Renderer(
            templates,
            read_strings(templates),
            settings.newsletter,
            settings.organisation,
            settings.base_url,
            read_pictures(settings.config_dir, images),
        ),
        organisation=settings.organisation,
        zone=settings.zone,
    )


def triage(settings: Settings, identity: Identity) -> Triage:
    """What deciding on a mail needs; no database, no mailbox."""
    ours = Ours(
        addresses=(settings.organisation.mailbox,),
        kind_of_own=identity.kind_of,
        case_prefix=settings.case_prefix,
        trusted_authserv=settings.triage.trusted_authserv,
    )
    return Triage(settings.triage, settings.organisation, ours, tuple(_own_texts(settings)))


def identity(settings: Settings) -> Identity:
    """Whose Message-IDs are ours; makes the installation's secret at the first call."""
    secret = settings.secret or secret_in(settings.data_dir)
    return Identity(secret, settings.organisation.mailbox.domain)


def _own_texts(settings: Settings) -> Iterator[str]:
    """What residents quote of us: every text that an edition is made of."""
    for text in settings.editions.values():
        yield from (text.introduction, text.news, text.closing)
        for words in text.translations.values():
            yield from (words.introduction, words.news, words.closing)
    for subproject in settings.organisation.subprojects:
        yield subproject.purpose
    for activity in settings.activities:
        yield from (activity.title, activity.text)
        for translation in activity.translations.values():
            yield from (translation.title, translation.text)


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

    async def run(self, stop: asyncio.Event) -> None:
        """Everything that happens by itself, until `stop` is set."""
        bells = Bells()
        given_up: set[date] = set()

        async def publish_what_is_due() -> None:
            await self._publish_what_is_due(bells, given_up)

        async def ring_mailbox() -> None:
            bells.mail_waits.set()

        async def ring_outbox() -> None:
            bells.letters_due.set()

        jobs = schedule.table(
            newsletter=publish_what_is_due,
            mailbox=ring_mailbox,
            outbox=ring_outbox,
            housekeeping=self.keep_house,
        )
        await publish_what_is_due()
        scheduler = schedule.start(jobs, self.settings.zone)
        try:
            await self._work(stop, bells, {"web": self._show_pages})
        finally:
            scheduler.shutdown(wait=False)

    async def triage(self, stop: asyncio.Event) -> None:
        """Work the mailbox and the outbox until `stop` is set."""
        await self._work(stop, Bells(), {})

    async def _work(self, stop: asyncio.Event, bells: Bells, more: Mapping[str, Work]) -> None:
        reading, watching = self.mailbox(), self.mailbox()
        intake = self.intake(reading, queued=bells.letters_due.set)
        try:
            await all_until(
                stop,
                bells,
                {
                    "outbox": lambda stop: deliver_until(stop, self.delivery(), bells),
                    "mailbox": lambda stop: take_mail_until(stop, intake, bells),
                    "watch": lambda stop: watching.watch(bells.mail_waits.set, stop),
                    **more,
                },
            )
        finally:
            await reading.close()
            await watching.close()

    async def deliver(self, stop: asyncio.Event) -> None:
        """Work the outbox until `stop` is set."""
        bells = Bells()
        await all_until(
            stop, bells, {"outbox": lambda stop: deliver_until(stop, self.delivery(), bells)}
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

    async def keep_house(self) -> None:
        """Free what dead processes held, write the receipts, let the database tidy itself."""
        try:
            for name in self.worker.dead():
                await self.outbox.release(name)
                self.worker.bury(name)
            for period in self.archive.editions():
                await self.keep_receipt(period)
            await self.database.tidy()
        except MailerError as error:
            log.error("housekeeping-failed reason=%s", error)

    async def _show_pages(self, stop: asyncio.Event) -> None:
        """Serve the web pages; without them the letters go on."""
        settings = self.settings
        templates = templates_for(settings.config_dir)
        publisher = Publisher(
            newsletter=settings.newsletter,
            organisation=settings.organisation,
            base_url=settings.base_url,
            zone=settings.zone,
            words=read_strings(templates),
            version=__version__,
        )
        app = web(self.archive, publisher, templates, self.clock.now)
        try:
            await serve(app, *settings.web_listen, stop)
        except MailerError as error:
            log.error("web-not-served reason=%s", error)
            await stop.wait()

    async def _publish_what_is_due(self, bells: Bells, given_up: set[date]) -> None:
        newsletter, now = self.settings.newsletter, self.clock.now()
        day = schedule.edition_due(newsletter.cron, self.settings.zone, now, newsletter.catch_up)
        if day is None or day in given_up:
            return
        try:
            queued = await self.publish(day)
        except EditionError as error:
            given_up.add(day)  # said once, not each minute
            log.warning("edition-not-sent reason=%s", error)
        except MailerError as error:
            log.error("edition-held reason=%s", error)
        else:
            if not queued.again:
                bells.letters_due.set()


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
        outbox = StoredOutbox(database)
        for name in worker.dead():
            await outbox.release(name)
            worker.bury(name)
        yield Service(
            settings=settings,
            clock=clock,
            identity=ours,
            worker=worker,
            database=database,
            outbox=outbox,
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
    finally:
        worker.close()
        await database.close()


async def write_edition(
    settings: Settings, clock: Clock, day: date, language: str, folder: Path
) -> list[Path]:
    """Write the edition due on `day` as files. Reads the database if there is one, changes none."""
    compose = composer(settings)
    edition = await edition_due(settings, compose, day)
    composed = compose.compose(edition, clock.now(), language)
    mailbox = settings.organisation.mailbox
    name = f"edition-{edition.period}@{mailbox.domain}"
    rendered = composed.rendered
    html = relinked(
        rendered.html, rendered.pictures, mailbox.domain, lambda picture: picture.data_url
    )
    contents = {
        "edition.html": html.encode(),
        "edition.txt": rendered.text.encode(),
        "edition.eml": own_lines(mailbox, name) + composed.content,
        "edition.json": json.dumps(as_json(edition), ensure_ascii=False, indent=2).encode() + b"\n",
        "calendar.ics": compose.calendar(edition),
    }
    return write_files(folder, contents)


def explain(settings: Settings, files: Iterable[tuple[Path, bytes]]) -> Iterator[Explanation]:
    """What triage would do with each of these mails. Touches nothing."""
    # Nothing is sent, so the ids of an installation that has no secret yet need not be its own.
    secret = settings.secret or secret_if_made(settings.data_dir)
    decider = triage(settings, Identity(secret, settings.organisation.mailbox.domain))
    for file, raw in files:
        judged = decider.judge(raw, too_large=len(raw) if len(raw) > LIMIT else 0)
        yield Explanation(str(file), judged, settings.organisation)


def check_templates(settings: Settings, now: datetime) -> None:
    """Raises SettingsError with every template that cannot be read, or fails when it is used."""
    templates = templates_for(settings.config_dir)
    environment = SandboxedEnvironment()
    problems = []
    for name, source in templates.items():
        try:
            environment.parse(source)
        except TemplateSyntaxError as error:
            problems.append(Problem(name, error.lineno, str(error.message)))
    if not problems:
        try:
            Letters(templates, settings.organisation).rehearse(now)
            compose = composer(settings)
            compose.compose(compose.plan(now.date(), None, frozenset()), now)
        except TemplateFault as fault:
            problems.append(fault.problem)
    if problems:
        raise SettingsError(tuple(_located(each, settings.config_dir) for each in problems))


def _located(problem: Problem, config: Path) -> Problem:
    """A problem of a template, with the path of the file that it was read from."""
    folders = [each for each in template_folders(config) if (each / problem.file).is_file()]
    return replace(problem, file=str(folders[-1] / problem.file))


def findings(settings: Settings, compose: Composer, edition: Edition) -> tuple[Finding, ...]:
    """What preflight says of an edition."""
    return preflight(sheet(settings, compose, edition))


def sheet(settings: Settings, compose: Composer, edition: Edition) -> Sheet:
    """An edition and its letters as preflight takes them."""
    return inspected(
        edition,
        compose,
        base_url=settings.base_url,
        place=Place(str(settings.config_dir / "activities")),
        has_file=partial(has_file, settings.config_dir),
    )


async def edition_due(settings: Settings, compose: Composer, day: date) -> Edition:
    if not exists(settings.database_url):
        return compose.plan(day, None, frozenset())
    database = await Database.open(settings.database_url)
    try:
        return await edition_of(day, compose, StoredEditions(database))
    finally:
        await database.close()
