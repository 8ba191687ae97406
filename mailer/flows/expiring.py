"""Tells the operator of a login's secret that expires: through the outbox, once for each step.

What is known of it is the day that the settings give.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailer.errors import MailerError
from mailer.flows.ports.clock import Clock
from mailer.mail.expiry import step
from mailer.mail.post import Post

log = logging.getLogger("mailer.expiring")


@dataclass(frozen=True, slots=True)
class Expiring:
    """`secrets` are the days by the name of the application that each belongs to.

    `letter` makes the letter of a step; `put` queues letters whose key is not there yet.
    """

    secrets: Mapping[str, date]
    letter: Callable[[str, date, int, datetime], Post]
    put: Callable[[Sequence[Post], datetime], Awaitable[None]]
    clock: Clock
    zone: ZoneInfo

    async def look(self) -> None:
        """Tell of what is due. Raises no MailerError."""
        now = self.clock.now()
        today = now.astimezone(self.zone).date()
        due = {
            name: (expires, reached)
            for name, expires in self.secrets.items()
            if (reached := step(expires, today)) is not None
        }
        if not due:
            return
        try:
            await self.put([self.letter(name, *each, now) for name, each in due.items()], now)
        except MailerError as error:
            log.error("expiry-not-told reason=%s", error)
