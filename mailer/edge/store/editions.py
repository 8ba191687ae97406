"""Editions on the database: claimed once, queued whole, counted at any time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.outbox import post_row, put_letter
from mailer.edge.store.subscribers import as_subscriber
from mailer.edge.store.tables import editions, letters, outbox, subscribers
from mailer.errors import EditionError
from mailer.mail.post import Post
from mailer.newsletter.receipt import Receipt, RenderedEdition, SentEdition
from mailer.subscriber.subscription import Subscriber

FALLBACK_LANGUAGE = "sv"
_CHUNK = 2000


class StoredEditions:
    """The port `Editions`, and the receipts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claimed(self, period: str) -> bool:
        query = select(editions.c.period).where(editions.c.period == period)
        return await self._database.read(lambda c: c.execute(query).first() is not None)

    async def last_before(self, day: date, period: str) -> date | None:
        earlier = select(func.max(editions.c.date)).where(
            editions.c.date < day.isoformat(), editions.c.period != period
        )
        found = await self._database.read(lambda c: c.execute(earlier).scalar())
        return date.fromisoformat(found) if found else None

    async def told_before(self, day: date, period: str) -> Sequence[Mapping[str, Any]]:
        earlier = (
            select(editions.c.told)
            .where(editions.c.date < day.isoformat(), editions.c.period != period)
            .order_by(editions.c.date)
        )
        return await self._database.read(lambda c: c.execute(earlier).scalars().all())

    async def sent(self, period: str) -> SentEdition:
        query = select(editions).where(editions.c.period == period)

        def work(connection: Connection) -> SentEdition:
            row = connection.execute(query).one()
            shared = select(letters).where(letters.c.id.in_(row.letters.values()))
            content = {letter.id: letter.content for letter in connection.execute(shared)}
            by_language = {language: content[id] for language, id in row.letters.items()}
            return SentEdition(row.told, by_language)

        return await self._database.read(work)

    async def queue(
        self, edition: RenderedEdition, address: Callable[[Subscriber], Post], now: datetime
    ) -> int | None:
        claim = {
            "period": edition.period,
            "date": edition.date.isoformat(),
            "subject": edition.subject,
            "content_hash": edition.content_hash,
            "told": edition.told,
            "letters": {},
            "claimed": now,
        }

        def work(connection: Connection) -> int | None:
            ours = insert_new(connection, editions).values(claim).returning(editions.c.period)
            if connection.execute(ours).first() is None:
                return None
            letter_ids = {
                language: put_letter(connection, content)
                for language, content in edition.content.items()
            }
            claimed = update(editions).where(editions.c.period == edition.period)
            connection.execute(claimed.values(letters=letter_ids))

            def as_row(subscriber: Subscriber) -> dict[str, Any]:
                language = subscriber.language
                letter = letter_ids.get(language, letter_ids[FALLBACK_LANGUAGE])
                return {
                    **post_row(address(subscriber), now),
                    "letter_id": letter,
                    "edition": edition.period,
                    "subscriber_id": subscriber.id,
                }

            audience = 0
            active = select(subscribers).where(subscribers.c.state == "active")
            found = connection.execute(active.order_by(subscribers.c.id))
            for rows in found.partitions(_CHUNK):
                posts = [as_row(as_subscriber(row)) for row in rows]
                connection.execute(outbox.insert(), posts)
                audience += len(posts)
            if not audience:
                # Raised inside the transaction: the period stays free for when there are readers.
                raise EditionError(
                    "there is no active subscriber, so nothing is sent; "
                    "add them first: mailer subscribers import"
                )
            return audience

        return await self._database.write(work)

    async def receipt(self, period: str) -> Receipt | None:
        """The account of one edition, true at any moment; None where there is no such edition."""

        def work(connection: Connection) -> Receipt | None:
            if not connection.execute(
                select(editions.c.period).where(editions.c.period == period)
            ).first():
                return None
            by_state = (
                select(outbox.c.state, func.count())
                .where(outbox.c.edition == period)
                .group_by(outbox.c.state)
            )
            counts = {state: count for state, count in connection.execute(by_state)}
            return Receipt(
                edition=period,
                audience=sum(counts.values()),
                **{
                    state: counts.get(state, 0)
                    for state in ("accepted", "failed", "uncertain", "excluded", "pending")
                },
            )

        return await self._database.read(work)

    async def failures(self, period: str) -> list[Row[Any]]:
        """Every letter of an edition that was not taken: recipient, state, the relay's words."""
        query = (
            select(outbox.c.recipient, outbox.c.state, outbox.c.reply)
            .where(outbox.c.edition == period, outbox.c.state.in_(("failed", "uncertain")))
            .order_by(outbox.c.reply, outbox.c.recipient)
        )
        return await self._database.read(lambda c: list(c.execute(query)))

    async def all(self) -> list[Row[Any]]:
        """Every edition, newest first."""
        query = select(editions).order_by(editions.c.date.desc())
        return await self._database.read(lambda c: list(c.execute(query)))
