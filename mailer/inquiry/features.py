"""A mail's words as numbers, for what is learned from examples.

Takes subject and text; gives its features: the whole words, the pairs of words beside each other,
and the runs of two to five letters within each word, which see "gatlyktan" in "gatlyktorna" and
"lyktstolpe", in any language and without a word list. The laws:

* A feature is known by its name, a number of 64 bits made of its letters: a model holds no words,
  and hardly one model in a billion has two features of the same name.
* A feature that only one example has says nothing of the next mail, and is left out.
* A feature weighs 1 + ln(how often it stands) times how rare it is among the examples (tf-idf);
  then runs and whole words have length 1 each: a long mail speaks no louder than a short one.
* Only the first `_READ` words count: what a mail is about stands in its beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import log

import numpy as np
from numpy.typing import NDArray

from mailer.inquiry.pattern import words

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Names = NDArray[np.uint64]

_READ = 1_000
_LONGEST = 5  # letters in a run; the shortest has two
_SPACE = ord(" ")
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, and its bits are as if drawn by lot
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)  # likewise


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The features of a mail: the first `runs` are runs of letters, the others are its `wholes`.

    Wholes are its words and then its pairs, each once. `names` and `often` are of each feature.
    Every run in every word is at a place: `run_at` is the number of the run, `whole_at` that of the
    word, and `part` which part it is of all that are the same run in the mail.
    """

    wholes: tuple[str, ...]
    runs: int
    names: Names
    often: Numbers
    run_at: Indices
    whole_at: Indices
    part: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """The features of one mail that the vocabulary knows: what each weighs.

    `ids` are their numbers in the vocabulary, `features` those in the mail.
    """

    ids: Indices
    values: Numbers
    features: Indices


@lru_cache(maxsize=1)  # two models read the same mail
def counted(subject: str, text: str) -> Counted:
    """Count the features of a mail. No pair reaches from the subject into the text."""
    places = words(subject)[:_READ], words(text)[:_READ]
    number = {word: number for number, word in enumerate(dict.fromkeys(chain(*places)))}
    written = [np.array([number[word] for word in place], dtype=np.int64) for place in places]
    once = [*number]
    word_names, run_names, whole_at = _named(once)
    pairs, pairs_often = np.unique(
        np.concatenate([place[:-1] * len(once) + place[1:] for place in written]),
        return_counts=True,
    )
    first, second = np.divmod(pairs, len(once) or 1)
    runs, run_at = np.unique(run_names, return_inverse=True)
    words_often = np.bincount(np.concatenate(written), minlength=len(once))
    at_place = words_often[whole_at]
    runs_often = np.bincount(run_at, at_place, len(runs))
    return Counted(
        wholes=(*once, *(f"{once[a]} {once[b]}" for a, b in zip(first, second, strict=True))),
        runs=len(runs),
        names=np.concatenate([runs, word_names, word_names[first] * _PAIR + word_names[second]]),
        often=np.concatenate([runs_often, words_often, pairs_often]),
        run_at=run_at,
        whole_at=whole_at,
        part=at_place / runs_often[run_at],
    )


def _named(words: Sequence[str]) -> tuple[Names, Names, Indices]:
    """The names of these words; of each run of letters in each; and in which word that is.

    A space marks the edges of a word: " ny" and "ny ". A name is a polynomial of the letters.
    """
    text = "".join(f" {word}" for word in words) + " "
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    spaces = np.flatnonzero(codes == _SPACE)
    sizes = np.diff(spaces)
    whole_of = np.repeat(np.arange(len(words)), sizes)
    place = np.arange(len(whole_of))
    powers = np.cumprod(np.full(max(_LONGEST, sizes.max(initial=0)), _BASE))
    letters = codes[:-1] * powers[place - spaces[whole_of]]
    room = spaces[1:][whole_of] - place
    run = codes * powers[0]
    names: list[Names] = []
    whole_at: list[Indices] = []
    for more in range(1, _LONGEST):
        run = run[:-1] + codes[more:] * powers[more]
        within = np.flatnonzero(room[: len(run)] >= more)
        names.append(run[within])
        whole_at.append(whole_of[within])
    return (
        np.add.reduceat(letters, spaces[:-1]),
        np.concatenate(names),
        np.concatenate(whole_at),
    )


class Vocabulary:
    """The features that are known by name, and how rare each is; the first `runs` are runs."""

    def __init__(self, names: Names, runs: int, rarity: Numbers) -> None:
        self.names = names
        self.runs = runs
        self.rarity = rarity

    @classmethod
    def of(cls, mails: Sequence[Counted]) -> "Vocabulary":
        """What more than one mail has. Rarity is ln((1 + mails) / (1 + mails that have it)) + 1."""
        runs, runs_spread = _shared([mail.names[: mail.runs] for mail in mails])
        wholes, wholes_spread = _shared([mail.names[mail.runs :] for mail in mails])
        spread = np.concatenate([runs_spread, wholes_spread])
        rarity = np.log((1 + len(mails)) / (1 + spread)) + 1
        return cls(np.concatenate([runs, wholes]), len(runs), rarity)

    def vector(self, mail: Counted) -> Vector:
        parts = (
            self._part(mail, slice(0, mail.runs), slice(0, self.runs)),
            self._part(mail, slice(mail.runs, None), slice(self.runs, None)),
        )
        return Vector(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.features for part in parts]),
        )

    def _part(self, mail: Counted, features: slice, known: slice) -> Vector:
        names, wanted = self.names[known], mail.names[features]
        ids = np.searchsorted(names, wanted)
        there = ids < len(names)
        there[there] = names[ids[there]] == wanted[there]
        ids = known.start + ids[there]
        found = features.start + np.flatnonzero(there)
        values = (1 + np.log(mail.often[found])) * self.rarity[ids]
        return Vector(ids, values / (np.linalg.norm(values) or 1.0), found)

    def common(self, ids: Indices, part: float) -> NDArray[np.bool_]:
        """Of each feature whether more than this part of the mails has it."""
        return self.rarity[ids] < 1 - log(part)


def _shared(names: Sequence[Names]) -> tuple[Names, Indices]:
    """What stands in more than one of these, in order, and in how many."""
    found, spread = np.unique(np.concatenate(names), return_counts=True)
    return found[spread > 1], spread[spread > 1]
