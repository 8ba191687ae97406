"""The tokens of links in letters: 128 random bits for one subscriber and one purpose.

A subscriber's own token (`subscribers.token`: leaving, and the subscriber's page) stands in every
edition and is kept with the subscriber. The others stand here: what confirms a subscription or an
address, and old tokens of their own that still must end the subscription.
"""

import secrets
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, Literal

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from mailer.edge.store.history import keep_wording
from mailer.edge.store.tables import subscribers, tokens
from mailer.subscriber.wording import Wording

Purpose = Literal["confirm", "move-from", "move-to", "leave"]

LASTS = timedelta(days=30)
"""How long a link that confirms something may be used."""

_HALF = 16


def new_token() -> str:
    return secrets.token_hex(_HALF)


def issue(
    connection: Connection,
    purpose: Purpose,
    token: str,
    subscriber_id: int,
    now: datetime,
    *,
    email: str = "",
    wording: Wording | None = None,
) -> None:
    """Note a token. `email` is the address that a move leads to."""
    row = {"token": token, "purpose": purpose, "subscriber_id": subscriber_id, "email": email}
    version = keep_wording(connection, wording)
    connection.execute(insert(tokens).values(**row, wording=version, issued=now))


def owner(connection: Connection, token: str) -> Row[Any] | None:
    """The subscriber whose own token this is."""
    return _exactly(connection, subscribers, token)


def issued(connection: Connection, token: str, now: datetime) -> Row[Any] | None:
    """The token's row, where it can still be used."""
    row = _exactly(connection, tokens, token)
    if row is None or (row.purpose != "leave" and row.issued + LASTS < now):
        return None
    return row


def note_used(connection: Connection, token_id: int, now: datetime) -> None:
    connection.execute(update(tokens).where(tokens.c.id == token_id).values(used=now))


def withdraw(connection: Connection, subscriber_id: int) -> None:
    """Forget what a subscriber was asked to confirm, and has not."""
    unused = tokens.c.used.is_(None) & (tokens.c.purpose != "leave")
    connection.execute(delete(tokens).where(tokens.c.subscriber_id == subscriber_id, unused))


def _exactly(connection: Connection, table: Table, token: str) -> Row[Any] | None:
    # The index finds the first 64 bits; how long that takes says nothing of the other 64, which are
    # compared in constant time.
    first = token[:_HALF]
    near = table.c.token.between(first + "0" * _HALF, first + "f" * _HALF)
    rows = connection.execute(select(table).where(near)).all()
    found = [row for row in rows if compare_digest(row.token.encode(), token.encode())]
    return found[0] if found else None
