"""Tells the operator of an edition that should have gone out over an hour ago.

By a letter straight to the relay, past the outbox, the store and the newsroom: those may be what
has failed. Once for each edition hour.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailer.errors import MailerError, StoreError
from mailer.flows.newsroom import Newsroom
from mailer.flows.ports.clock import Clock
from mailer.newsletter.receipt import Receipt
from mailer.rendering import Words

log = logging.getLogger("mailer.watchdog")

LATE = timedelta(hours=1)
STALE = timedelta(days=1)
"""An hour so long ago is no news."""
_SILENT = timedelta(minutes=15)
"""The newsroom looks each minute; silent for so long, it hangs."""


@dataclass(frozen=True, slots=True)
class Watchdog:
    """`receipt` gives the account of a period, None where it is not claimed; `mail` tells."""

    newsroom: Newsroom
    receipt: Callable[[str], Awaitable[Receipt | None]]
    mail: Callable[[Words], Awaitable[None]]
    clock: Clock
    _told: set[datetime] = field(default_factory=set)

    async def look(self) -> None:
        """Look at the last edition hour, and tell if it is late. Raises no MailerError."""
        now = self.clock.now()
        composer = self.newsroom.paper.composer
        hour = self.newsroom.hours(composer.newsletter, now).last
        if hour is None or hour in self._told or not LATE < now - hour <= STALE:
            return
        period = composer.period(hour.astimezone(composer.zone).date())
        reason = await self._why(period, now)
        if not reason:
            return
        log.critical("edition-late period=%s reason=%s", period, reason)
        words = self.newsroom.paper.approvals.editorial.late(period, hour, reason)
        try:
            await self.mail(words)
        except MailerError as error:
            log.critical("operator-not-told reason=%s", error)
        else:
            self._told.add(hour)

    async def _why(self, period: str, now: datetime) -> str:
        """Why the edition of a period is late, or "" if it is not."""
        looked = self.newsroom.looked
        if looked is None or now - looked > _SILENT:
            return "schemat har stannat"
        try:
            receipt = await self.receipt(period)
        except StoreError as error:
            return str(error)
        if receipt is None:
            return self.newsroom.trouble
        if receipt.pending and not receipt.accepted:
            return f"inget av {receipt.audience} brev har lämnats till mejlservern än"
        return ""
