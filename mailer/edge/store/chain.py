"""The chain of the record on the database.

A link is written in the transaction of what it tells, at most one INSERT an event. `serialise` is
what every such transaction begins with: on PostgreSQL one at a time has the end of the chain, case
numbers and decisions (SQLite has one writer in any case), and whoever waits holds no row.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from mailer.edge.store.database import Database
from mailer.edge.store.tables import chain, inquiries, journal
from mailer.inquiry.chain import (
    NOTHING,
    STANDING,
    End,
    Event,
    Examined,
    Link,
    Stand,
    chained,
    examine,
)

_LOCK = 0x6D61696C6572
_AT_ONCE = 1000  # rows in memory while the whole is read


class StoredChain:
    """The port `Chain`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def examine(self) -> Examined:
        return await self._database.read(lambda c: examine(_links(c), _stands(c)))


def serialise(connection: Connection) -> None:
    """Be the only one who writes about cases until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def append(connection: Connection, events: Sequence[Event], now: datetime) -> None:
    """Write events to the end of the chain, in order, inside a transaction."""
    if not events:
        return
    serialise(connection)
    last = select(chain.c.sequence, chain.c.hash).order_by(chain.c.sequence.desc()).limit(1)
    found = connection.execute(last).one_or_none()
    links = chained(events, End(found.sequence, found.hash) if found else NOTHING, now)
    connection.execute(chain.insert(), [_row(link) for link in links])


def _row(link: Link) -> dict[str, object]:
    return {
        "sequence": link.sequence,
        "at": link.at,
        "happening": link.happening,
        "case_number": link.number,
        "facts": link.facts,
        "previous": link.previous,
        "hash": link.hash,
    }


def _links(connection: Connection) -> Iterator[Link]:
    query = select(chain).order_by(chain.c.sequence).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(query):
        yield Link(*row)


def _stands(connection: Connection) -> Iterable[Stand]:
    query = (
        select(
            inquiries,
            func.count(journal.c.id).label("places"),
            func.count(journal.c.filed).label("filed"),
        )
        .join(journal, isouter=True)
        .group_by(inquiries.c.id)
        .order_by(inquiries.c.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in connection.execute(query):
        standing = {name: getattr(row, name) for name in STANDING}
        yield Stand(
            number=row.case_number,
            hash=row.hash,
            received=row.received,
            standing=standing if row.decided else None,
            places=row.places,
            filed=row.filed,
        )
