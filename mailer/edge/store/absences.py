"""When leaders are away, as their automatic answers told us, on the database."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, func, select

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.tables import absences
from mailer.organisation import Absence


class StoredAbsences:
    """The port `Absences`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, leader: str, absence: Absence, source: str) -> None:
        def work(connection: Connection) -> None:
            connection.execute(
                insert_new(connection, absences).values(
                    leader=leader, since=absence.since, until=absence.until, source=source
                )
            )

        await self._database.write(work)

    async def on(self, day: date) -> Mapping[str, date]:
        return await self._database.read(lambda connection: away(connection, day))


def away(connection: Connection, day: date) -> dict[str, date]:
    """By the slug of each leader who told us of being away on `day`: the last day of it."""
    query = (
        select(absences.c.leader, func.max(absences.c.until))
        .where(absences.c.since <= day, absences.c.until >= day)
        .group_by(absences.c.leader)
    )
    return {leader: until for leader, until in connection.execute(query)}
