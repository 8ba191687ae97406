"""The kinds of values that a settings file may hold, each with its check.

A check takes the value as written and gives the value as used, or raises ValueError with a line
that says what was expected. None repeats a value that may hold a password.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, cast

from pydantic import AfterValidator, ValidationInfo

from mailer.inquiry.danger import CALMING, DANGERS, WHEN, WHOSE
from mailer.inquiry.pattern import pieces
from mailer.newsletter.edition import Period


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
    return _one_of("danger", text, (*DANGERS, *WHEN, *WHOSE, *CALMING))


Weight = Annotated[str, AfterValidator(_weight)]
Aspect = Annotated[str, AfterValidator(_aspect)]
Pattern = Annotated[str, AfterValidator(_pattern)]
