"""The second schema: approval, consent, bounces, pace, labels, answers, the chain of the record."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from mailer.edge.store.tables import Instant
from mailer.inquiry.chain import NOTHING, STANDING, End, Event, chained, recorded

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _approval()
    _consents()
    _delivery()
    _bounces()
    _paces()
    _absences()
    _corrections()
    _answers()
    _chain()
    _erasures()


def _delivery() -> None:
    op.add_column("outbox", sa.Column("token", sa.String(32), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("relay", sa.Text(), nullable=False, server_default=""))
    op.drop_column("outbox", "unsubscribe")
    for old in ("ix_outbox_due", "ix_outbox_kind_queued", "ix_outbox_inquiry_id"):
        op.drop_index(old, "outbox")
    for name, columns, rows in (
        ("ix_outbox_due", ["priority", "due", "id"], "state = 'pending'"),
        ("ix_outbox_acknowledgement_queued", ["queued"], "kind = 'acknowledgement'"),
        ("ix_outbox_inquiry_id", ["inquiry_id"], "inquiry_id IS NOT NULL"),
    ):
        where = sa.text(rows)
        op.create_index(name, "outbox", columns, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE outbox SET (fillfactor = 70)")


def _bounces() -> None:
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weight", sa.String(length=12), nullable=False),
        sa.Column("permanence", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_bounces_inquiry_id_inquiries")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_bounces_outbox_id_outbox")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_bounces_subscriber_id_subscribers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("inquiry_id", name=op.f("uq_bounces_inquiry_id")),
    )
    op.create_index(op.f("ix_bounces_outbox_id"), "bounces", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_bounces_subscriber_id"), "bounces", ["subscriber_id"], unique=False)


def _paces() -> None:
    op.create_table(
        "paces",
        sa.Column("relay", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("relay", "at", name=op.f("pk_paces")),
    )


def _absences() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("source", name=op.f("uq_absences_source")),
    )
    op.create_index("ix_inquiries_sender", "inquiries", [sa.text("lower(sender)")], unique=False)


def _consents() -> None:
    op.add_column("subscribers", sa.Column("paused_until", sa.String(length=10)))
    op.create_index(
        "ix_subscribers_paused_until",
        "subscribers",
        ["paused_until"],
        unique=False,
        sqlite_where=sa.text("paused_until IS NOT NULL"),
        postgresql_where=sa.text("paused_until IS NOT NULL"),
    )
    op.create_table(
        "wordings",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_wordings")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.String(length=16), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_consents_subscriber_id_subscribers"),
        ),
        sa.ForeignKeyConstraint(
            ["wording"], ["wordings.version"], name=op.f("fk_consents_wording_wordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_subscriber_id"), "consents", ["subscriber_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("wording", sa.String(length=16), nullable=True),
        sa.Column("issued", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_tokens_subscriber_id_subscribers")
        ),
        sa.ForeignKeyConstraint(
            ["wording"], ["wordings.version"], name=op.f("fk_tokens_wording_wordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token", name=op.f("uq_tokens_token")),
    )
    op.create_index(op.f("ix_tokens_subscriber_id"), "tokens", ["subscriber_id"], unique=False)
    op.create_table(
        "erased",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased")),
    )
    # What was known before there was a history is its first entry.
    op.execute(
        "INSERT INTO consents (subscriber_id, at, act, state, way, evidence) "
        "SELECT id, changed, 'known', state, 'known', evidence FROM subscribers"
    )


def _approval() -> None:
    op.create_table(
        "proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
        sa.UniqueConstraint("period", "number", name=op.f("uq_proofs_period_number")),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proof_id", sa.Integer(), nullable=False),
        sa.Column("approver", sa.String(length=254), nullable=False),
        sa.Column("says", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proof_id"], ["proofs.id"], name=op.f("fk_answers_proof_id_proofs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_proof_id"), "answers", ["proof_id"], unique=False)


def _corrections() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_labels_inquiry_id_inquiries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    op.create_index(op.f("ix_labels_inquiry_id"), "labels", ["inquiry_id"], unique=False)
    op.create_table(
        "moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_moves_inquiry_id_inquiries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
        sa.UniqueConstraint("inquiry_id", name=op.f("uq_moves_inquiry_id")),
    )
    op.create_table(
        "takings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_takings_inquiry_id_inquiries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takings")),
        sa.UniqueConstraint("inquiry_id", "leader", name=op.f("uq_takings_inquiry_id_leader")),
    )
    op.create_table(
        "folders",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("next_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_folders")),
    )
    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_sightings_inquiry_id_inquiries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint(
            "folder", "validity", "uid", name=op.f("uq_sightings_folder_validity_uid")
        ),
    )
    op.create_index(op.f("ix_sightings_inquiry_id"), "sightings", ["inquiry_id"], unique=False)
    op.create_index(
        "ix_sightings_unsettled",
        "sightings",
        ["id"],
        unique=False,
        sqlite_where=sa.text("settled IS NULL"),
        postgresql_where=sa.text("settled IS NULL"),
    )


def _erasures() -> None:
    op.add_column("inquiries", sa.Column("erased", sa.String(length=64), nullable=True))
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("originals", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )


def _answers() -> None:
    op.create_table(
        "answered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiries.id"], name=op.f("fk_answered_inquiry_id_inquiries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered")),
        sa.UniqueConstraint("inquiry_id", "source", name=op.f("uq_answered_inquiry_id_source")),
    )


def _chain() -> None:
    chain = op.create_table(
        "chain",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("happening", sa.String(length=16), nullable=False),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_chain")),
    )
    # What was known before there was a chain is its beginning. The form of what is sealed can never
    # change, so that it may come from outside of this file.
    end = NOTHING
    for at, event in _until_now():
        (link,) = chained([event], end, at)
        end = End(link.sequence, link.hash)
        values = asdict(link)
        op.execute(chain.insert().values(case_number=values.pop("number"), **values))


def _until_now() -> Iterator[tuple[datetime, Event]]:
    text, moment = sa.Text(), Instant()
    cases = sa.table(
        "inquiries",
        sa.column("id", sa.Integer()),
        *(sa.column(name, text) for name in ("hash", "case_number", "kind", "owner", "folder")),
        *(sa.column(name, moment) for name in ("received", "decided")),
        sa.column("certain", sa.Boolean()),
    )
    places = sa.table(
        "journal",
        *(sa.column(name, sa.Integer()) for name in ("id", "inquiry_id")),
        *(sa.column(name, moment) for name in ("seen", "filed")),
        sa.column("filed_to", text),
    )
    for case in op.get_bind().execute(sa.select(cases).order_by(cases.c.id)).all():
        number = case.case_number
        seen = sa.select(places).where(places.c.inquiry_id == case.id).order_by(places.c.id)
        theirs = op.get_bind().execute(seen).all()
        for place in theirs:
            yield place.seen, Event("recorded", number, recorded(case.hash, case.received))
        if case.decided:
            standing = {name: getattr(case, name) for name in STANDING}
            yield case.decided, Event("decided", number, standing)
        for place in theirs:
            if place.filed:
                yield place.filed, Event("filed", number, {"folder": place.filed_to})
