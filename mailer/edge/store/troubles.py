"""What the operator and the coordinator were told of servers in trouble, and whether it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from mailer.edge.store.database import Database
from mailer.edge.store.tables import journal, letters, outbox
from mailer.mail.message import text_of


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that nothing has ended yet: when it was written, and its paragraphs, a line each."""

    at: datetime
    paragraphs: Sequence[str]


async def relay_notice(database: Database) -> Told | None:
    """The newest notice of a relay that takes nothing, if nothing was taken after it."""
    accepted = select(func.max(outbox.c.settled)).where(outbox.c.state == "accepted")
    return await database.read(lambda c: _newest(c, "relay", c.execute(accepted).scalar()))


async def mailbox_notice(database: Database) -> Told | None:
    """The newest notice of a mailbox that cannot be read, if no mail was seen after it."""
    seen = select(func.max(journal.c.seen))
    return await database.read(lambda c: _newest(c, "mailbox", c.execute(seen).scalar()))


def _newest(connection: Connection, about: str, over: datetime | None) -> Told | None:
    query = (
        select(outbox.c.queued, letters.c.content)
        .join(letters)
        .where(outbox.c.kind == "notice", outbox.c.key.startswith(f"notice/{about}/"))
        .order_by(outbox.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None or (over and over > row.queued):
        return None
    paragraphs = text_of(row.content).split("\n\n")
    return Told(row.queued, [" ".join(each.split()) for each in paragraphs])
