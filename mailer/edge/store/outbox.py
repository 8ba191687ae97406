"""The outbox on the database: claim with a lease, settle in one transaction.

A lease is the promise that nobody else sends a letter; it ends by itself after LEASE, so that the
letters of a process that died come free on another machine too. They may have been sent: whether
they are sent again, or held for a person, is `on_doubt`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Update,
    bindparam,
    func,
    literal_column,
    null,
    select,
    union_all,
    update,
)

from mailer.edge.store.chain import append, serialise
from mailer.edge.store.claiming import Contents, accept, lease, waiting
from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.tables import deliveries, inquiries, letters, outbox
from mailer.inquiry.chain import Event, Happening
from mailer.mail.outcome import Accepted, Refused, said
from mailer.mail.post import Due, LetterKind, Post, Tried
from mailer.mail.retry import Again, OnDoubt, Settled

LEASE = timedelta(minutes=15)
"""Longer than the relay can take over a batch: see SEND_SECONDS in `edge.smtp`."""

PRIORITY: dict[LetterKind, int] = {
    "forward": 0,
    "notice": 0,
    "proof": 0,
    "acknowledgement": 1,
    "confirmation": 1,
    "edition": 5,
}
URGENT = -1
"""Before every priority."""

_QUEUED: dict[LetterKind, Happening] = {
    "forward": "forwarded",
    "acknowledgement": "acknowledged",
    "confirmation": "asked",
    "notice": "told",
}
"""What it is to a case that such a letter about it was queued."""

_PENDING = outbox.c.state == literal_column("'pending'")  # a literal: see `claiming`


class StoredOutbox:
    """The port `Outbox`, and what the command line shows of it."""

    def __init__(self, database: Database, on_doubt: OnDoubt = "resend") -> None:
        self._database = database
        self._holds = on_doubt == "hold"
        self._contents = Contents()

    async def claim(
        self, worker: str, limit: int, now: datetime, pressing: bool = False
    ) -> Sequence[Due]:
        return await self._database.write(lambda c: self._claimed(c, worker, limit, now, pressing))

    def _claimed(
        self, connection: Connection, worker: str, limit: int, now: datetime, pressing: bool
    ) -> Sequence[Due]:
        least = PRIORITY["edition"] - 1 if pressing else PRIORITY["edition"]
        if self._holds:
            connection.execute(_held(outbox.c.leased_until <= now, now))
        while found := waiting(connection, limit, now, least):
            gone = [row.id for row in found if row.subscriber not in (None, "active")]
            if gone:
                leave = update(outbox).where(outbox.c.id.in_(gone)).values(excluded(now))
                connection.execute(leave)
                found = [row for row in found if row.subscriber in (None, "active")]
            # None is left where all were excluded; there may be more behind them.
            if found:
                ours = self._contents.fitting(connection, found)
                lease(connection, (row.id for row in ours), worker, now + LEASE)
                return self._contents.due(connection, ours)
        return []

    async def settle(
        self,
        worker: str,
        tried: Sequence[Tried],
        posts: Sequence[Post],
        now: datetime,
        more: int = 0,
        pressing: bool = False,
    ) -> Sequence[Due]:
        taken: dict[str, dict[int, str]] = {}
        others = []
        for each in tried:
            if isinstance(each.outcome, Accepted):
                taken.setdefault(each.relay, {})[each.due.id] = said(each.outcome)
            else:
                others.append(each)

        def work(connection: Connection) -> Sequence[Due]:
            if posts:
                serialise(connection)
            for relay, replies in taken.items():
                accept(connection, replies, worker, relay, now)
            if others:
                _put_off_or_end(connection, worker, others, now)
            put(connection, posts, now)
            return self._claimed(connection, worker, more, now, pressing) if more else ()

        return await self._database.write(work)

    async def release(self, worker: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                update(outbox)
                .where(outbox.c.leased_by == worker, _PENDING)
                .values(leased_by=None, leased_until=None)
            )
        )

    async def free(self, worker: str, now: datetime) -> None:
        """Give back what a worker that died still held; it may have sent some of it."""
        if self._holds:
            theirs = outbox.c.leased_by == worker
            await self._database.write(lambda connection: connection.execute(_held(theirs, now)))
        else:
            await self.release(worker)

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
            return row, connection.execute(_history(row.id)).all()

        return await self._database.read(work)

    async def retry(self, keys: Sequence[str], now: datetime) -> int:
        """Make failed letters due again, for another 48 hours; how many."""
        change = (
            update(outbox)
            .where(outbox.c.key.in_(keys), outbox.c.state.in_(("failed", "uncertain")))
            .values(state="pending", due=now, queued=now, settled=None, tries=0)
        )
        return await self._database.write(lambda c: c.execute(change).rowcount)

    async def due(self, now: datetime) -> int:
        """How many letters are due, or in hand."""
        query = select(func.count()).where(_PENDING, outbox.c.due <= now)
        return await self._database.read(lambda c: c.execute(query).scalar_one())

    async def counts(self) -> dict[str, int]:
        """How many letters are in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {state: count for state, count in rows}


def _history(id: int) -> Select[Any]:
    """Every try of a letter, in order; the one that was taken stands in its own row."""
    names = ("at", "relay", "outcome", "code", "reply")
    put_off = select(*(deliveries.c[name] for name in names)).where(deliveries.c.outbox_id == id)
    taken = select(outbox.c.settled, outbox.c.relay, outbox.c.state, null(), outbox.c.reply).where(
        outbox.c.id == id, outbox.c.state == "accepted", outbox.c.relay != ""
    )
    tries = union_all(put_off, taken).subquery()
    return select(tries).order_by(tries.c.at)


def put(
    connection: Connection, posts: Sequence[Post], now: datetime, after: Sequence[Event] = ()
) -> None:
    """Queue letters inside a transaction; those whose key is there already are left alone.

    The chain is told of those about cases, and before that of the events that they come `after`.
    """
    new = _new(connection, posts)
    if new:
        letter_ids = put_letters(connection, (post.content for post in new))
        rows = [{**post_row(post, now), "letter_id": letter_ids[post.content]} for post in new]
        connection.execute(insert_new(connection, outbox), rows)
    append(connection, [*after, *_events(connection, new)], now)


def _new(connection: Connection, posts: Sequence[Post]) -> list[Post]:
    """Those whose key is not there yet; of two with one key the first."""
    if not posts:
        return []
    first = {post.key: post for post in reversed(posts)}
    known = select(outbox.c.key).where(outbox.c.key.in_(first))
    there = {*connection.execute(known).scalars()}
    return [post for post in posts if post is first[post.key] and post.key not in there]


def _events(connection: Connection, posts: Sequence[Post]) -> Iterator[Event]:
    """For each case and kind of letter one, with the Message-IDs of the letters."""
    queued: dict[tuple[int, LetterKind], list[str]] = {}
    for post in posts:
        if post.inquiry_id is not None:
            queued.setdefault((post.inquiry_id, post.kind), []).append(post.message_id)
    if queued:
        ids = {inquiry_id for inquiry_id, _ in queued}
        cases = select(inquiries.c.id, inquiries.c.case_number).where(inquiries.c.id.in_(ids))
        numbers = {row.id: row.case_number for row in connection.execute(cases)}
        for (inquiry_id, kind), letters in queued.items():
            yield Event(_QUEUED[kind], numbers[inquiry_id], {"letters": letters})


def put_letters(connection: Connection, contents: Iterable[bytes]) -> dict[bytes, int]:
    """Store what letters share; the ids."""
    every = [*dict.fromkeys(contents)]
    insert = letters.insert().returning(letters.c.id, sort_by_parameter_order=True)
    ids = connection.execute(insert, [{"content": content} for content in every]).scalars()
    return dict(zip(every, ids, strict=True))


def post_row(post: Post, now: datetime) -> dict[str, Any]:
    """The columns of a new outbox row that a Post decides."""
    return {
        "key": post.key,
        "kind": post.kind,
        "priority": URGENT if post.urgent else PRIORITY[post.kind],
        "recipient": post.to.email,
        "recipient_name": post.to.name,
        "mail_from": post.mail_from,
        "message_id": post.message_id,
        "token": post.token,
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


def _held(letters: ColumnElement[bool], now: datetime) -> Update:
    """Leave letters that were leased to nobody who lives to a person."""
    return (
        update(outbox)
        .where(letters, _PENDING)
        .values(
            state="uncertain",
            settled=now,
            reply="the process ended while it had this letter in hand",
            leased_by=None,
            leased_until=None,
        )
    )


def _put_off_or_end(
    connection: Connection, worker: str, tried: Sequence[Tried], now: datetime
) -> None:
    """Write down every other letter, and the try itself."""
    rows = [_settled_row(each, now) for each in tried]
    # A row whose lease is gone, or that was erased meanwhile, is not ours to write about.
    held = select(outbox.c.id).where(
        outbox.c.id.in_([row["row"] for row in rows]), outbox.c.leased_by == worker
    )
    ours = set(connection.execute(held).scalars())
    if not ours:
        return
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
    connection.execute(statement, [row for row in rows if row["row"] in ours])
    told = [_delivery_row(each, now) for each in tried if each.due.id in ours]
    connection.execute(deliveries.insert(), told)


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
