"""Tells the operator of a mailbox that does not do as asked: cannot be read, or takes no mail.

Takes a worker of the mailbox and works it. What has lasted for LASTS is told, a refused login at
once: nothing but a person ends that. Told once a day while it lasts; what ends in between is not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mailer.errors import LoginRefused, MailboxError
from mailer.flows.correspondence import Correspondence
from mailer.flows.intake import Taken
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.following import Notices
from mailer.mail.post import Post

LASTS = timedelta(hours=1)
"""A server that is maintained is no news, nor is a folder that somebody is just renaming."""


class Takes(Protocol):
    """What takes the mail that waits."""

    async def once(self) -> Taken: ...


@dataclass(slots=True)
class Upkeep:
    """Works as `intake` does. `queued` is called when letters were put in the outbox."""

    intake: Takes
    notices: Notices
    correspondence: Correspondence
    clock: Clock
    queued: Callable[[], None] = lambda: None
    _unread: datetime | None = field(default=None, init=False)
    _refusing: dict[str, datetime] = field(default_factory=dict, init=False)

    async def once(self) -> Taken:
        """See `Intake.once`; raises what that does."""
        try:
            taken = await self.intake.once()
        except MailboxError as error:
            await self._tell_of_mailbox(error)
            raise
        self._unread = None
        await self._tell_of_folders([*taken.unfiled.values()])
        return taken

    async def _tell_of_mailbox(self, error: MailboxError) -> None:
        now = self.clock.now()
        self._unread = since = self._unread or now
        if isinstance(error, LoginRefused) or now - since >= LASTS:
            await self._tell(self.correspondence.mailbox_trouble(str(error), since, now))

    async def _tell_of_folders(self, unfiled: list[str]) -> None:
        now = self.clock.now()
        self._refusing = {folder: self._refusing.get(folder, now) for folder in unfiled}
        for folder, since in self._refusing.items():
            if now - since >= LASTS:
                count = unfiled.count(folder)
                await self._tell(self.correspondence.unfiled(folder, count, since, now))

    async def _tell(self, post: Post) -> None:
        await self.notices.tell([post], self.clock.now())
        self.queued()
