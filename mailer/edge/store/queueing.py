"""A letter to every subscriber, queued: a million rows, of which few are in memory at a time.

Takes a transaction in which the edition is claimed and its letters are stored. The database makes
the rows out of the subscribers; only the Message-IDs are made here. SQLite calls for them, to
PostgreSQL they go by COPY. Who is paused or suppressed gets a row too: excluded, with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    String,
    case,
    column,
    func,
    insert,
    literal,
    null,
    select,
    table,
    text,
)

from mailer.edge.store.outbox import PRIORITY
from mailer.edge.store.tables import Instant, outbox, subscribers

FALLBACK_LANGUAGE = "sv"

_AT_ONCE = 10_000  # Message-IDs made between two reads
_AUDIENCE = subscribers.c.state.in_(("active", "paused", "suppressed"))
_IDS = table("ids", column("subscriber_id", Integer), column("message_id", String))


def queue_letters(
    connection: Connection,
    period: str,
    letter_ids: Mapping[str, int],
    mail_from: str,
    message_id: Callable[[int], str],
    now: datetime,
) -> None:
    """Queue the letter in each subscriber's language, due `now`; `letter_ids` are by language."""
    people: FromClause = subscribers
    made: ColumnElement[str]
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("message_id", 1, message_id)
        made = func.message_id(subscribers.c.id)
    else:
        _copy_ids(connection, message_id)
        people = subscribers.join(_IDS, _IDS.c.subscriber_id == subscribers.c.id)
        made = _IDS.c.message_id
    is_due = subscribers.c.state == "active"
    moment = literal(now, Instant)
    fallback = literal(letter_ids[FALLBACK_LANGUAGE])
    columns: dict[str, ColumnElement[Any]] = {
        "key": literal(f"edition/{period}/") + subscribers.c.id.cast(String),
        "kind": literal("edition"),
        "priority": literal(PRIORITY["edition"]),
        "letter_id": case(letter_ids, value=subscribers.c.language, else_=fallback),
        "recipient": subscribers.c.email,
        "recipient_name": subscribers.c.name,
        "mail_from": literal(mail_from),
        "message_id": made,
        "token": subscribers.c.token,
        "edition": literal(period),
        "subscriber_id": subscribers.c.id,
        "state": case((is_due, "pending"), else_="excluded"),
        "tries": literal(0),
        "queued": moment,
        "due": moment,
        "settled": case((is_due, null()), else_=moment),
        "relay": literal(""),
        "reply": case((is_due, ""), else_=subscribers.c.state + " when it was queued"),
    }
    rows = select(*columns.values()).select_from(people).where(_AUDIENCE)
    connection.execute(insert(outbox).from_select([*columns], rows.order_by(subscribers.c.id)))
    if connection.dialect.name == "postgresql":
        # Until it knows of them, it sorts all that wait to find the first: at each claim.
        connection.execute(text("ANALYZE outbox"))


def _copy_ids(connection: Connection, message_id: Callable[[int], str]) -> None:
    connection.execute(
        text("CREATE TEMPORARY TABLE ids (subscriber_id integer, message_id text) ON COMMIT DROP")
    )
    driver: Any = connection.connection.driver_connection
    for numbers in _numbers(connection):
        with driver.cursor().copy("COPY ids FROM STDIN") as copy:
            for number in numbers:
                copy.write_row((number, message_id(number)))
    connection.execute(text("ANALYZE ids"))


def _numbers(connection: Connection) -> Iterator[list[int]]:
    """The ids of the audience, part by part: nothing can be read while a COPY is open."""
    last = 0
    while True:
        after = select(subscribers.c.id).where(_AUDIENCE, subscribers.c.id > last)
        part = after.order_by(subscribers.c.id).limit(_AT_ONCE)
        found = list(connection.execute(part).scalars())
        if not found:
            return
        yield found
        last = found[-1]
