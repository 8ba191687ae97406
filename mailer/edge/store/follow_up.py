"""Who waits for an answer, on the database.

An inquiry waits from when those who have it got it: when it was decided, or was last given to
others. It no longer does once there is a sign after that moment that somebody answered it, or took
it by the page. Mail that was forwarded to nobody, such as a colleague's answer, never waits.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    true,
)

from mailer.edge.store.chain import append, serialise
from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.outbox import put
from mailer.edge.store.tables import (
    answered,
    inquiries,
    journal,
    labels,
    outbox,
    takings,
)
from mailer.inquiry.chain import Event
from mailer.inquiry.digest import Happened, Seen, Undelivered
from mailer.inquiry.follow_up import ASKING, Waiting, digest_key
from mailer.inquiry.record import Case
from mailer.inquiry.verdict import Verdict
from mailer.mail.address import Address
from mailer.mail.post import Post
from mailer.organisation import Leader

_LOOKED_BACK = 31
"""Days: a digest that is older is none to go on from."""

_BY_A_FLAG = ""
"""Stands in place of the number of the mail that answers."""

_SINCE: ColumnElement[datetime] = func.coalesce(
    select(func.max(labels.c.at))
    .where(labels.c.inquiry_id == inquiries.c.id)
    .correlate(inquiries)  # within exists(), too
    .scalar_subquery(),
    inquiries.c.decided,
)
_ANSWERED = or_(
    *(
        exists().where(sign.c.inquiry_id == inquiries.c.id, sign.c.at >= _SINCE)
        for sign in (answered, takings)
    )
)


def _queued(kind: str) -> ColumnElement[bool]:
    """Whether there is a letter of this kind about the inquiry."""
    return exists().where(outbox.c.inquiry_id == inquiries.c.id, outbox.c.kind == kind)


_ASKS = and_(
    inquiries.c.decided.is_not(None),
    inquiries.c.erased.is_(None),
    or_(inquiries.c.kind.in_(ASKING), inquiries.c.urgent),
    _queued("forward"),
)
"""The inquiries that somebody is to answer."""


class StoredFollowUps:
    """The ports `Answers` and `FollowUps`, and what the command line shows of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- answers

    async def note(
        self,
        leader: Leader,
        source: str,
        message_ids: Collection[str],
        now: datetime,
        to: Collection[str] | None = None,
    ) -> Sequence[str]:
        reached = true() if to is None else func.lower(inquiries.c.sender).in_(to)

        def work(connection: Connection) -> list[str]:
            serialise(connection)
            theirs = func.lower(inquiries.c.sender) == leader.address.email.lower()
            rows = connection.execute(
                select(inquiries.c.id, inquiries.c.case_number)
                .where(
                    _referred(connection, message_ids),
                    inquiries.c.case_number != source,
                    # A leader who writes in as a resident does not answer by writing again.
                    func.coalesce(~theirs, true()),
                    func.coalesce(reached, true()),
                )
                .order_by(inquiries.c.id)
            ).all()
            return _note(connection, rows, source, leader.slug, now)

        return await self._database.write(work)

    async def flagged(self, cases: Sequence[Case], now: datetime) -> Sequence[str]:
        rows = select(inquiries.c.id, inquiries.c.case_number).where(
            inquiries.c.id.in_([case.id for case in cases])
        )

        def work(connection: Connection) -> list[str]:
            serialise(connection)
            return _note(connection, connection.execute(rows).all(), _BY_A_FLAG, "", now)

        return await self._database.write(work)

    # --- what waits

    async def waiting(self) -> Sequence[Waiting]:
        size = select(func.max(journal.c.size)).where(journal.c.inquiry_id == inquiries.c.id)
        query = (
            select(
                inquiries,
                _SINCE.label("since"),
                size.scalar_subquery().label("size"),
                _queued("acknowledgement").label("promised"),
            )
            .where(_ASKS, ~_ANSWERED)
            .order_by(inquiries.c.id)
        )

        def work(connection: Connection) -> list[Waiting]:
            rows = connection.execute(query).all()
            told = _notices(connection, [row.id for row in rows])
            return [_waiting(row, told.get(row.id, frozenset())) for row in rows]

        return await self._database.read(work)

    async def send(self, waiting: Waiting, posts: Sequence[Post], now: datetime) -> bool:
        still = select(inquiries.c.id).where(inquiries.c.id == waiting.case.id, ~_ANSWERED)

        def work(connection: Connection) -> bool:
            serialise(connection)
            waits = connection.execute(still).first() is not None
            if waits:
                put(connection, posts, now)
            return waits

        return await self._database.write(work)

    # --- the digest

    async def last_digest(self, day: date) -> date | None:
        days = (day - timedelta(days=count) for count in range(_LOOKED_BACK))
        # By the very keys: what begins with a text is found by no index on both databases.
        keys = select(outbox.c.key).where(outbox.c.key.in_([digest_key(each) for each in days]))
        found = await self._database.read(lambda c: c.execute(keys).scalars().all())
        return max((date.fromisoformat(key.rpartition("/")[2]) for key in found), default=None)

    async def happened(self, since: datetime, until: datetime) -> Happened:
        def within(moment: ColumnElement[Any]) -> ColumnElement[bool]:
            return and_(moment >= since, moment < until)

        seen = (
            select(inquiries, _queued("forward").label("forwarded"))
            .where(within(inquiries.c.decided))
            .order_by(inquiries.c.id)
        )
        # Whatever told us of it, the coordinator got a notice of the same name.
        notice = outbox.alias()
        undelivered = (
            select(inquiries.c.case_number, outbox.c.recipient)
            .join(inquiries, inquiries.c.id == outbox.c.inquiry_id)
            .join(notice, notice.c.inquiry_id == outbox.c.inquiry_id)
            .where(
                outbox.c.kind == "forward",
                notice.c.key == func.replace(outbox.c.key, "forward/", "notice/"),
                within(notice.c.queued),
            )
            .order_by(inquiries.c.id, notice.c.id)
        )
        undecided = select(func.count()).where(
            inquiries.c.decided.is_(None), inquiries.c.received < until
        )

        def work(connection: Connection) -> Happened:
            return Happened(
                seen=[
                    Seen(row.case_number, _verdict(row), row.subject, _sender(row), row.forwarded)
                    for row in connection.execute(seen)
                ],
                undelivered=[Undelivered(*row) for row in connection.execute(undelivered)],
                undecided=connection.execute(undecided).scalar_one(),
            )

        return await self._database.read(work)

    async def tell(self, posts: Sequence[Post], now: datetime) -> None:
        await self._database.write(lambda connection: put(connection, posts, now))

    # --- the command line

    async def find(self, limit: int) -> Sequence[Row[Any]]:
        """The newest inquiries that wait."""
        query = select(inquiries).where(_ASKS, ~_ANSWERED).order_by(inquiries.c.id.desc())
        return await self._database.read(lambda c: c.execute(query.limit(limit)).all())

    async def answers(self) -> int:
        """How many inquiries were answered or taken."""
        query = select(func.count()).select_from(inquiries).where(_ASKS, _ANSWERED)
        return await self._database.read(lambda c: c.execute(query).scalar_one())


def _referred(connection: Connection, message_ids: Collection[str]) -> ColumnElement[bool]:
    """The inquiries that a mail with these references is about.

    By our own letters about them; only where it names none by what residents called theirs, for
    some programs call every mail the same: then the newest.
    """
    ours = select(outbox.c.inquiry_id).where(
        outbox.c.message_id.in_(message_ids), outbox.c.kind.in_(("forward", "acknowledgement"))
    )
    ids = set(connection.execute(ours).scalars())
    if not ids:
        newest = select(func.max(inquiries.c.id)).where(inquiries.c.message_id.in_(message_ids))
        ids = set(connection.execute(newest.group_by(inquiries.c.message_id)).scalars())
    return inquiries.c.id.in_(ids)


def _note(
    connection: Connection, rows: Iterable[Row[Any, Any]], source: str, leader: str, now: datetime
) -> list[str]:
    """Write down that these were answered; the numbers of those of which that is new."""
    numbers = []
    for row in rows:
        values = {"inquiry_id": row.id, "source": source, "leader": leader, "at": now}
        if connection.execute(insert_new(connection, answered).values(values)).rowcount:
            numbers.append(row.case_number)
    facts = {"leader": leader, "by": source}
    append(connection, [Event("answered", number, facts) for number in numbers], now)
    return numbers


def _notices(connection: Connection, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """By inquiry, the keys of every notice about it."""
    query: Select[Any] = select(outbox.c.inquiry_id, outbox.c.key).where(
        outbox.c.kind == "notice", outbox.c.inquiry_id.in_(ids)
    )
    keys: dict[int, set[str]] = {}
    for row in connection.execute(query):
        keys.setdefault(row.inquiry_id, set()).add(row.key)
    return {inquiry_id: frozenset(found) for inquiry_id, found in keys.items()}


def _waiting(row: Row[Any], told: frozenset[str]) -> Waiting:
    case = Case(
        id=row.id,
        hash=row.hash,
        number=row.case_number,
        received=row.received,
        size=row.size or 0,
        folder=row.folder,
        urgent=row.urgent,
    )
    since: datetime = row.since
    return Waiting(
        case, _with_suggestions(row), row.subject, _sender(row), since, row.promised, told
    )


def _verdict(row: Row[Any]) -> Verdict:
    return Verdict(row.kind, owner=row.owner, certain=row.certain, urgent=row.urgent)


def _with_suggestions(row: Row[Any]) -> Verdict:
    """The verdict of triage names who else had it; that of a person names nobody else."""
    verdict = _verdict(row)
    by_triage = row.since == row.decided
    return replace(verdict, suggestions=tuple(row.suggestions or ())) if by_triage else verdict


def _sender(row: Row[Any]) -> Address | None:
    return Address(row.sender) if row.sender else None
