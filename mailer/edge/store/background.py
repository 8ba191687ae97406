"""What the record knows that bears on a mail: what it answers, whom we answered of late.

Reads inside a transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, or_, select

from mailer.edge.store.absences import away
from mailer.edge.store.tables import inquiries, outbox, subscribers, tokens
from mailer.inquiry.record import Background, Case, Earlier
from mailer.inquiry.thread import topic
from mailer.inquiry.verdict import Inquiry
from mailer.subscriber.mail import token_in

ACKNOWLEDGEMENT = outbox.c.kind == literal_column("'acknowledgement'")
"""Not as a parameter, or SQLite cannot tell that the index of just these letters serves."""

_ONE_ANSWER_IN = timedelta(hours=24)
_COUNTED_OVER = timedelta(hours=1)
_SAME_THREAD_IN = timedelta(days=30)
_LOOKED_AT = 50  # mails of one sender


def background(
    connection: Connection,
    inquiry: Inquiry,
    case: Case,
    tagged: str,
    zone: ZoneInfo,
    now: datetime,
) -> Background:
    """`tagged` is the case number in the mail's subject, or empty."""
    sender = inquiry.sender.email if inquiry.sender else ""
    token = token_in(inquiry.subject)
    posts = connection.execute(
        select(outbox.c.kind, outbox.c.recipient, outbox.c.inquiry_id).where(
            outbox.c.message_id.in_(inquiry.references)
        )
    ).all()
    recent = connection.execute(
        select(func.count()).where(ACKNOWLEDGEMENT, outbox.c.queued > now - _COUNTED_OVER)
    ).scalar_one()
    answered = {post.kind for post in posts if post.recipient.lower() == sender.lower()}
    return Background(
        earlier=_earlier(connection, inquiry, case, tagged, posts),
        acknowledged=acknowledged(connection, sender, case.id, now),
        acknowledgements=recent,
        confirms="confirmation" in answered,
        answers_forward="forward" in answered,
        away=away(connection, now.astimezone(zone).date()),
        subscribed=connection.execute(
            select(subscribers.c.id).where(
                or_(
                    # A second click on the same link is no question to a person.
                    subscribers.c.token == token,
                    subscribers.c.id.in_(
                        select(tokens.c.subscriber_id).where(
                            tokens.c.token == token, tokens.c.purpose == "leave"
                        )
                    ),
                    and_(
                        func.lower(subscribers.c.email) == sender.lower(),
                        subscribers.c.state != "left",
                    ),
                )
            )
        ).first()
        is not None,
        active=connection.execute(
            select(subscribers.c.id).where(
                func.lower(subscribers.c.email) == sender.lower(),
                subscribers.c.state == "active",
            )
        ).first()
        is not None,
    )


def _earlier(
    connection: Connection, inquiry: Inquiry, case: Case, tagged: str, posts: Sequence[Any]
) -> Earlier | None:
    """By our letter that it answers, the mail that it refers to, or the tag in its subject.

    Else by the sender and the subject.
    """
    ways: list[ColumnElement[bool]] = [
        inquiries.c.id.in_([post.inquiry_id for post in posts if post.inquiry_id]),
        inquiries.c.message_id.in_(inquiry.references),
    ]
    if tagged:
        ways.append(inquiries.c.case_number == tagged)
    newest = (
        select(inquiries)
        .where(inquiries.c.id != case.id, inquiries.c.decided.is_not(None))
        .order_by(inquiries.c.id.desc())
    )
    found = connection.execute(newest.where(or_(*ways)).limit(1)).first()
    named = found is not None
    about = topic(inquiry.subject)
    if not named and inquiry.sender and about:
        theirs = newest.where(
            func.lower(inquiries.c.sender) == inquiry.sender.email.lower(),
            inquiries.c.received > case.received - _SAME_THREAD_IN,
            inquiries.c.kind.in_(("inquiry", "follow-up")),
        )
        rows = connection.execute(theirs.limit(_LOOKED_AT))
        found = next((row for row in rows if topic(row.subject) == about), None)
    if found is None:
        return None
    return Earlier(
        number=found.case_number,
        owner=found.owner,
        certain=found.certain,
        hash=found.hash,
        received=found.received,
        named=named,
    )


def acknowledged(
    connection: Connection, recipient: str, case_id: int | None, now: datetime
) -> bool:
    """Whether an address had an acknowledgement of late, for another case than this."""
    query = select(outbox.c.id).where(
        ACKNOWLEDGEMENT,
        func.lower(outbox.c.recipient) == recipient.lower(),
        outbox.c.queued > now - _ONE_ANSWER_IN,
        outbox.c.inquiry_id != case_id,
    )
    return connection.execute(query).first() is not None
