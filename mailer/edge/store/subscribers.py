"""Subscribers on the database. A row is never deleted: letters and evidence point at it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.tables import outbox, subscribers
from mailer.mail.address import Address
from mailer.subscriber.subscription import Change, State, Subscriber, after


class StoredSubscribers:
    """What the command line does with subscribers; triage changes them through `apply`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, people: Sequence[tuple[Address, str]], evidence: str, now: datetime) -> int:
        """Make (address, language) pairs active, all or none; how many were not so before."""

        def work(connection: Connection) -> int:
            return sum(
                _set_active(connection, address, language, evidence, now)
                for address, language in people
            )

        return await self._database.write(work)

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
        """Forget a person; what stays is that it was done, and a hash that keeps them out."""

        def work(connection: Connection) -> bool:
            row = connection.execute(select(subscribers).where(_is(email))).one_or_none()
            if row is None:
                return False
            gone = "erased:" + sha256(row.email.casefold().encode()).hexdigest()
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
            _exclude_pending(connection, row.id, now)
            connection.execute(
                update(outbox)
                .where(outbox.c.subscriber_id == row.id)
                .values(recipient=gone[:60], recipient_name="")
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
            _insert(connection, address, "sv", state, change.evidence, now)
        return state
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == row.id)
        .values(state=state, evidence=change.evidence, changed=now)
    )
    if state == "left":
        _exclude_pending(connection, row.id, now)
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


def _is(email: str) -> Any:
    return func.lower(subscribers.c.email) == email.lower()


def _set_active(
    connection: Connection, address: Address, language: str, evidence: str, now: datetime
) -> bool:
    row = connection.execute(select(subscribers).where(_is(address.email))).one_or_none()
    if row is None:
        return _insert(connection, address, language, "active", evidence, now)
    if row.state == "active":
        return False
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == row.id)
        .values(
            state="active",
            evidence=evidence,
            name=address.name or row.name,
            language=language,
            changed=now,
        )
    )
    return True


def _insert(
    connection: Connection,
    address: Address,
    language: str,
    state: State,
    evidence: str,
    now: datetime,
) -> bool:
    row = {
        "email": address.email,
        "name": address.name,
        "language": language,
        "state": state,
        "evidence": evidence,
        "token": _token(),
        "since": now,
        "changed": now,
    }
    return bool(connection.execute(insert_new(connection, subscribers).values(row)).rowcount)


def _exclude_pending(connection: Connection, subscriber_id: int, now: datetime) -> None:
    # Letters that wait, and are not on the wire this moment, are not sent to one who has left.
    connection.execute(
        update(outbox)
        .where(
            outbox.c.subscriber_id == subscriber_id,
            outbox.c.state == "pending",
            outbox.c.leased_by.is_(None),
        )
        .values(state="excluded", settled=now, reply="left before it was sent")
    )


def _token() -> str:
    return secrets.token_hex(16)  # 128 bits
