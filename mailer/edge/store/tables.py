"""The tables. A change here needs a migration in `migrations/versions` and HEAD in `database`.

* subscribers: one row an address, never deleted while letters refer to it
* editions: one row a period; it exists from the moment that the edition is claimed
* letters: the bytes that many recipients share, once
* outbox: one row a letter to a recipient; `key` makes a second queueing change nothing
* deliveries: one row a try, with the relay's own words
* journal: one row a place (folder, validity, uid) where a received mail was seen
* inquiries: one row a received mail, by the hash of its bytes, with verdict and reasons
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware moment; kept as UTC (SQLite has no type with a zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("language", String(8), nullable=False, default="sv"),
    Column("state", String(16), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("token", String(32), nullable=False, unique=True),
    Column("since", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
)

Index("uq_subscribers_email", func.lower(subscribers.c.email), unique=True)

editions = Table(
    "editions",
    metadata,
    Column("period", String(16), primary_key=True),
    Column("date", String(10), nullable=False),
    Column("subject", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("told", JSON, nullable=False),
    Column("letters", JSON, nullable=False),
    Column("claimed", Instant, nullable=False),
)

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

inquiries = Table(
    "inquiries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("case_number", String(32), nullable=False, unique=True),
    Column("received", Instant, nullable=False),
    Column("decided", Instant),
    Column("kind", String(16)),
    Column("sender", Text),
    Column("subject", Text),
    Column("message_id", Text),
    Column("language", String(8)),
    Column("owner", String(64)),
    Column("copies", JSON),
    Column("suggestions", JSON),
    Column("confidence", Float),
    Column("certain", Boolean),
    Column("urgent", Boolean),
    Column("reasons", JSON),
    Column("folder", Text),
    Column("silence", Text),
)
Index("ix_inquiries_message_id", inquiries.c.message_id)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("validity", BigInteger, nullable=False),  # no sign (RFC 3501), as uid and size
    Column("uid", BigInteger, nullable=False),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False, index=True),
    Column("received", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("filed_to", Text),
    Column("filed", Instant),
    UniqueConstraint("folder", "validity", "uid"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(160), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("letter_id", ForeignKey("letters.id"), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("recipient_name", Text, nullable=False, default=""),
    Column("mail_from", String(254), nullable=False),
    Column("message_id", String(160), nullable=False, unique=True),
    Column("unsubscribe", Text, nullable=False, default=""),
    Column("edition", ForeignKey("editions.period")),
    Column("subscriber_id", ForeignKey("subscribers.id")),
    Column("inquiry_id", ForeignKey("inquiries.id"), index=True),
    Column("state", String(12), nullable=False, default="pending"),
    Column("tries", Integer, nullable=False, default=0),
    Column("queued", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("leased_by", String(40)),
    Column("leased_until", Instant),
    Column("settled", Instant),
    Column("reply", Text, nullable=False, default=""),
)
_PENDING = text("state = 'pending'")
Index(
    "ix_outbox_due",
    outbox.c.priority,
    outbox.c.due,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
Index("ix_outbox_edition_state", outbox.c.edition, outbox.c.state)
Index("ix_outbox_kind_queued", outbox.c.kind, outbox.c.queued)
Index(
    "ix_outbox_subscriber_pending",
    outbox.c.subscriber_id,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("relay", Text, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("code", Integer),
    Column("reply", Text, nullable=False),
)
