"""A relay's pace in the store: a restart forgets nothing, and processes share it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, text

from mailer.edge.store.database import Database
from mailer.edge.store.tables import paces
from mailer.mail.pace import Given, Limit, Room, kept, room


class StoredPace:
    """The pace of the relay with this name: see `Pace` in `edge.relays`."""

    def __init__(self, database: Database, relay: str, limits: Sequence[Limit]) -> None:
        self.limits = limits
        self._database = database
        self._relay = relay

    async def take(self, wanted: int, now: datetime, pressing: int = 0) -> Room:
        def work(connection: Connection) -> Room:
            given = _read(connection, self._relay)
            found = room(given, self.limits, wanted, now, pressing)
            if found.letters:
                after = kept([*given, Given(now, found.letters)], now)
                _write(connection, self._relay, given, after)
            return found

        return await self._database.write(work)

    async def past(self) -> Sequence[Given]:
        return await self._database.read(lambda connection: _given(connection, self._relay))

    async def give_back(self, letters: int, at: datetime) -> None:
        def work(connection: Connection) -> None:
            given = _read(connection, self._relay)
            _write(connection, self._relay, given, kept([*given, Given(at, -letters)], at))

        await self._database.write(work)


def _read(connection: Connection, relay: str) -> list[Given]:
    """The rows of a relay; until the transaction ends nobody else changes them."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE paces IN SHARE ROW EXCLUSIVE MODE"))
    return _given(connection, relay)


def _given(connection: Connection, relay: str) -> list[Given]:
    rows = connection.execute(select(paces.c.at, paces.c.letters).where(paces.c.relay == relay))
    return [Given(row.at, row.letters) for row in rows]


def _write(
    connection: Connection, relay: str, before: Iterable[Given], after: Iterable[Given]
) -> None:
    gone, come = set(before) - set(after), set(after) - set(before)
    if gone:
        moments = paces.c.at.in_([each.at for each in gone])
        connection.execute(delete(paces).where(paces.c.relay == relay, moments))
    if come:
        rows = [{"relay": relay, "at": each.at, "letters": each.letters} for each in come]
        connection.execute(paces.insert(), rows)
