"""The tables. A change here needs a migration in `migrations/versions` and HEAD in `database`.

* subscribers: one row an address, never deleted while letters refer to it
* consents: one row a change of a subscription, never altered: when, how, to which words
* wordings: the words that were agreed to, by version
* tokens: what the links in letters to subscribers hold, besides `subscribers.token`
* erased: digests of addresses that no import may bring back
* erasures: one row a person that was forgotten: when, how many rows of which kinds, not who
* editions: one row a period; it exists from the moment that the edition is claimed
* proofs, answers: what approvers were asked about an edition, and what they said
* letters: the bytes that many recipients share, once
* outbox: one row a letter to a recipient; `key` makes a second queueing change nothing
* deliveries: one row a try that was not taken, with the relay's own words; what was taken stands
  in the outbox
* bounces: one row a report that came back about a letter: what it says, what it weighs
* paces: how many letters each relay was given when, for a day
* journal: one row a place (folder, validity, uid) where a received mail was seen
* inquiries: one row a received mail, by the hash of its bytes, with verdict and reasons; `erased`
  once it tells no more of its sender: their digest while the original is kept, then empty
* absences: one row an automatic answer by which a leader told us of being away
* labels: one row a correction that stands: who has an inquiry now, and what stood before
* moves: one row a mail that is to be moved in the mailbox, until it was
* takings: who said that they take an inquiry
* answered: one row a sign that an inquiry was answered; `source` is the number of the mail that
  answers it, or empty where that was seen by a flag in the mailbox
* folders: how far each folder of the mailbox was looked through
* sightings: one row a place where people put a known mail; settled once it is known what for
* chain: one row an event of a case, sealed to the row before it, never altered
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
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
    Column("paused_until", String(10)),
)

Index("uq_subscribers_email", func.lower(subscribers.c.email), unique=True)
_PAUSED = text("paused_until IS NOT NULL")
Index(
    "ix_subscribers_paused_until",
    subscribers.c.paused_until,
    sqlite_where=_PAUSED,
    postgresql_where=_PAUSED,
)

wordings = Table(
    "wordings",
    metadata,
    Column("version", String(16), primary_key=True),
    Column("text", Text, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("act", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("way", String(16), nullable=False),
    Column("wording", ForeignKey("wordings.version")),
    Column("evidence", Text, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", String(32), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False, index=True),
    Column("email", String(254), nullable=False, default=""),
    Column("wording", ForeignKey("wordings.version")),
    Column("issued", Instant, nullable=False),
    Column("used", Instant),
)

erased = Table(
    "erased",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("rows", JSON, nullable=False),
    Column("originals", Boolean, nullable=False),
)

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
    Column("erased", String(64)),
)
Index("ix_inquiries_message_id", inquiries.c.message_id)
Index("ix_inquiries_sender", func.lower(inquiries.c.sender))

absences = Table(
    "absences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("leader", String(64), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("source", String(32), nullable=False, unique=True),
)

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
    Column("token", String(32), nullable=False, default=""),
    Column("edition", ForeignKey("editions.period")),
    Column("subscriber_id", ForeignKey("subscribers.id")),
    Column("inquiry_id", ForeignKey("inquiries.id")),
    Column("state", String(12), nullable=False, default="pending"),
    Column("tries", Integer, nullable=False, default=0),
    Column("queued", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("leased_by", String(40)),
    Column("leased_until", Instant),
    Column("settled", Instant),
    Column("relay", Text, nullable=False, default=""),
    Column("reply", Text, nullable=False, default=""),
    # Room on each page: a lease then alters no index on PostgreSQL.
    postgresql_with={"fillfactor": 70},
)
_PENDING = text("state = 'pending'")
Index(
    "ix_outbox_due",
    outbox.c.priority,
    outbox.c.due,
    outbox.c.id,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
Index("ix_outbox_edition_state", outbox.c.edition, outbox.c.state)
# Partial, as most rows are letters of editions: a million of them need no entry here.
_ACKNOWLEDGEMENT = text("kind = 'acknowledgement'")
Index(
    "ix_outbox_acknowledgement_queued",
    outbox.c.queued,
    sqlite_where=_ACKNOWLEDGEMENT,
    postgresql_where=_ACKNOWLEDGEMENT,
)
_OF_INQUIRY = text("inquiry_id IS NOT NULL")
Index(
    "ix_outbox_inquiry_id",
    outbox.c.inquiry_id,
    sqlite_where=_OF_INQUIRY,
    postgresql_where=_OF_INQUIRY,
)
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

bounces = Table(
    "bounces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False, unique=True),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False, index=True),
    Column("subscriber_id", ForeignKey("subscribers.id"), index=True),
    Column("at", Instant, nullable=False),
    Column("weight", String(12), nullable=False),
    Column("permanence", String(12), nullable=False),
    Column("status", String(12), nullable=False),
    Column("diagnostic", Text, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("relay", String(320), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("letters", Integer, nullable=False),
)

proofs = Table(
    "proofs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("period", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hour", Instant, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("asked", Instant, nullable=False),
    Column("reminded", Instant, nullable=False),
    UniqueConstraint("period", "number"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("proof_id", ForeignKey("proofs.id"), nullable=False, index=True),
    Column("approver", String(254), nullable=False),
    Column("says", String(8), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False, index=True),
    Column("slug", String(64), nullable=False),
    Column("before", JSON, nullable=False),  # columns of the inquiry
    Column("way", String(8), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)

moves = Table(
    "moves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
)

takings = Table(
    "takings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False),
    Column("leader", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("inquiry_id", "leader"),
)

answered = Table(
    "answered",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False),
    Column("source", String(32), nullable=False),
    Column("leader", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("inquiry_id", "source"),
)

folders = Table(
    "folders",
    metadata,
    Column("name", Text, primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("next_uid", BigInteger, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("inquiry_id", ForeignKey("inquiries.id"), nullable=False, index=True),
    Column("seen", Instant, nullable=False),
    Column("settled", Instant),
    UniqueConstraint("folder", "validity", "uid"),
)
_UNSETTLED = text("settled IS NULL")
Index(
    "ix_sightings_unsettled",
    sightings.c.id,
    sqlite_where=_UNSETTLED,
    postgresql_where=_UNSETTLED,
)

chain = Table(
    "chain",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("happening", String(16), nullable=False),
    Column("case_number", String(32), nullable=False),
    Column("facts", Text, nullable=False),  # the very text that was sealed
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
