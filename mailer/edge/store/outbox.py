"""The outbox on the database: claim with a lease, settle in one transaction.

A lease is the promise that nobody else sends a letter; it ends by itself after LEASE, so that the
letters of a process that died come free on another machine too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select, update

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.tables import deliveries, letters, outbox, subscribers
from mailer.mail.address import Address
from mailer.mail.outcome import Refused, said
from mailer.mail.post import Due, LetterKind, Post, Tried
from mailer.mail.retry import Again, Settled

LEASE = timedelta(minutes=15)
"""Longer than the relay can take over a batch: see SEND_SECONDS in `edge.smtp`."""

AT_ONCE = 32 * 2**20
"""Octets of letters that one claim brings into memory; a single larger letter goes alone."""

PRIORITY: dict[LetterKind, int] = {
    "forward": 0,
    "notice": 0,
    "acknowledgement": 1,
    "confirmation": 1,
    "edition": 5,
}

_PRESSING = (outbox.c.priority, outbox.c.due, outbox.c.id)
_NOT_ACTIVE = select(subscribers.c.id).where(subscribers.c.state != "active")


class StoredOutbox:
    """The port `Outbox`, and what the command line shows of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, worker: str, limit: int, now: datetime) -> Sequence[Due]:
        def work(connection: Connection) -> list[Due]:
            due = (
                select(outbox.c.id, outbox.c.letter_id)
                .where(
                    outbox.c.state == "pending",
                    outbox.c.due <= now,
                    or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
                )
                .order_by(*_PRESSING)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            while ids := _bounded(connection, connection.execute(due).all()):
                claimed = outbox.c.id.in_(ids)
                connection.execute(
                    update(outbox)
                    .where(claimed, outbox.c.subscriber_id.in_(_NOT_ACTIVE))
                    .values(excluded(now))
                )
                ours = (claimed, outbox.c.state == "pending")
                lease = {"leased_by": worker, "leased_until": now + LEASE}
                # None is left where all were excluded; there may be more behind them.
                if connection.execute(update(outbox).where(*ours).values(lease)).rowcount:
                    return _read_due(connection, select(outbox).where(*ours).order_by(*_PRESSING))
            return []

        return await self._database.write(work)

    async def settle(
        self, worker: str, tried: Sequence[Tried], posts: Sequence[Post], now: datetime
    ) -> None:
        rows = [_settled_row(each, now) for each in tried]
        tries = [_delivery_row(each, now) for each in tried]

        def work(connection: Connection) -> None:
            statement = (
                update(outbox)
                .where(outbox.c.id == bindparam("row"), outbox.c.leased_by == worker)
                .values(
                    state=bindparam("new_state"),
                    due=bindparam("new_due"),
                    settled=bindparam("new_settled"),
                    reply=bindparam("new_reply"),
                    tries=outbox.c.tries + 1,
                    leased_by=None,
                    leased_until=None,
                )
            )
            # A row whose lease is gone, or that was erased meanwhile, is not ours to write about.
            held = select(outbox.c.id).where(
                outbox.c.id.in_([row["row"] for row in rows]), outbox.c.leased_by == worker
            )
            ours = set(connection.execute(held).scalars())
            if ours:
                connection.execute(statement, [row for row in rows if row["row"] in ours])
                told = [each for each in tries if each["outbox_id"] in ours]
                connection.execute(deliveries.insert(), told)
            put(connection, posts, now)

        await self._database.write(work)

    async def release(self, worker: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                update(outbox)
                .where(outbox.c.leased_by == worker, outbox.c.state == "pending")
                .values(leased_by=None, leased_until=None)
            )
        )

    async def find(self, state: str | None, limit: int) -> Sequence[Row[Any]]:
        """Rows for the command line, newest first, without their content."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if state:
            query = query.where(outbox.c.state == state)
        return await self._database.read(lambda connection: connection.execute(query).all())

    async def tries(self, key: str) -> tuple[Row[Any], Sequence[Row[Any]]] | None:
        """One row by its key, with every try; None where there is no such key."""

        def work(connection: Connection) -> tuple[Row[Any], Sequence[Row[Any]]] | None:
            row = connection.execute(select(outbox).where(outbox.c.key == key)).one_or_none()
            if row is None:
                return None
            history = select(deliveries).where(deliveries.c.outbox_id == row.id)
            return row, connection.execute(history.order_by(deliveries.c.id)).all()

        return await self._database.read(work)

    async def retry(self, keys: Sequence[str], now: datetime) -> int:
        """Make failed letters due again, for another 48 hours; how many."""
        change = (
            update(outbox)
            .where(outbox.c.key.in_(keys), outbox.c.state.in_(("failed", "uncertain")))
            .values(state="pending", due=now, queued=now, settled=None, tries=0)
        )
        return await self._database.write(lambda c: c.execute(change).rowcount)

    async def counts(self) -> dict[str, int]:
        """How many letters are in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {state: count for state, count in rows}


def put(connection: Connection, posts: Sequence[Post], now: datetime) -> None:
    """Queue letters inside a transaction; those whose key is there already are left alone."""
    letter_ids: dict[bytes, int] = {}
    for post in posts:
        if connection.execute(select(outbox.c.id).where(outbox.c.key == post.key)).first():
            continue
        if post.content not in letter_ids:
            letter_ids[post.content] = put_letter(connection, post.content)
        row = {**post_row(post, now), "letter_id": letter_ids[post.content]}
        connection.execute(insert_new(connection, outbox).values(row))


def put_letter(connection: Connection, content: bytes) -> int:
    """Store what letters share; its id."""
    inserted = connection.execute(letters.insert().values(content=content)).inserted_primary_key
    assert inserted is not None  # noqa: S101 - an INSERT of one row always has one
    return int(inserted[0])


def post_row(post: Post, now: datetime) -> dict[str, Any]:
    """The columns of a new outbox row that a Post decides."""
    return {
        "key": post.key,
        "kind": post.kind,
        "priority": PRIORITY[post.kind],
        "recipient": post.to.email,
        "recipient_name": post.to.name,
        "mail_from": post.mail_from,
        "message_id": post.message_id,
        "unsubscribe": post.unsubscribe,
        "inquiry_id": post.inquiry_id,
        "state": "pending",
        "tries": 0,
        "queued": now,
        "due": now,
        "reply": "",
    }


def excluded(now: datetime) -> dict[str, Any]:
    """What becomes of a waiting letter to a subscriber who has left."""
    return {
        "state": "excluded",
        "settled": now,
        "reply": "left before it was sent",
        "leased_by": None,
        "leased_until": None,
    }


def _bounded(connection: Connection, rows: Sequence[Any]) -> list[int]:
    """The ids of the first of these rows, as many as have letters of AT_ONCE octets together."""
    ids = {row.letter_id for row in rows}
    sizes = select(letters.c.id, func.length(letters.c.content)).where(letters.c.id.in_(ids))
    left = {id: size for id, size in connection.execute(sizes)}
    octets = 0
    taken: list[int] = []
    for row in rows:
        octets += left.pop(row.letter_id, 0)  # a letter that many share counts once
        if taken and octets > AT_ONCE:
            break
        taken.append(row.id)
    return taken


def _read_due(connection: Connection, query: Select[Any]) -> list[Due]:
    rows = connection.execute(query).all()
    shared = select(letters).where(letters.c.id.in_({row.letter_id for row in rows}))
    content = {letter.id: letter.content for letter in connection.execute(shared)}
    return [_due(row, content[row.letter_id]) for row in rows]


def _due(row: Row[Any], content: bytes) -> Due:
    return Due(
        id=row.id,
        key=row.key,
        kind=row.kind,
        to=Address(row.recipient, row.recipient_name),
        mail_from=row.mail_from,
        message_id=row.message_id,
        unsubscribe=row.unsubscribe,
        content=content,
        tries=row.tries,
        queued=row.queued,
        inquiry_id=row.inquiry_id,
    )


def _settled_row(tried: Tried, now: datetime) -> dict[str, Any]:
    row = {"row": tried.due.id, "new_reply": said(tried.outcome)}
    match tried.decision:
        case Settled(state):
            return {**row, "new_state": state, "new_due": now, "new_settled": now}
        case Again(at):
            return {**row, "new_state": "pending", "new_due": at, "new_settled": None}


def _delivery_row(tried: Tried, now: datetime) -> dict[str, Any]:
    outcome = tried.outcome
    return {
        "outbox_id": tried.due.id,
        "at": now,
        "relay": tried.relay,
        "outcome": type(outcome).__name__.lower(),
        "code": outcome.code if isinstance(outcome, Refused) else None,
        "reply": said(outcome),
    }
