"""Words in the reader's language, or in Swedish where nobody has translated them.

Takes texts and their translations; gives `Words`, which carry their language into the letter: in
HTML what is not in the letter's language is marked (WCAG 3.1.2), in plain text it stands as it is.
"""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from mailer.newsletter.dates import direction

ORIGINAL = "sv"
"""The language that editors write in."""

_BREAKS = re.compile(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Words:
    """A text, and its language where that is not the letter's."""

    text: str
    language: str = ""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def __html__(self) -> Markup:
        text = escape(self.text)
        return Markup("<span{}>{}</span>").format(self.mark, text) if self.language else text

    @property
    def mark(self) -> Markup:
        """The attributes that say so, for an element of one's own."""
        if not self.language:
            return Markup()
        return Markup(' lang="{}" dir="{}"').format(self.language, direction(self.language))


def chosen(language: str, translated: str, original: str) -> Words:
    """The translation into `language`, or what the editor wrote, marked as that."""
    if translated or not original:
        return Words(translated)
    return in_swedish(original, language)


def in_swedish(text: str, language: str) -> Words:
    """A text that is never translated, such as a name, in a letter in `language`."""
    return Words(text, "" if language == ORIGINAL else ORIGINAL)


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return _BREAKS.sub(" ", text).strip()
