"""What subscribers do, and what comes back from their letters."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from mailer.inquiry.record import Case
from mailer.mail.address import Address
from mailer.mail.diagnosis import Diagnosis
from mailer.mail.post import Post
from mailer.subscriber.asking import Asked
from mailer.subscriber.record import Sent
from mailer.subscriber.subscription import Change, Consent, State, Subscriber
from mailer.subscriber.suppression import Bounce, CameBack, Weight


class Subscriptions(Protocol):
    """What subscribers do themselves. A token that is nobody's changes nothing and gives None."""

    async def ask(
        self, change: Change, letter: Callable[[Subscriber | None], Post], now: datetime
    ) -> bool:
        """Queue the letter that asks, and note the request, in one transaction.

        `letter` is given the subscriber if there is an active one. False, and no effect, where its
        key is in the outbox already.
        """
        ...

    async def asked(self, token: str, now: datetime) -> Asked | None:
        """What the link with this token asks."""
        ...

    async def confirm(self, token: str, evidence: str, now: datetime) -> Asked | None:
        """Do what it asks; what stands then."""
        ...

    async def change(self, change: Change, now: datetime) -> State | None:
        """Do it for the subscriber with the change's token; the state then."""
        ...

    async def own(self, token: str) -> Subscriber | None:
        """The subscriber whose own token this is."""
        ...

    async def speak(self, subscriber: Subscriber, language: str, now: datetime) -> None: ...

    async def ask_to_move(
        self,
        subscriber: Subscriber,
        to: Address,
        token_from: str,
        token_to: str,
        posts: Sequence[Post],
        now: datetime,
    ) -> None:
        """Note the tokens and queue their letters; nothing where one is queued already."""
        ...

    async def history(self, subscriber: Subscriber) -> Sequence[Consent]: ...

    async def letters(self, subscriber: Subscriber) -> Sequence[Sent]: ...

    async def erase(self, subscriber: Subscriber, now: datetime) -> None: ...


class Bounces(Protocol):
    """What mail servers reported of our letters."""

    async def letters(
        self, asked: Sequence[tuple[Collection[str], Collection[str]]], now: datetime
    ) -> Sequence[CameBack | None]:
        """Of each: the letter of ours that has one of these Message-IDs; else that of the last
        edition to one of these addresses, if it went out of late.
        """
        ...

    async def note(
        self, reports: Sequence[tuple[Case, CameBack, Diagnosis, Weight]]
    ) -> Sequence[Sequence[Bounce]]:
        """Note reports, once a case; of each, all there is about the same subscriber's letters.

        What was before the subscription changed last is left out, and there is none about a letter
        that is no subscriber's.
        """
        ...
