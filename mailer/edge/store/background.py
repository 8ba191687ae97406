"""What the record knows that bears on mails: what they answer, whom we answered of late.

Reads inside a transaction, for any number of mails at once: a statement for each question, not for
each mail.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, or_, select

from mailer.edge.store.absences import away
from mailer.edge.store.tables import inquiries, outbox, subscribers, tokens
from mailer.inquiry.record import Background, Earlier, Opened
from mailer.inquiry.thread import topic
from mailer.mail.address import Address
from mailer.subscriber.mail import token_in

ACKNOWLEDGEMENT = outbox.c.kind == literal_column("'acknowledgement'")
"""Not as a parameter, or SQLite cannot tell that the index of just these letters serves."""

_ONE_ANSWER_IN = timedelta(hours=24)
_COUNTED_OVER = timedelta(hours=1)
_SAME_THREAD_IN = timedelta(days=30)
_LOOKED_AT = 50  # mails of one sender

_EARLIER = (
    inquiries.c.id,
    inquiries.c.case_number,
    inquiries.c.owner,
    inquiries.c.certain,
    inquiries.c.hash,
    inquiries.c.received,
    inquiries.c.message_id,
    inquiries.c.subject,
)


def background(
    connection: Connection, mails: Sequence[Opened], zone: ZoneInfo, now: datetime
) -> list[Background]:
    senders = {_sender(mail) for mail in mails} - {""}
    posts = _posts(connection, {id for mail in mails for id in mail.inquiry.references})
    named = _named(connection, mails, posts)
    alike = _alike(connection, mails, senders)
    had = acknowledged(connection, now)
    counted = select(func.count()).where(ACKNOWLEDGEMENT, outbox.c.queued > now - _COUNTED_OVER)
    recent = connection.execute(counted).scalar_one()
    absent = away(connection, now.astimezone(zone).date())
    states = _states(connection, senders)
    known_tokens = _tokens(connection, {_token(mail) for mail in mails} - {""})
    found = []
    for mail in mails:
        sender = _sender(mail)
        answered = [posts[id] for id in mail.inquiry.references if id in posts]
        kinds = {post.kind for post in answered if post.recipient.lower() == sender}
        found.append(
            Background(
                earlier=_earlier(mail, answered, named, alike),
                acknowledged=bool(had.get(_box(mail), frozenset()) - {mail.case.id}),
                acknowledgements=recent,
                confirms="confirmation" in kinds,
                answers_forward="forward" in kinds,
                away=absent,
                # A second click on the same link is no question to a person.
                subscribed=states.get(sender, "left") != "left" or _token(mail) in known_tokens,
                active=states.get(sender) == "active",
            )
        )
    return found


def acknowledged(connection: Connection, now: datetime) -> dict[str, frozenset[int]]:
    """For which cases each box had an acknowledgement of late. They are few: see the breaker."""
    query = select(outbox.c.recipient, outbox.c.inquiry_id).where(
        ACKNOWLEDGEMENT, outbox.c.queued > now - _ONE_ANSWER_IN
    )
    had: dict[str, frozenset[int]] = {}
    for recipient, inquiry_id in connection.execute(query):
        box = Address(recipient).box
        had[box] = had.get(box, frozenset()) | {inquiry_id}
    return had


def _box(mail: Opened) -> str:
    return mail.inquiry.sender.box if mail.inquiry.sender else ""


def _sender(mail: Opened) -> str:
    return mail.inquiry.sender.email.lower() if mail.inquiry.sender else ""


def _token(mail: Opened) -> str:
    return token_in(mail.inquiry.subject)


def _posts(connection: Connection, message_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Those of our letters that have these Message-IDs."""
    if not message_ids:
        return {}
    columns = (outbox.c.message_id, outbox.c.kind, outbox.c.recipient, outbox.c.inquiry_id)
    query: Select[Any] = select(*columns).where(outbox.c.message_id.in_(message_ids))
    return {row.message_id: row for row in connection.execute(query)}


def _states(connection: Connection, addresses: Collection[str]) -> dict[str, str]:
    """How subscribers stand, by their addresses in small letters."""
    address = func.lower(subscribers.c.email)
    query = select(address, subscribers.c.state).where(address.in_(addresses))
    return {email: state for email, state in connection.execute(query)}


def _tokens(connection: Connection, asked: Collection[str]) -> set[str]:
    """Those of these tokens that are subscribers'."""
    if not asked:
        return set()
    own = select(subscribers.c.token).where(subscribers.c.token.in_(asked))
    leave = select(tokens.c.token).where(tokens.c.token.in_(asked), tokens.c.purpose == "leave")
    return {*connection.execute(own).scalars(), *connection.execute(leave).scalars()}


# --- what a mail follows up


def _named(
    connection: Connection, mails: Sequence[Opened], posts: dict[str, Row[Any]]
) -> Sequence[Row[Any]]:
    """The cases that these mails name: by a letter of ours, a mail's id, or a tag; newest first."""
    ids = {post.inquiry_id for post in posts.values()} - {None}
    references = {id for mail in mails for id in mail.inquiry.references}
    tags = {mail.tag for mail in mails} - {""}
    ways: list[ColumnElement[bool]] = [
        column.in_(wanted)
        for column, wanted in (
            (inquiries.c.id, ids),
            (inquiries.c.message_id, references),
            (inquiries.c.case_number, tags),
        )
        if wanted
    ]
    if not ways:
        return ()
    query: Select[Any] = select(*_EARLIER).where(or_(*ways), inquiries.c.decided.is_not(None))
    return connection.execute(query.order_by(inquiries.c.id.desc())).all()


def _alike(
    connection: Connection, mails: Sequence[Opened], senders: Collection[str]
) -> dict[str, list[Row[Any]]]:
    """The latest inquiries of these senders, newest first."""
    sender = func.lower(inquiries.c.sender)
    place = func.row_number().over(partition_by=sender, order_by=inquiries.c.id.desc())
    since = min(mail.case.received for mail in mails) - _SAME_THREAD_IN
    theirs = (
        select(*_EARLIER, sender.label("sender"), place.label("place"))
        .where(
            sender.in_(senders),
            inquiries.c.received > since,
            inquiries.c.kind.in_(("inquiry", "follow-up")),
        )
        .subquery()
    )
    query = select(theirs).where(theirs.c.place <= _LOOKED_AT).order_by(theirs.c.id.desc())
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.sender, []).append(row)
    return found


def _earlier(
    mail: Opened,
    answered: Sequence[Row[Any]],
    named: Sequence[Row[Any]],
    alike: dict[str, list[Row[Any]]],
) -> Earlier | None:
    """The newest case that it names; else the newest of the same sender and subject."""
    letters = {post.inquiry_id for post in answered}
    references = {*mail.inquiry.references}
    for row in named:
        if row.id != mail.case.id and (
            row.id in letters or row.message_id in references or row.case_number == mail.tag
        ):
            return _as_earlier(row, named=True)
    about = topic(mail.inquiry.subject)
    since = mail.case.received - _SAME_THREAD_IN
    for row in alike.get(_sender(mail), ()):
        same = about and topic(row.subject) == about
        if same and row.id != mail.case.id and row.received > since:
            return _as_earlier(row, named=False)
    return None


def _as_earlier(row: Row[Any], *, named: bool) -> Earlier:
    return Earlier(
        number=row.case_number,
        owner=row.owner,
        certain=row.certain,
        hash=row.hash,
        received=row.received,
        named=named,
    )
