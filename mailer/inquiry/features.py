"""A mail's words as numbers, for what is learned from examples.

Takes subject and text; gives its features: the whole words, the pairs of words beside each other,
and the runs of two to five letters within each word, which see "gatlyktan" in "gatlyktorna" and
"lyktstolpe", in any language and without a word list. The laws:

* A feature that only one example has says nothing of the next mail, and is left out.
* A feature weighs 1 + ln(how often it stands) times how rare it is among the examples (tf-idf);
  then runs and whole words have length 1 each: a long mail speaks no louder than a short one.
* Only the first `_READ` words count: what a mail is about stands in its beginning.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mailer.inquiry.pattern import words

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

_READ = 1_000
_RUNS = range(2, 6)
_WHOLE = "="  # marks a whole word or a pair: no run of letters begins so
_WORDS = 1 << 13  # whose runs are at hand: those that most mails are made of
_NO_RUNS = np.array([], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each word, and each pair of words, stands in a mail."""

    wholes: Mapping[str, int]

    @property
    def runs(self) -> Mapping[str, int]:
        """How often each run of letters stands in its words."""
        found: Counter[str] = Counter()
        for whole, often in self.wholes.items():
            if " " not in whole:
                found.update(run for run in runs(whole) for _ in range(often))
        return found


@dataclass(frozen=True, slots=True)
class Vector:
    """The features of one mail that the vocabulary knows, in order, and what each weighs."""

    ids: Indices
    values: Numbers


@dataclass(frozen=True, slots=True)
class Shares:
    """Which part of which feature belongs to which of a mail's words: one entry each.

    `owners` are numbers into `words`, which holds each word and pair once.
    """

    words: tuple[str, ...]
    ids: Indices
    owners: Indices
    parts: Numbers


def counted(subject: str, text: str) -> Counted:
    """Count the features of a mail. No pair reaches from the subject into the text."""
    places = words(subject)[:_READ], words(text)[:_READ]
    pairs = (f"{one} {other}" for place in places for one, other in pairwise(place))
    return Counted(Counter(chain(*places, pairs)))


@lru_cache(maxsize=1 << 15)  # more than the words of a thousand mails
def runs(word: str) -> tuple[str, ...]:
    """The runs of letters of a word, a space marking its edges: " ny", "ny "."""
    edged = f" {word} "
    return tuple(edged[i : i + n] for n in _RUNS for i in range(len(edged) - n + 1))


class Vocabulary:
    """The features that are known, and how rare each is; runs are numbered before whole words."""

    def __init__(self, names: Sequence[str], rarity: Numbers) -> None:
        self.names = tuple(names)
        self.rarity = rarity
        self._ids = {name: number for number, name in enumerate(self.names)}
        self._known_runs = lru_cache(_WORDS)(self._runs_of)

    @classmethod
    def of(cls, mails: Sequence[Counted]) -> "Vocabulary":
        """What more than one mail has. Rarity is ln((1 + mails) / (1 + mails that have it)) + 1."""
        having = Counter(chain.from_iterable(mail.runs for mail in mails))
        of_words = Counter(chain.from_iterable(mail.wholes for mail in mails))
        shared = [(name, n) for name, n in sorted(having.items()) if n > 1]
        shared += [(_WHOLE + name, n) for name, n in sorted(of_words.items()) if n > 1]
        spread = np.array([n for _, n in shared], dtype=np.float64)
        return cls([name for name, _ in shared], np.log((1 + len(mails)) / (1 + spread)) + 1)

    def vector(self, mail: Counted) -> Vector:
        ids, _, often = self._places(mail)
        runs, which = np.unique(ids, return_inverse=True)
        known = ((self._ids.get(_WHOLE + whole), n) for whole, n in mail.wholes.items())
        wholes = sorted((number, n) for number, n in known if number is not None)
        parts = (
            self._part(runs, np.bincount(which, often, len(runs))),
            self._part(*np.array(wholes, dtype=np.int64).reshape(-1, 2).T),
        )
        return Vector(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def _part(self, ids: Indices, often: NDArray[Any]) -> Vector:
        values = (1 + np.log(often)) * self.rarity[ids]
        return Vector(ids, values / (np.linalg.norm(values) or 1.0))

    def _places(self, mail: Counted) -> tuple[Indices, Indices, Indices]:
        """Every run that is known, once for each place in each word that has it.

        With it the word's number in `mail.wholes`, and how often that stands.
        """
        words = [
            (self._known_runs(whole), owner, often)
            for owner, (whole, often) in enumerate(mail.wholes.items())
            if " " not in whole
        ]
        sizes = [len(found) for found, _, _ in words]
        ids = np.concatenate([_NO_RUNS, *(found for found, _, _ in words)])
        owners, often = np.array([each[1:] for each in words], dtype=np.int64).reshape(-1, 2).T
        return ids, np.repeat(owners, sizes), np.repeat(often, sizes)

    def _runs_of(self, word: str) -> Indices:
        ids = (self._ids.get(run) for run in runs(word))
        return np.array([number for number in ids if number is not None], dtype=np.int64)

    def common(self, wholes: Sequence[str], part: float) -> list[bool]:
        """Of each word or pair whether more than this part of the mails has it."""
        bound = 1 - log(part)
        ids = (self._ids.get(_WHOLE + whole) for whole in wholes)
        return [number is not None and self.rarity[number] < bound for number in ids]

    def shares(self, mail: Counted) -> Shares:
        """A run of letters belongs in equal parts to every place where it stands."""
        ids, owners, often = self._places(mail)
        _, which = np.unique(ids, return_inverse=True)
        known = ((self._ids.get(_WHOLE + whole), owner) for owner, whole in enumerate(mail.wholes))
        wholes = [(number, owner) for number, owner in known if number is not None]
        whole_ids, whole_owners = np.array(wholes, dtype=np.int64).reshape(-1, 2).T
        return Shares(
            tuple(mail.wholes),
            np.concatenate([ids, whole_ids]),
            np.concatenate([owners, whole_owners]),
            np.concatenate([often / np.bincount(which, often)[which], np.ones(len(wholes))]),
        )
