"""Forgetting a subscriber: what stays is that it was done, when, and a digest.

The digest lets an import of an old list pass the address by; without the installation's secret
nobody can find out by trying which address it stands for.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    and_,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from mailer.edge.store.database import insert_new
from mailer.edge.store.history import note
from mailer.edge.store.outbox import excluded
from mailer.edge.store.tables import (
    bounces,
    consents,
    deliveries,
    erased,
    letters,
    outbox,
    subscribers,
    tokens,
)
from mailer.edge.store.tokens import new_token
from mailer.subscriber.subscription import Way


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Makes digests of addresses, keyed with the installation's secret."""

    key: bytes = field(default=b"", repr=False)

    def of(self, email: str) -> str:
        return hmac.new(self.key, b"erased\0" + email.lower().encode(), sha256).hexdigest()


UNKEYED = Fingerprint()
"""For a database whose erased addresses need no hiding."""


def erase(
    connection: Connection,
    row: Row[Any],
    fingerprint: Fingerprint | None,
    way: Way,
    now: datetime,
) -> None:
    """Forget the subscriber in `row`, and every letter to them, on its way or sent.

    Without a `fingerprint` nobody asked for it: the address was never confirmed. Mail that the same
    person has written to us is a public record, and stays.
    """
    gone = f"erased:{row.id}"
    why = "erased on request" if fingerprint else "never confirmed, erased"
    evidence = f"{why} {now.isoformat(timespec='seconds')}"
    moves = select(tokens.c.email).where(tokens.c.subscriber_id == row.id, tokens.c.email != "")
    addresses = {row.email.lower(), *map(str.lower, connection.execute(moves).scalars())}
    asked = and_(
        or_(outbox.c.kind == "confirmation", outbox.c.key.startswith("move/")),
        func.lower(outbox.c.recipient).in_(addresses),
    )
    theirs = or_(outbox.c.subscriber_id == row.id, asked)
    # What was asked of them stands in letters of their own, with links that are theirs alone.
    own = select(outbox.c.letter_id).where(asked)
    connection.execute(update(letters).where(letters.c.id.in_(own)).values(content=b""))
    tries = deliveries.c.outbox_id.in_(select(outbox.c.id).where(theirs))
    connection.execute(update(deliveries).where(tries).values(reply=""))
    reports = bounces.c.outbox_id.in_(select(outbox.c.id).where(theirs))
    connection.execute(update(bounces).where(reports).values(diagnostic=""))
    exclude(connection, theirs, now)
    connection.execute(update(outbox).where(theirs).values(nameless(gone)))
    connection.execute(delete(tokens).where(tokens.c.subscriber_id == row.id))
    history = consents.c.subscriber_id == row.id
    connection.execute(update(consents).where(history).values(evidence=""))
    note(connection, row.id, "erase", "left", way, evidence, now)
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == row.id)
        .values(
            email=gone,
            name="",
            state="left",
            evidence=evidence,
            token=new_token(),
            changed=now,
            paused_until=None,
        )
    )
    if fingerprint:
        digest = {"digest": fingerprint.of(row.email), "at": now}
        connection.execute(insert_new(connection, erased).values(digest))


def nameless(gone: str) -> dict[str, Any]:
    """The columns of a letter that tell who it was for; `gone` stands in place of the address."""
    return {
        "key": outbox.c.kind + "/erased/" + cast(outbox.c.id, String),
        # Derived from the key, and as unique: the same address may be asked again today.
        "message_id": outbox.c.kind + ".erased." + cast(outbox.c.id, String),
        "recipient": gone,
        "recipient_name": "",
        "token": "",
        "reply": "",  # relays repeat the address
    }


def exclude(connection: Connection, waiting: ColumnElement[bool], now: datetime) -> None:
    """Send none of the letters that wait."""
    pending = update(outbox).where(waiting, outbox.c.state == "pending")
    connection.execute(pending.values(excluded(now)))
