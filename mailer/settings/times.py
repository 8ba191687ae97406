"""Values that are days, time spans and periods, each with its check: see `fields`."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from mailer.newsletter.activity import When, parse_date, parse_period, parse_when
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import Period
from mailer.organisation import Absence
from mailer.settings.fields import known

_DURATION = re.compile(r"([0-9]{1,6}) ?(ms|s|seconds?|m|minutes?|h|hours?|d|days?)\Z")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _in_words(span: timedelta) -> str:
    """As an editor would write it: "50ms", "0s", "31d"."""
    if span.microseconds:
        return f"{span // timedelta(milliseconds=1)}ms"
    seconds = span // timedelta(seconds=1)
    sizes = (("d", 86_400), ("h", 3600), ("m", 60))
    unit, size = next((each for each in sizes if seconds and seconds % each[1] == 0), ("s", 1))
    return f"{seconds // size}{unit}"


def _duration(least: timedelta, most: timedelta, example: str) -> Callable[[object], timedelta]:
    def check(value: object) -> timedelta:
        found = _DURATION.match(f"{value} s" if type(value) is int else str(value))
        if not found:
            raise ValueError(f"expected a time span, such as {example}")
        unit = _UNITS.get(found[2]) or _UNITS[found[2][0]]
        span = timedelta(**{unit: int(found[1])})
        if not least <= span <= most:
            raise ValueError(f"{value}: expected {_in_words(least)} to {_in_words(most)}")
        return span

    return check


_lateness = _duration(timedelta(0), timedelta(days=31), "24h")


def _missed(value: object) -> Missed:
    words = str(value).split(maxsplit=1)
    match words:
        case ["skip"] | ["ask"]:
            return Missed("ask" if words == ["ask"] else "skip")
        case ["within", span]:
            return Missed("within", _lateness(span))
    raise ValueError(f"{value}: expected skip, ask, or within a time span, as in: within 24h")


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):  # OSError where the name is that of a directory
        near = get_close_matches(str(value), available_timezones(), 1)
        rest = f"did you mean {near[0]!r}?" if near else "expected one such as Europe/Stockholm"
        raise ValueError(f"no time zone {value!r}; {rest}") from None


def _schedule_day(value: object) -> str | int:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError("expected a day, such as 2nd fri")
    return value


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError("expected a date, such as 2020-09-18")
    return parse_date(value.strip())


def _period(value: str, info: ValidationInfo) -> str:
    check_period(value, known(info).period)
    return value


def check_period(text: str, expected: Period | None) -> None:
    """Raises ValueError unless `text` is a period of the newsletter's kind."""
    parse_period(text)
    if expected == "month" and "W" in text:
        raise ValueError(f"{text}: the newsletter is monthly; expected a month such as 2020-09")
    if expected == "week" and "W" not in text:
        raise ValueError(f"{text}: the newsletter is weekly; expected a week such as 2020-W37")


def _when(value: object, info: ValidationInfo) -> When | None:
    if value is not None:
        return parse_when(value)
    # "edition" is absent from the data when it is there and wrong: then that is the thing to say
    if not known(info).filed and info.data.get("edition", "") is None:
        name = "2020-W37-….yaml" if known(info).period == "week" else "2020-09-….yaml"
        raise ValueError(
            f"an activity needs a day or an edition: give 'when', or name the file {name}"
        )
    return None


def _away(value: object) -> Absence:
    when = parse_when(value)
    if when.starts:
        raise ValueError("expected whole days, as in {from: 2020-09-21, to: 2020-10-02}")
    return Absence(when.first, when.last)


_SOONEST = timedelta(milliseconds=50)
_DAY = timedelta(days=1)

Poll = Annotated[timedelta, PlainValidator(_duration(_SOONEST, _DAY, "60s"))]
Horizon = Annotated[timedelta, PlainValidator(_duration(_DAY, 366 * _DAY, "45d"))]
Before = Annotated[timedelta, PlainValidator(_duration(0 * _DAY, 14 * _DAY, "2d"))]
NoticeAfter = Annotated[timedelta, PlainValidator(_duration(timedelta(minutes=1), _DAY, "30m"))]
MissedEdition = Annotated[Missed, PlainValidator(_missed)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone)]
Day = Annotated[date, PlainValidator(_day)]
ScheduleDay = Annotated[str | int, PlainValidator(_schedule_day)]
Away = Annotated[Absence, PlainValidator(_away)]
EditionPeriod = Annotated[str, AfterValidator(_period)]
Happens = Annotated[When | None, PlainValidator(_when)]
