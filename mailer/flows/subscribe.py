"""Subscribing, confirming, leaving, and what subscribers change by themselves.

Takes what somebody asks for by the web; gives what became of it. Who asks for an address gets the
same answer whatever is known of it: only a letter to that address says more, and there is at most
one a day. Each step is one transaction, with its letter in it.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailer.flows.ports.clock import Clock
from mailer.flows.ports.subscribers import Subscriptions
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared
from mailer.mail.post import LetterKind, Post
from mailer.rendering import Words
from mailer.subscriber.asking import Asked
from mailer.subscriber.letters import SubscriberLetters
from mailer.subscriber.record import record
from mailer.subscriber.subscription import Change, Subscriber

_KEY = 160  # the outbox holds no longer one


@dataclass(frozen=True, slots=True)
class Invitations:
    """Letters to subscribers, as posts. Nothing comes back of them (RFC 3834, 3.3)."""

    letters: SubscriberLetters
    mailbox: Address
    identity: Identity
    zone: ZoneInfo

    def prepared(self, change: Change, language: str) -> Change:
        """A request to subscribe, with all that its question needs: in Swedish, if need be."""
        wordings = self.letters.wordings
        wording = wordings.get(language, wordings["sv"])
        return replace(change, language=wording.language, wording=wording, confirmed_by=new_token())

    def confirmation(self, change: Change, now: datetime, inquiry_id: int | None = None) -> Post:
        """The question that follows a request to subscribe."""
        assert change.address  # noqa: S101 - whoever subscribes has one
        words = self.letters.confirmation(change.language, change.confirmed_by)
        return self._question(change.address, change.language, words, now, inquiry_id)

    def already(self, subscriber: Subscriber, language: str, now: datetime) -> Post:
        """The answer to a request of one who subscribes already, in place of the question."""
        words = self.letters.already(language, subscriber.token)
        return self._question(subscriber.address, language, words, now)

    def move(self, reader: Address, to: Address, language: str, token: str, now: datetime) -> Post:
        """The question to one end of a move."""
        words = self.letters.move(language, to.email, token, here=reader == to)
        key = f"move/{now.date()}/{reader.email.lower()}"
        return self._post(key, "notice", reader, language, words, now)

    def _question(
        self,
        to: Address,
        language: str,
        words: Words,
        now: datetime,
        inquiry_id: int | None = None,
    ) -> Post:
        # One a day and address, however many ask for it in somebody's name.
        key = f"confirmation/{now.date()}/{to.email.lower()}"
        return self._post(key, "confirmation", to, language, words, now, inquiry_id)

    def _post(
        self,
        key: str,
        kind: LetterKind,
        to: Address,
        language: str,
        words: Words,
        now: datetime,
        inquiry_id: int | None = None,
    ) -> Post:
        draft = Draft(
            sender=self.mailbox,
            reply_to=(self.mailbox,),
            subject=words.subject,
            text=words.text,
            date=now.astimezone(self.zone),
            auto_submitted="auto-generated",
            language=language,
        )
        return Post(
            key=key[:_KEY],
            kind=kind,
            to=to,
            mail_from="",
            message_id=self.identity.message_id(key),
            content=shared(draft),
            inquiry_id=inquiry_id,
        )


@dataclass(frozen=True, slots=True)
class Subscribing:
    """The third journey. `queued` is called when letters were put in the outbox."""

    store: Subscriptions
    invitations: Invitations
    clock: Clock
    queued: Callable[[], None] = lambda: None

    async def ask(self, address: Address, language: str) -> None:
        """Ask the address whether it wants the newsletter, or tell it that it has it."""
        now = self.clock.now()
        request = Change("subscribe", address, "form on the web page", way="web")
        change = self.invitations.prepared(request, language)

        def letter(known: Subscriber | None) -> Post:
            if known:
                return self.invitations.already(known, change.language, now)
            return self.invitations.confirmation(change, now)

        if await self.store.ask(change, letter, now):
            self.queued()

    async def asked(self, token: str) -> Asked | None:
        """What the link with this token asks; None where it asks nothing (any more)."""
        return await self.store.asked(token, self.clock.now())

    async def confirm(self, token: str) -> Asked | None:
        """Say yes to it; how far it has come then."""
        return await self.store.confirm(token, "button behind the link", self.clock.now())

    async def leave(self, token: str, *, one_click: bool = False) -> bool:
        """End the subscription at once; False where the token is nobody's."""
        evidence = "one click in the mail program" if one_click else "button on the web page"
        return await self._change(Change("leave", None, evidence, token, "web"))

    async def own(self, token: str) -> Subscriber | None:
        """The subscriber whose own page this is."""
        return await self.store.own(token)

    async def pause(self, token: str, until: date) -> None:
        """Send nothing before that day."""
        evidence = f"the subscriber's page, until {until}"
        await self._change(Change("pause", None, evidence, token, "web", until=until))

    async def resume(self, token: str) -> None:
        """End a pause."""
        await self._change(Change("resume", None, "the subscriber's page", token, "web"))

    async def speak(self, subscriber: Subscriber, language: str) -> None:
        """Write to the subscriber in another language."""
        await self.store.speak(subscriber, language, self.clock.now())

    async def move(self, subscriber: Subscriber, to: Address) -> None:
        """Ask both addresses whether the subscription shall go to `to`."""
        now = self.clock.now()
        there, here = new_token(), new_token()
        ends = ((subscriber.address, here), (to, there))
        posts = [
            self.invitations.move(reader, to, subscriber.language, token, now)
            for reader, token in ends
        ]
        await self.store.ask_to_move(subscriber, to, here, there, posts, now)
        self.queued()

    async def record(self, subscriber: Subscriber) -> Mapping[str, Any]:
        """All that is stored of a subscriber."""
        history = await self.store.history(subscriber)
        return record(subscriber, history, await self.store.letters(subscriber))

    async def erase(self, subscriber: Subscriber) -> None:
        """Forget the subscriber."""
        await self.store.erase(subscriber, self.clock.now())

    async def _change(self, change: Change) -> bool:
        return await self.store.change(change, self.clock.now()) is not None


def new_token() -> str:
    """128 random bits, in hex."""
    return secrets.token_hex(16)
