"""What a leader's automatic answer says about when they are away.

Takes an `Inquiry` that is an automatic answer, and the day it came; gives an `Absence`, or None for
one that tells of none: a read receipt, an answer to an invitation, a robot that was left on. Days
are read as people write them in Swedish and in English, and where none is named it counts as seven.
No absence lasts longer than `LONGEST`: a mail then goes to them again, and a robot that is still on
says so anew.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta

from mailer.inquiry.answering import AWAY
from mailer.inquiry.automatic import calendar_reply, report_part
from mailer.inquiry.pattern import SWEDISH, Patterns
from mailer.inquiry.verdict import Inquiry
from mailer.organisation import Absence

UNTOLD = timedelta(days=7)
LONGEST = timedelta(days=31)

_READ = 5_000  # characters
_DAY = timedelta(days=1)
_ABSENT = Patterns(" ".join(words.split()) for words in ("frånvar*", *AWAY["absent"].split(",")))

Days = tuple[date, date]
"""The first and the last day of what is named: of a day, or of a week."""


def absence(inquiry: Inquiry, today: date) -> Absence | None:
    """From today to the day before they are back, else to the last day that is named."""
    if report_part(inquiry) or calendar_reply(inquiry):
        return None
    text = f"{inquiry.subject}\n{inquiry.text}"[:_READ]
    back = [first - _DAY for first, _ in _named(_BACK, text, today)]
    last = sorted((day for _, day in _named(_UNTIL, text, today)), reverse=True)
    named = [*back, *last]
    if not named and _ABSENT.find("", text, SWEDISH):
        named = [today + UNTOLD]
    until = next((day for day in named if day >= today), None)
    return Absence(today, min(until, today + LONGEST)) if until else None


def _named(marker: re.Pattern[str], text: str, today: date) -> Iterator[Days]:
    """What is named right behind each place where `marker` stands."""
    for found in marker.finditer(text):
        matches = ((form.match(text, found.end()), read) for form, read in _FORMS)
        match, read = next(((match, read) for match, read in matches if match), (None, None))
        if match and read:
            with suppress(ValueError):  # the 31st of September
                yield read(match, today)


def _nearest(match: re.Match[str], today: date, moment: Callable[[int], date]) -> date:
    """The day in the year that is named; in the one that brings it nearest where none is."""
    if match["year"]:
        return moment(int(match["year"]))
    days = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):  # 29 February, and week 53
            days.append(moment(year))
    return min(days, key=lambda day: abs(day - today))


def _iso(match: re.Match[str], today: date) -> Days:
    day = date.fromisoformat(match["iso"])
    return day, day


def _in_month(match: re.Match[str], today: date) -> Days:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
    day = _nearest(match, today, lambda year: date(year, number, int(match["day"])))
    return day, day


def _week(match: re.Match[str], today: date) -> Days:
    number = int(match["week"])
    monday = _nearest(match, today, lambda year: date.fromisocalendar(year, number, 1))
    return monday, monday + 6 * _DAY


def _weekday(match: re.Match[str], today: date) -> Days:
    """The next one: who says "Friday" on a Friday means today's."""
    day = today + (_WEEKDAYS[match["weekday"][:3].lower()] - today.weekday()) % 7 * _DAY
    return day, day


def _soon(match: re.Match[str], today: date) -> Days:
    day = today + (0 if match["today"] else 1) * _DAY
    return day, day


_MONTHS = {
    **{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "maj": 5, "may": 5, "jun": 6, "jul": 7},
    **{"aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12},
}
_WEEKDAYS = {
    **{"mån": 0, "tis": 1, "ons": 2, "tor": 3, "fre": 4, "lör": 5, "sön": 6},
    **{"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6},
}
_WEEKDAY = (
    r"(?P<weekday>(?:mån|tis|ons|tors?|fre|lör|sön)(?:dag(?:en)?)?|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b"
)
_THE = rf"(?:{_WEEKDAY},?\s+)?(?:(?:den|the)\s+)?"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th|:e|:a|\.)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4})\b)?"
_OF_WEEKS = r"(?:veckorna|vecka|v|weeks?)\.?\s*"

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days]], ...] = tuple(
    (re.compile(form, re.IGNORECASE), read)
    for form, read in (
        (r"(?P<iso>\d{4}-\d{2}-\d{2})\b", _iso),
        (rf"{_THE}{_NUMBER}\s+(?:of\s+)?{_MONTH}{_YEAR}", _in_month),
        (rf"{_THE}{_MONTH}\s+{_NUMBER}{_YEAR}", _in_month),
        (rf"{_THE}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}}){_YEAR}", _in_month),
        (rf"{_OF_WEEKS}(?:\d{{1,2}}\s*[-–]\s*)?(?P<week>\d{{1,2}}){_YEAR}", _week),
        (_WEEKDAY, _weekday),
        (r"(?:(?P<today>i ?dag|today)|i ?morgon|tomorrow)\b", _soon),
    )
)

_ON_THE_WAY = (
    r"i(?! dag| morgon)|på|till|före|förrän|tjänst|kontoret|arbetet|jobbet|plats|igen|"
    r"again|at|in|on|to|until|before|office|work|the"
)
_BACK = re.compile(
    r"\b(?:åter|tillbaka|back|return(?:s|ing)?)\s+"
    rf"(?:(?:{_ON_THE_WAY}|från|och|med|from)\s+){{0,6}}",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:\b(?:till och med|t\.?\s?o\.?\s?m\.?|till|until|through|to|"
    r"semester|ledig|borta|frånvarande|kontoret|plats|tjänst|leave|holiday|vacation|away|office)\s+"
    rf"(?:(?:{_ON_THE_WAY}|och|med|end|of|slutet|av|under)\s+){{0,4}}"
    rf"|[-–]\s*(?=\d)|\b(?={_OF_WEEKS}\d{{1,2}}\s*[-–]))",
    re.IGNORECASE,
)
