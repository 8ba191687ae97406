"""What a worker of the outbox may send next, and what the relay took: the hot path, in SQL.

Takes a transaction. Rows come and go as one JSON text: each row that the driver fetches by itself
would wait for Python's lock, while the event loop is busy with the wire. The statements pass by
SQLAlchemy's own layers, which take as long over one as the database.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Dialect, func, select, text

from mailer.edge.store.tables import Instant, letters
from mailer.mail.address import Address
from mailer.mail.post import Due, LetterKind

AT_ONCE = 32 * 2**20
"""Octets of letters that one claim brings into memory; a single larger letter goes alone."""

_KEPT = 8  # templates kept in memory: the languages of an edition, and of the one before

# 'pending' stands there as a literal: only so does SQLite see that the index of those rows will do.
_SQLITE: Mapping[str, str] = {
    "waiting": """
        SELECT json_group_array(json_array(
            id, letter_id, "key", kind, recipient, recipient_name, mail_from, message_id,
            token, tries, queued, inquiry_id, subscriber))
        FROM (
            SELECT o.*, s.state AS subscriber
            FROM outbox AS o LEFT JOIN subscribers AS s ON s.id = o.subscriber_id
            WHERE o.state = 'pending' AND o.due <= :now AND o.priority <= :least
                AND (o.leased_until IS NULL OR o.leased_until <= :now)
            ORDER BY o.priority, o.due, o.id LIMIT :most)
        """,
    "lease": """
        UPDATE outbox SET leased_by = :worker, leased_until = :until
        WHERE id IN (SELECT value FROM json_each(:rows))
        """,
    "accept": """
        UPDATE outbox SET state = 'accepted', settled = :now, relay = :relay,
            reply = told.value, tries = tries + 1, leased_by = NULL, leased_until = NULL
        FROM json_each(:rows) AS told
        WHERE outbox.id = CAST(told.key AS integer) AND leased_by = :worker
        """,
}
_POSTGRESQL: Mapping[str, str] = {
    "waiting": """
        SELECT CAST(json_agg(json_build_array(
            id, letter_id, key, kind, recipient, recipient_name, mail_from, message_id,
            token, tries, queued, inquiry_id, subscriber)) AS text)
        FROM (
            SELECT o.*, s.state AS subscriber
            FROM outbox AS o LEFT JOIN subscribers AS s ON s.id = o.subscriber_id
            WHERE o.state = 'pending' AND o.due <= :now AND o.priority <= :least
                AND (o.leased_until IS NULL OR o.leased_until <= :now)
            ORDER BY o.priority, o.due, o.id LIMIT :most
            FOR UPDATE OF o SKIP LOCKED) AS waiting
        """,
    "lease": """
        UPDATE outbox SET leased_by = :worker, leased_until = :until
        FROM json_array_elements_text(CAST(:rows AS json)) AS told(id)
        WHERE outbox.id = CAST(told.id AS integer)
        """,
    "accept": """
        UPDATE outbox SET state = 'accepted', settled = :now, relay = :relay,
            reply = told.value, tries = tries + 1, leased_by = NULL, leased_until = NULL
        FROM json_each_text(CAST(:rows AS json)) AS told
        WHERE outbox.id = CAST(told.key AS integer) AND leased_by = :worker
        """,
}


class Waiting(NamedTuple):
    """One row that is due. `subscriber` is the state of its subscriber, if it has one."""

    id: int
    letter_id: int
    key: str
    kind: LetterKind
    recipient: str
    recipient_name: str
    mail_from: str
    message_id: str
    token: str
    tries: int
    queued: str
    inquiry_id: int | None
    subscriber: str | None


def waiting(connection: Connection, limit: int, now: datetime, least: int) -> list[Waiting]:
    """Up to `limit` letters that are due, the most pressing first, locked for this transaction.

    `least` is the priority that they must have: smaller is more.
    """
    found = _run(connection, "waiting", {"most": limit, "now": now, "least": least}).scalar()
    return [Waiting._make(each) for each in json.loads(found or "[]")]


def lease(connection: Connection, ids: Iterable[int], worker: str, until: datetime) -> None:
    """Promise these letters to `worker`."""
    rows = json.dumps(list(ids))
    _run(connection, "lease", {"rows": rows, "worker": worker, "until": until})


def accept(
    connection: Connection,
    replies: Mapping[int, str],
    worker: str,
    relay: str,
    now: datetime,
) -> None:
    """Write down the letters of `worker` that the relay took, by id, with its reply to each."""
    values = {"rows": json.dumps(replies), "worker": worker, "relay": relay, "now": now}
    _run(connection, "accept", values)


def _run(connection: Connection, name: str, values: Mapping[str, Any]) -> CursorResult[Any]:
    statement = _statement(connection.dialect, name)
    given = {
        name: statement.moment(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    parameters = tuple(given[name] for name in statement.order) if statement.order else given
    return connection.exec_driver_sql(statement.sql, parameters)


@dataclass(frozen=True, slots=True)
class _Statement:
    """In the driver's words. `order` is that of its parameters, where they have no names."""

    sql: str
    order: Sequence[str] | None
    moment: Callable[[datetime], object]


@cache
def _statement(dialect: Dialect, name: str) -> _Statement:
    statements = _POSTGRESQL if dialect.name == "postgresql" else _SQLITE
    compiled = text(statements[name]).compile(dialect=dialect)
    moment = Instant().dialect_impl(dialect).bind_processor(dialect)
    assert moment  # noqa: S101 - Instant has one
    return _Statement(str(compiled), compiled.positiontup, moment)


class Contents:
    """What letters share, read once for as long as it is in use."""

    def __init__(self) -> None:
        self._templates: dict[int, bytes] = {}

    def fitting(self, connection: Connection, rows: Sequence[Waiting]) -> Sequence[Waiting]:
        """The first of these rows, as many as have letters of AT_ONCE octets together."""
        # A letter that many share counts once, and what is in memory not at all.
        ids = {row.letter_id for row in rows} - self._templates.keys()
        if not ids:
            return rows
        sizes = select(letters.c.id, func.length(letters.c.content)).where(letters.c.id.in_(ids))
        left = {id: size for id, size in connection.execute(sizes)}
        octets = 0
        for place, row in enumerate(rows):
            octets += left.pop(row.letter_id, 0)
            if place and octets > AT_ONCE:
                return rows[:place]
        return rows

    def due(self, connection: Connection, rows: Sequence[Waiting]) -> list[Due]:
        """Those rows as letters with their content."""
        ids = {row.letter_id for row in rows}
        missing = ids - self._templates.keys()
        content = {id: self._templates[id] for id in ids - missing}
        if missing:
            query = select(letters).where(letters.c.id.in_(missing))
            content |= {letter.id: letter.content for letter in connection.execute(query)}
            for row in rows:
                if row.token:
                    self._templates[row.letter_id] = content[row.letter_id]
            while len(self._templates) > _KEPT:
                del self._templates[next(iter(self._templates))]  # the one read first
        return [_due(row, content[row.letter_id]) for row in rows]


def _due(row: Waiting, content: bytes) -> Due:
    return Due(
        id=row.id,
        key=row.key,
        kind=row.kind,
        to=Address(row.recipient, row.recipient_name),
        mail_from=row.mail_from,
        message_id=row.message_id,
        token=row.token,
        content=content,
        tries=row.tries,
        queued=_moment(row.queued),
        inquiry_id=row.inquiry_id,
    )


@lru_cache(maxsize=64)  # all letters of an edition were queued at one
def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # SQLite's is UTC, unsaid
