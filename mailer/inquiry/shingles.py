"""What we ourselves sent, found again where people quote it.

Takes every text that we sent, any number of them; tells which lines of a mail are ours, however a
mail program has broken, marked or capitalised them. The measure is a shingle, four words in a row
(Broder 1997). One that happens to be ours proves nothing, so nothing is cut but runs of them, and
those only where there is so much of ours that nobody wrote it by hand.

One number is like another: days and case numbers differ from letter to letter.

Kept are the names of the shingles alone, numbers of 64 bits that are the same in every process: a
hundred thousand words of ours take a megabyte.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from operator import not_

import numpy as np
from numpy.typing import NDArray

SHINGLE = 4

RUN = 8
"""Fewer words of ours in a row may be anybody's."""

QUOTED = 20
"""Fewer words of ours in one place name a heading or cite a sentence; nobody quotes so little."""

_NEAR = 30  # words between two runs of one place: an answer between quoted paragraphs
_OWN = 4  # so many other words in the lines of a run make it part of a person's sentence

_Names = NDArray[np.uint64]
_NONE: _Names = np.zeros(0, np.uint64)
_SPACE = ord(" ")
_OF_LETTERS = np.uint64(0x9E3779B97F4A7C15)  # odd, and its bits are as if drawn by lot
_OF_WORDS = np.uint64(0xC2B2AE3D27D4EB4F)  # likewise

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
# Of each shingle whether it is known: such as overlap or touch make a run.
_RUN = re.compile(rb"\x01(?:\x00{0,%d}\x01)*" % (SHINGLE - 1))


class Shingles:
    """The shingles of `texts`; more may be added at any time."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known = _NONE  # in order
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        new = [_names(_WORD.findall(_alike(text))) for text in texts]
        self._known = np.unique(np.concatenate([self._known, *new]))

    def without(self, text: str) -> list[str | None]:
        """The lines of `text` without what is ours; None stands for a line that was all ours."""
        lines = text.split("\n")
        if not len(self._known):
            return [*lines]
        place = _Place(lines)
        runs = [*self._runs(place.words)]
        cut = place.covered(_quoted(place, runs))
        return _closed([place.left(number, cut) for number in range(len(lines))])

    def unlike(self, lines: Sequence[str]) -> list[tuple[str, ...]]:
        """Of each line the pieces that no shingle of ours covers, one more than are covered.

        The first stands before all that is covered, the last after it; either may be without a
        word. So few words of ours are anybody's: ask only where a letter of ours stands.
        """
        if not len(self._known):
            return [(line,) for line in lines]
        place = _Place(lines)
        cut = place.covered(self._runs(place.words, SHINGLE))
        return [place.pieces(number, cut) for number in range(len(lines))]

    def _runs(self, words: Sequence[str], least: int = RUN) -> Iterator[tuple[int, int]]:
        """Every run of at least so many words that known shingles cover: start and end."""
        names = _names(words)
        places = np.searchsorted(self._known, names)
        known = self._known.take(places, mode="clip") == names
        for run in _RUN.finditer(known.tobytes()):
            end = run.end() - 1 + SHINGLE
            if end - run.start() >= least:
                yield run.start(), end


def _alike(text: str) -> str:
    return _NUMBER.sub("0", text.casefold())


def _names(words: Sequence[str]) -> _Names:
    """The name of each shingle, in order: a polynomial of its words, each one of its letters."""
    if len(words) < SHINGLE:
        return _NONE
    text = " ".join(words) + " "
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    ends = np.flatnonzero(letters == _SPACE) + 1
    starts = np.concatenate([[0], ends[:-1]])
    sizes = ends - starts
    powers = np.cumprod(np.full(sizes.max(), _OF_LETTERS))
    place = np.arange(len(letters)) - np.repeat(starts, sizes)
    of_words = np.add.reduceat(letters * powers[place], starts)
    names = of_words[: 1 - SHINGLE]
    for number in range(1, SHINGLE):
        names = names * _OF_WORDS + of_words[number : number + len(names)]
    return names


def _quoted(place: "_Place", runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The runs to cut."""
    others = [*accumulate(map(not_, place.covered(runs)), initial=0)]
    near: list[tuple[int, int]] = []
    for start, end in runs:
        if near and start - near[-1][1] > _NEAR:
            yield from _enough(near)
            near = []
        first, after = place.around(start, end)
        if end - start >= QUOTED or others[after] - others[first] < _OWN:
            near.append((start, end))
    yield from _enough(near)


def _enough(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return runs if sum(end - start for start, end in runs) >= QUOTED else []


def _closed(lines: list[str | None]) -> list[str | None]:
    """The same, where lines without a word between two of ours, or below the last, are ours too."""
    since: int | None = None  # nothing but such lines since this one, which is ours
    for number, line in enumerate([*lines, None]):
        if line is None:
            if since is not None:
                lines[since:number] = [None] * (number - since)
            since = number
        elif _WORD.search(line):
            since = None
    return lines


class _Place:
    """The words of a mail and the lines that they stand in."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        found = [_WORD.findall(line) for line in lines]
        self._first = [*accumulate(map(len, found), initial=0)]
        # All at once: a word alone takes ten times as long.
        self.words = _alike("\n".join(chain.from_iterable(found))).splitlines()

    def around(self, start: int, end: int) -> tuple[int, int]:
        """The words of the lines that a run stands in: the first, and the one after the last."""
        first, last = (bisect_right(self._first, word) for word in (start, end - 1))
        return self._first[first - 1], self._first[last]

    def covered(self, runs: Iterable[tuple[int, int]]) -> list[bool]:
        """Of each word, whether it stands in one of these runs."""
        covered = [False] * len(self.words)
        for start, end in runs:
            covered[start:end] = [True] * (end - start)
        return covered

    def left(self, number: int, cut: Sequence[bool]) -> str | None:
        """What is left of a line; a word or two (a name, a date) is not worth keeping.

        A line that ours hardly reaches into is a person's: "Det" stands anywhere.
        """
        first, after = self._first[number], self._first[number + 1]
        line = self._lines[number]
        taken = sum(cut[first:after])
        others = after - first - taken
        if not taken or 2 * taken < others:
            return line
        if others < _OWN:
            return None
        return " ".join("".join(self.pieces(number, cut)).split())

    def pieces(self, number: int, cut: Sequence[bool]) -> tuple[str, ...]:
        """What stands before, between and after the words of a line that are cut."""
        first, line = self._first[number], self._lines[number]
        pieces: list[str] = []
        position = 0
        for place, word in enumerate(_WORD.finditer(line), first):
            if cut[place]:
                if place == first or not cut[place - 1]:
                    pieces.append(line[position : word.start()])
                position = word.end()
        return *pieces, line[position:]
