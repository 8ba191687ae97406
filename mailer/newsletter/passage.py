"""Every text that an editor wrote for one edition, with its place, ready to be looked at.

Takes an `Edition` and its `EditionText`; gives `Passage`s: what a reader sees of the text, and the
links, images and headings in it. Translations are passages like the others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mailer.newsletter.activity import Activity
from mailer.newsletter.edition import Edition, EditionText
from mailer.newsletter.finding import Place

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_IN_MARKDOWN = frozenset({"text", "introduction", "news", "closing"})
_BARE_LINK = re.compile(r"https?://[^\s<>\"”]+")
_BEHIND_A_LINK = ".,;:!?)’'*_"


@dataclass(frozen=True, slots=True)
class Image:
    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Passage:
    """`key` says which text it is: "title", "translations.en.text".

    `activity` is what it is about; None for the edition's own texts. `hollow` holds the headings
    with nothing below them.
    """

    place: Place
    key: str
    activity: Activity | None
    text: str
    links: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    hollow: tuple[str, ...] = ()


def passages_of(edition: Edition, text: EditionText) -> Iterator[Passage]:
    """The edition's own texts, then those of the activities that it tells."""
    for key, words in _texts_of_edition(text):
        yield _passage(Place(text.file, text.lines.get(key, 0)), key, None, words)
    for activity in (*edition.done, *edition.coming):
        yield from _passages_of_activity(activity)


def place_of(activity: Activity, key: str = "") -> Place:
    """Where a value of an activity stands; where the activity begins, if that is not known."""
    return Place(activity.file, activity.lines.get(key, activity.line))


def _texts_of_edition(text: EditionText) -> Iterator[tuple[str, str]]:
    own = {
        "title": text.title,
        "introduction": text.introduction,
        "news": text.news,
        "closing": text.closing,
    }
    yield from _given(own)
    for language, words in text.translations.items():
        translated = {
            "title": words.title,
            "introduction": words.introduction,
            "news": words.news,
            "closing": words.closing,
        }
        yield from _given(translated, f"translations.{language}.")


def _passages_of_activity(activity: Activity) -> Iterator[Passage]:
    own = {
        "title": activity.title,
        "place": activity.place,
        "text": activity.text,
        "contact": activity.contact,
        "note": activity.note,
        "image.alt": activity.image.alt if activity.image else "",
    }
    for key, words in _texts_of_activity(activity, own):
        yield _passage(place_of(activity, key), key, activity, words)
    links = {
        "link": activity.link,
        "registration.link": activity.registration.link if activity.registration else "",
    }
    for key, link in _given(links):
        yield Passage(place_of(activity, key), key, activity, "", (link,))
    if activity.image:
        image = Image(activity.image.file, activity.image.alt)
        yield Passage(place_of(activity, "image.file"), "image", activity, "", images=(image,))


def _texts_of_activity(activity: Activity, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _given(own)
    for language, words in activity.translations.items():
        translated = {
            "title": words.title,
            "text": words.text,
            "place": words.place,
            "note": words.note,
        }
        yield from _given(translated, f"translations.{language}.")


def _given(texts: Mapping[str, str], below: str = "") -> Iterator[tuple[str, str]]:
    for key, words in texts.items():
        if words:
            yield below + key, words


def _passage(place: Place, key: str, activity: Activity | None, words: str) -> Passage:
    if key.rpartition(".")[2] not in _IN_MARKDOWN:
        return Passage(place, key, activity, words, _bare_links(words))
    tokens = _MARKDOWN.parse(words)
    inline = [child for token in tokens for child in token.children or ()]
    text = "\n".join(_blocks(tokens))
    links = [str(token.attrs["href"]) for token in inline if token.type == "link_open"]
    return Passage(
        place,
        key,
        activity,
        text,
        links=tuple(dict.fromkeys((*links, *_bare_links(text)))),
        images=tuple(
            Image(str(token.attrs["src"]), token.content.strip())
            for token in inline
            if token.type == "image"
        ),
        hollow=tuple(_hollow(tokens)),
    )


def _blocks(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children is not None:
            yield "".join(
                child.content if child.type in ("text", "code_inline", "image") else _space(child)
                for child in token.children
            )
        elif token.content:
            yield token.content


def _space(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else ""


def _bare_links(text: str) -> tuple[str, ...]:
    return tuple(found.rstrip(_BEHIND_A_LINK) for found in _BARE_LINK.findall(text))


def _hollow(tokens: Sequence[Token]) -> Iterator[str]:
    """Headings that are followed by nothing, or by a heading that is not below them."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            # a heading is three tokens: it opens, its words, it closes
            after = tokens[index + 3] if index + 3 < len(tokens) else None
            if after is None or (after.type == "heading_open" and after.tag <= token.tag):
                yield tokens[index + 1].content
