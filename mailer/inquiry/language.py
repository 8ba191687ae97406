"""Which language a text is written in.

Takes a text; gives an ISO 639-1 code. Only the languages that people here write are told apart: a
choice among a hundred takes a hurried Swedish line for Faroese. Bosnian stands for Croatian too:
the two cannot be told apart with any certainty. The model is loaded at the first text, not at
import (half a second).
"""

import re
from functools import cache
from typing import Any

LANGUAGES = (
    *("sv", "en", "da", "no", "nn", "fi", "de", "nl", "is", "fr", "es", "pt", "it"),
    *("pl", "uk", "ru", "bs", "sr", "sq", "ro", "bg", "mk", "cs", "sk", "hu", "tr"),
    *("lt", "lv", "et", "el", "ar", "fa", "ku", "ps", "ur", "so", "am", "sw", "th", "zh", "vi"),
)
# The model knows no Tigrinya; it takes it for Amharic, which hardly uses the letter below.
_TIGRINYA = "ኣ"

# A text shorter than this says too little; its script may still say enough.
WORDS = 4

_SCRIPTS = (
    ("uk", re.compile("[іїєґІЇЄҐ]")),
    ("ru", re.compile("[Ѐ-ӿ]")),
    ("fa", re.compile("[پچژگکی]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ti", re.compile("[\u1200-\u137f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_NOT_PROSE = re.compile(r"https?://\S*|www\.\S*|\S*@\S*|[\d_]+")
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str, hint: str = "sv") -> str:
    """The language of `text`; `hint` where it is too short. Only the start counts."""
    prose = _NOT_PROSE.sub(" ", text[:10_000])[:2_000]
    words = _WORD.findall(prose)
    if len(words) < WORDS:
        found = (language for language, script in _SCRIPTS if script.search(prose))
        return next(found, hint)
    language, _ = _identifier().classify(" ".join(words))
    if language == "am" and _TIGRINYA in prose:
        return "ti"
    return "no" if language == "nn" else str(language)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier
