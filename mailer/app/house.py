"""How the service stands, and what keeps it in order by itself."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from mailer.app import figures
from mailer.app.service import Service
from mailer.app.trouble import troubles
from mailer.edge.store.turn import schedulers
from mailer.errors import MailerError
from mailer.flows.expiring import Expiring
from mailer.inquiry.follow_up import is_overdue
from mailer.mail.post import Post
from mailer.newsletter.edition import period_of
from mailer.newsletter.receipt import Receipt
from mailer.schedule import edition_trigger

log = logging.getLogger("mailer.app")


async def status(service: Service) -> dict[str, dict[str, object]]:
    """What waits, what failed, what came in; no personal data."""
    editions = await service.editions.all()
    running = await schedulers(service.database, service.settings.database_url)
    return {
        "schedulers": dict(running),
        "delivery": await figures.delivery(service),
        "outbox": dict(await service.outbox.counts()),
        "inquiries": dict(await service.journal.counts()),
        "answers": dict(await _answers(service)),
        "subscribers": dict(await service.subscribers.counts()),
        "editions": {row.period: row.date for row in editions},
        "next": _next_edition(service),
        "trouble": {each.server: asdict(each) for each in await troubles(service)},
    }


def _next_edition(service: Service) -> dict[str, object]:
    """Its period, and when it is due by the schedule."""
    settings = service.settings
    newsletter = settings.newsletter
    trigger = edition_trigger(newsletter.cron, settings.zone)
    due = trigger.get_next_fire_time(None, service.clock.now())
    return {period_of(due.date(), newsletter.period): due} if due else {}


async def _answers(service: Service) -> dict[str, int]:
    """How many inquiries wait for an answer, for too long, and do not."""
    now, settings = service.clock.now(), service.settings
    waiting = await service.follow_ups.waiting()
    late = [is_overdue(each, now, settings.zone, settings.triage) for each in waiting]
    answered = await service.follow_ups.answers()
    return {"open": len(waiting), "overdue": sum(late), "answered": answered}


def expiring(service: Service) -> Expiring:
    """What tells the operator of a login that runs out."""
    settings = service.settings

    async def put(posts: Sequence[Post], now: datetime) -> None:
        await service.outbox.settle(service.worker.name, (), posts, now)

    return Expiring(
        secrets={
            each.client: each.secret_expires
            for each in settings.applications
            if each.secret_expires
        },
        letter=service.correspondence.secret_expires,
        put=put,
        clock=service.clock,
        zone=settings.zone,
    )


async def keep_receipt(service: Service, period: str) -> Receipt | None:
    """The account of one edition as it stands, also put beside the archived edition."""
    receipt = await service.editions.receipt(period)
    if receipt:
        await asyncio.to_thread(service.archive.write_receipt, period, receipt)
    return receipt


async def keep(service: Service) -> None:
    """Free what dead processes held, write the receipts, let the database tidy itself."""
    try:
        await service.free_the_dead()
        await service.end_pauses()
        await service.subscribers.forget_unconfirmed(service.clock.now())
        for period in service.archive.editions():
            await keep_receipt(service, period)
        await service.database.tidy()
    except MailerError as error:
        log.error("housekeeping-failed reason=%s", error)
