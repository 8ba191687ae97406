"""Letters that came back, on the database: which letter a report is about, and what it weighs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.tables import bounces, editions, outbox, subscribers
from mailer.inquiry.record import Case
from mailer.mail.diagnosis import Diagnosis
from mailer.subscriber.suppression import Bounce, CameBack, Weight

_COMES_BACK = timedelta(days=14)
"""After an edition: what comes later, and names nothing but an address, is not about it."""

_SHOWN = (
    bounces.c.at,
    bounces.c.weight,
    bounces.c.permanence,
    bounces.c.status,
    bounces.c.diagnostic,
)


class StoredBounces:
    """The port `Bounces`, and what the command line shows of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def letters(
        self, asked: Sequence[tuple[Collection[str], Collection[str]]], now: datetime
    ) -> Sequence[CameBack | None]:
        def work(connection: Connection) -> list[CameBack | None]:
            named = _named(connection, {id for ids, _ in asked for id in ids})
            nameless = [recipients for ids, recipients in asked if named.keys().isdisjoint(ids)]
            written_to = _written_to(
                connection, {each for every in nameless for each in every}, now
            )
            return [
                _newest(named, ids) or _newest(written_to, (each.lower() for each in recipients))
                for ids, recipients in asked
            ]

        return await self._database.read(work)

    async def note(
        self, reports: Sequence[tuple[Case, CameBack, Diagnosis, Weight]]
    ) -> Sequence[Sequence[Bounce]]:
        return await self._database.write(
            lambda connection: [_noted(connection, *report) for report in reports]
        )

    async def about(self, key: str) -> Sequence[Row[Any]]:
        """Every report about one letter, the first one first."""
        query: Select[Any] = (
            select(*_SHOWN).join(outbox).where(outbox.c.key == key).order_by(bounces.c.at)
        )
        return await self._database.read(lambda connection: connection.execute(query).all())

    async def of_edition(self, period: str) -> Sequence[Row[Any]]:
        """Every report about letters of an edition, with their recipients."""
        query: Select[Any] = (
            select(outbox.c.recipient, *_SHOWN)
            .join(bounces)
            .where(outbox.c.edition == period)
            .order_by(outbox.c.recipient, bounces.c.at)
        )
        return await self._database.read(lambda connection: connection.execute(query).all())


def _named(connection: Connection, message_ids: Collection[str]) -> dict[str, CameBack]:
    """The letters that have these Message-IDs."""
    if not message_ids:
        return {}
    query: Select[Any] = (
        select(outbox.c.message_id, outbox.c.id, func.coalesce(subscribers.c.token, ""))
        .outerjoin(subscribers, subscribers.c.id == outbox.c.subscriber_id)
        .where(outbox.c.message_id.in_(message_ids))
    )
    rows = connection.execute(query)
    return {name: CameBack(id, token, proven=True) for name, id, token in rows}


def _written_to(
    connection: Connection, addresses: Collection[str], now: datetime
) -> dict[str, CameBack]:
    """The letters of the last edition, by these addresses of subscribers in small letters."""
    last = (
        select(editions.c.period)
        .where(editions.c.claimed > now - _COMES_BACK)
        .order_by(editions.c.claimed.desc())
        .limit(1)
    )
    period = connection.execute(last).scalar() if addresses else None
    if period is None:
        return {}
    email = func.lower(subscribers.c.email)
    people = select(subscribers.c.id, email, subscribers.c.token).where(
        email.in_({each.lower() for each in addresses})
    )
    # By its key, which has an index; addresses of letters have none.
    known = {
        f"edition/{period}/{id}": (email, token) for id, email, token in connection.execute(people)
    }
    letters = select(outbox.c.key, outbox.c.id).where(outbox.c.key.in_(known))
    return {
        known[key][0]: CameBack(id, known[key][1], proven=False)
        for key, id in connection.execute(letters)
    }


def _newest(letters: Mapping[str, CameBack], names: Iterable[str]) -> CameBack | None:
    found = (letters[name] for name in names if name in letters)
    return max(found, key=lambda came: came.outbox_id, default=None)


def _noted(
    connection: Connection, case: Case, came: CameBack, diagnosis: Diagnosis, weight: Weight
) -> list[Bounce]:
    letter = select(outbox.c.subscriber_id).where(outbox.c.id == came.outbox_id)
    subscriber = connection.execute(letter).scalar_one()
    connection.execute(
        insert_new(connection, bounces).values(
            inquiry_id=case.id,
            outbox_id=came.outbox_id,
            subscriber_id=subscriber,
            at=case.received,
            weight=weight,
            permanence=diagnosis.permanence,
            status=diagnosis.status,
            diagnostic=diagnosis.words,
        )
    )
    history = (
        select(bounces.c.at, outbox.c.key, bounces.c.weight)
        .join(outbox, outbox.c.id == bounces.c.outbox_id)
        .join(subscribers, subscribers.c.id == bounces.c.subscriber_id)
        .where(bounces.c.subscriber_id == subscriber, bounces.c.at >= subscribers.c.changed)
    )
    return [Bounce(*row) for row in connection.execute(history)]
