"""The history of each subscription: which change when, by which way, to which words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, true

from mailer.edge.store.database import insert_new
from mailer.edge.store.tables import consents, wordings
from mailer.subscriber.subscription import Consent, State, Way
from mailer.subscriber.wording import Wording


def note(
    connection: Connection,
    subscriber_id: int,
    act: str,
    state: State,
    way: Way,
    evidence: str,
    now: datetime,
    wording: str | None = None,
) -> None:
    """Add an entry. `wording` is the version of words that `keep_wording` keeps."""
    row = {"subscriber_id": subscriber_id, "at": now, "act": act, "state": state, "way": way}
    connection.execute(insert(consents).values(**row, evidence=evidence, wording=wording))


def keep_wording(connection: Connection, wording: Wording | None) -> str | None:
    """The words' version, once the words themselves are stored."""
    if wording is None:
        return None
    row = {"version": wording.version, "text": wording.text}
    connection.execute(insert_new(connection, wordings).values(row))
    return wording.version


def history_of(connection: Connection, subscriber_id: int) -> Sequence[Consent]:
    """Every entry, the first one first."""
    return _read(connection, consents.c.subscriber_id == subscriber_id).get(subscriber_id, [])


def histories_of(connection: Connection) -> Mapping[int, Sequence[Consent]]:
    """The same for every subscriber, by id."""
    return _read(connection, true())


def _read(connection: Connection, which: ColumnElement[bool]) -> Mapping[int, Sequence[Consent]]:
    query = select(consents, wordings.c.text).outerjoin(wordings).where(which)
    found: defaultdict[int, list[Consent]] = defaultdict(list)
    for row in connection.execute(query.order_by(consents.c.id)):
        entry = Consent(row.at, row.act, row.state, row.way, row.text or "", row.evidence)
        found[row.subscriber_id].append(entry)
    return found
