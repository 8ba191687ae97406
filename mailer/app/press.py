"""The newsroom and its watchdog, wired: the files are read anew when one is saved."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from mailer import schedule
from mailer.app.composing import composer, findings
from mailer.app.direct import mail_operator
from mailer.app.service import Service
from mailer.edge.archive import ArchiveFiles
from mailer.edge.files import template_folders, templates_for, version_of
from mailer.edge.imap import ImapMailbox
from mailer.edge.store.proofs import StoredProofs
from mailer.flows.approve import Approvals
from mailer.flows.newsroom import Hours, Newsroom, Paper
from mailer.flows.ports.clock import Clock
from mailer.flows.publish import COPY_OF, Queued
from mailer.flows.watchdog import Watchdog
from mailer.mail.identity import Identity
from mailer.newsletter.edition import Edition, Newsletter
from mailer.newsletter.editorial import Editorial
from mailer.newsletter.finding import Finding
from mailer.settings import Settings
from mailer.settings.values import Reread

_LOOK_BACK = timedelta(days=40)
"""An edition that is held longer has another one after it, whether monthly or weekly."""


@dataclass(slots=True)
class Reading:
    """Gives the newsletter as its files are now, read again only when one was saved."""

    settings: Settings
    reread: Reread
    proofs: StoredProofs
    identity: Identity
    clock: Clock
    _version: str = ""
    _paper: Paper | None = field(default=None)

    async def __call__(self) -> Paper:
        """Raises SettingsError."""
        return await asyncio.to_thread(self.now)

    def now(self) -> Paper:
        folders = (self.settings.config_dir, *template_folders(self.settings.config_dir))
        version = version_of(folders)
        if self._paper is None or version != self._version:
            settings = self.reread() if self._paper else self.settings
            self._paper = self._made(settings)
            self._version = version
        return self._paper

    def _made(self, settings: Settings) -> Paper:
        compose = composer(settings)
        newsletter, organisation = settings.newsletter, settings.organisation
        templates = templates_for(settings.config_dir)

        def found(edition: Edition) -> tuple[Finding, ...]:
            return findings(settings, compose, edition)

        return Paper(
            composer=compose,
            findings=found,
            approvals=Approvals(
                proofs=self.proofs,
                composer=compose,
                editorial=Editorial(templates, newsletter.title, settings.zone),
                coordinator=organisation.coordinator,
                identity=self.identity,
                base_url=settings.base_url,
                clock=self.clock,
            ),
        )


def newsroom(service: Service) -> Newsroom:
    """What sends editions when they are due; it remembers what it has seen to.

    It begins with the newsletter as it is now.
    """
    settings = service.settings
    zone = settings.zone
    reading = Reading(
        settings=settings,
        reread=service.reread or (lambda: settings),
        proofs=StoredProofs(service.database),
        identity=service.identity,
        clock=service.clock,
    )

    def hours(newsletter: Newsletter, now: datetime) -> Hours:
        return Hours(
            last=schedule.last_hour(newsletter.cron, zone, now, _LOOK_BACK),
            next=schedule.next_hour(newsletter.cron, zone, now),
        )

    def hour_on(newsletter: Newsletter, day: date) -> datetime:
        return schedule.hour_on(newsletter.cron, zone, day)

    return Newsroom(
        paper=reading.now(),
        read=reading,
        hours=hours,
        hour_on=hour_on,
        editions=service.editions,
        archive=ArchiveFiles(service.archive),
        copies=_Copies(service.mailbox, settings.triage.folders["own"]),
        identity=service.identity,
        clock=service.clock,
    )


async def publish(service: Service, day: date) -> Queued:
    """Queue the edition due on `day`, once, and archive it.

    Raises EditionError where it must not go out, NotApproved where somebody is asked first.
    """
    return await newsroom(service).publish(day)


def watchdog(service: Service, newsroom: Newsroom) -> Watchdog:
    """What tells the operator where that newsroom is late."""
    return Watchdog(
        newsroom, service.editions.receipt, partial(mail_operator, service), service.clock
    )


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
