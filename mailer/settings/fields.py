"""The kinds of values that a settings file may hold, each with its check.

A check takes the value as written and gives the value as used, or raises ValueError with a line
that says what was expected. None repeats a value that may hold a password.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal, cast
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from mailer.inquiry.danger import CALMING, CIRCUMSTANCES, DANGERS
from mailer.inquiry.pattern import pieces
from mailer.mail.address import Address, address
from mailer.mail.server import Server, read_server
from mailer.newsletter.activity import When, parse_date, parse_period, parse_when
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import Period
from mailer.organisation import Absence


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks of one file must know of the others; None where those could not be read.

    `filed` is the period that the file's own name gives; `has_file` looks below the config
    directory.
    """

    has_file: Callable[[str], bool]
    subprojects: Collection[str] | None = None
    contacts: Collection[str] | None = None
    period: Period | None = None
    filed: str = ""


def known(info: ValidationInfo) -> Known:
    return cast(Known, info.context)


def nearest(word: str, names: Collection[str]) -> str | None:
    """The known name that a word was most likely meant to be."""
    near = get_close_matches(word.lower().replace("_", "-"), names, 1)
    return near[0] if near else None


def did_you_mean(word: str, names: Collection[str]) -> str:
    """The end of a message about a name that is not known."""
    if near := nearest(word, names):
        return f"; did you mean {near!r}?"
    return f"; known are {', '.join(sorted(names))}" if names else ""


# --- text ----------------------------------------------------------------------------------------

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_LIST_ID = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*\Z")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?\Z")
_CASE_PREFIX = re.compile(r"[A-Z]{1,8}\Z")


def _one_line(text: str) -> str:
    text = text.strip()
    if len(text.splitlines()) > 1:
        raise ValueError("expected a text on one line")
    return text


def _filled(text: str) -> str:
    if not text:
        raise ValueError("the text is empty; expected at least one word")
    return text


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.match(text):
            raise ValueError(f"{text!r}: expected {expected}")
        return text

    return check


def _folder(text: str) -> str:
    if set(text) & set('*%"\\') or text.startswith("/") or text.endswith("/"):
        raise ValueError(f'{text!r}: a folder may not hold * % " \\ nor begin or end with /')
    return text


def read_selector(text: str) -> str:
    """The part of a DNS name that finds a DKIM key (RFC 6376, 3.1). Raises ValueError."""
    if not _SELECTOR.match(text):
        raise ValueError(f"{text!r}: expected small letters, digits and hyphens, as in mailer-2026")
    return text


Text = Annotated[str, AfterValidator(str.strip)]
OneLine = Annotated[str, AfterValidator(_one_line)]
Title = Annotated[OneLine, AfterValidator(_filled)]
Folder = Annotated[Title, AfterValidator(_folder)]
Slug = Annotated[
    str, AfterValidator(_matching(_SLUG, "small letters a-z, digits and hyphens, as in anna-ek"))
]
Language = Annotated[
    str, AfterValidator(_matching(_LANGUAGE, "a language code of two or three letters, such as sv"))
]
ListId = Annotated[
    str, AfterValidator(_matching(_LIST_ID, "a name such as nyhetsbrev.kommun.example"))
]
Selector = Annotated[str, AfterValidator(read_selector)]
CasePrefix = Annotated[
    str, AfterValidator(_matching(_CASE_PREFIX, "one to eight capital letters, such as IT"))
]


# --- addresses and links -------------------------------------------------------------------------

_NOT_IN_LINKS = re.compile(r'[\s"<>\\]')


def _mail(value: object) -> Address:
    if not isinstance(value, str):
        raise ValueError("expected an address, such as anna.ek@kommun.example")
    return address(value)


def _split(text: str) -> SplitResult:
    """The parts of a link; what urlsplit says itself may repeat a password."""
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("not a link; expected one such as https://kommun.example") from None


def _link(text: str) -> str:
    text = text.strip()
    if _NOT_IN_LINKS.search(text):
        raise ValueError(f"{text!r}: a link holds no space, quotation mark, <, > or \\")
    parts = _split(text)
    if parts.scheme == "mailto":
        address(parts.path)
    elif not (
        (parts.scheme in ("http", "https") and parts.hostname)
        or (text.startswith("/") and not text.startswith("//"))
        or not text
    ):
        raise ValueError(f"{text!r}: a link begins with https://, mailto: or / (on our own site)")
    return text


def read_base_url(value: object) -> str:
    """Where residents reach the web pages, without a slash at the end. Raises ValueError."""
    text = value.strip().rstrip("/") if isinstance(value, str) else ""
    parts = _split(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("expected the address of the web pages, such as https://trygg.example")
    if parts.query or parts.fragment or _NOT_IN_LINKS.search(text):
        raise ValueError("nothing may follow the path of the web pages' address")
    return text


def read_listen(value: object) -> tuple[str, int]:
    """Host and port of "127.0.0.1:8080" or "[::1]:8080". Raises ValueError."""
    host, _, port = value.strip().rpartition(":") if isinstance(value, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65_535:
        raise ValueError("expected host:port, such as 127.0.0.1:8080")
    return host, int(port)


def read_network(value: object) -> str:
    """An IP address, or a network such as 10.1.0.0/16. Raises ValueError."""
    try:
        return str(ip_network(str(value))) if "/" in str(value) else str(ip_address(str(value)))
    except ValueError:
        raise ValueError(f"{value}: expected an IP address, or a network: 10.1.0.0/16") from None


def read_database_url(value: object) -> str:
    """The URL as given, of a kind that the store knows. Raises ValueError."""
    if not isinstance(value, str) or not re.match(r"(sqlite|postgresql(\+psycopg)?)://", value):
        raise ValueError("expected sqlite:///path/to/mailer.db or postgresql://user@host/database")
    return value


def _server(protocol: Literal["imap", "smtp"]) -> Callable[[object], Server]:
    def check(value: object) -> Server:
        if not isinstance(value, str):
            raise ValueError(f"expected {protocol}://host:port")
        server = read_server(value, protocol)
        if server.user or server.password:
            raise ValueError("a user or password does not belong here; use user and password-file")
        return server

    return check


Mail = Annotated[Address, PlainValidator(_mail)]
Link = Annotated[str, AfterValidator(_link)]
BaseUrl = Annotated[str, PlainValidator(read_base_url)]
Listen = Annotated[tuple[str, int], PlainValidator(read_listen)]
Network = Annotated[str, PlainValidator(read_network)]
DatabaseUrl = Annotated[str, PlainValidator(read_database_url)]
Imap = Annotated[Server, PlainValidator(_server("imap"))]
Smtp = Annotated[Server, PlainValidator(_server("smtp"))]


# --- time ----------------------------------------------------------------------------------------

_DURATION = re.compile(r"([0-9]{1,6}) ?(s|seconds?|m|minutes?|h|hours?|d|days?)\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(least: timedelta, most: timedelta, example: str) -> Callable[[object], timedelta]:
    def check(value: object) -> timedelta:
        found = _DURATION.match(f"{value} s" if type(value) is int else str(value))
        if not found:
            raise ValueError(f"expected a time span, such as {example}")
        span = timedelta(**{_UNITS[found[2][0]]: int(found[1])})
        if not least <= span <= most:
            raise ValueError(f"{value}: expected at least {least} and at most {most}")
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
    if not isinstance(value, str | int):
        raise ValueError("expected a day, such as 2nd fri")
    return value


def _day(value: object) -> date:
    return parse_date(value.strip() if isinstance(value, str) else str(value))


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


_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)

Poll = Annotated[timedelta, PlainValidator(_duration(_SECOND, _DAY, "60s"))]
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


# --- names of the other files --------------------------------------------------------------------


def _subproject(slug: str, info: ValidationInfo) -> str:
    return _one_of("subproject", slug, known(info).subprojects)


def _speaks_for(slug: str, info: ValidationInfo) -> str:
    return slug if slug == "none" else _subproject(slug, info)


def _contact(text: str, info: ValidationInfo) -> str:
    return _one_of("leader", text, known(info).contacts) if _SLUG.match(text) else text


def _deputy(slug: str, info: ValidationInfo) -> str:
    return _one_of("leader", slug, known(info).contacts)


def _one_of(what: str, slug: str, names: Collection[str] | None) -> str:
    if names is not None and slug not in names:
        raise ValueError(f"no {what} {slug!r}{did_you_mean(slug, names)}")
    return slug


def _image_file(name: str, info: ValidationInfo) -> str:
    if not known(info).has_file(name):
        raise ValueError(f"no image {name!r}; expected the path of a file below config/")
    return name


SubprojectSlug = Annotated[str, AfterValidator(_subproject)]
SpeaksFor = Annotated[str, AfterValidator(_speaks_for)]
Contact = Annotated[OneLine, AfterValidator(_contact)]
Deputy = Annotated[str, AfterValidator(_deputy)]
ImageFile = Annotated[Title, AfterValidator(_image_file)]


# --- numbers and patterns of triage --------------------------------------------------------------


def _weight(text: str) -> str:
    if not re.fullmatch(r"-?[0-9]{1,2}(\.[0-9]{1,3})?", text):
        raise ValueError(f"{text!r}: expected a weight (a number), such as 3 or -1.5")
    return text


def _pattern(text: str) -> str:
    pieces(text)
    return text.strip()


def _aspect(text: str) -> str:
    return _one_of("danger", text, (*DANGERS, *CIRCUMSTANCES, *CALMING))


Weight = Annotated[str, AfterValidator(_weight)]
Aspect = Annotated[str, AfterValidator(_aspect)]
Pattern = Annotated[str, AfterValidator(_pattern)]
