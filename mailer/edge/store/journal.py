"""The record of received mail on the database.

A mail's identity is the hash of its bytes; where it was seen (folder, validity, uid) is one of
maybe several places. Each new identity gets the next case number of its year.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Row,
    func,
    select,
    tuple_,
    update,
)

from mailer.edge.store.background import acknowledged, background
from mailer.edge.store.chain import append, serialise
from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.outbox import put
from mailer.edge.store.subscribers import apply
from mailer.edge.store.tables import inquiries, journal, outbox
from mailer.inquiry.chain import STANDING, Event, recorded
from mailer.inquiry.record import Background, Case, Forwarded, Place, RawMail, Written
from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.mail.post import Post
from mailer.subscriber.subscription import Change


class StoredJournal:
    """The port `Journal`, and what the command line shows of it."""

    def __init__(self, database: Database, case_prefix: str, zone: ZoneInfo) -> None:
        self._database = database
        self._prefix = case_prefix
        self._zone = zone

    async def record(self, mails: Sequence[tuple[RawMail, str]], now: datetime) -> Sequence[Case]:
        def work(connection: Connection) -> list[Case]:
            serialise(connection)
            known = _by_hash(connection, {hash for _, hash in mails})
            events = []
            for mail, hash in mails:
                if hash not in known:
                    number = self._next_number(connection, mail.received)
                    connection.execute(
                        inquiries.insert().values(
                            hash=hash, case_number=number, received=mail.received
                        )
                    )
                    known |= _by_hash(connection, {hash})
                case = known[hash]
                place = connection.execute(
                    insert_new(connection, journal).values(
                        folder=mail.folder,
                        validity=mail.validity,
                        uid=mail.uid,
                        inquiry_id=case.id,
                        received=mail.received,
                        size=mail.size,
                        seen=now,
                    )
                )
                if place.rowcount:
                    facts = recorded(hash, case.received)
                    events.append(Event("recorded", case.case_number, facts))
            append(connection, events, now)
            return [_case(known[hash], mail.size) for mail, hash in mails]

        return await self._database.write(work)

    async def background(
        self, inquiry: Inquiry, case: Case, tagged: str, now: datetime
    ) -> Background:
        return await self._database.read(
            lambda connection: background(connection, inquiry, case, tagged, self._zone, now)
        )

    async def decide(
        self,
        case: Case,
        inquiry: Inquiry,
        verdict: Verdict,
        route: Route,
        posts: Sequence[Post],
        change: Change | None,
        now: datetime,
    ) -> Written:
        values = {
            "decided": now,
            "kind": verdict.kind,
            "sender": inquiry.sender.email if inquiry.sender else None,
            "subject": inquiry.subject,
            "message_id": inquiry.message_id,
            "language": inquiry.language,
            "owner": verdict.owner,
            "copies": list(verdict.copies),
            "suggestions": list(verdict.suggestions),
            "confidence": verdict.confidence,
            "certain": verdict.certain,
            "urgent": verdict.urgent,
            "reasons": [
                {"for": reason.slug, "what": reason.what, "weight": reason.weight}
                for reason in verdict.reasons
            ],
            "folder": route.folder,
            "silence": route.silence,
        }
        facts = {name: values[name] for name in (*STANDING, "copies", "urgent")}
        undecided = (inquiries.c.id == case.id, inquiries.c.decided.is_(None))

        def work(connection: Connection) -> Written:
            serialise(connection)
            written = connection.execute(update(inquiries).where(*undecided).values(values))
            if written.rowcount:
                decided = Event("decided", case.number, facts)
                new = [each for each in posts if _is_new(connection, each, now)]
                put(connection, new, now, after=[decided])
                if change:
                    apply(connection, change, now)
            stands = select(inquiries.c.folder, inquiries.c.urgent).where(inquiries.c.id == case.id)
            return Written(*connection.execute(stands).one(), ours=bool(written.rowcount))

        return await self._database.write(work)

    async def forwards(self, message_ids: Collection[str]) -> Sequence[Forwarded]:
        query = (
            select(outbox.c.key, outbox.c.recipient, outbox.c.inquiry_id)
            .where(outbox.c.kind == "forward", outbox.c.message_id.in_(message_ids))
            .order_by(outbox.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Forwarded(*row) for row in rows]

    async def filed(self, mails: Sequence[RawMail], folder: str, now: datetime) -> None:
        await self.note_filed([Place(m.folder, m.validity, m.uid) for m in mails], folder, now)

    async def note_filed(self, places: Sequence[Place], folder: str, now: datetime) -> None:
        """As `filed`, by where the mails lay before."""
        named = tuple_(journal.c.folder, journal.c.validity, journal.c.uid).in_(
            [(place.folder, place.validity, place.uid) for place in places]
        )
        new = (named, journal.c.filed.is_(None))
        numbers = select(inquiries.c.case_number).join(journal).where(*new).order_by(journal.c.id)

        def work(connection: Connection) -> None:
            serialise(connection)
            events = [
                Event("filed", number, {"folder": folder})
                for number in connection.execute(numbers).scalars()
            ]
            change = update(journal).where(*new).values(filed_to=folder, filed=now)
            connection.execute(change)
            append(connection, events, now)

        await self._database.write(work)

    async def undecided(self) -> Sequence[Case]:
        query = (
            select(inquiries, func.max(journal.c.size).label("size"))
            .join(journal)
            .where(inquiries.c.decided.is_(None))
            .group_by(inquiries.c.id)
            .order_by(inquiries.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_case(row, row.size) for row in rows]

    async def find(self, limit: int | None = None) -> Sequence[Row[Any]]:
        """The newest cases for the command line; all of them without `limit`."""
        query = select(inquiries).order_by(inquiries.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: connection.execute(query).all())

    async def show(self, number: str) -> tuple[Row[Any], Sequence[Row[Any]]] | None:
        """One case by its number, with its letters; None where there is no such number."""

        def work(connection: Connection) -> tuple[Row[Any], Sequence[Row[Any]]] | None:
            by_number = select(inquiries).where(inquiries.c.case_number == number.upper())
            row = connection.execute(by_number).one_or_none()
            if row is None:
                return None
            letters = select(outbox).where(outbox.c.inquiry_id == row.id).order_by(outbox.c.id)
            return row, connection.execute(letters).all()

        return await self._database.read(work)

    async def counts(self) -> dict[str, int]:
        """How many cases there are of each kind; "undecided" where a run was ended in between."""
        kind = func.coalesce(inquiries.c.kind, "undecided")
        query = select(kind, func.count()).group_by(kind)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {name: count for name, count in rows}

    def _next_number(self, connection: Connection, received: datetime) -> str:
        stem = f"{self._prefix}-{received.astimezone(self._zone).year}-"
        newest = connection.execute(
            select(inquiries.c.case_number)
            .where(inquiries.c.case_number.startswith(stem, autoescape=True))
            .order_by(inquiries.c.id.desc())
            .limit(1)
        ).scalar()
        return f"{stem}{int(newest.removeprefix(stem)) + 1 if newest else 1:04d}"


def _is_new(connection: Connection, post: Post, now: datetime) -> bool:
    # Two processes may have decided on two mails of one sender at once.
    return post.kind != "acknowledgement" or not acknowledged(
        connection, post.to.email, post.inquiry_id, now
    )


def _by_hash(connection: Connection, hashes: set[str]) -> dict[str, Row[Any]]:
    rows = connection.execute(select(inquiries).where(inquiries.c.hash.in_(hashes)))
    return {row.hash: row for row in rows}


def _case(row: Row[Any], size: int) -> Case:
    return Case(
        id=row.id,
        hash=row.hash,
        number=row.case_number,
        received=row.received,
        size=size,
        folder=row.folder if row.decided else "",
        urgent=bool(row.urgent),
    )
