"""Proofs and their answers on the database."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from mailer.edge.store.database import Database, insert_new
from mailer.edge.store.outbox import put
from mailer.edge.store.tables import answers, outbox, proofs
from mailer.mail.post import Post
from mailer.newsletter.approval import Answer, Proof


class StoredProofs:
    """The port `Proofs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, period: str) -> tuple[Proof | None, Sequence[Answer]]:
        newest = select(func.max(proofs.c.number)).where(proofs.c.period == period)
        last = select(proofs).where(
            proofs.c.period == period, proofs.c.number == newest.scalar_subquery()
        )

        def work(connection: Connection) -> tuple[Proof | None, Sequence[Answer]]:
            row = connection.execute(last).one_or_none()
            if row is None:
                return None, ()
            given = select(answers).where(answers.c.proof_id == row.id).order_by(answers.c.id)
            return _proof(row), [
                Answer(row.number, each.approver, each.says, each.reason, each.at)
                for each in connection.execute(given)
            ]

        return await self._database.read(work)

    async def ask(self, proof: Proof, posts: Sequence[Post], now: datetime) -> bool:
        row = asdict(proof)

        def work(connection: Connection) -> bool:
            if not connection.execute(insert_new(connection, proofs).values(row)).rowcount:
                return False
            put(connection, posts, now)
            return True

        return await self._database.write(work)

    async def remind(self, proof: Proof, posts: Sequence[Post], now: datetime) -> None:
        noted = update(proofs).where(*_this(proof)).values(reminded=now)

        def work(connection: Connection) -> None:
            connection.execute(noted)
            put(connection, posts, now)

        await self._database.write(work)

    async def answer(
        self, proof: Proof, answer: Answer, posts: Sequence[Post], now: datetime
    ) -> bool:
        def work(connection: Connection) -> bool:
            proof_id = connection.execute(select(proofs.c.id).where(*_this(proof))).scalar_one()
            last = connection.execute(
                select(answers.c.says, answers.c.reason)
                .where(answers.c.proof_id == proof_id, answers.c.approver == answer.approver)
                .order_by(answers.c.id.desc())
                .limit(1)
            ).first()
            if last and tuple(last) == (answer.says, answer.reason):
                return False
            connection.execute(
                answers.insert().values(
                    proof_id=proof_id,
                    approver=answer.approver,
                    says=answer.says,
                    reason=answer.reason,
                    at=answer.at,
                )
            )
            put(connection, posts, now)
            return True

        return await self._database.write(work)

    async def keys_of(self, message_ids: Collection[str]) -> Sequence[str]:
        query = select(outbox.c.key).where(
            outbox.c.kind == "proof", outbox.c.message_id.in_(message_ids)
        )
        return await self._database.read(lambda c: c.execute(query).scalars().all())

    async def put(self, posts: Sequence[Post], now: datetime) -> None:
        await self._database.write(lambda connection: put(connection, posts, now))


def _proof(row: Row[Any]) -> Proof:
    return Proof(
        period=row.period,
        number=row.number,
        hour=row.hour,
        digest=row.digest,
        text=row.text,
        html=row.html,
        asked=row.asked,
        reminded=row.reminded,
    )


def _this(proof: Proof) -> tuple[ColumnElement[bool], ...]:
    return proofs.c.period == proof.period, proofs.c.number == proof.number
