"""Checks of what the texts say: weekdays, words left from a draft, misspelt names.

Dates are looked for in Swedish, as a reader writes them: "fredag 18 september", "fredagen den
18/9", "fre 18 sept 2020". One without a year means the year in which it lies nearest to the
activity, or to the edition.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import SequenceMatcher

from mailer.newsletter.finding import Hit
from mailer.newsletter.sheet import Sheet

SVENSKA = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_WEEKDAYS = ("mån", "tis", "ons", "tor", "fre", "lör", "sön")
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_DATED = re.compile(
    r"\b(?P<weekday>mån|tis|ons|tors?|fre|lör|sön)(?:dag(?:en)?s?)?\.?,?\s+(?:den\s+)?"
    r"(?P<day>[0-9]{1,2})(?::?[ea])?"
    r"(?:\s+(?P<month>jan(?:uari)?|feb(?:ruari)?|mars?|apr(?:il)?|maj|juni?|juli?|aug(?:usti)?"
    r"|sept?(?:ember)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?!\w)\.?"
    r"|\s*/\s*(?P<number>[0-9]{1,2})(?![0-9]))"
    r"(?:,?\s+(?P<year>(?:19|20|21)[0-9]{2})(?![0-9]))?",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?<!varje )\b({'|'.join(SVENSKA)})(?:en)?\b", re.IGNORECASE)
_NEAR = timedelta(days=200)
"""A date without a year is not thought to lie further off: with half a year it has two readings."""


def weekday(sheet: Sheet) -> Iterator[Hit]:
    """A weekday that the date beside it does not have."""
    for passage in sheet.passages:
        when = passage.activity.when if passage.activity else None
        near = when.first if when else sheet.edition.date
        for found in _DATED.finditer(passage.text):
            days = _days_meant(found, near)
            written = _WEEKDAYS.index(found["weekday"].lower()[:3])
            if days and written not in [day.weekday() for day in days]:
                day = min(days, key=lambda day: abs(day - near))
                yield Hit(
                    passage.place,
                    {
                        "written": found.group(),
                        "date": day.isoformat(),
                        "day": ENGLISH[day.weekday()],
                        "dag": SVENSKA[day.weekday()],
                    },
                )


def _days_meant(found: re.Match[str], near: date) -> list[date]:
    month = (
        _MONTHS.index(found["month"].lower()[:3]) + 1 if found["month"] else int(found["number"])
    )
    if found["year"]:
        return _real([int(found["year"])], month, int(found["day"]))
    years = range(near.year - 1, near.year + 2)
    return [day for day in _real(years, month, int(found["day"])) if abs(day - near) <= _NEAR]


def _real(years: range | list[int], month: int, day: int) -> list[date]:
    """The date in each of the years that has it."""
    days = []
    for year in years:
        try:
            days.append(date(year, month, day))
        except ValueError:
            continue
    return days


def weekday_of_activity(sheet: Sheet) -> Iterator[Hit]:
    """A weekday in the title or text of a one-day activity, which is neither its own nor the last
    day to register; not where its own stands there too, as in opening hours."""
    for passage in sheet.passages:
        activity = passage.activity
        if activity is None or passage.key not in ("title", "text"):
            continue
        when, registration = activity.when, activity.registration
        if when is None or when.first != when.last:
            continue
        named = [found[1].lower() for found in _ALONE.finditer(_DATED.sub("", passage.text))]
        own = when.first.weekday()
        fine = {SVENSKA[own]}
        if registration and registration.by:
            fine.add(SVENSKA[registration.by.weekday()])
        if SVENSKA[own] in named:
            continue
        for word in named:
            if word not in fine:
                values = {
                    "written": word,
                    "date": when.first.isoformat(),
                    "day": ENGLISH[own],
                    "dag": SVENSKA[own],
                }
                yield Hit(passage.place, values)


_PLACEHOLDER = re.compile(
    r"\b(?:(?i:lorem|ipsum|x{3,}|text kommer(?! att)|platshållare)|TODO|FIXME|TBD)\b"
    r"|\b(?i:todo):|\?\?\?"
)


def placeholder(sheet: Sheet) -> Iterator[Hit]:
    """Words that mean that something is still to be written."""
    for passage in sheet.passages:
        for found in _PLACEHOLDER.finditer(passage.text):
            yield Hit(passage.place, {"written": found.group()})


_WORD = re.compile(r"\w+")
_ALIKE = 0.75
"""How alike each word of a name and its misspelling are at least, from 0 to 1 (difflib's measure):
Fock and Focke are .89, Fock and Falck, another's name, .67."""


def name(sheet: Sheet) -> Iterator[Hit]:
    """What looks like the name of a leader or a subproject, and is not quite it.

    That is a row of as many words as the name has, with a capital letter. Names of one word are
    left out: ordinary words are too much like them. The s of a genitive is no mistake.
    """
    organisation = sheet.organisation
    known = [
        *(leader.name for leader in organisation.leaders),
        *(subproject.name for subproject in organisation.subprojects),
    ]
    words_of = {name: _WORD.findall(name.casefold()) for name in known}
    accepted = {form for name in known for form in (name.casefold(), f"{name.casefold()}s")}
    for passage in sheet.passages:
        found = list(_WORD.finditer(passage.text))
        folded = [word.group().casefold() for word in found]
        for start, first in enumerate(found):
            if not first.group()[0].isupper():
                continue
            for meant, words in words_of.items():
                end = start + len(words)
                if len(words) > 1 and _is_like(folded[start:end], words):
                    row = passage.text[first.start() : found[end - 1].end()]
                    written = " ".join(row.split())
                    if written.casefold() not in accepted:
                        yield Hit(passage.place, {"written": written, "name": meant})


def _is_like(row: list[str], words: list[str]) -> bool:
    """Whether each word is like the name's; only looked at if the first letter or last word is."""
    return (
        len(row) == len(words)
        and (row[0][0] == words[0][0] or row[-1] == words[-1])
        and all(_are_alike(word, other) for word, other in zip(row, words, strict=True))
    )


def _are_alike(word: str, other: str) -> bool:
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= _ALIKE
