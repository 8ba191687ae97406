"""Checks of links and images.

A link in a letter goes to the web (https), to a mail address, to a page of our own (/prenumerera,
or under the address of our web pages) or to a place in the letter itself (#program).
"""

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import unquote, urlsplit

from mailer.mail.address import address
from mailer.newsletter.activity import parse_period
from mailer.newsletter.finding import Hit, Place
from mailer.newsletter.sheet import Sheet

_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_]{2,}\Z")
_ID = re.compile(r"""\bid=["']([^"']+)["']""")
_PAGES = (
    "",
    "/",
    "/prenumerera",
    "/nyhetsbrev",
    "/nyhetsbrev/",
    "/nyhetsbrev.atom",
    "/kalender.ics",
)
_OF_AN_EDITION = re.compile(r"/(?:nyhetsbrev|kalender)/([0-9]{4}-W?[0-9]{2})(?:/.+)?\Z")

Kind = Literal["web", "mail", "page", "anchor", "malformed"]


def links_of(sheet: Sheet) -> tuple[str, ...]:
    """What to ask for `Sheet.answers`: every link to the web, and its encrypted form, once."""
    web = [link for _, link in _links(sheet) if kind_of(link, sheet.base_url) == "web"]
    return tuple(dict.fromkeys(form for link in web for form in (link, encrypted(link))))


def kind_of(link: str, base_url: str) -> Kind:
    """Where a link goes; "page" is one of our own."""
    if link.startswith("#"):
        return "anchor"
    if (link.startswith("/") and not link.startswith("//")) or _below(link, base_url) is not None:
        return "page"
    try:
        parts = urlsplit(link)
        if parts.scheme == "mailto":
            address(unquote(parts.path))
            return "mail"
        reachable = parts.port != 0 and _HOST.match(unquote(parts.hostname or ""))
    except ValueError:
        return "malformed"
    return "web" if parts.scheme in ("http", "https") and reachable else "malformed"


def malformed(sheet: Sheet) -> Iterator[Hit]:
    for place, link in _links(sheet):
        if kind_of(link, sheet.base_url) == "malformed":
            yield Hit(place, {"link": link})


def dead(sheet: Sheet) -> Iterator[Hit]:
    """A link to a place that the letter lacks, or to a page that the site lacks."""
    anchors = {anchor for html in sheet.html.values() for anchor in _ID.findall(html)}
    for place, link in _links(sheet):
        kind = kind_of(link, sheet.base_url)
        if (kind == "anchor" and unquote(link[1:]) not in anchors) or (
            kind == "page" and not _is_page(link, sheet)
        ):
            yield Hit(place, {"link": link})


def unencrypted(sheet: Sheet) -> Iterator[Hit]:
    """A link to the web without encryption; if somebody asked, only where https answers."""
    for place, link in _links(sheet):
        if link.lower().startswith("http://") and kind_of(link, sheet.base_url) == "web":
            secure = encrypted(link)
            if sheet.answers is None or sheet.answers.get(secure) == "":
                yield Hit(place, {"link": link, "secure": secure})


def unanswered(sheet: Sheet) -> Iterator[Hit]:
    """A link to the web that was asked, and does not work."""
    for place, link in _links(sheet):
        if reason := (sheet.answers or {}).get(link):
            yield Hit(place, {"link": link, "reason": reason})


def encrypted(link: str) -> str:
    """The https link that could stand in place of an http one."""
    return "https" + link[link.index(":") :]


def no_image(sheet: Sheet) -> Iterator[Hit]:
    """An image that is no file below config/: one that is fetched would tell who reads."""
    for passage in sheet.passages:
        for image in passage.images:
            if not sheet.has_file(unquote(image.file)):
                yield Hit(passage.place, {"file": image.file})


def image_in_text(sheet: Sheet) -> Iterator[Hit]:
    """An image in Markdown: letters show those of activities only."""
    for passage in sheet.passages:
        if passage.key != "image":
            for image in passage.images:
                yield Hit(passage.place, {"file": image.file})


def no_alt(sheet: Sheet) -> Iterator[Hit]:
    for passage in sheet.passages:
        for image in passage.images:
            if not image.alt.strip():
                yield Hit(passage.place, {"file": image.file})


def _links(sheet: Sheet) -> Iterator[tuple[Place, str]]:
    return ((passage.place, link) for passage in sheet.passages for link in passage.links)


def _below(link: str, base_url: str) -> str | None:
    """The rest of a link to our own pages; None if it goes elsewhere."""
    rest = link.removeprefix(base_url)
    return rest if link.startswith(base_url) and rest[:1] in ("", "/", "?", "#") else None


def _is_page(link: str, sheet: Sheet) -> bool:
    """Whether the site has the page: those that stand always, and the editions up to this one."""
    rest = _below(link, sheet.base_url)
    path = re.split("[?#]", link if rest is None else rest)[0]
    found = _OF_AN_EDITION.match(path)
    if not found:
        return path in _PAGES
    try:
        return parse_period(found[1])[0] <= sheet.edition.date
    except ValueError:
        return False
