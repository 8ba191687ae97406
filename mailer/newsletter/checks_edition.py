"""Checks of the edition as a whole: what it tells twice, too late, or not at all; its size."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from difflib import SequenceMatcher
from itertools import pairwise

from mailer.newsletter.activity import Activity
from mailer.newsletter.edition import is_empty
from mailer.newsletter.finding import Hit
from mailer.newsletter.passage import place_of
from mailer.newsletter.sheet import Sheet

LARGE = 90_000
LARGEST = 102_000
"""Octets of HTML: Gmail hides what follows after 102 kB, with the way out of the subscription."""

_LONG_AGO = timedelta(days=62)
"""Two months: what is filed under an edition, and ended before that, has a slip in its date."""
_ALIKE = 0.94
"""How alike two titles are at least (difflib's measure): the same walk in two villages is not."""


def past(sheet: Sheet) -> Iterator[Hit]:
    """Told as done, though its status or its registration say that it lies ahead, or long ago."""
    today = sheet.edition.date
    for activity in sheet.edition.done:
        when, registration = activity.when, activity.registration
        if when and (
            activity.status == "planned"
            or when.last < today - _LONG_AGO
            or (registration and (registration.by or date.min) >= today)
        ):
            yield Hit(place_of(activity, "when"), {"date": when.last.isoformat()})


def late_registration(sheet: Sheet) -> Iterator[Hit]:
    """Who registers on the last day comes when all is over."""
    for activity in sheet.edition.coming:
        when, registration = activity.when, activity.registration
        if when and registration and registration.by and registration.by > when.last:
            values = {"by": registration.by.isoformat(), "date": when.last.isoformat()}
            yield Hit(place_of(activity, "registration.by"), values)


def twice(sheet: Sheet) -> Iterator[Hit]:
    """The same title on the same day."""
    first: dict[tuple[str, date | None], Activity] = {}
    for activity in _told(sheet):
        other = first.setdefault((_folded(activity.title), _day(activity)), activity)
        if other is not activity:
            yield _the_same(activity, other)


def nearly_twice(sheet: Sheet) -> Iterator[Hit]:
    """Nearly the same title on the same day.

    Each title is compared with its neighbours by its beginning and by its end, so that the work
    grows with the number of activities and not with its square.
    """
    told = list(_told(sheet))
    found: dict[tuple[int, int], Hit] = {}
    for backwards in (1, -1):
        rows = sorted(
            (str(_day(activity)), _folded(activity.title)[::backwards], number)
            for number, activity in enumerate(told)
        )
        for (day, a, one), (other_day, b, other) in pairwise(rows):
            if day == other_day and a != b and _nearly(a, b):
                first, second = sorted((one, other))
                found[first, second] = _the_same(told[second], told[first])
    yield from found.values()


def empty_section(sheet: Sheet) -> Iterator[Hit]:
    """Done or coming without an entry; not where the edition has nothing at all."""
    edition = sheet.edition
    if bool(edition.done) != bool(edition.coming):
        lacking = "coming" if edition.done else "done"
        swedish = "som ska hända" if edition.done else "som ni har gjort"
        yield Hit(sheet.place, {"section": lacking, "avsnitt": swedish})


def hollow_heading(sheet: Sheet) -> Iterator[Hit]:
    for passage in sheet.passages:
        for heading in passage.hollow:
            yield Hit(passage.place, {"heading": heading})


def empty(sheet: Sheet) -> Iterator[Hit]:
    if is_empty(sheet.edition):
        yield Hit(sheet.place, {"period": sheet.edition.period})


def large(sheet: Sheet) -> Iterator[Hit]:
    return _of_size(sheet, LARGE, LARGEST)


def too_large(sheet: Sheet) -> Iterator[Hit]:
    return _of_size(sheet, LARGEST, None)


def _of_size(sheet: Sheet, least: int, below: int | None) -> Iterator[Hit]:
    for language, html in sheet.html.items():
        size = len(html.encode())
        if least <= size and (below is None or size < below):
            yield Hit(sheet.place, {"language": language, "size": str(size // 1000)})


def _told(sheet: Sheet) -> Iterable[Activity]:
    return (*sheet.edition.done, *sheet.edition.coming)


def _day(activity: Activity) -> date | None:
    return activity.when.first if activity.when else None


def _folded(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _nearly(a: str, b: str) -> bool:
    """Alike, with the same numbers: "Träff 1" and "Träff 2" are two things."""
    if re.findall("[0-9]+", a) != re.findall("[0-9]+", b):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE


def _the_same(activity: Activity, other: Activity) -> Hit:
    place = place_of(other)
    values = {"title": activity.title, "other": str(place)}
    return Hit(place_of(activity), values)
