"""Many patterns at once, found among the words of one mail.

Takes patterns as config/triage.yaml writes them and a mail's subject and text; gives every place
where a pattern stands. The laws:

* A word is a run of letters and digits; letter case and combining marks do not count, and what
  stands between words does not either (`e-cigg*` is the phrase `e cigg*`).
* A `*` stands for any letters, or none: `knark*` is also `knark`.
* A phrase never reaches from the subject into the text.
* å, ä, ö are read as a, a, o only in a Swedish mail that has none of them at all; then in the
  patterns too. Elsewhere "långa" and "langa" (to deal) are two words.

Each word of the mail is cut into the beginnings, ends and parts that are as long as some
pattern's, and those are looked up: the cost does not grow with the number of patterns. What was
found for a word is kept, as mails are mostly made of the same ones.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import contains
from typing import Any
from unicodedata import normalize

SWEDISH = "sv"
NEIGHBOURS = frozenset({"da", "no"})
"""Languages so near to Swedish that its patterns hold for them."""

_WORD = re.compile(r"[^\W_]+")
_STARRED = re.compile(r"\*?[^*]*[^\W_][^*]*\*?")
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]")
_RINGS_AND_DOTS = frozenset("åäö")
_FOLDED = str.maketrans("åäö", "aao")
_SHOWN = 60  # letters of what was found that a reason shows
_TEXTS = 32  # of one mail: its subject, its text, and its sentences
_KEPT = 1 << 12  # words of which it is known what they fit


@dataclass(frozen=True, slots=True)
class Match:
    """`pattern` (as written) found at the word number `start` of the subject or of the text."""

    pattern: str
    words: tuple[str, ...]
    start: int
    in_subject: bool

    def __str__(self) -> str:
        """Where it was found, in plain Swedish."""
        found = " ".join(self.words)
        shown = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
        return f"”{shown}” i {'ämnesraden' if self.in_subject else 'texten'}"


@lru_cache(_TEXTS)  # several ask for those of the same text
def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order, in the form in which they are compared."""
    return tuple(_WORD.findall(_MARKS.sub("", normalize("NFC", text.casefold()))))


def pieces(pattern: str) -> tuple[str, ...]:
    """The words of a pattern with their `*`.

    Raises ValueError where a `*` stands anywhere but first or last in a word, or there is no word.
    """
    found: list[str] = []
    for word in pattern.split():
        if not _STARRED.fullmatch(word):
            raise ValueError(f"{pattern!r}: a * stands first or last in a word of letters")
        inner = list(words(word))
        if word.startswith("*"):
            inner[0] = f"*{inner[0]}"
        if word.endswith("*"):
            inner[-1] = f"{inner[-1]}*"
        found += inner
    if not found:
        raise ValueError("a pattern needs a word")
    return tuple(found)


def applying(language: str, known: Collection[str]) -> tuple[str, ...]:
    """The languages whose patterns are read in a mail of `language`; the latter say more.

    Swedish for Swedish and for a language without patterns, Swedish and its own for a neighbour,
    else its own only: Bosnian "stan" is a flat, Swedish "stan" the town.
    """
    if language not in known:
        return (SWEDISH,)
    return (SWEDISH, language) if language in NEIGHBOURS else (language,)


class Patterns:
    """Patterns made ready; ValueError from the first that is not one."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._phrases = [(pattern, pieces(pattern)) for pattern in patterns]

    def __getstate__(self) -> dict[str, Any]:
        """Without what is made from the patterns when it is first asked for."""
        return {"_phrases": self._phrases}

    @cached_property
    def _plain(self) -> "_Index":
        return _Index(self._phrases)

    @cached_property
    def _folded(self) -> "_Index":
        return _Index(
            [
                (pattern, tuple(piece.translate(_FOLDED) for piece in phrase))
                for pattern, phrase in self._phrases
            ]
        )

    def find(self, subject: str, text: str, language: str) -> list[Match]:
        """Every match, those in the subject first, then as they stand."""
        places = (words(subject), words(text))
        bare = language == SWEDISH and _bare(subject) and _bare(text)
        index = self._folded if bare else self._plain
        return [
            Match(pattern, place[start:end], start, in_subject)
            for place, in_subject in zip(places, (True, False), strict=True)
            for pattern, start, end in index.find(place)
        ]


@lru_cache(_TEXTS)
def _bare(text: str) -> bool:
    """Whether there is no å, ä or ö in the words of a text."""
    return _RINGS_AND_DOTS.isdisjoint("".join(words(text)))


class _Index:
    """Phrases by their first two pieces, and the pieces by where their `*` stand."""

    def __init__(self, phrases: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        self._words: dict[str, list[str]] = {}
        self._longer: dict[str, dict[str, list[tuple[str, tuple[str, ...]]]]] = {}
        for pattern, (first, *more) in phrases:
            if more:
                by_second = self._longer.setdefault(first, {})
                by_second.setdefault(more[0], []).append((pattern, tuple(more[1:])))
            else:
                self._words.setdefault(first, []).append(pattern)
        known = {piece for _, phrase in phrases for piece in phrase}
        self._wholes = _Cuts(known, before=False, after=False)
        self._beginnings = _Cuts(known, before=False, after=True)
        self._ends = _Cuts(known, before=True, after=False)
        self._parts = _Cuts(known, before=True, after=True)
        self._fitting = lru_cache(_KEPT)(self._fits)

    def find(self, place: Sequence[str]) -> Iterable[tuple[str, int, int]]:
        fitting = [*map(self._fitting, place)]
        for start, (fits, following) in enumerate(pairwise((*fitting, ()))):
            for piece in fits:
                for pattern in self._words.get(piece, ()):
                    yield pattern, start, start + 1
                if not following or piece not in self._longer:
                    continue
                by_second = self._longer[piece]
                for second in following:
                    for pattern, rest in by_second.get(second, ()):
                        end = start + 2 + len(rest)
                        if end <= len(fitting) and all(
                            map(contains, fitting[start + 2 : end], rest)
                        ):
                            yield pattern, start, end

    def _fits(self, word: str) -> tuple[str, ...]:
        """The pieces that `word` fits, each once."""
        size = len(word)
        # What is longer than the word cuts the whole of it, which is no piece of that length.
        wholes, begin, end, parts = self._wholes, self._beginnings, self._ends, self._parts
        found = [wholes.pieces[word]] if word in wholes.pieces else []
        found += [begin.pieces[cut] for n in begin.lengths if (cut := word[:n]) in begin.pieces]
        found += [end.pieces[cut] for n in end.lengths if (cut := word[-n:]) in end.pieces]
        found += [
            parts.pieces[cut]
            for n in parts.lengths
            for i in range(size - n + 1)
            if (cut := word[i : i + n]) in parts.pieces
        ]
        return tuple(dict.fromkeys(found))


class _Cuts:
    """The pieces with a `*` in these places: by what stands beside it, and how long that is."""

    def __init__(self, pieces: Iterable[str], *, before: bool, after: bool) -> None:
        self.pieces = {
            piece.strip("*"): piece
            for piece in pieces
            if piece.startswith("*") == before and piece.endswith("*") == after
        }
        self.lengths = sorted({len(cut) for cut in self.pieces})
