"""Days, weeks and times in words: "fredag 18 september kl. 18.00".

Takes dates and a `When`, local wall-clock time; gives text without a capital letter or a full stop,
so that it fits inside a sentence. A year is named only where it is not the reader's, `today`'s.

Adding a language is adding a row to `FORMATS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from babel import Locale
from babel.dates import format_date, format_time

from mailer.newsletter.activity import When


@dataclass(frozen=True, slots=True)
class Formats:
    """How one language writes: patterns of Unicode TR 35, but `at` and `week` (of str.format).

    `first` is the first day of a range within one month: the "18" of "18–20 september".
    """

    locale: str
    weekday: str
    first: str
    day: str
    month: str
    year: str
    time: str
    at: str
    week: str


FORMATS: Mapping[str, Formats] = {
    "sv": Formats("sv", "EEEE", "d", "d MMMM", "LLLL y", " y", "HH.mm", "kl. ", "vecka {}"),
    "en": Formats("en_GB", "EEEE", "d", "d MMMM", "LLLL y", " y", "HH:mm", "at ", "week {}"),
    "ar": Formats("ar", "EEEE", "d", "d MMMM", "LLLL y", " y", "HH:mm", "الساعة ", "الأسبوع {}"),
    "fi": Formats("fi", "cccc", "d.", "d. MMMM", "LLLL y", " y", "H.mm", "klo ", "viikko {}"),
    "uk": Formats(
        "uk", "cccc,", "d", "d MMMM", "LLLL y 'р.'", " y 'р.'", "HH:mm", "о ", "тиждень {}"
    ),
    "so": Formats(
        "so", "EEEE", "d", "d MMMM", "MMMM y", " y", "HH:mm", "saacadda ", "toddobaadka {}"
    ),
}


def direction(language: str) -> str:
    """ "rtl" for a language that is written from right to left, such as Arabic; else "ltr" """
    return Locale.parse(FORMATS[language].locale).text_direction


def day_in_words(day: date, today: date, language: str) -> str:
    """ "fredag 18 september" """
    formats = FORMATS[language]
    return _day(day, f"{formats.weekday} {formats.day}", today, language)


def when_in_words(when: When, today: date, language: str) -> str:
    """ "vecka 36", "18–20 september", "fredag 18 september kl. 18.00–20.00" """
    return " ".join(when_in_lines(when, today, language))


def when_in_lines(when: When, today: date, language: str) -> tuple[str, ...]:
    """The same in short lines, for a narrow column: "fredag", "18 september", "kl. 18.00–20.00".

    Hours of several days are those of the first and the last of them, so each stands by its day.
    """
    formats = FORMATS[language]
    lines: tuple[str, ...]
    if when.week:
        return (_week(when.week, today, language),)
    if when.first == when.last:
        lines = (
            format_date(when.first, formats.weekday, locale=formats.locale),
            _day(when.first, formats.day, today, language),
            _hours(language, when.starts, when.ends),
        )
    elif when.starts:
        lines = (
            day_in_words(when.first, today, language),
            _hours(language, when.starts) + " –",
            day_in_words(when.last, today, language),
            _hours(language, when.ends),
        )
    else:
        lines = (_days(when.first, when.last, today, language),)
    return tuple(filter(None, lines))


def period_in_words(period: str, language: str) -> str:
    """ "september 2020" from "2020-09", "vecka 37 2020" from "2020-W37" """
    formats = FORMATS[language]
    year, is_week, week = period.partition("-W")
    if is_week:
        return f"{formats.week.format(int(week))} {year}"
    return format_date(date.fromisoformat(f"{period}-01"), formats.month, locale=formats.locale)


def _week(week: str, today: date, language: str) -> str:
    year, _, number = week.partition("-W")
    words = FORMATS[language].week.format(int(number))
    return words if int(year) == today.isocalendar().year else f"{words} {year}"


def _days(first: date, last: date, today: date, language: str) -> str:
    formats = FORMATS[language]
    if first.year != last.year:
        start = format_date(first, formats.day + formats.year, locale=formats.locale)
        end = format_date(last, formats.day + formats.year, locale=formats.locale)
        return f"{start}–{end}"
    end = _day(last, formats.day, today, language)
    pattern = formats.first if first.month == last.month else formats.day
    return f"{format_date(first, pattern, locale=formats.locale)}–{end}"


def _day(day: date, pattern: str, today: date, language: str) -> str:
    formats = FORMATS[language]
    year = "" if day.year == today.year else formats.year
    return format_date(day, pattern + year, locale=formats.locale)


def _hours(language: str, *hours: time | None) -> str:
    formats = FORMATS[language]
    words = [format_time(hour, formats.time, locale=formats.locale) for hour in hours if hour]
    return formats.at + "–".join(words) if words else ""
