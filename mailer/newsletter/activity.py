"""One thing done or planned: what the editor writes as one YAML mapping.

Takes the plain values of that mapping; gives a frozen `Activity` that knows on which days it
happens. `parse_when` and `parse_period` turn the editor's dates into values, or raise ValueError
with a line that the editor can act on.
"""

import re
from calendar import month_name, monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

Status = Literal["planned", "cancelled", "moved"]


@dataclass(frozen=True, slots=True)
class When:
    """The days (both included, local) on which something happens, and the times if given.

    `week` holds the ISO week as written ("2020-W36") where only the week is known.
    """

    first: date
    last: date
    starts: time | None = None
    ends: time | None = None
    week: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Registration:
    by: date | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """An activity's words in another language; empty where the editor gave none."""

    title: str = ""
    text: str = ""
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """`key` is stable across edits of text and date (file name, and title where a file holds many).

    `filed` is the edition period that the file is filed under ("2020-09"), if any. An activity
    without `when` is told in the edition it is filed under and in no other: as coming if its
    status is "planned", else as done. `file` and `line` say where it was written,
    `lines` where each of its values stands: "text", "translations.en.title".
    """

    key: str
    title: str
    when: When | None = None
    text: str = ""
    subproject: str = ""
    place: str = ""
    link: str = ""
    image: Image | None = None
    contact: str = ""
    registration: Registration | None = None
    status: Status | None = None
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    draft: bool = False
    translations: Mapping[str, Translation] = field(default_factory=dict)
    filed: str = ""
    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)


class RangeError(ValueError):
    """What is wrong with a mapping {from, to}; `key` says with which of its parts."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key


_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})\Z")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})\Z")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})\Z")
_YEARS = range(1900, 2200)
"""Outside these a year is a slip of the hand; within them no reckoning with days overflows."""


def parse_when(value: object) -> When:
    """Read "2020-09-18", "2020-09-18 18:00" (or with a T), "2020-W36", or a mapping {from, to}.

    `from` and `to` are dates or both have a time; `to` may be a time alone, on the day of `from`.
    A `to` without a time after a `from` with one says the last day only.

    Raises ValueError; RangeError where one part of a mapping is wrong.
    """
    if isinstance(value, Mapping):
        return _range(value)
    if not isinstance(value, str):
        raise ValueError("expected a date as 2020-09-18, a week as 2020-W36, or from and to")
    text = value.strip()
    if _WEEK.match(text):
        first, last = _days_of_week(text)
        return When(first, last, week=text)
    day, starts = _moment(text)
    return When(day, day, starts)


def parse_date(text: str) -> date:
    """Read "2020-09-18". Raises ValueError."""
    found = _DATE.match(text)
    if not found:
        raise ValueError(f"{text}: write dates as 2020-09-18")
    year, month, day = map(int, found.groups())
    days = _days_in_month(text, year, month)
    if not 1 <= day <= days:
        raise ValueError(f"{text}: {month_name[month]} {year} has {days} days")
    return date(year, month, day)


def parse_period(text: str) -> tuple[date, date]:
    """The first and the last day of "2020-09" or of the ISO week "2020-W37". Raises ValueError."""
    if _WEEK.match(text):
        return _days_of_week(text)
    found = _MONTH.match(text)
    if not found:
        raise ValueError(f"{text}: write a month as 2020-09, a week as 2020-W37")
    year, month = map(int, found.groups())
    days = _days_in_month(text, year, month)
    return date(year, month, 1), date(year, month, days)


def _range(value: Mapping[object, object]) -> When:
    for key in value:
        if key not in ("from", "to"):
            raise RangeError(f"unknown key {key!r}; expected from and to", str(key))
    first, starts = _end_of_range(value, "from", None)
    last, ends = _end_of_range(value, "to", first)
    if ends and not starts:
        raise RangeError("to has a time, so from needs one too", "from")
    if last < first:
        raise RangeError(f"to ({last}) is before from ({first})", "to")
    if first == last and starts and ends and ends < starts:
        raise RangeError(
            f"to ({ends:%H:%M}) is before from ({starts:%H:%M}); past midnight write its date too",
            "to",
        )
    return When(first, last, starts, ends)


def _end_of_range(
    value: Mapping[object, object], key: str, day: date | None
) -> tuple[date, time | None]:
    """One end of a range; where `day` is given a time alone is a time of that day."""
    if key not in value:
        raise RangeError(f"{key!r} is missing; expected from and to", key)
    text = value[key]
    if not isinstance(text, str):
        raise RangeError(f"{key!r}: expected a date as 2020-09-18 or 2020-09-18 18:00", key)
    text = text.strip()
    try:
        if day and ":" in text and "-" not in text:
            return day, _time(text, text)
        return _moment(text)
    except ValueError as error:
        raise RangeError(str(error), key) from None


def _moment(text: str) -> tuple[date, time | None]:
    """Read a date, or a date and a time."""
    if _TIME.match(text):
        raise ValueError(f"{text}: a time needs its date before it, as in 2020-09-18 18:00")
    day, has_time, hour = text.replace("T", " ").partition(" ")
    if not _DATE.match(day):
        raise ValueError(f"{text}: write dates as 2020-09-18")
    return parse_date(day), _time(hour.strip(), text) if has_time else None


def _time(hour: str, text: str) -> time:
    found = _TIME.match(hour)
    if not found:
        raise ValueError(f"{text}: write times as 18:00; where it ends goes into from and to")
    hours, minutes = map(int, found.groups())
    if hours > 23 or minutes > 59:
        raise ValueError(f"{text}: there is no time {hour}; the last of a day is 23:59")
    return time(hours, minutes)


def _days_in_month(text: str, year: int, month: int) -> int:
    _check_year(text, year)
    if not 1 <= month <= 12:
        raise ValueError(f"{text}: there is no month {month:02}")
    return monthrange(year, month)[1]


def _days_of_week(text: str) -> tuple[date, date]:
    year, week = int(text[:4]), int(text[6:])
    _check_year(text, year)
    # 28 December always lies in the last ISO week of its year
    weeks = date(year, 12, 28).isocalendar().week
    if not 1 <= week <= weeks:
        raise ValueError(f"{text}: {year} has {weeks} weeks")
    return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)


def _check_year(text: str, year: int) -> None:
    if year not in _YEARS:
        raise ValueError(f"{text}: expected a year from {_YEARS[0]} to {_YEARS[-1]}")
