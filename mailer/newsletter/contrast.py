"""The contrast of text and background in a letter's HTML (WCAG 2.1, 1.4.3).

Takes HTML with its colours in style attributes (and bgcolor); gives every pair in which text is
shown. What <style> says is left out: it is what some mail programs leave out too, so what stands in
the attributes must do by itself. A colour that is not written as #rgb, #rrggbb, rgb(…), black or
white is not judged. Never raises, whatever the HTML.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from math import floor

from mailer.newsletter.finding import Hit, Place
from mailer.newsletter.sheet import Sheet

TEMPLATE = "templates/newsletter/edition.mjml"
LEAST = 4.5

Colour = tuple[int, int, int]
_NAMED = {"black": "#000000", "white": "#ffffff"}
_STYLE = re.compile(r"(?:^|;)\s*(color|background-color|background)\s*:\s*([^;]+)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])")
_RGB = re.compile(r"rgb\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)")
_DECLARATIONS = re.compile(r"<!--.*?(?:-->|\Z)|<!.*?(?:>|\Z)", re.DOTALL)
_VISIBLE = re.compile(r"[^\s\u00ad\u034f\u200b-\u200f\u2060\ufeff]")
_VOID = {*("area", "base", "br", "col", "embed", "hr", "img", "input"), *("link", "meta", "wbr")}
_UNSHOWN = {"head", "script", "style", "title"}


def low_contrast(sheet: Sheet) -> Iterator[Hit]:
    for html in sheet.html.values():
        for text, background in pairs(html):
            found = ratio(colour(text), colour(background))
            if found < LEAST:
                shown = floor(found * 10) / 10  # 4.49 is not 4.5
                values = {"text": text, "background": background, "ratio": str(shown)}
                yield Hit(Place(TEMPLATE), values)


def pairs(html: str) -> tuple[tuple[str, str], ...]:
    """Each text colour with the background that it is shown on, once, as #rrggbb."""
    reader = _Reader()
    reader.feed(_DECLARATIONS.sub("", html))
    reader.close()
    return tuple(reader.pairs)


def ratio(one: Colour, other: Colour) -> float:
    """From 1 (the same colour) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colour(text: str) -> Colour:
    """The parts of #rrggbb."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _luminance(parts: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    linear: float = part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
    return linear


@dataclass(frozen=True, slots=True)
class _Element:
    """`text` and `background` are "" where they cannot be judged."""

    tag: str
    text: str = "#000000"
    background: str = "#ffffff"
    shown: bool = True


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: dict[tuple[str, str], None] = {}
        self._open = [_Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = {name: value or "" for name, value in attrs}
        style, around = given.get("style", ""), self._open[-1]
        written = {name.lower(): value.lower() for name, value in _STYLE.findall(style)}
        background = written.get("background") or given.get("bgcolor", "").lower()
        self._open.append(
            _Element(
                tag,
                _colour_in(written.get("color", ""), around.text),
                _colour_in(written.get("background-color") or background, around.background),
                around.shown and tag not in _UNSHOWN and not _HIDDEN.search(style),
            )
        )

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, 0, -1):
            if self._open[index].tag == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        here = self._open[-1]
        if _VISIBLE.search(data) and here.shown and here.text and here.background:
            self.pairs[here.text, here.background] = None


def _colour_in(written: str, inherited: str) -> str:
    """The colour that a value of CSS names; the inherited one where it names none of its own."""
    value = written.replace("!important", "").strip()
    if value in ("", "none", "inherit", "transparent"):
        return inherited
    value = _NAMED.get(value, value)
    if found := _HEX.search(value):
        digits = found.group()[1:]
        return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))
    if parts := _RGB.search(value):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in parts.groups())
    return ""
