"""What leaders told us of being away, on both databases: each answer once, and day by day."""

from datetime import date

import pytest

from mailer.edge.store.absences import StoredAbsences
from mailer.edge.store.database import Database
from mailer.organisation import Absence

pytestmark = pytest.mark.anyio


def days(first: int, last: int) -> Absence:
    return Absence(date(2020, 9, first), date(2020, 9, last))


async def test_who_is_away_is_known_day_by_day_to_the_last_of_it(database: Database) -> None:
    store = StoredAbsences(database)
    await store.note("sven", days(11, 14), "IT-2020-0001")
    await store.note("sven", days(14, 18), "IT-2020-0002")
    await store.note("anna", days(14, 14), "IT-2020-0003")
    found = {day: await store.on(date(2020, 9, day)) for day in (10, 11, 14, 15, 18, 19)}
    sven = {"sven": date(2020, 9, 14)}
    later = {"sven": date(2020, 9, 18)}
    both = {**later, "anna": date(2020, 9, 14)}
    assert found == {10: {}, 11: sven, 14: both, 15: later, 18: later, 19: {}}


async def test_one_answer_counts_once_however_often_it_is_read(database: Database) -> None:
    store = StoredAbsences(database)
    await store.note("sven", days(11, 14), "IT-2020-0001")
    await store.note("sven", days(12, 19), "IT-2020-0001")
    assert await store.on(date(2020, 9, 14)) == {"sven": date(2020, 9, 14)}
    assert await store.on(date(2020, 9, 15)) == {}
