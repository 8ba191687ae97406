"""How the outbox stands, counted in one pass over it: figures only, nothing of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select

from mailer.edge.store.database import Database
from mailer.edge.store.tables import outbox


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`letters` by state and kind. Of those that are due now, `oldest` was queued first.

    `last_minute` and `last_hour` are how many were accepted in them; `since` is when the first of
    the last minute was.
    """

    letters: Mapping[tuple[str, str], int]
    due: int
    oldest: datetime | None
    last_minute: int
    last_hour: int
    since: datetime | None


async def outgoing(database: Database, now: datetime) -> Outgoing:
    is_due = and_(outbox.c.state == "pending", outbox.c.due <= now)

    def accepted_within(span: timedelta) -> ColumnElement[bool]:
        return and_(outbox.c.state == "accepted", outbox.c.settled > now - span)

    of_last_minute = accepted_within(timedelta(minutes=1))
    query = select(
        outbox.c.state,
        outbox.c.kind,
        func.count().label("letters"),
        func.count().filter(is_due).label("due"),
        func.min(outbox.c.queued).filter(is_due).label("oldest"),
        func.count().filter(of_last_minute).label("minute"),
        func.min(outbox.c.settled).filter(of_last_minute).label("since"),
        func.count().filter(accepted_within(timedelta(hours=1))).label("hour"),
    ).group_by(outbox.c.state, outbox.c.kind)

    def work(connection: Connection) -> Outgoing:
        rows = connection.execute(query).all()
        return Outgoing(
            letters={(row.state, row.kind): row.letters for row in rows},
            due=sum(row.due for row in rows),
            oldest=min((row.oldest for row in rows if row.oldest), default=None),
            since=min((row.since for row in rows if row.since), default=None),
            last_minute=sum(row.minute for row in rows),
            last_hour=sum(row.hour for row in rows),
        )

    return await database.read(work)
