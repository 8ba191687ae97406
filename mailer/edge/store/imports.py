"""Many subscribers at once: planned row by row, carried out in few statements.

In the transaction that carries a plan out nobody else changes a subscriber, so that the plan still
holds: SQLite has one writer, PostgreSQL's table is locked for writers.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, null, select, text, update

from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.tables import Instant, consents, erased, subscribers
from mailer.edge.store.tokens import new_token
from mailer.subscriber.plan import Step, plan
from mailer.subscriber.subscription import Act, Change
from mailer.subscriber.table import Entry

_CHUNK = 5000


def planned(
    connection: Connection,
    entries: Sequence[Entry],
    act: Act,
    fingerprint: Fingerprint,
    *,
    lock: bool = False,
) -> list[Step]:
    """What becomes of each row; with `lock`, until the transaction ends."""
    if lock and connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE subscribers IN SHARE ROW EXCLUSIVE MODE"))
    known = select(func.lower(subscribers.c.email), subscribers.c.state)
    states = {email: state for email, state in connection.execute(known)}
    digests = set(connection.execute(select(erased.c.digest)).scalars())
    # Few were ever erased; where nobody was, there is nothing to compute.
    gone = {
        entry.address.email.lower()
        for entry in (entries if digests else ())
        if fingerprint.of(entry.address.email) in digests
    }
    return plan(entries, act, states, gone)


def carry_out(
    connection: Connection,
    steps: Sequence[Step],
    change: Change,
    now: datetime,
    progress: Callable[[int], None],
) -> None:
    """Make everybody active whom the plan says so of, and note it in the history."""
    newest = connection.execute(select(func.coalesce(func.max(subscribers.c.id), 0))).scalar_one()
    for start in range(0, len(steps), _CHUNK):
        chunk = steps[start : start + _CHUNK]
        new = [_row(step, change, now) for step in chunk if step.changes and step.before is None]
        if new:
            connection.execute(insert(subscribers), new)
        _activate(connection, [step for step in chunk if step.changes and step.before], change, now)
        progress(len(chunk))
    added = select(subscribers.c.id).where(subscribers.c.id > newest).order_by(subscribers.c.id)
    _note(connection, added, change, now)


def _activate(connection: Connection, steps: Sequence[Step], change: Change, now: datetime) -> None:
    if not steps:
        return
    emails = [step.entry.address.email.lower() for step in steps]
    lower = func.lower(subscribers.c.email)
    connection.execute(
        update(subscribers)
        .where(lower == bindparam("known"))
        .values(
            state="active",
            evidence=change.evidence,
            name=func.coalesce(func.nullif(bindparam("given"), ""), subscribers.c.name),
            language=bindparam("spoken"),
            changed=now,
            paused_until=None,
        ),
        [
            {"known": email, "given": step.entry.address.name, "spoken": step.entry.language}
            for email, step in zip(emails, steps, strict=True)
        ],
    )
    _note(connection, select(subscribers.c.id).where(lower.in_(emails)), change, now)


def _note(connection: Connection, ids: Any, change: Change, now: datetime) -> None:
    columns = ["subscriber_id", "at", "act", "state", "way", "wording", "evidence"]
    entry = ids.add_columns(
        literal(now, Instant),
        literal(change.act),
        literal("active"),
        literal(change.way),
        null(),
        literal(change.evidence),
    )
    connection.execute(insert(consents).from_select(columns, entry))


def _row(step: Step, change: Change, now: datetime) -> dict[str, Any]:
    entry = step.entry
    return {
        "email": entry.address.email,
        "name": entry.address.name,
        "language": entry.language,
        "state": "active",
        "evidence": change.evidence,
        "token": new_token(),
        "since": now,
        "changed": now,
    }
