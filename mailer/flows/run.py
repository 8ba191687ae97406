"""Both journeys at once, until told to stop: what `mailer run` does.

Two workers, one for the outbox and one for the mailbox, sleep until they are woken; a watcher and
the schedule wake them. A third looks at the folders every LOOK_SECONDS, a fourth at who waits for
an answer every FOLLOW_SECONDS. When told to stop they end what is in flight, within GRACE_SECONDS.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from mailer.errors import LoginRefused, MailerError
from mailer.flows.deliver import Delivery
from mailer.flows.upkeep import Takes

log = logging.getLogger("mailer.run")

GRACE_SECONDS = 6.0
"""How long work in flight may take to end; the process is gone within ten seconds of SIGTERM."""

IDLE_SECONDS = 30.0
RETRY_SECONDS = 20.0

LOOK_SECONDS = 15.0
"""Between two looks at the folders: whoever moves a mail is to see it obeyed within a minute."""

FOLLOW_SECONDS = 60.0
"""Between two looks at who waits for an answer."""

REFUSED_SECONDS = 300.0
"""After a refused login: trying again soon would lock the account."""

Work = Callable[[asyncio.Event], Awaitable[object]]


@dataclass(slots=True)
class Bells:
    """What wakes the workers, from any task of the loop."""

    letters_due: asyncio.Event = field(default_factory=asyncio.Event)
    mail_waits: asyncio.Event = field(default_factory=asyncio.Event)


async def deliver_until(stop: asyncio.Event, delivery: Delivery, bells: Bells) -> None:
    """Work the outbox."""
    await delivery.run(bells.letters_due, stop, IDLE_SECONDS)


async def take_mail_until(stop: asyncio.Event, intake: Takes, bells: Bells) -> None:
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


class Looks(Protocol):
    """What is to be looked at again and again."""

    async def look(self) -> int: ...


async def follow_until(stop: asyncio.Event, follow_up: Looks) -> None:
    """Follow up what waits. Not at once: answers may have come while nothing ran."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), FOLLOW_SECONDS)
    await look_until(stop, follow_up, FOLLOW_SECONDS)


async def look_until(stop: asyncio.Event, at: Looks, every: float = LOOK_SECONDS) -> None:
    """Look, and again `every` so many seconds: see that people move mails in the mailbox."""
    while not stop.is_set():
        pause = every
        try:
            await at.look()
        except LoginRefused as error:
            log.error("look-refused reason=%s", error)
            pause = REFUSED_SECONDS
        except MailerError as error:
            log.warning("look-failed reason=%s", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def all_until(stop: asyncio.Event, bells: Bells, work: dict[str, Work]) -> None:
    """Run every worker until `stop` is set, or one of them dies of a defect, which is raised.

    Where this is cancelled, so are they.
    """
    tasks = [asyncio.ensure_future(start(stop)) for start in work.values()]
    stopped = asyncio.create_task(stop.wait())
    late = set(tasks)
    try:
        await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        bells.letters_due.set()
        bells.mail_waits.set()
        _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        log.info("stopped cut-short=%s", len(late))
    finally:
        stopped.cancel()
        for task in late:
            # Safer than being killed: a worker that is cut still writes down what it knows.
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end
