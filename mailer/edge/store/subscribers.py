"""Subscribers on the database: every change of state, and its entry in the history.

A subscriber's row is never deleted: letters and evidence point at it. The history is only added to,
until an erasure leaves of it what was done when, and nothing of who.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from mailer.edge.store.database import Database
from mailer.edge.store.erasure import UNKEYED, Fingerprint, erase, exclude
from mailer.edge.store.history import histories_of, history_of, keep_wording, note
from mailer.edge.store.imports import carry_out, planned
from mailer.edge.store.tables import outbox, subscribers, tokens
from mailer.edge.store.tokens import LASTS, issue, issued, new_token, note_used, owner, withdraw
from mailer.mail.address import Address
from mailer.subscriber.plan import Step
from mailer.subscriber.subscription import Change, Consent, State, Subscriber, after
from mailer.subscriber.table import Entry


class StoredSubscribers:
    """What the command line does with subscribers; triage changes them through `apply`.

    `fingerprint` makes the digests by which erased addresses are known again.
    """

    def __init__(self, database: Database, fingerprint: Fingerprint = UNKEYED) -> None:
        self._database = database
        self._fingerprint = fingerprint

    async def add(self, people: Sequence[tuple[Address, str]], evidence: str, now: datetime) -> int:
        """Make (address, language) pairs active, all or none; how many were not so before."""
        entries = [Entry(line, *person) for line, person in enumerate(people, 1)]
        change = Change("add", None, evidence, way="command line")
        steps = await self.bring_in(entries, change, now)
        return sum(step.changes for step in steps)

    async def plan(self, entries: Sequence[Entry]) -> list[Step]:
        """What an import of these rows would do."""
        return await self._database.read(lambda c: planned(c, entries, "import", self._fingerprint))

    async def bring_in(
        self,
        entries: Sequence[Entry],
        change: Change,
        now: datetime,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> list[Step]:
        """Do `change` (an import, or an adding) for all of these rows or, if one fails, for none.

        `progress` is told how many rows more are done.
        """

        def work(connection: Connection) -> list[Step]:
            steps = planned(connection, entries, change.act, self._fingerprint, lock=True)
            carry_out(connection, steps, change, now, progress)
            return steps

        return await self._database.write(work)

    async def leave(self, email: str, evidence: str, now: datetime) -> bool:
        """End a subscription at once; False where there was none."""
        change = Change("leave", Address(email), evidence, way="command line")
        return await self._database.write(lambda c: apply(c, change, now) is not None)

    async def find(self, email: str) -> Subscriber | None:
        query = select(subscribers).where(at_address(email))
        row = await self._database.read(lambda c: c.execute(query).one_or_none())
        return as_subscriber(row) if row else None

    async def history(self, subscriber_id: int) -> Sequence[Consent]:
        """Every change of a subscription, the first one first."""
        return await self._database.read(lambda c: history_of(c, subscriber_id))

    async def histories(self) -> Mapping[int, Sequence[Consent]]:
        """The history of every subscription, by its subscriber."""
        return await self._database.read(histories_of)

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
        """Forget a subscriber; what stays is that it was done, and when."""

        def work(connection: Connection) -> bool:
            row = connection.execute(select(subscribers).where(at_address(email))).one_or_none()
            if row is not None:
                erase(connection, row, self._fingerprint, "command line", now)
            return row is not None

        return await self._database.write(work)

    async def wake(self, today: date, now: datetime) -> int:
        """End every pause whose day has come; how many."""
        over = select(subscribers.c.email).where(
            subscribers.c.state == "paused", subscribers.c.paused_until <= today.isoformat()
        )

        def work(connection: Connection) -> None:
            for email in emails:
                change = Change("resume", Address(email), "the pause is over", way="clock")
                apply(connection, change, now)

        emails = await self._database.read(lambda c: c.execute(over).scalars().all())
        if emails:
            await self._database.write(work)
        return len(emails)

    async def forget_unconfirmed(self, now: datetime) -> int:
        """Erase everybody who was asked, and whose link no longer lasts; how many."""
        asked = select(subscribers).where(
            subscribers.c.state == "pending", subscribers.c.changed < now - LASTS
        )

        def work(connection: Connection) -> int:
            rows = connection.execute(asked).all()
            for row in rows:
                erase(connection, row, None, "clock", now)
            return len(rows)

        return await self._database.write(work)


def apply(connection: Connection, change: Change, now: datetime) -> State | None:
    """Make a change inside a transaction; the state then, None where it did nothing."""
    row, token = _meant(connection, change, now)
    state = after(row.state if row else None, change.act)
    if state is None:
        return None
    wording = keep_wording(connection, change.wording) or (token.wording if token else None)
    if row is None:
        assert change.address  # noqa: S101 - without one nobody is meant, and nothing follows
        subscriber_id = _insert(connection, change.address, change, state, now)
    else:
        subscriber_id = row.id
        connection.execute(
            update(subscribers)
            .where(subscribers.c.id == subscriber_id)
            .values(_changed(row, change, state, now))
        )
    note(connection, subscriber_id, change.act, state, change.way, change.evidence, now, wording)
    match change.act:
        case "subscribe" if change.confirmed_by:
            asked = change.confirmed_by, subscriber_id, now
            issue(connection, "confirm", *asked, wording=change.wording)
        case "confirm" if token:
            note_used(connection, token.id, now)
        case "leave" | "suppress":
            withdraw(connection, subscriber_id)
            # Not those on the wire this moment: what becomes of them is still to be written down.
            waiting = and_(outbox.c.subscriber_id == subscriber_id, outbox.c.leased_by.is_(None))
            exclude(connection, waiting, now)
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
        paused_until=date.fromisoformat(row.paused_until) if row.paused_until else None,
    )


def at_address(email: str) -> ColumnElement[bool]:
    return func.lower(subscribers.c.email) == email.lower()


def by_id(connection: Connection, subscriber_id: int) -> Row[Any]:
    """A subscriber's row, locked."""
    query = select(subscribers).where(subscribers.c.id == subscriber_id).with_for_update()
    return connection.execute(query).one()


def _meant(
    connection: Connection, change: Change, now: datetime
) -> tuple[Row[Any] | None, Row[Any] | None]:
    """Whom a change is for, locked, and the token that says so.

    A subscriber's own token ends, pauses and resumes; only one that was asked for confirms.
    """
    if change.token and change.act == "confirm":
        token = issued(connection, change.token, now)
        if token is not None and token.purpose == "confirm" and token.used is None:
            return by_id(connection, token.subscriber_id), token
    elif change.token:
        if row := owner(connection, change.token):
            return by_id(connection, row.id), None
        token = issued(connection, change.token, now) if change.act == "leave" else None
        if token is not None and token.purpose == "leave":
            return by_id(connection, token.subscriber_id), token
    if change.address is None:
        return None, None
    known = select(subscribers).where(at_address(change.address.email)).with_for_update()
    row = connection.execute(known).one_or_none()
    if row is None or change.act != "confirm":
        return row, None
    unused = (
        select(tokens)
        .where(
            tokens.c.subscriber_id == row.id,
            tokens.c.purpose == "confirm",
            tokens.c.used.is_(None),
        )
        .order_by(tokens.c.id.desc())
    )
    return row, connection.execute(unused).first()


def _insert(
    connection: Connection, address: Address, change: Change, state: State, now: datetime
) -> int:
    values = {
        "email": address.email,
        "name": address.name,
        "language": change.language or "sv",
        "state": state,
        "evidence": change.evidence,
        "token": new_token(),
        "since": now,
        "changed": now,
    }
    made = connection.execute(insert(subscribers).values(values)).inserted_primary_key
    assert made is not None  # noqa: S101 - an INSERT of one row always has one
    return int(made[0])


def _changed(row: Row[Any], change: Change, state: State, now: datetime) -> dict[str, Any]:
    """The columns of a subscriber after a change; what a stranger asks for alters no evidence."""
    values: dict[str, Any] = {"state": state}
    if change.act != "subscribe" or state == "pending":
        values |= {"evidence": change.evidence, "changed": now}
    if change.act == "pause" and change.until:
        values["paused_until"] = change.until.isoformat()
    elif state != "paused":
        values["paused_until"] = None
    if change.language and state == "pending":
        values["language"] = change.language
    return values
