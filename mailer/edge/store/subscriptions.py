"""What subscribers do themselves, by links in their letters; the port `Subscriptions`.

Each of these is one short transaction, and whoever tries tokens that do not exist causes no write.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from mailer.edge.store.database import Database
from mailer.edge.store.erasure import Fingerprint, erase
from mailer.edge.store.history import history_of, note
from mailer.edge.store.outbox import put
from mailer.edge.store.subscribers import apply, as_subscriber, at_address, by_id
from mailer.edge.store.tables import outbox, subscribers, tokens, wordings
from mailer.edge.store.tokens import issue, issued, new_token, note_used, owner
from mailer.mail.address import Address
from mailer.mail.post import Post
from mailer.subscriber.asking import Asked
from mailer.subscriber.record import Sent
from mailer.subscriber.subscription import Change, Consent, State, Subscriber


class StoredSubscriptions:
    """`fingerprint` makes the digests by which erased addresses are known again."""

    def __init__(self, database: Database, fingerprint: Fingerprint) -> None:
        self._database = database
        self._fingerprint = fingerprint

    async def ask(
        self, change: Change, letter: Callable[[Subscriber | None], Post], now: datetime
    ) -> bool:
        def work(connection: Connection) -> bool:
            assert change.address  # noqa: S101 - somebody is asked
            known = select(subscribers).where(at_address(change.address.email))
            row = connection.execute(known).one_or_none()
            active = row is not None and row.state == "active"
            post = letter(as_subscriber(row) if row is not None and active else None)
            if _is_queued(connection, post.key):
                return False
            put(connection, [post], now)
            apply(connection, change, now)
            return True

        return await self._database.write(work)

    async def asked(self, token: str, now: datetime) -> Asked | None:
        def work(connection: Connection) -> Asked | None:
            row = issued(connection, token, now)
            return _asked(connection, row) if row is not None else None

        return await self._database.read(work)

    async def confirm(self, token: str, evidence: str, now: datetime) -> Asked | None:
        def work(connection: Connection) -> Asked | None:
            row = issued(connection, token, now)
            if row is None:
                return None
            if row.purpose == "confirm":
                change = Change("confirm", None, evidence, token, "web")
                apply(connection, change, now)
            elif row.used is None:
                note_used(connection, row.id, now)
                if not _others(connection, row):
                    _move(connection, by_id(connection, row.subscriber_id), row.email, now)
            row = issued(connection, token, now)
            return _asked(connection, row) if row is not None else None

        return await self._database.write(work) if await self.asked(token, now) else None

    async def change(self, change: Change, now: datetime) -> State | None:
        def whose(connection: Connection) -> int | None:
            row = owner(connection, change.token)
            old = None if row else issued(connection, change.token, now)
            if row is not None:
                return int(row.id)
            return int(old.subscriber_id) if old is not None and old.purpose == "leave" else None

        subscriber_id = await self._database.read(whose)
        if subscriber_id is None:
            return None

        def work(connection: Connection) -> State:
            apply(connection, change, now)
            state: State = by_id(connection, subscriber_id).state
            return state

        return await self._database.write(work)

    async def own(self, token: str) -> Subscriber | None:
        row = await self._database.read(lambda connection: owner(connection, token))
        return as_subscriber(row) if row else None

    async def speak(self, subscriber: Subscriber, language: str, now: datetime) -> None:
        change = update(subscribers).where(subscribers.c.id == subscriber.id)
        values = {"language": language, "changed": now}
        await self._database.write(lambda connection: connection.execute(change.values(values)))

    async def ask_to_move(
        self,
        subscriber: Subscriber,
        to: Address,
        token_from: str,
        token_to: str,
        posts: Sequence[Post],
        now: datetime,
    ) -> None:
        def work(connection: Connection) -> None:
            if any(_is_queued(connection, post.key) for post in posts):
                return
            put(connection, posts, now)
            issue(connection, "move-from", token_from, subscriber.id, now, email=to.email)
            issue(connection, "move-to", token_to, subscriber.id, now, email=to.email)

        await self._database.write(work)

    async def history(self, subscriber: Subscriber) -> Sequence[Consent]:
        return await self._database.read(lambda c: history_of(c, subscriber.id))

    async def letters(self, subscriber: Subscriber) -> Sequence[Sent]:
        query = (
            select(outbox.c.edition, outbox.c.recipient, outbox.c.state, outbox.c.settled)
            .where(outbox.c.subscriber_id == subscriber.id)
            .order_by(outbox.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Sent(*row) for row in rows]

    async def erase(self, subscriber: Subscriber, now: datetime) -> None:
        await self._database.write(
            lambda c: erase(c, by_id(c, subscriber.id), self._fingerprint, "web", now)
        )


def _is_queued(connection: Connection, key: str) -> bool:
    return connection.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None


def _asked(connection: Connection, row: Row[Any]) -> Asked | None:
    """The question of a token; None where nothing hangs on it any more."""
    whose = select(subscribers).where(subscribers.c.id == row.subscriber_id)
    subscriber = connection.execute(whose).one()
    if row.purpose == "leave" or (row.purpose == "confirm" and row.used and _is_gone(subscriber)):
        return None
    words = select(wordings.c.text).where(wordings.c.version == row.wording)
    waiting = row.used and row.purpose != "confirm" and _others(connection, row)
    return Asked(
        purpose=row.purpose,
        email=row.email or subscriber.email,
        language=subscriber.language,
        progress="waiting" if waiting else "done" if row.used else "open",
        token=subscriber.token,
        agree=connection.execute(words).scalar() or "",
    )


def _is_gone(subscriber: Row[Any]) -> bool:
    return subscriber.state not in ("active", "paused")


def _others(connection: Connection, row: Row[Any]) -> bool:
    """Whether the other end of the same move has not confirmed."""
    other = select(tokens.c.id).where(
        tokens.c.subscriber_id == row.subscriber_id,
        tokens.c.email == row.email,
        tokens.c.issued == row.issued,
        tokens.c.id != row.id,
        tokens.c.used.is_(None),
    )
    return connection.execute(other).first() is not None


def _move(connection: Connection, subscriber: Row[Any], to: str, now: datetime) -> None:
    """Let the subscription go to another address, that both ends have confirmed.

    Where that address has one of its own, that is the one that goes on. Old letters lie with the
    old address: their links still end the subscription, and open no page of it.
    """
    evidence = f"moved from {subscriber.email} to {to}, confirmed by both"
    there = connection.execute(select(subscribers).where(at_address(to))).one_or_none()
    if there is not None and there.id != subscriber.id:
        apply(connection, Change("add", Address(to), evidence, way="web"), now)
        apply(connection, Change("leave", Address(subscriber.email), evidence, way="web"), now)
        return
    issue(connection, "leave", subscriber.token, subscriber.id, now)
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == subscriber.id)
        .values(email=to, token=new_token(), changed=now)
    )
    note(connection, subscriber.id, "move", subscriber.state, "web", evidence, now)
