"""Subscribers on the database. A row is never deleted: letters and evidence point at it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    and_,
    cast,
    func,
    or_,
    select,
    update,
)

from mailer.edge.store.database import Database, insert_new, insert_or
from mailer.edge.store.outbox import excluded
from mailer.edge.store.tables import deliveries, outbox, subscribers
from mailer.mail.address import Address
from mailer.subscriber.subscription import Change, State, Subscriber, after


class StoredSubscribers:
    """What the command line does with subscribers; triage changes them through `apply`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        people: Sequence[tuple[Address, str]],
        evidence: str,
        now: datetime,
        *,
        also_who_left: bool = True,
    ) -> int:
        """Make (address, language) pairs active, all or none; how many were not so before."""
        waiting = subscribers.c.state == "pending"
        rows = [_row(address, language, "active", evidence, now) for address, language in people]

        def work(connection: Connection) -> int:
            insert = insert_or(connection, subscribers)
            given = insert.excluded
            insert_or_activate = insert.on_conflict_do_update(
                index_elements=[func.lower(subscribers.c.email)],
                set_={
                    "state": given.state,
                    "evidence": given.evidence,
                    "name": func.coalesce(func.nullif(given.name, ""), subscribers.c.name),
                    "language": given.language,
                    "changed": given.changed,
                },
                where=subscribers.c.state != "active" if also_who_left else waiting,
            )
            counted = insert_or_activate.execution_options(preserve_rowcount=True)
            return connection.execute(counted, rows).rowcount

        return await self._database.write(work) if rows else 0

    async def leave(self, email: str, evidence: str, now: datetime) -> bool:
        """End a subscription at once; False where there was none."""
        change = Change("leave", Address(email), evidence)
        return await self._database.write(lambda c: apply(c, change, now) is not None)

    async def find(self, email: str) -> Subscriber | None:
        query = select(subscribers).where(_is(email))
        row = await self._database.read(lambda c: c.execute(query).one_or_none())
        return as_subscriber(row) if row else None

    async def all(self, state: State | None = None) -> list[Subscriber]:
        query = select(subscribers).order_by(subscribers.c.email)
        if state:
            query = query.where(subscribers.c.state == state)
        rows = await self._database.read(lambda c: list(c.execute(query)))
        return [as_subscriber(row) for row in rows]

    async def counts(self) -> dict[str, int]:
        """How many subscribers are in each state."""
        query = select(subscribers.c.state, func.count()).group_by(subscribers.c.state)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return {state: count for state, count in rows}

    async def erase(self, email: str, now: datetime) -> bool:
        """Forget a subscriber; what stays is that it was done, and when.

        Goes for every letter of the subscription, on its way or sent. Mail that the same person
        has written to us is a public record, and stays.
        """

        def work(connection: Connection) -> bool:
            row = connection.execute(select(subscribers).where(_is(email))).one_or_none()
            if row is None:
                return False
            gone = f"erased:{row.id}"
            connection.execute(
                update(subscribers)
                .where(subscribers.c.id == row.id)
                .values(
                    email=gone,
                    name="",
                    state="left",
                    evidence=f"erased on request {now.isoformat(timespec='seconds')}",
                    token=_token(),
                    changed=now,
                )
            )
            theirs = or_(
                outbox.c.subscriber_id == row.id,
                and_(
                    outbox.c.kind == "confirmation", func.lower(outbox.c.recipient) == email.lower()
                ),
            )
            tries = deliveries.c.outbox_id.in_(select(outbox.c.id).where(theirs))
            connection.execute(update(deliveries).where(tries).values(reply=""))
            _exclude(connection, theirs, now)
            connection.execute(
                update(outbox)
                .where(theirs)
                .values(
                    key=outbox.c.kind + "/erased/" + cast(outbox.c.id, String),
                    recipient=gone,
                    recipient_name="",
                    unsubscribe="",
                    reply="",  # relays repeat the address
                )
            )
            return True

        return await self._database.write(work)


def apply(connection: Connection, change: Change, now: datetime) -> State | None:
    """Make a change inside a transaction; the new state, None where nothing changed."""
    known = select(subscribers).with_for_update()
    by_token = known.where(subscribers.c.token == change.token) if change.token else None
    row = connection.execute(by_token).one_or_none() if by_token is not None else None
    address = change.address
    if row is None and address:
        row = connection.execute(known.where(_is(address.email))).one_or_none()
    state = after(row.state if row else None, change.act)
    if state is None:
        return None
    if row is None:
        if address:
            new = _row(address, "sv", state, change.evidence, now)
            connection.execute(insert_new(connection, subscribers).values(new))
        return state
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == row.id)
        .values(state=state, evidence=change.evidence, changed=now)
    )
    if state == "left":
        # Not those on the wire this moment: what becomes of them is still to be written down.
        waiting = and_(outbox.c.subscriber_id == row.id, outbox.c.leased_by.is_(None))
        _exclude(connection, waiting, now)
    return state


def as_subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=Address(row.email, row.name),
        language=row.language,
        state=row.state,
        evidence=row.evidence,
        token=row.token,
        since=row.since,
    )


def _is(email: str) -> ColumnElement[bool]:
    return func.lower(subscribers.c.email) == email.lower()


def _row(
    address: Address, language: str, state: State, evidence: str, now: datetime
) -> dict[str, Any]:
    return {
        "email": address.email,
        "name": address.name,
        "language": language,
        "state": state,
        "evidence": evidence,
        "token": _token(),
        "since": now,
        "changed": now,
    }


def _exclude(connection: Connection, letters: ColumnElement[bool], now: datetime) -> None:
    pending = update(outbox).where(letters, outbox.c.state == "pending")
    connection.execute(pending.values(excluded(now)))


def _token() -> str:
    return secrets.token_hex(16)  # 128 bits
