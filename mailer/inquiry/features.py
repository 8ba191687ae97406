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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from mailer.inquiry.pattern import words

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

_READ = 1_000
_RUNS = range(2, 6)
_WHOLE = "="  # marks a whole word or a pair: no run of letters begins so


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each word (and pair of words), and each run of letters, stands in a mail."""

    wholes: Mapping[str, int]
    runs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Vector:
    """The features of one mail that the vocabulary knows, by number, and what each weighs."""

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
    return Counted(
        Counter(chain(*places, pairs)), Counter(chain.from_iterable(map(runs, chain(*places))))
    )


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
        parts = (self._part(mail.runs.items()), self._part(_marked(mail.wholes)))
        return Vector(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def _part(self, counts: Iterable[tuple[str, int]]) -> Vector:
        known = [(self._ids[name], n) for name, n in counts if name in self._ids]
        ids = np.array([number for number, _ in known], dtype=np.int64)
        often = np.array([n for _, n in known], dtype=np.float64)
        values = (1 + np.log(often)) * self.rarity[ids]
        return Vector(ids, values / (np.linalg.norm(values) or 1.0))

    def common(self, wholes: Sequence[str], part: float) -> list[bool]:
        """Of each word or pair whether more than this part of the mails has it."""
        bound = 1 - log(part)
        ids = (self._ids.get(_WHOLE + whole) for whole in wholes)
        return [number is not None and self.rarity[number] < bound for number in ids]

    def shares(self, mail: Counted) -> Shares:
        """A run of letters belongs in equal parts to every place where it stands."""
        rows: list[tuple[int, int, float]] = []
        for owner, (whole, often) in enumerate(mail.wholes.items()):
            if _WHOLE + whole in self._ids:
                rows.append((self._ids[_WHOLE + whole], owner, 1.0))
            if " " not in whole:
                rows += [
                    (self._ids[run], owner, often / mail.runs[run])
                    for run in runs(whole)
                    if run in self._ids
                ]
        ids, owners, parts = zip(*rows, strict=True) if rows else ((), (), ())
        return Shares(
            tuple(mail.wholes),
            np.array(ids, dtype=np.int64),
            np.array(owners, dtype=np.int64),
            np.array(parts, dtype=np.float64),
        )


def _marked(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return ((_WHOLE + name, n) for name, n in counts.items())
