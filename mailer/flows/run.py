"""Both journeys at once, until told to stop: what `mailer run` does.

Two workers, one for the outbox and one for the mailbox, sleep until they are woken; a watcher and
the schedule wake them. When told to stop they end what is in flight, within GRACE_SECONDS.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mailer.errors import LoginRefused, MailerError
from mailer.flows.deliver import Delivery
from mailer.flows.intake import Intake

log = logging.getLogger("mailer.run")

GRACE_SECONDS = 6.0
"""How long work in flight may take to end; the process is gone within ten seconds of SIGTERM."""

IDLE_SECONDS = 30.0
RETRY_SECONDS = 20.0

Work = Callable[[asyncio.Event], Awaitable[None]]


@dataclass(slots=True)
class Bells:
    """What wakes the workers, from any task of the loop."""

    letters_due: asyncio.Event = field(default_factory=asyncio.Event)
    mail_waits: asyncio.Event = field(default_factory=asyncio.Event)


async def deliver_until(stop: asyncio.Event, delivery: Delivery, bells: Bells) -> None:
    """Work the outbox."""
    await delivery.run(bells.letters_due, stop, IDLE_SECONDS)


async def take_mail_until(stop: asyncio.Event, intake: Intake, bells: Bells) -> None:
    """Work the mailbox whenever mail waits; a server that is away is tried again."""
    loop = asyncio.get_running_loop()
    while True:
        await bells.mail_waits.wait()
        bells.mail_waits.clear()
        if stop.is_set():
            return
        try:
            await intake.once()
        except LoginRefused as error:
            log.error("mailbox-refused reason=%s", error)  # trying soon would lock the account
        except MailerError as error:
            log.warning("intake-failed reason=%s", error)
            loop.call_later(RETRY_SECONDS, bells.mail_waits.set)


async def all_until(stop: asyncio.Event, bells: Bells, work: dict[str, Work]) -> None:
    """Run every worker until `stop` is set, or one of them dies of a defect, which is raised."""
    tasks = [asyncio.ensure_future(start(stop)) for start in work.values()]
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    stopped.cancel()
    bells.letters_due.set()
    bells.mail_waits.set()
    _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in late:
        # Safer than being killed: a worker that is cut still writes down what it knows.
        task.cancel()
    log.info("stopped cut-short=%s", len(late))
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
