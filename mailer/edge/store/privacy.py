"""Everything that the database holds about a person, found by an address; and its erasure.

A person is met as a subscriber, as who gets letters, as who wrote mails, and in the mails that
answer these or that letters came back with. An erasure is one transaction. It leaves each case with
its decision, as the chain of the record has it; which label it was given; a digest of the address;
and when how many rows of which kinds were made to tell nothing. Doing it again changes nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from mailer.edge.store.chain import append, serialise
from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.erasure import Fingerprint, erase, exclude, nameless
from mailer.edge.store.outbox import excluded
from mailer.edge.store.tables import (
    absences,
    answered,
    answers,
    bounces,
    consents,
    deliveries,
    erased,
    erasures,
    inquiries,
    labels,
    letters,
    outbox,
    subscribers,
    tokens,
)
from mailer.errors import MailerError
from mailer.inquiry.chain import Event

Stored = Mapping[str, Sequence[Row[Any]]]
"""Rows by the name of their table."""

_KEYS = {"token", "digest", "erased"}
"""Columns that open a page, or lead back to who was erased."""

_NAMELESS = (labels, erasures)
"""What tells nothing of who somebody is, and stays."""

_DIGESTS = outbox.c.key.startswith("notice/digest/")
"""The letters that tell the coordinator of many people at once."""

_GONE = "erased"


class StoredPrivacy:
    """What is known of a person. `fingerprint` makes the digests of addresses."""

    def __init__(self, database: Database, fingerprint: Fingerprint) -> None:
        self._database = database
        self._fingerprint = fingerprint

    async def show(self, email: str) -> Stored:
        """Every row about the person, also what tells of an earlier erasure."""
        digest = self._fingerprint.of(email)
        return await self._database.read(lambda c: _rows(c, _about(c, email, digest, kept=True)))

    async def erase(
        self, email: str, now: datetime, remove: Callable[[str], None] | None = None
    ) -> Mapping[str, int]:
        """How many rows of each table tell nothing any more; empty where none did.

        `remove` destroys the original with a hash; without it the originals stay. It is called
        before anything is on the disk: an erasure that is cut short is there to be done again.
        Raises MailerError while a digest that may tell of the person is on its way.
        """
        digest = self._fingerprint.of(email)

        def work(connection: Connection) -> Mapping[str, int]:
            serialise(connection)
            about = _about(connection, email, digest, kept=remove is not None)
            rows = _rows(connection, about)
            stays = {table.name for table in _NAMELESS}
            counts = {name: len(found) for name, found in rows.items() if name not in stays}
            counts = {name: count for name, count in counts.items() if count}
            if not counts:
                return {}
            if about.cases:
                _forget_digests(connection, min(row.received for row in rows["inquiries"]), now)
            for subscriber in _subscribers(connection, about):
                erase(connection, subscriber, self._fingerprint, "command line", now)
            _forget_letters(connection, about, now)
            _forget_words(connection, about)
            _forget_cases(connection, about, "" if remove else digest)
            if remove:
                gone = rows["inquiries"]
                for row in gone:
                    remove(row.hash)
                append(connection, [Event("erased", row.case_number) for row in gone], now)
            note = {"digest": digest, "at": now, "rows": counts, "originals": remove is not None}
            connection.execute(insert(erasures).values(note))
            known = {"digest": digest, "at": now}
            connection.execute(insert_new(connection, erased).values(known))
            return counts

        return await self._database.write(work)


@dataclass(frozen=True, slots=True)
class _About:
    """Ids of rows about the person at `email` (in lower case).

    `letters` are those to the person, and those about `cases`: the mails that the person wrote, and
    those that answer them or that came back.
    """

    email: str
    digest: str
    people: Collection[int]
    cases: Collection[int]
    letters: Collection[int]

    def at(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        return func.lower(column) == self.email

    def mentioned(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """In what is kept of a move from one address to another."""
        ends = (func.lower(column).contains(f" {self.email}{end}", autoescape=True) for end in " ,")
        return or_(*ends)


def _about(connection: Connection, email: str, digest: str, *, kept: bool) -> _About:
    """With `kept` also the cases that were erased before, and whose originals were kept."""

    def ids(column: ColumnElement[int], which: ColumnElement[bool]) -> set[int]:
        return set(connection.execute(select(column).where(which)).scalars())

    at = email.lower()
    people = ids(subscribers.c.id, func.lower(subscribers.c.email) == at)
    to_them = ids(
        outbox.c.id,
        or_(func.lower(outbox.c.recipient) == at, outbox.c.subscriber_id.in_(people)),
    )
    written = ids(inquiries.c.id, func.lower(inquiries.c.sender) == at)
    if kept:
        written |= ids(inquiries.c.id, inquiries.c.erased == digest)
    quoting = to_them | ids(outbox.c.id, outbox.c.inquiry_id.in_(written))
    returned = ids(bounces.c.inquiry_id, bounces.c.outbox_id.in_(quoting))
    cases = written | returned | ids(inquiries.c.id, _answers_only(written))
    about_cases = ids(outbox.c.id, outbox.c.inquiry_id.in_(cases))
    return _About(at, digest, people, cases, to_them | about_cases)


def _answers_only(cases: Collection[int]) -> ColumnElement[bool]:
    """A mail of ours that answers these cases and no one else's."""
    theirs, others = answered.alias(), answered.alias()
    number = inquiries.c.case_number
    return and_(
        exists().where(theirs.c.source == number, theirs.c.inquiry_id.in_(cases)),
        ~exists().where(others.c.source == number, others.c.inquiry_id.not_in(cases)),
    )


def _which(about: _About) -> Mapping[Table, ColumnElement[bool]]:
    numbers = select(inquiries.c.case_number).where(inquiries.c.id.in_(about.cases))
    return {
        subscribers: or_(
            subscribers.c.id.in_(about.people), about.mentioned(subscribers.c.evidence)
        ),
        consents: or_(
            consents.c.subscriber_id.in_(about.people), about.mentioned(consents.c.evidence)
        ),
        tokens: or_(tokens.c.subscriber_id.in_(about.people), about.at(tokens.c.email)),
        outbox: outbox.c.id.in_(about.letters),
        deliveries: deliveries.c.outbox_id.in_(about.letters),
        bounces: or_(
            bounces.c.outbox_id.in_(about.letters), bounces.c.subscriber_id.in_(about.people)
        ),
        inquiries: inquiries.c.id.in_(about.cases),
        labels: labels.c.inquiry_id.in_(about.cases),
        absences: absences.c.source.in_(numbers),
        answers: about.at(answers.c.approver),
        erasures: erasures.c.digest == about.digest,
    }


def _rows(connection: Connection, about: _About) -> Stored:
    return {
        table.name: connection.execute(
            select(*(column for column in table.c if column.name not in _KEYS))
            .where(which)
            .order_by(table.c.id)
        ).all()
        for table, which in _which(about).items()
    }


def _subscribers(connection: Connection, about: _About) -> Sequence[Row[Any]]:
    found = select(subscribers).where(subscribers.c.id.in_(about.people))
    return connection.execute(found).all()


def _forget_letters(connection: Connection, about: _About, now: datetime) -> None:
    """What letters say, and where they went; none that says nothing any more is sent."""
    others = outbox.alias()
    alone = select(outbox.c.letter_id).where(
        outbox.c.id.in_(about.letters),
        outbox.c.kind != "edition",
        ~exists().where(
            others.c.letter_id == outbox.c.letter_id, others.c.id.not_in(about.letters)
        ),
    )
    connection.execute(update(letters).where(letters.c.id.in_(alone)).values(content=b""))
    ours = outbox.c.id.in_(about.letters)
    theirs = about.at(outbox.c.recipient)
    exclude(connection, theirs, now)
    _never_again(connection, and_(ours, outbox.c.kind != "edition"), now)
    connection.execute(update(outbox).where(ours).values(reply=""))
    connection.execute(update(outbox).where(theirs).values(nameless(_GONE)))
    tries = deliveries.c.outbox_id.in_(about.letters)
    connection.execute(update(deliveries).where(tries).values(reply=""))
    reports = bounces.c.outbox_id.in_(about.letters)
    connection.execute(update(bounces).where(reports).values(diagnostic=""))


def _forget_digests(connection: Connection, since: datetime, now: datetime) -> None:
    """What the coordinator was told of the mails that came in `since` then, theirs among them."""
    told = and_(_DIGESTS, outbox.c.queued >= since)
    if connection.execute(select(outbox.c.id).where(told, outbox.c.state == "pending")).first():
        raise MailerError(
            "the coordinator's digest is still to be sent, and may tell of them: "
            "send it first (mailer deliver --drain), then try again"
        )
    words = select(outbox.c.letter_id).where(told)
    connection.execute(update(letters).where(letters.c.id.in_(words)).values(content=b""))
    _never_again(connection, told, now)


def _never_again(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Send neither what waits, nor what somebody could have tried again: it is empty now."""
    unsent = outbox.c.state.in_(("pending", "failed", "uncertain"))
    connection.execute(update(outbox).where(which, unsent).values(excluded(now)))


def _forget_words(connection: Connection, about: _About) -> None:
    """What stands of the person in other people's rows, and in what colleagues told us."""
    which = _which(about)
    for table in (subscribers, consents):
        said = about.mentioned(table.c.evidence)
        connection.execute(update(table).where(said).values(evidence=""))
    connection.execute(delete(tokens).where(which[tokens]))
    connection.execute(delete(absences).where(which[absences]))
    nobody = {"approver": _GONE, "reason": ""}
    connection.execute(update(answers).where(which[answers]).values(nobody))


def _forget_cases(connection: Connection, about: _About, digest: str) -> None:
    """Who wrote the mails, and in which words; what was decided about them stays."""
    theirs = inquiries.c.id.in_(about.cases)
    connection.execute(
        update(inquiries)
        .where(theirs)
        .values(sender=None, subject="", message_id="", reasons=[], silence="", erased=digest)
    )
