"""Letters that came back, on the database: which letter a report is about, and what it weighs."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, cast, func, select

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

    async def letter(
        self, message_ids: Collection[str], recipients: Collection[str], now: datetime
    ) -> CameBack | None:
        def work(connection: Connection) -> CameBack | None:
            named = _newest(connection, outbox.c.message_id.in_(message_ids))
            if named:
                return CameBack(named.id, named.token or "", proven=True)
            last = (
                select(editions.c.period)
                .where(editions.c.claimed > now - _COMES_BACK)
                .order_by(editions.c.claimed.desc())
                .limit(1)
                .scalar_subquery()
            )
            # By its key, which has an index; addresses of letters have none.
            keys = select(
                "edition/" + editions.c.period + "/" + cast(subscribers.c.id, String)
            ).where(
                editions.c.period == last,
                func.lower(subscribers.c.email).in_([each.lower() for each in recipients]),
            )
            letter = _newest(connection, outbox.c.key.in_(keys))
            return CameBack(letter.id, letter.token, proven=False) if letter else None

        return await self._database.read(work)

    async def note(
        self, case: Case, came: CameBack, diagnosis: Diagnosis, weight: Weight
    ) -> Sequence[Bounce]:
        def work(connection: Connection) -> list[Bounce]:
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

        return await self._database.write(work)

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


def _newest(connection: Connection, which: ColumnElement[bool]) -> Row[Any] | None:
    """The newest of these letters, with its subscriber's own token."""
    query: Select[Any] = (
        select(outbox.c.id, subscribers.c.token)
        .outerjoin(subscribers, subscribers.c.id == outbox.c.subscriber_id)
        .where(which)
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()
