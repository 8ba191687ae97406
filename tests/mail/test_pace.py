"""How many letters a relay may be given, and when more."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from mailer.mail.pace import DAY, MINUTE, SECOND, Given, Limit, Room, kept, pace, room

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)
MICROSOFT_365 = pace(None, 30, 10_000)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_pace_holds_the_limits_that_are_given() -> None:
    assert pace(None, None, None) == ()
    assert pace(5, 30, 10_000) == (Limit(5, SECOND), Limit(30, MINUTE), Limit(10_000, DAY))


@pytest.mark.parametrize(
    ("past", "seconds", "expected"),
    [
        ([], 0, Room(30, at(0))),
        ([(0, 12)], 1, Room(18, at(1))),
        ([(0, 30)], 1, Room(0, at(60))),
        ([(0, 30)], 59.9, Room(0, at(60))),
        ([(0, 30)], 60, Room(30, at(60))),
        ([(0, 20), (20, 10)], 59, Room(0, at(60))),
        ([(0, 20), (20, 10)], 60, Room(20, at(60))),
        ([(20, 10), (0, 20)], 79, Room(20, at(79))),
        ([(0, 40)], 30, Room(0, at(60))),
        ([(0, 30), (0, -12)], 30, Room(12, at(30))),
        ([(-3600, 9_990)], 0, Room(10, at(0))),
        ([(-3600, 9_000), (-60, 1_000)], 0, Room(0, at(86_400 - 3600))),
        ([(-3600, 9_980), (0, 20)], 30, Room(0, at(86_400 - 3600))),
    ],
)
def test_pressing_letters_have_all_the_room_at_thirty_a_minute_and_ten_thousand_a_day(
    past: Sequence[tuple[float, int]], seconds: float, expected: Room
) -> None:
    history = [Given(at(when), letters) for when, letters in past]
    assert room(history, MICROSOFT_365, 200, at(seconds), pressing=200) == expected


@pytest.mark.parametrize(
    ("past", "seconds", "wanted", "pressing", "expected"),
    [
        ([], 0, 200, 0, Room(27, at(0))),
        ([], 0, 200, 2, Room(27, at(0))),
        ([], 0, 200, 29, Room(29, at(0))),
        ([(0, 27)], 1, 200, 0, Room(0, at(60))),
        ([(0, 27)], 1, 200, 2, Room(2, at(1))),
        ([(0, 27)], 1, 200, 9, Room(3, at(1))),
        ([(0, 30)], 1, 200, 1, Room(0, at(60))),
        ([(0, 20), (20, 10)], 60, 200, 0, Room(17, at(60))),
        ([(0, 2), (20, 28)], 60, 200, 0, Room(0, at(80))),
        ([(0, 2), (20, 28)], 60, 200, 9, Room(2, at(60))),
        ([(-3600, 9_000)], 0, 200, 0, Room(0, at(86_400 - 3600))),
        ([(-3600, 9_000)], 0, 200, 5, Room(5, at(0))),
    ],
)
def test_a_share_of_every_window_is_for_pressing_letters_alone(
    past: Sequence[tuple[float, int]], seconds: float, wanted: int, pressing: int, expected: Room
) -> None:
    history = [Given(at(when), letters) for when, letters in past]
    assert room(history, MICROSOFT_365, wanted, at(seconds), pressing) == expected


@pytest.mark.parametrize(
    ("limit", "share"),
    [
        (Limit(10_000, DAY), 1_000),
        (Limit(30, MINUTE), 3),
        (Limit(9, MINUTE), 1),
        (Limit(2, MINUTE), 1),
        (Limit(1, MINUTE), 0),
        (Limit(100, SECOND), 0),
    ],
)
def test_the_share_is_a_tenth_and_at_least_one_and_never_all(limit: Limit, share: int) -> None:
    assert limit.share == share


def test_there_is_room_for_no_more_than_is_wanted() -> None:
    assert room([], MICROSOFT_365, 7, NOON) == Room(7, NOON)
    assert room([], (), 7, NOON) == Room(7, NOON)


def test_the_past_grows_coarser_and_is_forgotten_after_a_day() -> None:
    past = [
        Given(at(-90_000), 1),
        Given(at(-86_399), 2),
        Given(at(-200.5), 3),
        Given(at(-190), 4),
        Given(at(-180), 5),
        Given(at(-100.75), 6),
        Given(at(-100.25), 7),
        Given(at(-1.5), 8),
    ]
    assert kept(past, NOON) == (
        Given(at(-86_340), 2),
        Given(at(-180), 12),
        Given(at(-100), 13),
        Given(at(-1.5), 8),
    )


GRANTS = st.lists(
    st.tuples(st.floats(0.05, 100_000), st.integers(1, 50), st.integers(0, 50)),
    min_size=1,
    max_size=60,
)
"""Seconds later so many letters are wanted, of which so many are pressing."""


@example(GRANTS, st.integers(1, 40), st.integers(1, 60), st.integers(1, 100))
def test_no_window_ever_holds_more_than_its_limit(
    asked: Sequence[tuple[float, int, int]], second: int, minute: int, day: int
) -> None:
    limits = pace(second, minute, day)
    history: tuple[Given, ...] = ()
    granted: list[Given] = []
    now = NOON
    for later, wanted, urgent in asked:
        now += timedelta(seconds=later)
        pressing = min(wanted, urgent)
        found = room(history, limits, wanted, now, pressing)
        if found.letters:
            granted.append(Given(now, found.letters))
            history = kept([*history, granted[-1]], now)
        else:
            assert found.again > now
            assert room(history, limits, wanted, found.again, pressing).letters
    for limit in limits:
        for last in granted:
            within = [g for g in granted if last.at - limit.within < g.at <= last.at]
            assert sum(each.letters for each in within) <= limit.letters


@example(GRANTS, st.integers(2, 60), st.integers(2, 100))
def test_an_edition_leaves_the_share_to_others_at_every_moment(
    asked: Sequence[tuple[float, int, int]], minute: int, day: int
) -> None:
    limits = pace(None, minute, day)
    history: tuple[Given, ...] = ()
    now = NOON
    for later, wanted, _ in asked:
        now += timedelta(seconds=later)
        history = kept([*history, Given(now, room(history, limits, wanted, now).letters)], now)
        assert room(history, limits, 1, now, pressing=1).letters == 1


@example(GRANTS)
def test_what_is_kept_of_a_day_is_bounded(asked: Sequence[tuple[float, int, int]]) -> None:
    history: tuple[Given, ...] = ()
    now = NOON
    for later, letters, _ in asked:
        for _ in range(3):
            now += timedelta(seconds=later)
            history = kept([*history, Given(now, letters)], now)
    old = [each for each in history if now - each.at >= 2 * MINUTE]
    assert all(each.at.second == each.at.microsecond == 0 for each in old)
    assert all(now - each.at < DAY for each in history)
    assert kept(history, now) == history
