"""Dates in words."""

from datetime import date, time

import pytest

from mailer.newsletter.activity import When
from mailer.newsletter.dates import (
    day_in_words,
    direction,
    period_in_words,
    when_in_lines,
    when_in_words,
)

TODAY = date(2020, 9, 11)


def at(first: str, last: str = "", starts: str = "", ends: str = "") -> When:
    return When(
        date.fromisoformat(first),
        date.fromisoformat(last or first),
        time.fromisoformat(starts) if starts else None,
        time.fromisoformat(ends) if ends else None,
    )


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at("2020-09-18"), "fredag 18 september"),
        (at("2021-01-01"), "fredag 1 januari 2021"),
        (at("2020-09-18", starts="18:00"), "fredag 18 september kl. 18.00"),
        (at("2020-09-18", starts="00:00"), "fredag 18 september kl. 00.00"),
        (at("2020-09-18", starts="09:30", ends="15:00"), "fredag 18 september kl. 09.30–15.00"),
        (at("2020-09-18", "2020-09-20"), "18–20 september"),
        (at("2020-09-28", "2020-10-02"), "28 september–2 oktober"),
        (at("2021-03-01", "2021-03-05"), "1–5 mars 2021"),
        (at("2021-03-30", "2021-04-05"), "30 mars–5 april 2021"),
        (at("2020-12-28", "2021-01-03"), "28 december 2020–3 januari 2021"),
        (
            at("2020-09-18", "2020-09-20", "18:00", "12:00"),
            "fredag 18 september kl. 18.00 – söndag 20 september kl. 12.00",
        ),
        (
            at("2020-09-18", "2020-09-20", "18:00"),
            "fredag 18 september kl. 18.00 – söndag 20 september",
        ),
        (When(date(2020, 8, 31), date(2020, 9, 6), week="2020-W36"), "vecka 36"),
        (When(date(2020, 12, 28), date(2021, 1, 3), week="2020-W53"), "vecka 53"),
        (When(date(2021, 1, 4), date(2021, 1, 10), week="2021-W01"), "vecka 1 2021"),
    ],
)
def test_a_when_is_told_in_words(when: When, words: str) -> None:
    assert when_in_words(when, TODAY, "sv") == words


@pytest.mark.parametrize(
    ("day", "words"),
    [("2020-09-20", "söndag 20 september"), ("2021-09-20", "måndag 20 september 2021")],
)
def test_a_year_is_named_where_it_is_not_this_one(day: str, words: str) -> None:
    assert day_in_words(date.fromisoformat(day), TODAY, "sv") == words


@pytest.mark.parametrize(
    ("period", "words"),
    [("2020-09", "september 2020"), ("2020-W37", "vecka 37 2020"), ("2021-W01", "vecka 1 2021")],
)
def test_a_period_is_told_with_its_year(period: str, words: str) -> None:
    assert period_in_words(period, "sv") == words


@pytest.mark.parametrize(
    ("language", "evening", "days", "far", "week", "period", "towards"),
    [
        (
            "en",
            "Friday 18 September at 18:00–20:00",
            "18–20 September",
            "30 March–5 April 2021",
            "week 36",
            "September 2020",
            "ltr",
        ),
        (
            "ar",
            "الجمعة 18 سبتمبر الساعة 18:00–20:00",
            "18–20 سبتمبر",
            "30 مارس–5 أبريل 2021",
            "الأسبوع 36",
            "سبتمبر 2020",
            "rtl",
        ),
        (
            "fi",
            "perjantai 18. syyskuuta klo 18.00–20.00",
            "18.–20. syyskuuta",
            "30. maaliskuuta–5. huhtikuuta 2021",
            "viikko 36",
            "syyskuu 2020",
            "ltr",
        ),
        (
            "uk",
            "пʼятниця, 18 вересня о 18:00–20:00",
            "18–20 вересня",
            "30 березня–5 квітня 2021 р.",
            "тиждень 36",
            "вересень 2020 р.",
            "ltr",
        ),
        (
            "so",
            "Jimco 18 Sebtembar saacadda 18:00–20:00",
            "18–20 Sebtembar",
            "30 Maarso–5 Abriil 2021",
            "toddobaadka 36",
            "Sebtembar 2020",
            "ltr",
        ),
    ],
)
def test_every_language_writes_dates_its_own_way(
    language: str, evening: str, days: str, far: str, week: str, period: str, towards: str
) -> None:
    def words(when: When) -> str:
        return when_in_words(when, TODAY, language)

    assert words(at("2020-09-18", starts="18:00", ends="20:00")) == evening
    assert words(at("2020-09-18", "2020-09-20")) == days
    assert words(at("2021-03-30", "2021-04-05")) == far
    assert words(When(date(2020, 8, 31), date(2020, 9, 6), week="2020-W36")) == week
    assert period_in_words("2020-09", language) == period
    assert direction(language) == towards


def test_a_narrow_column_has_the_weekday_the_day_and_the_hours_on_lines() -> None:
    assert when_in_lines(at("2020-09-18", starts="18:00"), TODAY, "sv") == (
        "fredag",
        "18 september",
        "kl. 18.00",
    )
    assert when_in_lines(at("2020-09-18", "2020-09-19", "22:00", "02:00"), TODAY, "sv") == (
        "fredag 18 september",
        "kl. 22.00 –",
        "lördag 19 september",
        "kl. 02.00",
    )
