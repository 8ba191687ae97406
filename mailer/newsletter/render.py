"""An edition in the reader's words: one subject, one HTML letter, one plain text letter.

Takes an `Edition` and the templates of a language, `newsletter/LANGUAGE/` (`subject.txt`,
`edition.html`, `edition.txt`); gives a `Rendered`. Both letters tell the same facts.

No text of an activity or an edition is ever read as a template or as HTML: Markdown comes out
sanitised, all else escaped, and what must be one line is one line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import indent

from babel.lists import format_list
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from mailer.errors import EditionError
from mailer.newsletter.activity import Activity, Registration, Status, Translation
from mailer.newsletter.dates import FORMATS, day_in_words, period_in_words, when_in_words
from mailer.newsletter.edition import Edition, Newsletter
from mailer.newsletter.markdown import WIDTH, fill, to_html, to_text
from mailer.organisation import Leader, Organisation
from mailer.rendering import rendered

_FILES = ("subject.txt", "edition.html", "edition.txt")
_MARK = "– "
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f<>\"]+")
_BREAKS = re.compile(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One letter, the same for every reader of its language."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """How to register: `by` in words or empty; `open` until the end of that day."""

    by: str
    link: str
    open: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One activity as the templates tell it: one line each, but `text`, which is Markdown.

    `occasion` says when and where, without the place where the title names it. A link is a web or
    mail address, or empty.
    """

    title: str
    status: Status | None
    note: str
    occasion: str
    text: str
    link: str
    contact: str
    deadline: Deadline | None


class Renderer:
    """The templates, read once. `templates` holds their sources by path below templates/."""

    def __init__(
        self, templates: Mapping[str, str], newsletter: Newsletter, organisation: Organisation
    ) -> None:
        self._newsletter = newsletter
        self._organisation = organisation
        self._environment = SandboxedEnvironment(
            loader=DictLoader(templates),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "markdown": to_html,
            "plain": to_text,
            "one_line": one_line,
            "fill": fill,
            "bullet": bullet,
        }
        self.languages = frozenset(
            language
            for language in FORMATS
            if all(f"newsletter/{language}/{file}" in templates for file in _FILES)
        )

    def render(self, edition: Edition, language: str = "sv") -> Rendered:
        """The letter in one of `languages`; EditionError for any other."""
        if language not in self.languages:
            raise EditionError(f"the newsletter has no language {language!r}")
        words = {
            "newsletter": self._newsletter,
            "organisation": self._organisation,
            "edition": edition,
            "title": one_line(edition.title),
            "period": period_in_words(edition.period, language),
            "subprojects": [
                (subproject, names(subproject.leaders, language))
                for subproject in self._organisation.subprojects
            ],
            "done": [item(activity, edition.date, language) for activity in edition.done],
            "coming": [item(activity, edition.date, language) for activity in edition.coming],
        }
        subject, html, text = (
            rendered(self._environment, f"newsletter/{language}/{file}", words) for file in _FILES
        )
        return Rendered(one_line(subject), html.strip() + "\n", text.strip() + "\n")


def item(activity: Activity, today: date, language: str) -> Item:
    """What the templates tell of an activity; untranslated words stay as the editor wrote them."""
    translation = activity.translations.get(language, Translation())
    title = one_line(translation.title or activity.title)
    place = one_line(translation.place or activity.place)
    when = when_in_words(activity.when, today, language) if activity.when else ""
    where = "" if place.casefold() in title.casefold() else place
    occasion = ", ".join(filter(None, (when, where)))
    return Item(
        title=title,
        status=activity.status,
        note=one_line(translation.note or activity.note),
        occasion=occasion[:1].upper() + occasion[1:],
        text=translation.text or activity.text,
        link=web_link(activity.link),
        contact=one_line(activity.contact),
        deadline=(
            _deadline(activity.registration, today, language) if activity.registration else None
        ),
    )


def names(leaders: tuple[Leader, ...], language: str) -> str:
    """ "Viktor Tagesson, Anna-Karin Pålsson och kommunpolis Anders Buene" """
    return format_list([leader.titled for leader in leaders], locale=language)


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return _BREAKS.sub(" ", text).strip()


def bullet(parts: Sequence[str]) -> str:
    """Several parts, each on lines of its own, as one entry of a list; empty parts are left out."""
    lines = [line for part in parts if part for line in part.split("\n")]
    filled = "\n".join(fill(line, WIDTH - len(_MARK)) for line in lines)
    return _MARK + indent(filled, " " * len(_MARK)).lstrip()


def web_link(url: str) -> str:
    """The URL, or nothing where it is not one that a letter may hold."""
    return url if _LINK.fullmatch(url) else ""


def _deadline(registration: Registration, today: date, language: str) -> Deadline:
    return Deadline(
        by=day_in_words(registration.by, today, language) if registration.by else "",
        link=web_link(registration.link),
        open=(registration.by or today) >= today,
    )
