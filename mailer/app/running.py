"""What happens by itself while the program runs: the jobs, the workers and the web pages, wired."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mailer import __version__, schedule
from mailer.app.service import Service
from mailer.edge.files import read_strings, templates_for
from mailer.edge.web.app import Publisher, web
from mailer.edge.web.serving import serve
from mailer.errors import EditionError, MailerError
from mailer.flows.run import Bells, Work, all_until, deliver_until, take_mail_until

log = logging.getLogger("mailer.app")


async def run(service: Service, stop: asyncio.Event) -> None:
    """Everything that happens by itself, until `stop` is set."""
    bells = Bells()
    press = Press(service, bells)

    async def ring_mailbox() -> None:
        bells.mail_waits.set()

    async def ring_outbox() -> None:
        bells.letters_due.set()

    jobs = schedule.table(
        newsletter=press.publish_what_is_due,
        mailbox=ring_mailbox,
        outbox=ring_outbox,
        housekeeping=service.keep_house,
    )
    await press.publish_what_is_due()
    scheduler = schedule.start(jobs, service.settings.zone)
    try:
        await _work(service, stop, bells, {"web": lambda stop: show_pages(service, stop)})
    finally:
        scheduler.shutdown(wait=False)


async def work_mailbox(service: Service, stop: asyncio.Event) -> None:
    """Work the mailbox and the outbox until `stop` is set."""
    await _work(service, stop, Bells(), {})


async def work_outbox(service: Service, stop: asyncio.Event) -> None:
    """Work the outbox until `stop` is set."""
    bells = Bells()
    await all_until(
        stop, bells, {"outbox": lambda stop: deliver_until(stop, service.delivery(), bells)}
    )


async def _work(
    service: Service, stop: asyncio.Event, bells: Bells, more: Mapping[str, Work]
) -> None:
    reading, watching = service.mailbox(), service.mailbox()
    intake = service.intake(reading, queued=bells.letters_due.set)
    try:
        await all_until(
            stop,
            bells,
            {
                "outbox": lambda stop: deliver_until(stop, service.delivery(), bells),
                "mailbox": lambda stop: take_mail_until(stop, intake, bells),
                "watch": lambda stop: watching.watch(bells.mail_waits.set, stop),
                **more,
            },
        )
    finally:
        await reading.close()
        await watching.close()


async def show_pages(service: Service, stop: asyncio.Event) -> None:
    """Serve the web pages; without them the letters go on."""
    settings = service.settings
    templates = templates_for(settings.config_dir)
    publisher = Publisher(
        newsletter=settings.newsletter,
        organisation=settings.organisation,
        base_url=settings.base_url,
        zone=settings.zone,
        words=read_strings(templates),
        version=__version__,
    )
    app = web(service.archive, publisher, templates, service.clock.now)
    try:
        await serve(app, *settings.web_listen, stop)
    except MailerError as error:
        log.error("web-not-served reason=%s", error)
        await stop.wait()


@dataclass(frozen=True, slots=True)
class Press:
    """The newsletter's job: asks each minute whether an edition is due."""

    service: Service
    bells: Bells
    given_up: set[date] = field(default_factory=set)

    async def publish_what_is_due(self) -> None:
        settings, now = self.service.settings, self.service.clock.now()
        newsletter = settings.newsletter
        day = schedule.edition_due(newsletter.cron, settings.zone, now, newsletter.catch_up)
        if day is None or day in self.given_up:
            return
        try:
            queued = await self.service.publish(day)
        except EditionError as error:
            self.given_up.add(day)  # said once, not each minute
            log.warning("edition-not-sent reason=%s", error)
        except MailerError as error:
            log.error("edition-held reason=%s", error)
        else:
            if not queued.again:
                self.bells.letters_due.set()
