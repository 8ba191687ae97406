"""Days, weeks and times in words: "fredag 18 september kl. 18.00".

Takes dates and a `When`, local wall-clock time; gives text without a capital letter or a full stop,
so that it fits inside a sentence. A year is named only where it is not the reader's, `today`'s.

Adding a language is adding a row to `FORMATS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from babel.dates import format_date, format_time

from mailer.newsletter.activity import When


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language writes: the patterns are those of Unicode TR 35, `week` of str.format."""

    weekday: str
    day: str
    month: str
    year: str
    time: str
    at: str
    week: str


FORMATS: Mapping[str, Formats] = {
    "sv": Formats(
        weekday="EEEE d MMMM",
        day="d MMMM",
        month="MMMM y",
        year=" y",
        time="HH.mm",
        at=" kl. ",
        week="vecka {}",
    ),
}


def day_in_words(day: date, today: date, language: str) -> str:
    """ "fredag 18 september" """
    return _day(day, FORMATS[language].weekday, today, language)


def when_in_words(when: When, today: date, language: str) -> str:
    """ "vecka 36", "18–20 september", "fredag 18 september kl. 18.00–20.00"

    Hours of several days are those of the first and the last of them, so each stands by its day.
    """
    if when.week:
        return _week(when.week, today, language)
    if when.first == when.last:
        hours = _hours(language, when.starts, when.ends)
        return day_in_words(when.first, today, language) + hours
    if when.starts or when.ends:
        first = day_in_words(when.first, today, language) + _hours(language, when.starts)
        last = day_in_words(when.last, today, language) + _hours(language, when.ends)
        return f"{first} – {last}"
    return _days(when.first, when.last, today, language)


def period_in_words(period: str, language: str) -> str:
    """ "september 2020" from "2020-09", "vecka 37 2020" from "2020-W37" """
    formats = FORMATS[language]
    year, is_week, week = period.partition("-W")
    if is_week:
        return f"{formats.week.format(int(week))} {year}"
    return format_date(date.fromisoformat(f"{period}-01"), formats.month, locale=language)


def _week(week: str, today: date, language: str) -> str:
    year, _, number = week.partition("-W")
    words = FORMATS[language].week.format(int(number))
    return words if int(year) == today.isocalendar().year else f"{words} {year}"


def _days(first: date, last: date, today: date, language: str) -> str:
    formats = FORMATS[language]
    if first.year != last.year:
        start = format_date(first, formats.day + formats.year, locale=language)
        end = format_date(last, formats.day + formats.year, locale=language)
        return f"{start}–{end}"
    end = _day(last, formats.day, today, language)
    if first.month == last.month:
        return f"{first.day}–{end}"
    return f"{format_date(first, formats.day, locale=language)}–{end}"


def _day(day: date, pattern: str, today: date, language: str) -> str:
    year = "" if day.year == today.year else FORMATS[language].year
    return format_date(day, pattern + year, locale=language)


def _hours(language: str, *hours: time | None) -> str:
    formats = FORMATS[language]
    words = [format_time(hour, formats.time, locale=language) for hour in hours if hour]
    return formats.at + "–".join(words) if words else ""
