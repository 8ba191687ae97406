"""What we ourselves sent, found again where people quote it.

Takes every text that we sent, any number of them; tells which lines of a mail are ours, however a
mail program has broken, marked or capitalised them. The measure is a shingle, four words in a row
(Broder 1997). One that happens to be ours proves nothing, so nothing is cut but runs of them, and
those only where there is so much of ours that nobody wrote it by hand.

Kept are the hashes of the shingles alone: 200 editions take some tens of megabytes.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from operator import not_

SHINGLE = 4

RUN = 8
"""Fewer words of ours in a row may be anybody's."""

QUOTED = 20
"""Fewer words of ours in one place name a heading or cite a sentence; nobody quotes so little."""

_NEAR = 30  # words between two runs of one place: an answer between quoted paragraphs
_OWN = 4  # so many other words in the lines of a run make it part of a person's sentence

_WORD = re.compile(r"[^\W_]+")
# Of each shingle whether it is known: such as overlap or touch make a run.
_RUN = re.compile(rb"\x01(?:\x00{0,%d}\x01)*" % (SHINGLE - 1))


class Shingles:
    """The shingles of `texts`; more may be added at any time."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known: set[int] = set()
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._known.update(_hashes(_WORD.findall(text.casefold())))

    def without(self, text: str) -> list[str | None]:
        """The lines of `text` without what is ours; None stands for a line that was all ours."""
        lines = text.split("\n")
        if not self._known:
            return [*lines]
        place = _Place(lines)
        runs = [*self._runs(place.words)]
        cut = place.covered(_quoted(place, runs))
        return _closed([place.left(number, cut) for number in range(len(lines))])

    def _runs(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Every run of at least RUN words that known shingles cover: start and end."""
        known = bytes(map(self._known.__contains__, _hashes(words)))
        for run in _RUN.finditer(known):
            end = run.end() - 1 + SHINGLE
            if end - run.start() >= RUN:
                yield run.start(), end


def _hashes(words: Sequence[str]) -> Iterator[int]:
    return map(hash, zip(*(words[number:] for number in range(SHINGLE)), strict=False))


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
        self.words = "\n".join(chain.from_iterable(found)).casefold().splitlines()

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
        """What is left of a line; a word or two (a name, a date) is not worth keeping."""
        first, after = self._first[number], self._first[number + 1]
        line = self._lines[number]
        taken = sum(cut[first:after])
        if not taken:
            return line
        if after - first - taken < _OWN:
            return None
        pieces: list[str] = []
        position = 0
        for place, word in enumerate(_WORD.finditer(line), first):
            if cut[place]:
                if place == first or not cut[place - 1]:
                    pieces.append(line[position : word.start()])
                position = word.end()
        return " ".join("".join([*pieces, line[position:]]).split())
