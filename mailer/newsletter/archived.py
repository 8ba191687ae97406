"""A sent edition as it is kept: a value, and the files that hold it.

Takes an `Edition` with the letters that went out; gives an `ArchivedEdition`, its files by name,
and both values again from those files:

* `edition.LANGUAGE.html`, `.txt` and `.eml` for each language it was sent in,
* `edition.json`, `calendar.ics` and `images/NAME`,
* `SHA256SUMS`, which names all of those, as sha256sum(1) writes and checks it.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from hashlib import sha256
from typing import Any

from mailer.newsletter.activity import (
    Activity,
    Image,
    Registration,
    Translation,
    When,
    parse_period,
)
from mailer.newsletter.edition import (
    Announced,
    Announcement,
    Edition,
    EditionWords,
    announced_by,
    as_json,
    period_of,
)
from mailer.newsletter.picture import Picture, picture

SUMS = "SHA256SUMS"

_JSON = "edition.json"
_CALENDAR = "calendar.ics"
_IMAGES = "images/"
_KINDS = ("html", "txt", "eml")
_LETTER = re.compile(r"edition\.([a-z]{2,3})\.html")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True)
class ArchivedLetter:
    """The letter of one language. `eml` is a whole mail, with its subject."""

    html: bytes
    text: bytes
    eml: bytes


@dataclass(frozen=True, slots=True)
class ArchivedEdition:
    """`letters` are by language, `pictures` by the file that the editor named.

    `json` holds all that the edition tells; period, date, title and number are out of it.
    """

    period: str
    date: date
    title: str
    number: int | None
    letters: Mapping[str, ArchivedLetter]
    json: bytes
    calendar: bytes
    pictures: Mapping[str, Picture]


def archived(
    edition: Edition,
    letters: Mapping[str, ArchivedLetter],
    calendar: bytes,
    pictures: Mapping[str, Picture],
) -> ArchivedEdition:
    """The edition to keep. Of `pictures`, which are by the editor's files, those that it shows."""
    files = {each.image.file for each in (*edition.done, *edition.coming) if each.image}
    shown = {file: pictures[file] for file in sorted(files) if file in pictures}
    told = as_json(edition) | {"pictures": {file: each.name for file, each in shown.items()}}
    return ArchivedEdition(
        period=edition.period,
        date=edition.date,
        title=edition.title,
        number=edition.number,
        letters=letters,
        json=json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n",
        calendar=calendar,
        pictures=shown,
    )


def files_of(edition: ArchivedEdition) -> dict[str, bytes]:
    """Every file by its name, SHA256SUMS the last. Raises ValueError for a period that is none."""
    parse_period(edition.period)
    files = {_JSON: edition.json, _CALENDAR: edition.calendar}
    for language, letter in edition.letters.items():
        files[f"edition.{language}.html"] = letter.html
        files[f"edition.{language}.txt"] = letter.text
        files[f"edition.{language}.eml"] = letter.eml
    for each in edition.pictures.values():
        files[_IMAGES + each.name] = each.content
    lines = [f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return {**files, SUMS: "".join(lines).encode()}


def from_files(files: Mapping[str, bytes]) -> ArchivedEdition:
    """The value that `files_of` made these of. Raises ValueError or KeyError for any others."""
    told = json.loads(files[_JSON])
    return ArchivedEdition(
        period=told["period"],
        date=date.fromisoformat(told["date"]),
        title=told["title"],
        number=told["number"],
        letters={
            found[1]: ArchivedLetter(*(files[f"edition.{found[1]}.{kind}"] for kind in _KINDS))
            for found in map(_LETTER.fullmatch, files)
            if found
        },
        json=files[_JSON],
        calendar=files[_CALENDAR],
        pictures={file: picture(files[_IMAGES + name]) for file, name in told["pictures"].items()},
    )


def sums_in(content: bytes) -> dict[str, str]:
    """The hash of each file that SHA256SUMS names. Raises ValueError where it is damaged."""
    found = [_SUM.fullmatch(line) for line in content.decode().splitlines()]
    if not all(found):
        raise ValueError(f"{SUMS} is damaged")
    return {line[2]: line[1] for line in found if line}


def edition_in(content: bytes) -> Edition:
    """The edition that edition.json tells: of each activity what `as_json` wrote down.

    Raises ValueError or KeyError where it does not.
    """
    return edition_told(json.loads(content))


def edition_told(told: Mapping[str, Any]) -> Edition:
    """The same, of the values in edition.json."""
    return Edition(
        period=told["period"],
        date=date.fromisoformat(told["date"]),
        title=told["title"],
        number=told["number"],
        introduction=told["introduction"],
        news=told["news"],
        closing=told["closing"],
        spotlight=told["spotlight"] or "",
        translations={
            language: EditionWords(**words) for language, words in told["translations"].items()
        },
        done=tuple(map(_activity, told["done"])),
        coming=tuple(map(_activity, told["coming"])),
        announcements={
            each["key"]: Announcement(each["sequence"], each["changed"]) for each in told["coming"]
        },
    )


def announced_in(told: Iterable[Mapping[str, Any]]) -> Mapping[str, Announced]:
    """What readers were last told of every coming activity; `told` is the earliest first."""
    announced: dict[str, Announced] = {}
    for each in told:
        announced |= announced_by(edition_told(each))
    return announced


def done_in(told: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The keys of every activity that was told as done."""
    return frozenset(activity["key"] for each in told for activity in each["done"])


def still_ahead(editions: Sequence[Edition], today: date) -> Edition:
    """All that is coming, as one edition: what the newest announced, and what earlier ones did.

    `editions` are the newest first; of an earlier one counts what has not ended by `today`. Each
    activity is as it was last announced.
    """
    found: dict[str, tuple[Activity, Announcement]] = {}
    for edition in editions:
        for activity in edition.coming:
            ahead = activity.when is not None and activity.when.last >= today
            if edition is editions[0] or ahead:
                told = (activity, edition.announcements[activity.key])
                found.setdefault(activity.key, told)
    newest = editions[0] if editions else _nothing(today)
    return replace(
        newest,
        coming=tuple(activity for activity, _ in found.values()),
        announcements={key: announcement for key, (_, announcement) in found.items()},
    )


def _nothing(day: date) -> Edition:
    """An edition before the first."""
    return Edition(
        period=period_of(day, "month"),
        date=day,
        title="",
        number=None,
        introduction="",
        news="",
        closing="",
        done=(),
        coming=(),
        spotlight="",
        translations={},
        announcements={},
    )


def _activity(told: Mapping[str, Any]) -> Activity:
    when, image, registration = told["when"], told["image"], told["registration"]
    return Activity(
        key=told["key"],
        title=told["title"],
        when=when and _when(when),
        text=told["text"],
        subproject=told["subproject"] or "",
        place=told["place"],
        link=told["link"],
        image=image and Image(**image),
        contact=told["contact"],
        registration=registration
        and Registration(
            by=registration["by"] and date.fromisoformat(registration["by"]),
            link=registration["link"],
        ),
        status=told["status"],
        note=told["note"],
        translations={
            language: Translation(**words) for language, words in told["translations"].items()
        },
    )


def _when(told: Mapping[str, Any]) -> When:
    return When(
        first=date.fromisoformat(told["first"]),
        last=date.fromisoformat(told["last"]),
        starts=told["starts"] and time.fromisoformat(told["starts"]),
        ends=told["ends"] and time.fromisoformat(told["ends"]),
        week=told["week"] or "",
    )
