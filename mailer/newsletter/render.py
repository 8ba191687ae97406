"""An edition in the reader's words: one subject, one HTML letter, one plain text letter.

Takes an `Edition`, the templates below `newsletter/` (subject.txt, edition.mjml, edition.txt) and
the words of each language; gives a `Rendered`. Both letters tell the same facts.

No text of an activity or an edition is ever read as a template or as markup: Markdown comes out
sanitised, all else escaped, and what must be one line is one line. MJML includes are not followed.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import indent

import mrml
from babel.lists import format_list
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from mailer.errors import EditionError
from mailer.newsletter.activity import Activity
from mailer.newsletter.dates import FORMATS, direction, period_in_words
from mailer.newsletter.edition import Edition, EditionWords, Newsletter
from mailer.newsletter.item import Item, item
from mailer.newsletter.markdown import WIDTH, fill, to_html, to_text
from mailer.newsletter.picture import Picture
from mailer.newsletter.site import Site
from mailer.newsletter.words import ORIGINAL, Words, chosen, in_swedish, one_line
from mailer.organisation import Organisation, Subproject
from mailer.rendering import environment, rendered

_FILES = ("newsletter/subject.txt", "newsletter/edition.mjml", "newsletter/edition.txt")
_MARK = "– "
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One letter, the same for every reader of its language, and the pictures that it shows."""

    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Presented:
    """A subproject in words; `next` is the first thing to come in it that has a date."""

    slug: str
    name: Words
    purpose: Words
    leaders: tuple[Words, ...]
    next: Item | None


class Renderer:
    """The templates, compiled once, and the words of every language.

    `templates` holds sources by path below templates/, `strings` the interface's words by language,
    `pictures` those of the activities by the file that the editor named. Without its templates this
    raises jinja2's TemplateNotFound.
    """

    def __init__(
        self,
        templates: Mapping[str, str],
        strings: Mapping[str, Mapping[str, str]],
        newsletter: Newsletter,
        organisation: Organisation,
        base_url: str,
        pictures: Mapping[str, Picture] = {},
    ) -> None:
        self._strings = strings
        self._newsletter = newsletter
        self._organisation = organisation
        self.site = Site(base_url)
        self.pictures = pictures
        self._environment = environment(templates)
        self._environment.filters |= {
            "markdown": lambda words, top: to_html(words.text, top),
            "plain": lambda words: to_text(words.text),
            "one_line": one_line,
            "fill": fill,
            "bullet": bullet,
            "put": _put,
            "listed": _listed,
        }
        self._mjml = (mrml.ParserOptions(mrml.noop_loader()), mrml.RenderOptions(fonts={}))
        self.languages = frozenset(FORMATS) & frozenset(strings)

    def render(
        self, edition: Edition, language: str = ORIGINAL, *, marks: bool = False
    ) -> Rendered:
        """The letter in one of `languages`; EditionError for any other.

        With `marks`, each reader's copy is made of it by `mail.template`; else anybody may see it.
        """
        if language not in self.languages:
            raise EditionError(f"the newsletter has no language {language!r}")
        view = self._view(edition, language, marks)
        subject, mjml, text = (rendered(self._environment, file, view) for file in _FILES)
        # A main landmark instead of an article: read on the web, the letter is the whole page.
        html = self._html(mjml).replace('role="article"', 'role="main"', 1)
        shown = (self._picture(activity) for activity in (*edition.done, *edition.coming))
        return Rendered(
            subject=one_line(subject),
            html=html,
            text=text.strip() + "\n",
            pictures=tuple({picture.name: picture for picture in shown if picture}.values()),
        )

    def picture_address(self, picture: Picture, period: str) -> str:
        """Where the letter's HTML says that a picture is."""
        if self._newsletter.images == "inline":
            return f"cid:{picture.cid(self._organisation.mailbox.domain)}"
        return self.site.picture(period, picture.name)

    def _html(self, mjml: str) -> str:
        try:
            output = mrml.to_html(_NOT_XML.sub("", mjml), *self._mjml)
        except OSError as error:
            raise EditionError(f"{_FILES[1]} does not give MJML: {error}") from error
        html: str = output.content
        return html

    def _view(self, edition: Edition, language: str, marks: bool) -> dict[str, object]:
        words = edition.translations.get(language, EditionWords())
        done = [self._item(each, edition, language) for each in edition.done]
        coming = [self._item(each, edition, language) for each in edition.coming]
        subprojects = [
            _presented(each, coming, language) for each in self._organisation.subprojects
        ]
        title, name = one_line(edition.title), self._newsletter.title
        by_deadline = sorted(
            (each.deadline.day, number)
            for number, each in enumerate(coming)
            if each.deadline and each.deadline.open and each.deadline.day
        )
        return {
            "t": self._strings[language],
            "language": language,
            "direction": direction(language),
            "newsletter": self._newsletter,
            "name": in_swedish(name, language),
            "organisation": self._organisation,
            "municipality": in_swedish(self._organisation.municipality, language),
            "site": replace(self.site, marks=marks),
            "edition": edition,
            "title": (
                in_swedish(name, language)
                if title == name and not words.title
                else chosen(language, one_line(words.title), title)
            ),
            "introduction": chosen(language, words.introduction, edition.introduction),
            "news": chosen(language, words.news, edition.news),
            "closing": chosen(language, words.closing, edition.closing),
            "period": period_in_words(edition.period, language),
            "subprojects": subprojects,
            "spotlight": next((one for one in subprojects if one.slug == edition.spotlight), None),
            "done": done,
            "deadlines": [coming[number] for _, number in by_deadline],
            "coming": coming,
            "picture_address": lambda picture: self.picture_address(picture, edition.period),
        }

    def _item(self, activity: Activity, edition: Edition, language: str) -> Item:
        return item(
            activity,
            edition.date,
            language,
            self._organisation,
            announcement=edition.announcements.get(activity.key),
            calendar=self.site.event(edition.period, activity.key),
            picture=self._picture(activity),
        )

    def _picture(self, activity: Activity) -> Picture | None:
        return self.pictures.get(activity.image.file) if activity.image else None


def languages_of(edition: Edition, interfaces: Collection[str] = FORMATS) -> tuple[str, ...]:
    """Swedish, and each of `interfaces` in which the editor translated some of the edition."""
    translated = set(edition.translations)
    for activity in (*edition.done, *edition.coming):
        translated |= activity.translations.keys()
    return (ORIGINAL, *sorted((translated & set(interfaces)) - {ORIGINAL}))


def bullet(parts: Sequence[object]) -> str:
    """Several parts, each on lines of its own, as one entry of a list; empty parts are left out."""
    lines = [line for part in parts if part for line in str(part).split("\n")]
    filled = "\n".join(fill(line, WIDTH - len(_MARK)) for line in lines)
    return _MARK + indent(filled, " " * len(_MARK)).lstrip()


def _presented(subproject: Subproject, coming: Iterable[Item], language: str) -> Presented:
    ahead = (one for one in coming if one.subproject == subproject.slug and one.calendar)
    return Presented(
        slug=subproject.slug,
        name=in_swedish(subproject.name, language),
        purpose=in_swedish(one_line(subproject.purpose), language),
        leaders=tuple(in_swedish(leader.titled, language) for leader in subproject.leaders),
        next=next(ahead, None),
    )


@pass_context
def _put(context: Context, sentence: str, **words: object) -> str:
    """The sentence with words in place of its {names}; they are escaped where the letter is."""
    return (escape(sentence) if context.eval_ctx.autoescape else sentence).format(**words)


@pass_context
def _listed(context: Context, names: Iterable[Words]) -> str:
    """ "Viktor Tagesson, Anna-Karin Pålsson och kommunpolis Anders Buene" """
    locale = FORMATS[context["language"]].locale
    if context.eval_ctx.autoescape:
        return Markup(format_list([escape(name) for name in names], locale=locale))  # noqa: S704
    return format_list([name.text for name in names], locale=locale)
