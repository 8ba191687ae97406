"""Where people put mails in the mailbox, on the database.

How far each folder was looked through is written together with what was found there: what is seen
once is settled, were it after a restart.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, literal, or_, select, update

from mailer.edge.store.chain import append, serialise
from mailer.edge.store.database import Database, insert_new, insert_or
from mailer.edge.store.labels import holder_in
from mailer.edge.store.tables import folders, inquiries, journal, sightings
from mailer.inquiry.chain import Event
from mailer.inquiry.correction import Known
from mailer.inquiry.record import Mark, Place, Sighting


class StoredSightings:
    """The port `Sightings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def marks(self) -> Mapping[str, Mark]:
        query = select(folders)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {row.name: Mark(row.validity, row.next_uid) for row in rows}

    async def like(self, message_ids: Collection[str], sizes: Collection[int]) -> Sequence[Known]:
        named = select(inquiries, literal(0).label("size")).where(
            inquiries.c.message_id.in_(message_ids)
        )
        # A mail that is not decided yet has no Message-ID in the record, and some have none at all.
        nameless = (
            select(inquiries, journal.c.size)
            .join(journal)
            .where(
                or_(inquiries.c.message_id.is_(None), inquiries.c.message_id == ""),
                journal.c.size.in_(sizes),
            )
        )

        def work(connection: Connection) -> list[Known]:
            rows = [*connection.execute(named), *connection.execute(nameless)]
            return [
                Known(
                    hash=row.hash,
                    number=row.case_number,
                    folder=row.folder or "",
                    holder=holder_in(row) if row.decided else None,
                    message_id=row.message_id or "",
                    size=row.size,
                )
                for row in rows
            ]

        return await self._database.read(work)

    async def note(
        self, folder: str, mark: Mark, found: Sequence[tuple[Place, str]], now: datetime
    ) -> None:
        numbers = [number for _, number in found]
        cases = select(inquiries.c.case_number, inquiries.c.id).where(
            inquiries.c.case_number.in_(numbers)
        )
        values = {"name": folder, "validity": mark.validity, "next_uid": mark.next_uid}

        def work(connection: Connection) -> None:
            serialise(connection)
            ids = {row.case_number: row.id for row in connection.execute(cases)}
            moved = []
            for place, number in found:
                row = {
                    "folder": place.folder,
                    "validity": place.validity,
                    "uid": place.uid,
                    "inquiry_id": ids[number],
                    "seen": now,
                }
                if connection.execute(insert_new(connection, sightings).values(row)).rowcount:
                    moved.append(Event("moved", number, {"folder": place.folder}))
            connection.execute(
                insert_or(connection, folders)
                .values(values)
                .on_conflict_do_update(index_elements=["name"], set_=values)
            )
            append(connection, moved, now)

        await self._database.write(work)

    async def unsettled(self) -> Sequence[Sighting]:
        query = (
            select(sightings, inquiries.c.case_number)
            .join(inquiries)
            .where(sightings.c.settled.is_(None))
            .order_by(sightings.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            Sighting(Place(row.folder, row.validity, row.uid), row.case_number, row.seen)
            for row in rows
        ]

    async def settle(self, place: Place, now: datetime) -> None:
        change = (
            update(sightings)
            .where(
                sightings.c.folder == place.folder,
                sightings.c.validity == place.validity,
                sightings.c.uid == place.uid,
            )
            .values(settled=now)
        )
        await self._database.write(lambda connection: connection.execute(change))
