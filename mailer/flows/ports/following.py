"""Who waits for an answer, and who got one."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from mailer.inquiry.digest import Happened
from mailer.inquiry.follow_up import Waiting
from mailer.inquiry.record import Case
from mailer.mail.post import Post
from mailer.organisation import Leader


class Answers(Protocol):
    """That inquiries were answered by mail."""

    async def note(
        self,
        leader: Leader,
        source: str,
        message_ids: Collection[str],
        now: datetime,
        to: Collection[str] | None = None,
    ) -> Sequence[str]:
        """Note that a leader's mail answers every inquiry that it refers to; each once a mail.

        `source` is the case number of that mail, `message_ids` what it refers to: our forwards and
        acknowledgements, or a resident's own mail. It answers whose addresses are among `to`, in
        small letters; all of them where that is not given. The numbers of what it answers.
        """
        ...


class Notices(Protocol):
    """Letters to those who see that all goes well."""

    async def tell(self, posts: Sequence[Post], now: datetime) -> None:
        """Queue letters; those whose key is there already are left alone."""
        ...


class Marked(Protocol):
    """That inquiries need no answer any more, as the mailbox shows."""

    async def flagged(self, cases: Sequence[Case], now: datetime) -> Sequence[str]:
        """Note that the mailbox shows these as answered, once each; the numbers that are new."""
        ...


class FollowUps(Notices, Marked, Protocol):
    """Who waits for an answer, and who was told of it."""

    async def waiting(self) -> Sequence[Waiting]:
        """All that wait, in the order in which they came."""
        ...

    async def send(self, waiting: Waiting, posts: Sequence[Post], now: datetime) -> bool:
        """Queue letters about it, all or none; False, and no effect, where it waits no more."""
        ...

    async def last_digest(self, day: date) -> date | None:
        """The day of the last digest up to `day`, if there was one of late."""
        ...

    async def happened(self, since: datetime, until: datetime) -> Happened:
        """What was decided, and what was told to be undelivered, from `since` to before `until`."""
        ...
