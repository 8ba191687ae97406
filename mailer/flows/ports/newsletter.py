"""Editions: what was queued, archived, approved and copied."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from mailer.mail.post import Post
from mailer.newsletter.approval import Answer, Proof
from mailer.newsletter.archived import ArchivedEdition
from mailer.newsletter.receipt import RenderedEdition, SentEdition


class Editions(Protocol):
    """Which editions there were, and what they told."""

    async def claimed(self, period: str) -> bool: ...

    async def last_before(self, day: date, period: str) -> date | None:
        """The date of the last edition before `day`, other than the one of `period`."""
        ...

    async def told_before(self, day: date, period: str) -> Sequence[Mapping[str, Any]]:
        """What those editions told (`RenderedEdition.told`), the earliest first."""
        ...

    async def sent(self, period: str) -> SentEdition:
        """A claimed edition as it was queued."""
        ...

    async def queue(
        self,
        edition: RenderedEdition,
        mail_from: str,
        message_id: Callable[[int], str],
        now: datetime,
    ) -> int | None:
        """Claim the edition and queue a letter for every active subscriber, in one transaction.

        `message_id` gives that of a subscriber's letter. The number of letters; None where it was
        claimed before (then nothing was done).
        """
        ...


class Archive(Protocol):
    """Where every sent edition is kept as files that never change."""

    async def keep(self, edition: ArchivedEdition) -> None:
        """Keep it; again changes nothing."""
        ...

    async def has(self, period: str) -> bool: ...


class Proofs(Protocol):
    """What approvers were asked about editions, and what they answered."""

    async def latest(self, period: str) -> tuple[Proof | None, Sequence[Answer]]:
        """The last proof of an edition, with every answer to it in order."""
        ...

    async def ask(self, proof: Proof, posts: Sequence[Post], now: datetime) -> bool:
        """Write a proof down and queue its letters; False, and no effect, where there is one."""
        ...

    async def remind(self, proof: Proof, posts: Sequence[Post], now: datetime) -> None:
        """Queue reminders, and note when."""
        ...

    async def answer(
        self, proof: Proof, answer: Answer, posts: Sequence[Post], now: datetime
    ) -> bool:
        """Write an answer down and queue what tells of it.

        False, and no effect, where that approver's last answer said the same.
        """
        ...

    async def keys_of(self, message_ids: Collection[str]) -> Sequence[str]:
        """The outbox keys of those letters about proofs that have one of these Message-IDs."""
        ...

    async def put(self, posts: Sequence[Post], now: datetime) -> None:
        """Queue letters; those whose key is there already are left alone."""
        ...


class Copies(Protocol):
    """The copies of editions that the contact mailbox got."""

    async def holds(self, name: str) -> bool:
        """Whether any folder has the one with this name (`Composer.copy_of`).

        Raises MailboxError where that cannot be seen.
        """
        ...

    async def keep(self, raw: bytes) -> None:
        """Put a copy into the folder of what is our own. Raises MailboxError."""
        ...
