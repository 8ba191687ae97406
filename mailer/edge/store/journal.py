"""The record of received mail on the database.

A mail's identity is the hash of its bytes; where it was seen (folder, validity, uid) is one of
maybe several places. Each new identity gets the next case number of its year.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, func, select, tuple_, update

from mailer.edge.store.background import acknowledged, background
from mailer.edge.store.chain import append, serialise
from mailer.edge.store.database import Database
from mailer.edge.store.outbox import put
from mailer.edge.store.subscribers import apply
from mailer.edge.store.tables import inquiries, journal, outbox
from mailer.inquiry.chain import STANDING, Event, recorded
from mailer.inquiry.record import (
    Background,
    Case,
    Decision,
    Forwarded,
    Opened,
    Place,
    RawMail,
    Written,
)
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
            known = _by_hash(connection, [hash for _, hash in mails])
            new: dict[str, datetime] = {}
            for mail, hash in mails:
                if hash not in known:
                    new.setdefault(hash, mail.received)
            if new:
                connection.execute(inquiries.insert(), self._numbered(connection, new))
                known |= _by_hash(connection, new)
            cases = [_case(known[hash], mail.size) for mail, hash in mails]
            _note_places(connection, [mail for mail, _ in mails], cases, now)
            return cases

        return await self._database.write(work)

    async def background(self, mails: Sequence[Opened], now: datetime) -> Sequence[Background]:
        return await self._database.read(
            lambda connection: background(connection, mails, self._zone, now)
        )

    async def decide(
        self, decisions: Sequence[Decision], changes: Mapping[int, Change], now: datetime
    ) -> Sequence[Written]:
        def work(connection: Connection) -> list[Written]:
            serialise(connection)
            which = inquiries.c.id.in_([each.case.id for each in decisions])
            undecided = select(inquiries.c.id).where(which, inquiries.c.decided.is_(None))
            ours = {*connection.execute(undecided).scalars()}
            new = [each for each in decisions if each.case.id in ours]
            if new:
                rows = [_decided(each, now) for each in new]
                connection.execute(_DECIDE, rows)
                posts = _still_to_send(connection, new, now)
                put(connection, posts, now, after=[*map(_event, new, rows)])
            for id in ours & changes.keys():
                apply(connection, changes[id], now)
            stand = select(inquiries.c.id, inquiries.c.folder, inquiries.c.urgent).where(which)
            standing = {row.id: row for row in connection.execute(stand)}
            return [
                Written(standing[id].folder, standing[id].urgent, ours=id in ours)
                for id in (each.case.id for each in decisions)
            ]

        return await self._database.write(work)

    async def forwards(self, message_ids: Collection[str]) -> Sequence[Forwarded]:
        query = (
            select(outbox.c.key, outbox.c.recipient, outbox.c.inquiry_id)
            .where(outbox.c.kind == "forward", outbox.c.message_id.in_(message_ids))
            .order_by(outbox.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Forwarded(*row) for row in rows]

    async def filed(self, mails: Mapping[str, Sequence[RawMail]], now: datetime) -> None:
        places = {
            folder: [Place(mail.folder, mail.validity, mail.uid) for mail in each]
            for folder, each in mails.items()
        }
        await self._database.write(lambda connection: _note_filed(connection, places, now))

    async def note_filed(self, places: Sequence[Place], folder: str, now: datetime) -> None:
        await self._database.write(
            lambda connection: _note_filed(connection, {folder: places}, now)
        )

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

    def _numbered(
        self, connection: Connection, new: Mapping[str, datetime]
    ) -> list[dict[str, Any]]:
        """The rows of new cases, each with the next number of the year in which it was received."""
        newest: dict[str, int] = {}
        rows = []
        for hash, received in new.items():
            stem = f"{self._prefix}-{received.astimezone(self._zone).year}-"
            if stem not in newest:
                newest[stem] = _newest(connection, stem)
            newest[stem] += 1
            number = f"{stem}{newest[stem]:04d}"
            rows.append({"hash": hash, "case_number": number, "received": received})
        return rows


_IN_A_LANGUAGE = ("inquiry", "follow-up", "subscribe", "unsubscribe")
"""What people write. Of a program's mail no word is read to know where it goes."""

_DECIDE = update(inquiries).where(inquiries.c.id == bindparam("decided_id"))


def _decided(decision: Decision, now: datetime) -> dict[str, Any]:
    """What an UPDATE by `_DECIDE` is given."""
    inquiry, verdict = decision.inquiry, decision.verdict
    return {
        "decided_id": decision.case.id,
        "decided": now,
        "kind": verdict.kind,
        "sender": inquiry.sender.email if inquiry.sender else None,
        "subject": inquiry.subject,
        "message_id": inquiry.message_id,
        "language": inquiry.language if verdict.kind in _IN_A_LANGUAGE else None,
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
        "folder": decision.route.folder,
        "silence": decision.route.silence,
    }


def _event(decision: Decision, row: Mapping[str, Any]) -> Event:
    facts = {name: row[name] for name in (*STANDING, "copies", "urgent")}
    return Event("decided", decision.case.number, facts)


def _still_to_send(
    connection: Connection, decisions: Sequence[Decision], now: datetime
) -> list[Post]:
    """The letters of these decisions, but no second acknowledgement to anybody.

    Two processes may have decided on two mails of one sender at once.
    """
    posts = [post for each in decisions for post in each.posts]
    first = any(post.kind == "acknowledgement" for post in posts)
    had = acknowledged(connection, now) if first else {}
    return [
        post
        for post in posts
        if post.kind != "acknowledgement"
        or not had.get(post.to.box, frozenset()) - {post.inquiry_id}
    ]


def _note_places(
    connection: Connection, mails: Sequence[RawMail], cases: Sequence[Case], now: datetime
) -> None:
    """Note where these mails were seen, as far as that is new."""
    places = (journal.c.folder, journal.c.validity, journal.c.uid)
    wanted = {
        (mail.folder, mail.validity, mail.uid): (mail, case)
        for mail, case in zip(mails, cases, strict=True)
    }
    query = select(*places).where(tuple_(*places).in_(wanted))
    known = {tuple(row) for row in connection.execute(query)}
    new = [seen for place, seen in wanted.items() if place not in known]
    if not new:
        return
    rows = [
        {
            "folder": mail.folder,
            "validity": mail.validity,
            "uid": mail.uid,
            "inquiry_id": case.id,
            "received": mail.received,
            "size": mail.size,
            "seen": now,
        }
        for mail, case in new
    ]
    connection.execute(journal.insert(), rows)
    facts = [(case.number, recorded(case.hash, case.received)) for _, case in new]
    append(connection, [Event("recorded", *each) for each in facts], now)


def _note_filed(
    connection: Connection, places: Mapping[str, Sequence[Place]], now: datetime
) -> None:
    """Note in which folder the mails lie that lay in these places, as far as that is new."""
    serialise(connection)
    events = []
    for folder, each in places.items():
        named = tuple_(journal.c.folder, journal.c.validity, journal.c.uid).in_(
            [(place.folder, place.validity, place.uid) for place in each]
        )
        new = (named, journal.c.filed.is_(None))
        numbers = select(inquiries.c.case_number).join(journal).where(*new).order_by(journal.c.id)
        events += [
            Event("filed", number, {"folder": folder})
            for number in connection.execute(numbers).scalars()
        ]
        connection.execute(update(journal).where(*new).values(filed_to=folder, filed=now))
    append(connection, events, now)


def _newest(connection: Connection, stem: str) -> int:
    """The highest number given so far in a year; 0 where there is none."""
    number = connection.execute(
        select(inquiries.c.case_number)
        .where(inquiries.c.case_number.startswith(stem, autoescape=True))
        .order_by(inquiries.c.id.desc())
        .limit(1)
    ).scalar()
    return int(number.removeprefix(stem)) if number else 0


def _by_hash(connection: Connection, hashes: Iterable[str]) -> dict[str, Row[Any]]:
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
