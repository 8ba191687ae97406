"""Editions on the database: claimed once, queued whole, counted at any time."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.outbox import put_letters
from mailer.edge.store.queueing import queue_letters
from mailer.edge.store.tables import editions, letters, outbox
from mailer.errors import EditionError
from mailer.mail.reason import reason
from mailer.newsletter.receipt import STATES, Receipt, RenderedEdition, SentEdition


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
        self,
        edition: RenderedEdition,
        mail_from: str,
        message_id: Callable[[int], str],
        now: datetime,
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
            stored = put_letters(connection, edition.content.values())
            letter_ids = {language: stored[each] for language, each in edition.content.items()}
            claimed = update(editions).where(editions.c.period == edition.period)
            connection.execute(claimed.values(letters=letter_ids))

            queue_letters(connection, edition.period, letter_ids, mail_from, message_id, now)
            due = select(func.count()).where(
                outbox.c.edition == edition.period, outbox.c.state == "pending"
            )
            audience = connection.execute(due).scalar_one()
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
                **{state: counts.get(state, 0) for state in STATES},
            )

        return await self._database.read(work)

    async def reasons(self, period: str) -> list[tuple[str, str, int]]:
        """What was not taken: the state, the reason, and how many letters, the most first."""
        query = select(outbox.c.state, outbox.c.reply).where(
            outbox.c.edition == period, outbox.c.state.in_(("failed", "uncertain", "excluded"))
        )

        def work(connection: Connection) -> list[tuple[str, str, int]]:
            found = Counter((row.state, reason(row.reply)) for row in connection.execute(query))
            return [(state, why, count) for (state, why), count in found.most_common()]

        return await self._database.read(work)

    async def who(self, period: str, state: str) -> list[Row[Any]]:
        """Every letter of an edition in one state: its recipient, and the relay's words."""
        query = (
            select(outbox.c.recipient, outbox.c.reply)
            .where(outbox.c.edition == period, outbox.c.state == state)
            .order_by(outbox.c.reply, outbox.c.recipient)
        )
        return await self._database.read(lambda c: list(c.execute(query)))

    async def all(self) -> list[Row[Any]]:
        """Every edition, newest first."""
        query = select(editions).order_by(editions.c.date.desc())
        return await self._database.read(lambda c: list(c.execute(query)))
