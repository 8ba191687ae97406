"""The Swedish year: which days are worked, and which day an answer can be expected on."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.answer_time import is_working_day, working_days_after


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2020-09-11", True),  # a Friday
        ("2020-09-12", False),
        ("2020-09-13", False),
        ("2020-01-06", False),  # Epiphany
        ("2020-04-09", True),  # Maundy Thursday
        ("2020-04-10", False),  # Good Friday
        ("2020-04-13", False),  # Easter Monday
        ("2020-05-01", False),
        ("2020-05-21", False),  # Ascension
        ("2020-05-22", True),  # the day squeezed in after it
        ("2020-06-19", False),  # Midsummer Eve
        ("2025-06-06", False),  # the national day
        ("2020-10-30", True),  # the eve of All Saints
        ("2020-12-24", False),
        ("2020-12-31", False),
        ("2021-01-01", False),
    ],
)
def test_a_day_is_worked_as_the_swedish_year_has_it(day: str, worked: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) == worked


@pytest.mark.parametrize(
    ("arrived", "count", "answered"),
    [
        ("2020-09-11", 5, "2020-09-18"),
        ("2020-09-12", 5, "2020-09-18"),  # a Saturday: counted from Monday
        ("2020-09-14", 1, "2020-09-15"),
        ("2020-06-15", 5, "2020-06-23"),  # over Midsummer
        ("2020-12-22", 5, "2021-01-04"),  # over Christmas and New Year
        ("2020-09-12", 0, "2020-09-12"),
    ],
)
def test_an_answer_is_expected_within_working_days(arrived: str, count: int, answered: str) -> None:
    found = working_days_after(date.fromisoformat(arrived), count)
    assert found == date.fromisoformat(answered)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_so_many_working_days_lie_between_and_the_last_is_one(day: date, count: int) -> None:
    last = working_days_after(day, count)
    days = [day + timedelta(days=passed) for passed in range(1, (last - day).days + 1)]
    assert sum(map(is_working_day, days)) == count
    assert is_working_day(last)
