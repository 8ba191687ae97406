"""Corrections of what triage decided, on the database: who has an inquiry by a person's word.

A correction is written with the letters that follow and with what the mailbox is still to be told,
all or none. What an inquiry was before stands in its label, so that it can be taken back exactly.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, or_, select, update

from mailer.edge.store.chain import append, serialise
from mailer.edge.store.database import Database, insert_new, insert_or
from mailer.edge.store.outbox import put
from mailer.edge.store.tables import answered, inquiries, journal, labels, moves, outbox, takings
from mailer.inquiry.chain import STANDING, Event
from mailer.inquiry.correction import (
    SETTLES,
    Correction,
    Holding,
    Label,
    holder_of,
    sender_key,
)
from mailer.inquiry.record import Case, Errand
from mailer.inquiry.taught import Taught
from mailer.inquiry.verdict import Verdict
from mailer.mail.address import Address
from mailer.mail.post import Post
from mailer.organisation import COORDINATOR

_GIVEN = exists().where(labels.c.inquiry_id == inquiries.c.id)
_TEACHES = and_(
    inquiries.c.kind == "inquiry",
    inquiries.c.certain,
    inquiries.c.erased.is_(None),
    or_(_GIVEN, exists().where(answered.c.inquiry_id == inquiries.c.id)),
)
"""The inquiries that say whose mail like them is: somebody was given them, or has answered."""


class StoredLabels:
    """The port `Labels`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holding(self, number: str, now: datetime) -> Holding | None:
        return await self._database.read(lambda connection: _holding(connection, number, now))

    async def case_of(self, message_ids: Collection[str]) -> str:
        query = (
            select(inquiries.c.case_number)
            .join(outbox, outbox.c.inquiry_id == inquiries.c.id)
            .where(outbox.c.kind.in_(("forward", "notice")), outbox.c.message_id.in_(message_ids))
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        return await self._database.read(lambda c: c.execute(query).scalar() or "")

    async def correct(self, correction: Correction, posts: Sequence[Post], now: datetime) -> bool:
        def work(connection: Connection) -> bool:
            serialise(connection)
            was = correction.holding
            row = _row(connection, was.case.number)
            if row is None or (holder_in(row), _last(connection, row.id)) != (was.holder, was.last):
                return False
            if correction.step == "obey":
                _obey(connection, row, correction, now)
            else:
                _take_back(connection, row)
            if correction.way != "move":
                _send(connection, row, correction.folder)
            _withdraw(connection, row.case_number, now)
            put(connection, posts, now, after=[_relabelled(connection, row, correction)])
            _hold(connection, posts, row.case_number, now)
            return True

        return await self._database.write(work)

    async def put(self, posts: Sequence[Post], now: datetime) -> None:
        await self._database.write(lambda connection: put(connection, posts, now))

    async def take(
        self, holding: Holding, leader: str, posts: Sequence[Post], now: datetime
    ) -> bool:
        values = {"inquiry_id": holding.case.id, "leader": leader, "at": now}

        def work(connection: Connection) -> bool:
            serialise(connection)
            first = not _taken(connection, holding.case.id)
            taken = connection.execute(insert_new(connection, takings).values(values)).rowcount > 0
            put(connection, posts if taken and first else (), now)
            return taken

        return await self._database.write(work)

    async def errands(self) -> Sequence[Errand]:
        def work(connection: Connection) -> list[Errand]:
            found = select(moves.c.source, moves.c.target, inquiries).join(inquiries)
            rows = connection.execute(found.order_by(moves.c.id))
            return [Errand(_case(connection, row), row.source, row.target) for row in rows]

        return await self._database.read(work)

    async def done(self, errand: Errand, moved: bool, now: datetime) -> None:
        done = delete(moves).where(
            moves.c.inquiry_id == errand.case.id, moves.c.target == errand.target
        )
        event = Event("moved", errand.case.number, {"folder": errand.target})

        def work(connection: Connection) -> None:
            serialise(connection)
            connection.execute(done)
            append(connection, [event] if moved else [], now)

        await self._database.write(work)

    async def version(self) -> tuple[int, datetime | None, int, int]:
        """Another one whenever there is more that teaches, or less: somebody was forgotten."""
        forgotten = select(func.count()).where(inquiries.c.erased.is_not(None))
        confirmed = select(func.count()).where(_TEACHES, ~_GIVEN)
        query = select(
            func.count(),
            func.max(labels.c.at),
            forgotten.scalar_subquery(),
            confirmed.scalar_subquery(),
        )
        row = await self._database.read(
            lambda connection: connection.execute(query.select_from(labels)).one()
        )
        return row[0], row[1], row[2], row[3]

    async def taught(self) -> Sequence[Taught]:
        """What people's corrections and answers say of whom inquiries belong to."""
        query = (
            select(inquiries, _GIVEN.label("corrected")).where(_TEACHES).order_by(inquiries.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            Taught(
                row.hash,
                row.case_number,
                holder_in(row),
                "correction" if row.corrected else "answer",
            )
            for row in rows
        ]


def _taken(connection: Connection, inquiry_id: int) -> bool:
    """Whether somebody takes it, of those who have it since it was last given to others."""
    given = select(func.max(labels.c.at)).where(labels.c.inquiry_id == inquiry_id).scalar_subquery()
    query = select(takings.c.id).where(
        takings.c.inquiry_id == inquiry_id, or_(given.is_(None), takings.c.at >= given)
    )
    return connection.execute(query.limit(1)).first() is not None


def _row(connection: Connection, number: str) -> Row[Any] | None:
    query = select(inquiries).where(
        inquiries.c.case_number == number, inquiries.c.decided.is_not(None)
    )
    return connection.execute(query).one_or_none()


def _holding(connection: Connection, number: str, now: datetime) -> Holding | None:
    row = _row(connection, number)
    if row is None:
        return None
    posts = connection.execute(
        select(outbox.c.key, outbox.c.kind, outbox.c.due)
        .where(outbox.c.inquiry_id == row.id, outbox.c.state != "excluded")
        .order_by(outbox.c.id)
    ).all()
    taken = select(takings.c.leader).where(takings.c.inquiry_id == row.id).order_by(takings.c.id)
    return Holding(
        case=_case(connection, row),
        holder=holder_in(row),
        subject=row.subject or "",
        sender=Address(row.sender) if row.sender else None,
        urgent=row.urgent,
        silence=row.silence,
        last=_last(connection, row.id),
        seen=frozenset(post.key.split("/")[2] for post in posts if post.kind == "forward"),
        told=_told(connection, row, posts, now),
        taken=tuple(connection.execute(taken).scalars()),
    )


def holder_in(row: Any) -> str:
    """Who has the decided inquiry of a row."""
    return holder_of(Verdict(row.kind, owner=row.owner, certain=row.certain))


def _last(connection: Connection, inquiry_id: int) -> Label | None:
    query = select(labels).where(labels.c.inquiry_id == inquiry_id)
    row = connection.execute(query.order_by(labels.c.id.desc()).limit(1)).one_or_none()
    return Label(_before(row), row.slug, row.at) if row else None


def _before(label: Row[Any]) -> str:
    before = label.before
    return holder_of(Verdict(before["kind"], owner=before["owner"], certain=before["certain"]))


def _told(connection: Connection, row: Row[Any], posts: Sequence[Any], now: datetime) -> str:
    """By the last letter to the sender that was not held back; else by the acknowledgement."""
    stem = sender_key(row.case_number)
    later = [post.key for post in posts if post.key.startswith(stem) and post.due <= now]
    if later:
        return str(later[-1].removeprefix(stem).split("/")[0])
    if all(post.kind != "acknowledgement" for post in posts):
        return ""
    first = select(labels).where(labels.c.inquiry_id == row.id).order_by(labels.c.id).limit(1)
    label = connection.execute(first).one_or_none()
    named = _before(label) if label else holder_in(row)
    return "" if named == COORDINATOR else named


def _case(connection: Connection, row: Any) -> Case:
    size = select(func.max(journal.c.size)).where(journal.c.inquiry_id == row.id)
    return Case(
        id=row.id,
        hash=row.hash,
        number=row.case_number,
        received=row.received,
        size=connection.execute(size).scalar() or 0,
        folder=row.folder,
    )


def _obey(connection: Connection, row: Row[Any], correction: Correction, now: datetime) -> None:
    label = {
        "inquiry_id": row.id,
        "slug": correction.to,
        "before": {name: getattr(row, name) for name in STANDING},
        "way": correction.way,
        "by": correction.by,
        "at": now,
    }
    connection.execute(labels.insert().values(label))
    connection.execute(
        update(inquiries)
        .where(inquiries.c.id == row.id)
        .values(
            # What a person gives to somebody is an inquiry, whatever triage took it for.
            kind=row.kind if row.kind == "follow-up" else "inquiry",
            owner=None if correction.to == COORDINATOR else correction.to,
            certain=True,
            folder=correction.folder,
        )
    )


def _take_back(connection: Connection, row: Row[Any]) -> None:
    newest = select(func.max(labels.c.id)).where(labels.c.inquiry_id == row.id)
    label = connection.execute(select(labels).where(labels.c.id == newest.scalar_subquery())).one()
    connection.execute(update(inquiries).where(inquiries.c.id == row.id).values(**label.before))
    connection.execute(delete(labels).where(labels.c.id == label.id))


def _relabelled(connection: Connection, row: Row[Any], correction: Correction) -> Event:
    columns = [inquiries.c[name] for name in STANDING]
    stands = connection.execute(select(*columns).where(inquiries.c.id == row.id)).one()
    said = {"step": correction.step, "way": correction.way, "by": correction.by}
    return Event("relabelled", row.case_number, {**said, **stands._mapping})


def _send(connection: Connection, row: Row[Any], target: str) -> None:
    """Have the mail moved; one that is still to be moved lies where it lay."""
    errand = {"inquiry_id": row.id, "source": row.folder, "target": target}
    connection.execute(
        insert_or(connection, moves)
        .values(errand)
        .on_conflict_do_update(index_elements=["inquiry_id"], set_={"target": target})
    )


def _withdraw(connection: Connection, number: str, now: datetime) -> None:
    """Take back letters to the sender that still wait and that nobody is just sending."""
    stem = sender_key(number)
    connection.execute(
        update(outbox)
        .where(
            outbox.c.key.startswith(stem, autoescape=True),
            outbox.c.state == "pending",
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
        )
        .values(state="excluded", settled=now, reply="others have it since, before this was sent")
    )


def _hold(connection: Connection, posts: Sequence[Post], number: str, now: datetime) -> None:
    """Hold what tells the sender until the correction has settled."""
    keys = [post.key for post in posts if post.key.startswith(sender_key(number))]
    connection.execute(update(outbox).where(outbox.c.key.in_(keys)).values(due=now + SETTLES))
