"""What happens by itself while the program runs: the jobs, the workers and the web pages, wired."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from mailer import schedule
from mailer.app import house, mailroom, press
from mailer.app.pages import pages
from mailer.app.service import Service
from mailer.edge.web.serving import serve
from mailer.errors import MailerError
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

log = logging.getLogger("mailer.app")


async def run(service: Service, stop: asyncio.Event) -> None:
    """Everything that happens by itself, until `stop` is set."""
    bells = Bells()
    newsroom = press.newsroom(service)

    async def look_at_the_newsletter() -> None:
        if await newsroom.tick():
            bells.letters_due.set()

    async def ring_mailbox() -> None:
        bells.mail_waits.set()

    async def ring_outbox() -> None:
        bells.letters_due.set()

    jobs = schedule.table(
        newsletter=look_at_the_newsletter,
        mailbox=ring_mailbox,
        outbox=ring_outbox,
        watchdog=press.watchdog(service, newsroom).look,
        housekeeping=partial(house.keep, service),
    )
    if service.settings.newsletter.approval is None:
        log.warning("nobody-approves: editions go out unasked (newsletter.yaml: approval)")
    await look_at_the_newsletter()
    scheduler = schedule.start(jobs, service.settings.zone)
    following = service.mailbox()
    follow_up = mailroom.follow_up(service, following, bells.letters_due.set)
    try:
        more: Mapping[str, Work] = {
            "web": lambda stop: show_pages(service, newsroom, stop, bells.letters_due.set),
            "follow-up": lambda stop: follow_until(stop, follow_up),
        }
        await _work(service, stop, bells, newsroom, more)
    finally:
        scheduler.shutdown(wait=False)
        await following.close()


async def work_mailbox(service: Service, stop: asyncio.Event) -> None:
    """Work the mailbox and the outbox until `stop` is set."""
    await _work(service, stop, Bells())


async def work_outbox(service: Service, stop: asyncio.Event) -> None:
    """Work the outbox until `stop` is set."""
    bells = Bells()
    await all_until(
        stop, bells, {"outbox": lambda stop: deliver_until(stop, service.delivery(), bells)}
    )


async def _work(
    service: Service,
    stop: asyncio.Event,
    bells: Bells,
    newsroom: Newsroom | None = None,
    more: Mapping[str, Work] = {},
) -> None:
    reading, watching, looking = service.mailbox(), service.mailbox(), service.mailbox()
    intake = mailroom.intake(service, reading, bells.letters_due.set, newsroom)
    moves = mailroom.moves(service, looking, bells.letters_due.set)
    try:
        await all_until(
            stop,
            bells,
            {
                "outbox": lambda stop: deliver_until(stop, service.delivery(), bells),
                "mailbox": lambda stop: take_mail_until(stop, intake, bells),
                "watch": lambda stop: watching.watch(bells.mail_waits.set, stop),
                "moves": lambda stop: look_until(stop, moves),
                **more,
            },
        )
    finally:
        for mailbox in (reading, watching, looking):
            await mailbox.close()


async def show_pages(
    service: Service, newsroom: Newsroom, stop: asyncio.Event, queued: Callable[[], None]
) -> None:
    """Serve the web pages; without them the letters go on.

    `queued` is called when letters were put in the outbox.
    """
    settings = service.settings
    app = pages(service, newsroom, queued)
    try:
        await serve(app, *settings.web_listen, stop, trusted_proxies=settings.trusted_proxies)
    except MailerError as error:
        log.error("web-not-served reason=%s", error)
        await stop.wait()
