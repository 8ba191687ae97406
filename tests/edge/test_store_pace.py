"""What relays were given, kept on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from mailer.edge.store.database import Database
from mailer.edge.store.pace import StoredPace
from mailer.edge.store.tables import paces
from mailer.mail.pace import Room, pace

pytestmark = pytest.mark.anyio

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMITS = pace(None, 30, 10_000)


async def test_what_was_given_counts_after_a_restart(database: Database, database_url: str) -> None:
    assert await StoredPace(database, "a", LIMITS).take(20, NOON) == Room(20, NOON)
    reopened = await Database.open(database_url)
    try:
        stored = StoredPace(reopened, "a", LIMITS)
        assert await stored.take(20, NOON) == Room(7, NOON)
        assert await stored.take(20, NOON, pressing=20) == Room(3, NOON)
        assert await stored.take(20, NOON, pressing=20) == Room(0, NOON + MINUTE)
        assert await StoredPace(reopened, "b", LIMITS).take(20, NOON) == Room(20, NOON)
    finally:
        await reopened.close()


async def test_what_is_given_back_may_be_taken_again(database: Database) -> None:
    stored = StoredPace(database, "a", LIMITS)
    await stored.take(27, NOON)
    await stored.give_back(12, NOON)
    assert await stored.take(30, NOON + MINUTE / 2) == Room(12, NOON + MINUTE / 2)


async def test_processes_that_share_a_database_share_the_pace(
    database: Database, database_url: str
) -> None:
    other = await Database.open(database_url)
    try:
        both = [StoredPace(each, "a", LIMITS) for each in (database, other)] * 10
        found = await asyncio.gather(*(each.take(4, NOON) for each in both))
    finally:
        await other.close()
    assert sum(each.letters for each in found) == 27


async def test_a_day_of_letters_takes_a_bounded_number_of_rows(database: Database) -> None:
    stored = StoredPace(database, "a", pace(100, None, None))
    for second in range(0, 6 * 60, 2):
        await stored.take(7, NOON + timedelta(seconds=second))
    rows = await database.read(
        lambda connection: connection.execute(select(func.count(), func.sum(paces.c.letters))).one()
    )
    assert rows[1] == 180 * 7
    assert rows[0] <= 4 + 60  # a minute each, then a second each for two minutes
