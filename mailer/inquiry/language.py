"""Which language a text is written in.

Takes a text; gives an ISO 639-1 code. Only the languages that people here write are told apart: a
choice among a hundred takes a hurried Swedish line for Faroese. Bosnian stands for Croatian too:
the two cannot be told apart with any certainty. The model is that of py3langid, cut to these
languages (a tenth of the memory); its file is read at the first text, not at import.

Its licence lies beside it: LICENSE.py3langid.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

FILE = "languages.npz"
_LONGEST = 6

LANGUAGES = (
    *("sv", "en", "da", "no", "nn", "fi", "de", "nl", "is", "fr", "es", "pt", "it"),
    *("pl", "uk", "ru", "bs", "sr", "sq", "ro", "bg", "mk", "cs", "sk", "hu", "tr"),
    *("lt", "lv", "et", "el", "ar", "fa", "ku", "ps", "ur", "so", "am", "sw", "th", "zh", "vi"),
)
# The model knows no Tigrinya; it takes it for Amharic, which hardly uses the letter below.
_TIGRINYA = "ኣ"

# A text shorter than this says too little; its script may still say enough.
WORDS = 4
_ENOUGH = 500  # characters; of 6,000 mails none is told otherwise by more

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
    prose = _NOT_PROSE.sub(" ", text[:10_000])[:_ENOUGH]
    words = _WORD.findall(prose)
    if len(words) < WORDS:
        found = (language for language, script in _SCRIPTS if script.search(prose))
        return next(found, hint)
    language = model().language(" ".join(words))
    if language == "am" and _TIGRINYA in prose:
        return "ti"
    return "no" if language == "nn" else language


@dataclass(frozen=True, slots=True)
class Model:
    """Naive Bayes over runs of one to six octets, as py3langid was taught it.

    `runs` holds each that is known as a number, in order, and `features` what it counts as, or
    less than 0 for one that is only the beginning of another. `weights` has a row for each feature
    and a column for each of `languages`; `prior` is what speaks for those from the start.
    """

    runs: NDArray[np.uint64]
    features: NDArray[np.int32]
    weights: NDArray[np.float16]
    prior: NDArray[np.float32]
    languages: tuple[str, ...]

    def language(self, text: str) -> str:
        """The likeliest. What counts is the longest known run that ends with each octet."""
        text = normalize("NFC", text.lower() if text.isupper() else text)  # as it was taught
        octets = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.uint64)
        ending = np.full(len(octets), -1, dtype=np.int32)
        starts = np.arange(len(octets))
        runs = octets
        for length in range(1, _LONGEST + 1):
            places = np.searchsorted(self.runs, runs)
            known = self.runs.take(places, mode="clip") == runs
            starts, runs = starts[known], runs[known]
            ending[starts + length - 1] = self.features[places[known]]
            inside = starts + length < len(octets)
            starts = starts[inside]
            runs = (runs[inside] << np.uint64(8)) | octets[starts + length]
        features, often = np.unique(ending[ending >= 0], return_counts=True)
        sums = np.log1p(often.astype(np.float32)) @ self.weights[features] + self.prior
        return self.languages[int(sums.argmax())]


@cache
def model() -> Model:
    """That of the shipped file."""
    with files("mailer.inquiry").joinpath(FILE).open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return Model(
            arrays["runs"],
            arrays["features"],
            arrays["weights"],
            arrays["prior"],
            tuple(arrays["languages"].tolist()),
        )
