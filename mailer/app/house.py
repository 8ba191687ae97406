"""How the service stands, and what keeps it in order by itself."""

import asyncio
import logging

from mailer.app.service import Service
from mailer.errors import MailerError
from mailer.inquiry.follow_up import is_overdue
from mailer.newsletter.receipt import Receipt

log = logging.getLogger("mailer.app")


async def status(service: Service) -> dict[str, dict[str, object]]:
    """What waits, what failed, what came in; no personal data."""
    editions = await service.editions.all()
    return {
        "outbox": dict(await service.outbox.counts()),
        "inquiries": dict(await service.journal.counts()),
        "answers": dict(await _answers(service)),
        "subscribers": dict(await service.subscribers.counts()),
        "editions": {row.period: row.date for row in editions},
    }


async def _answers(service: Service) -> dict[str, int]:
    """How many inquiries wait for an answer, for too long, and do not."""
    now, settings = service.clock.now(), service.settings
    waiting = await service.follow_ups.waiting()
    late = [is_overdue(each, now, settings.zone, settings.triage) for each in waiting]
    answered = await service.follow_ups.answers()
    return {"open": len(waiting), "overdue": sum(late), "answered": answered}


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
