"""How long an edition takes at the relays' paces."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from mailer.mail.forecast import Stand, time_for, time_left
from mailer.mail.pace import Given, pace, room

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)
MICROSOFT_365 = pace(None, 30, 10_000)
FREE = Stand("free")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(*past: tuple[float, int]) -> list[Given]:
    """Letters that were given so many seconds ago."""
    return [Given(NOON - timedelta(seconds=ago), letters) for ago, letters in past]


@pytest.mark.parametrize(
    ("letters", "past", "expected"),
    [
        (0, [], minutes(0)),
        (27, [], minutes(0)),
        (28, [], minutes(1)),
        (2_000, [], minutes(74)),
        (27, [(40, 27)], timedelta(seconds=20)),
        (54, [(40, 27)], timedelta(seconds=80)),
        (27, [(40, 20), (10, 7)], timedelta(seconds=50)),
        (27, [(40, 30)], timedelta(seconds=20)),
        (1, [(40, 3), (10, 27)], timedelta(seconds=50)),
        (9_001, [], timedelta(days=1)),
        (20_000, [], timedelta(days=2)),
        (1, [(3_600, 9_000)], timedelta(hours=23)),
    ],
)
def test_the_time_at_thirty_a_minute_and_ten_thousand_a_day(
    letters: int, past: Sequence[tuple[float, int]], expected: timedelta
) -> None:
    relay = Stand("m365", limits=MICROSOFT_365, past=at(*past))
    assert time_for(letters, [relay], NOON) == expected


@pytest.mark.parametrize(
    ("letters", "relay", "gone", "expected"),
    [
        (0, FREE, 0, minutes(0)),
        (600, FREE, 0, None),
        (600, FREE, 300, minutes(2)),
        (2_000, Stand("m365", limits=MICROSOFT_365), 0, minutes(74)),
        (2_000, Stand("m365", limits=MICROSOFT_365), 1_000, minutes(74)),
        (2_000, Stand("m365", limits=MICROSOFT_365), 20, minutes(100)),
    ],
)
def test_the_time_left_is_the_longer_of_what_the_pace_tells_and_what_went_of_late(
    letters: int, relay: Stand, gone: int, expected: timedelta | None
) -> None:
    assert time_left(letters, [relay], gone, minutes(1), NOON) == expected


TEN_A_MINUTE = pace(None, 10, None)


@pytest.mark.parametrize(
    ("relays", "expected"),
    [
        ([FREE], minutes(0)),
        ([Stand("a", limits=TEN_A_MINUTE), FREE], minutes(0)),
        ([Stand("a", limits=TEN_A_MINUTE), Stand("b", "open")], minutes(11)),
        ([Stand("a", limits=TEN_A_MINUTE), Stand("b", limits=pace(None, 20, None))], minutes(3)),
        ([Stand("a", "open", TEN_A_MINUTE), Stand("b", "open", pace(5, None, None))], minutes(0.3)),
    ],
)
def test_relays_that_work_share_a_hundred_letters(
    relays: Sequence[Stand], expected: timedelta
) -> None:
    assert time_for(100, relays, NOON) == expected


PASTS = st.lists(st.tuples(st.integers(0, 120), st.integers(1, 20)), max_size=8)


@example(PASTS, st.integers(1, 200), st.integers(2, 20), st.none() | st.integers(60, 400))
def test_it_is_when_the_last_letter_goes_where_each_goes_as_soon_as_it_may(
    past: Sequence[tuple[int, int]], letters: int, minute: int, day: int | None
) -> None:
    limits = pace(None, minute, day)
    history = at(*past)
    forecast = NOON + time_for(letters, [Stand("a", limits=limits, past=history)], NOON)
    now, left = NOON, letters
    while left:
        found = room(history, limits, left, now)
        now = now if found.letters else found.again
        left -= found.letters
        history.append(Given(now, found.letters))
    assert forecast <= now
    if day is None:
        assert forecast == now
