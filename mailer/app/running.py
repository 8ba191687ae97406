"""What happens by itself while the program runs: the jobs, the workers and the web pages, wired."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from mailer import schedule
from mailer.app import figures, house, mailroom, press
from mailer.app.pages import pages
from mailer.app.service import Service
from mailer.edge.store.database import Database
from mailer.edge.store.turn import process_name, turn
from mailer.edge.web.metrics import Gauge
from mailer.edge.web.serving import serve
from mailer.errors import MailerError
from mailer.flows.alone import Alone
from mailer.flows.expiring import Expiring
from mailer.flows.newsroom import Newsroom
from mailer.flows.run import (
    Bells,
    Work,
    all_until,
    deliver_until,
    follow_until,
    look_until,
    take_mail_until,
)
from mailer.flows.watchdog import Watchdog
from mailer.schedule import Job

log = logging.getLogger("mailer.app")


async def run(service: Service, stop: asyncio.Event) -> None:
    """Everything that happens by itself, until `stop` is set.

    Of several processes with one database all deliver and show the pages; one does the rest.
    """
    if service.settings.newsletter.approval is None:
        log.warning("nobody-approves: editions go out unasked (newsletter.yaml: approval)")
    await _Running(service, press.newsroom(service)).until(stop)


@dataclass(slots=True)
class _Running:
    service: Service
    newsroom: Newsroom
    bells: Bells = field(default_factory=Bells)
    last_runs: dict[str, datetime] = field(default_factory=dict)
    alone: Alone = field(init=False)
    watchdog: Watchdog = field(init=False)
    expiring: Expiring = field(init=False)
    jobs: Sequence[Job] = field(init=False)

    def __post_init__(self) -> None:
        self.alone = Alone(turn(self.service.settings.database_url, process_name()))
        self.watchdog = press.watchdog(self.service, self.newsroom)
        self.expiring = house.expiring(self.service)
        self.jobs = schedule.table(
            newsletter=self._look_at_the_newsletter,
            pages=self._keep_pages_fresh,
            mailbox=self._ring_mailbox,
            outbox=self._ring_outbox,
            watchdog=self._watch,
            housekeeping=partial(house.keep, self.service),
        )

    async def until(self, stop: asyncio.Event) -> None:
        work: dict[str, Work] = {
            "outbox": lambda stop: deliver_until(stop, self.service.delivery(), self.bells),
            "web": self._show_pages,
            "in-turn": lambda stop: self.alone.until(stop, self._act),
        }
        with self._scheduled(alone=False):
            await all_until(stop, self.bells, work)

    async def _act(self, stop: asyncio.Event) -> None:
        """What one process does, while it has the turn."""
        following = self.service.mailbox()
        follow_up = mailroom.follow_up(self.service, following, self._queued)
        more: dict[str, Work] = {
            "follow-up": lambda stop: follow_until(stop, follow_up),
            "schedule": self._keep_to_schedule,
        }
        try:
            await _work_mailbox(self.service, stop, self.bells, self.newsroom, more)
        finally:
            await following.close()

    async def _keep_to_schedule(self, stop: asyncio.Event) -> None:
        await self._look_at_the_newsletter()
        with self._scheduled(alone=True):
            await stop.wait()

    @contextmanager
    def _scheduled(self, *, alone: bool) -> Iterator[None]:
        jobs = (job for job in self.jobs if job.alone == alone)
        scheduler = schedule.start(jobs, self.service.settings.zone, self._note_run)
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)

    async def _look_at_the_newsletter(self) -> None:
        if await self.newsroom.tick():
            self._queued()

    async def _keep_pages_fresh(self) -> None:
        if not self.alone.acting:
            await self.newsroom.reread()

    async def _watch(self) -> None:
        await self.watchdog.look()
        await self.expiring.look()

    async def _ring_mailbox(self) -> None:
        self.bells.mail_waits.set()

    async def _ring_outbox(self) -> None:
        self._queued()

    async def _measure(self, counting: Database) -> Sequence[Gauge]:
        acting, last_runs = self.alone.acting, self.last_runs
        return await figures.gauges(self.service, counting, acting=acting, last_runs=last_runs)

    def _note_run(self, job: str) -> None:
        self.last_runs[job] = self.service.clock.now()

    def _queued(self) -> None:
        self.bells.letters_due.set()

    async def _show_pages(self, stop: asyncio.Event) -> None:
        """Serve the web pages; without them the letters go on."""
        settings = self.service.settings
        # Not on the line that delivers: of a million letters a count takes two seconds.
        counting = await Database.open(settings.database_url)
        app = pages(self.service, self.newsroom, self._queued, partial(self._measure, counting))
        try:
            await serve(app, *settings.web_listen, stop, trusted_proxies=settings.trusted_proxies)
        except MailerError as error:
            log.error("web-not-served reason=%s", error)
            await stop.wait()
        finally:
            await counting.close()


async def work_mailbox(service: Service, stop: asyncio.Event) -> None:
    """Work the mailbox and the outbox until `stop` is set."""
    bells = Bells()
    work: dict[str, Work] = {
        "outbox": lambda stop: deliver_until(stop, service.delivery(), bells),
        "mailbox": lambda stop: _work_mailbox(service, stop, bells),
    }
    await all_until(stop, bells, work)


async def work_outbox(service: Service, stop: asyncio.Event) -> None:
    """Work the outbox until `stop` is set."""
    bells = Bells()
    await all_until(
        stop, bells, {"outbox": lambda stop: deliver_until(stop, service.delivery(), bells)}
    )


async def _work_mailbox(
    service: Service,
    stop: asyncio.Event,
    bells: Bells,
    newsroom: Newsroom | None = None,
    more: Mapping[str, Work] = {},
) -> None:
    reading, watching, looking = service.mailbox(), service.mailbox(), service.mailbox()
    intake = mailroom.upkeep(service, reading, bells.letters_due.set, newsroom)
    moves = mailroom.moves(service, looking, bells.letters_due.set)
    try:
        await all_until(
            stop,
            bells,
            {
                "mailbox": lambda stop: take_mail_until(stop, intake, bells),
                "watch": lambda stop: watching.watch(bells.mail_waits.set, stop),
                "moves": lambda stop: look_until(stop, moves),
                **more,
            },
        )
    finally:
        for mailbox in (reading, watching, looking):
            await mailbox.close()
