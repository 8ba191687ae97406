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
pattern's, and those are looked up: the cost does not grow with the number of patterns.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

SWEDISH = "sv"
NEIGHBOURS = frozenset({"da", "no"})
"""Languages so near to Swedish that its patterns hold for them."""

_WORD = re.compile(r"[^\W_]+")
_STARRED = re.compile(r"\*?[^*]*[^\W_][^*]*\*?")
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]")
_FOLDED = str.maketrans("åäö", "aao")


@dataclass(frozen=True, slots=True)
class Match:
    """`pattern` (as written) found at the word number `start` of the subject or of the text."""

    pattern: str
    words: tuple[str, ...]
    start: int
    in_subject: bool

    def __str__(self) -> str:
        """Where it was found, in plain Swedish."""
        return f"”{' '.join(self.words)}” i {'ämnesraden' if self.in_subject else 'texten'}"


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
        phrases = [(pattern, pieces(pattern)) for pattern in patterns]
        self._plain = _Index(phrases)
        self._folded = _Index(
            [
                (pattern, tuple(piece.translate(_FOLDED) for piece in phrase))
                for pattern, phrase in phrases
            ]
        )

    def find(self, subject: str, text: str, language: str) -> list[Match]:
        """Every match, those in the subject first, then as they stand."""
        places = (words(subject), words(text))
        bare = language == SWEDISH and not any(
            set(word) & {"å", "ä", "ö"} for place in places for word in place
        )
        index = self._folded if bare else self._plain
        return [
            Match(pattern, place[start:end], start, in_subject)
            for place, in_subject in zip(places, (True, False), strict=True)
            for pattern, start, end in index.find(place)
        ]


class _Index:
    """Phrases by their first piece, and the lengths of all pieces by where their `*` stand."""

    def __init__(self, phrases: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        self._phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for pattern, phrase in phrases:
            self._phrases.setdefault(phrase[0], []).append((pattern, phrase))
        self._known = frozenset(piece for _, phrase in phrases for piece in phrase)
        self._beginnings = self._lengths(before=False, after=True)
        self._ends = self._lengths(before=True, after=False)
        self._parts = self._lengths(before=True, after=True)

    def _lengths(self, *, before: bool, after: bool) -> list[int]:
        return sorted(
            {
                len(piece.strip("*"))
                for piece in self._known
                if piece.startswith("*") == before and piece.endswith("*") == after
            }
        )

    def find(self, place: Sequence[str]) -> Iterable[tuple[str, int, int]]:
        fitting = {word: self._fitting(word) for word in set(place)}
        for start, word in enumerate(place):
            for piece in fitting[word]:
                for pattern, phrase in self._phrases.get(piece, ()):
                    end = start + len(phrase)
                    there = place[start:end]
                    if len(there) == len(phrase) and all(
                        wanted in fitting[found]
                        for wanted, found in zip(phrase, there, strict=True)
                    ):
                        yield pattern, start, end

    def _fitting(self, word: str) -> list[str]:
        """The pieces that `word` fits, each once."""
        size = len(word)
        cuts = [word]
        cuts += [f"{word[:n]}*" for n in self._beginnings if n <= size]
        cuts += [f"*{word[size - n :]}" for n in self._ends if n <= size]
        cuts += [f"*{word[i : i + n]}*" for n in self._parts for i in range(size - n + 1)]
        return list(dict.fromkeys(cut for cut in cuts if cut in self._known))
