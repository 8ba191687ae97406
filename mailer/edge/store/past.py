"""What was done with past mail, on the database: for the registrator, the verifier, the replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from mailer.edge.store.database import Database
from mailer.edge.store.tables import chain, inquiries, journal, labels
from mailer.inquiry.hindsight import Decided
from mailer.inquiry.reconciliation import Listed
from mailer.inquiry.record import Place
from mailer.inquiry.verdict import Reason, Verdict

_SIZE = (
    select(func.max(journal.c.size))
    .where(journal.c.inquiry_id == inquiries.c.id)
    .scalar_subquery()
    .label("size")
)
_DESTROYED = inquiries.c.case_number.in_(
    select(chain.c.case_number).where(chain.c.happening == "erased")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: received from `since` and before `until`, with this owner; None: any."""

    since: datetime | None = None
    until: datetime | None = None
    owner: str | None = None


class StoredPast:
    """The port `Past`, and what is exported."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self) -> Sequence[Listed]:
        unnoted = select(journal).where(journal.c.filed.is_(None)).order_by(journal.c.id)

        def work(connection: Connection) -> list[Listed]:
            places: dict[int, list[Place]] = {}
            for row in connection.execute(unnoted):
                place = Place(row.folder, row.validity, row.uid)
                places.setdefault(row.inquiry_id, []).append(place)
            return [
                Listed(row.case_number, row.hash, row.folder or "", tuple(places.get(row.id, ())))
                for row in connection.execute(select(inquiries).order_by(inquiries.c.id))
            ]

        return await self._database.read(work)

    async def decided(self, since: datetime) -> Sequence[Decided]:
        query = (
            select(inquiries, _SIZE)
            .where(inquiries.c.received >= since, inquiries.c.decided.is_not(None), ~_DESTROYED)
            .order_by(inquiries.c.id)
        )

        def work(connection: Connection) -> list[Decided]:
            by_case: dict[int, list[Row[Any]]] = {}
            for label in connection.execute(select(labels).order_by(labels.c.id)):
                by_case.setdefault(label.inquiry_id, []).append(label)
            return [_decided(row, by_case.get(row.id, ())) for row in connection.execute(query)]

        return await self._database.read(work)

    async def find(self, wanted: Wanted) -> Sequence[Row[Any]]:
        """Cases for an export, the newest first.

        Each with the `size` of its mail, and whether its original was `destroyed`: a person was
        erased.
        """
        query = select(inquiries, _SIZE, _DESTROYED.label("destroyed")).order_by(
            inquiries.c.id.desc()
        )
        if wanted.since:
            query = query.where(inquiries.c.received >= wanted.since)
        if wanted.until:
            query = query.where(inquiries.c.received < wanted.until)
        if wanted.owner:
            query = query.where(inquiries.c.owner == wanted.owner)
        return await self._database.read(lambda connection: connection.execute(query).all())


def _decided(row: Row[Any], labels: Sequence[Row[Any]]) -> Decided:
    """As triage decided it: what people changed since, stands in the labels."""
    first = labels[0].before if labels else row._mapping
    reasons = [Reason(each["for"], each["what"], each["weight"]) for each in row.reasons]
    return Decided(
        number=row.case_number,
        hash=row.hash,
        received=row.received,
        size=row.size or 0,
        verdict=Verdict(
            kind=first["kind"],
            owner=first["owner"],
            certain=first["certain"],
            urgent=row.urgent,
        ),
        first=reasons[0] if reasons else None,
        label=labels[-1].slug if labels else "",
    )
