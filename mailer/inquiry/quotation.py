"""A person's own words, out of a mail that quotes others.

Takes the text of a mail; gives it without what we ourselves sent, without quotations and without
what programs add. Answers between and below a quotation stay where it can be told from them. What
a mail passes on is its matter, and stays. Where nothing would be left, the whole text is the
matter, unless most of it is our own.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from mailer.inquiry.attribution import attributions, block_end, marked, passes_on, quoted
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.signature import without_disclaimers, without_signature

NOTHING = Shingles()

# Answers below a header are told from our letter there only where most of that is known as ours:
# else what is left is more likely a part of the letter.
_KNOWN = 0.85
_POINTING = 600  # characters; more than that is a matter of its own, whatever it points at

_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d]")
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]{1,64}@[^\s<>()\[\]:;,\"]{1,250}\w")
_ANSWER = 4  # so many words after ours are no name or date that we wrote otherwise
_COVERED = "\0"
_END = re.compile(r"[.!?؟…]")
_PAUSE = re.compile(r"[:–—]|\s-+\s")
_ASKS = re.compile(r"\w[^\w\0]*[?؟]")
_RULE = re.compile(r"[\s*_=-]+")
_BLANKS = re.compile(r"\n{3,}")
# Yahoo Mail on Android begins the quotation in the line of its attribution.
_INLINE = re.compile(
    r"^([ \t]*(?:den|on|am|le|el) .{8,60} (?:skrev|schrieb|wrote)? ?.{0,80}<[^<>\s@]+@[^<>\s]+>"
    r"(?: (?:skrev|wrote))?:)[ \t]{2,}(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD = re.compile(r"\s*(?:vb|fwd?|wg|tr|pd|vl|vidarebefordrat|videresendt)\s*:", re.IGNORECASE)
_POINTS = re.compile(
    r"\b(?:se|läs|kolla|titta|enligt|mejlet|mailet|meddelandet|brevet) (?:\w+ ){0,3}ned[ae]n\b|"
    r"\bnedanstående\b|"
    r"\b(?:jag|vi) (?:vidarebefordrar|skickar (?:\w+ ){0,2}vidare)\b|"
    r"\bfor your information\b|\bfyi\b|\b(?:see|read) (?:\w+ ){0,3}below\b|\bforwarding\b|"
    r"\bsiehe unten\b|\bkatso alla\b|\b(?:patrz|zobacz) poniżej\b|"
    r"\bдив\w*\.? нижче\b|\bсм\w*\.? ниже\b|أدناه",
    re.IGNORECASE,
)

Lines = Sequence[str | None]
"""The lines of a text; None for one that was all ours."""


def own_words(
    text: str, subject: str = "", ours: Shingles = NOTHING, *, answers: bool = True
) -> str:
    """What the sender wrote. `ours` is what we have sent; `answers`: to some mail, by its header.

    People mark lines of their own where they answer nothing.
    """
    text = _INLINE.sub(r"\1\n", _BLANKS.sub("\n\n", text))
    lines = ours.without(text)
    reader = _Reader(text.split("\n"), lines, ours, bool(_FORWARD.match(subject)), answers)
    own, matter = reader.read()
    left = _joined([*without_signature(without_disclaimers(own)), "", *matter])
    if _WORD.search(left):
        return left
    return "" if reader.mostly_ours() else _joined(_known(lines))


def _joined(lines: Iterable[str]) -> str:
    return _BLANKS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _known(lines: Lines) -> list[str]:
    return [line for line in lines if line is not None]


class _Reader:
    """Reads the lines from the top; `passed_on` is whether the subject says that they are."""

    def __init__(
        self,
        written: Sequence[str],
        lines: Lines,
        ours: Shingles,
        passed_on: bool,
        answers: bool,
    ) -> None:
        self._written = written
        self._lines = lines
        self._ours = ours
        self._passed_on = passed_on
        self._answers = answers
        self._attributions = attributions(lines, answers=answers)
        self._quotes = answers or bool(self._attributions) or None in lines
        self._last = max((number for number, line in enumerate(lines) if line is None), default=-1)
        # How many words stand above each line, and how many of them are not ours.
        sizes = [len(_WORD.findall(line)) for line in written]
        self._words = _sums(sizes)
        self._unknown = _sums(
            size if left == line else len(_WORD.findall(left or ""))
            for line, left, size in zip(written, lines, sizes, strict=True)
        )

    def read(self) -> tuple[list[str], list[str]]:
        """The lines that are the sender's own, and below them those that are passed on."""
        own = _Own()
        letter: _Letter | None = None
        number = 0
        while number < len(self._lines):
            end = self._header(number)
            if end == number:
                line = self._lines[number]
                kept = self._passed_on or not self._quotes
                theirs = letter is None or not letter.has(number)
                if line is not None and theirs and (kept or not marked(line)):
                    own.append(line)
                number += 1
                continue
            if self._of_ours(end):
                if letter is None and not quoted(self._written, end):
                    letter = _Letter(self._written, number, end, self._ours)
            else:
                above_marks = quoted(self._lines, end)
                pointed = own.points and not (above_marks and self._answered(end))
                if self._passed_on or pointed or passes_on(self._lines[number] or ""):
                    return own.lines, _known(self._lines[number:])
                if own.spoken and not above_marks:
                    break
            own.drop_rules()
            number = end
        own.drop_rules()
        return own.lines, []

    def mostly_ours(self) -> bool:
        """Whether most of the text is what we sent."""
        return 2 * self._unknown[-1] < self._words[-1]

    def _header(self, number: int) -> int:
        """The line after all headers in a row above a quotation; `number` where none starts."""
        end = after = number
        while after < len(self._lines):
            line = self._lines[after]
            if end > number and (line is None or passes_on(line)):
                break
            step = self._attributions.get(after) or block_end(
                self._lines, after, answers=self._answers
            )
            if step > after:
                end = after = step
            elif end > number and line is not None and not line.strip():
                after += 1
            else:
                break
        return end

    def _answered(self, start: int) -> bool:
        """Whether there are words between or below the marked lines from `start` on."""
        return any(_WORD.search(line) and not marked(line) for line in _known(self._lines[start:]))

    def _of_ours(self, start: int) -> bool:
        """Whether the letter below a header is one that we sent."""
        if self._last < start:
            return False
        words = self._words[self._last + 1] - self._words[start]
        unknown = self._unknown[self._last + 1] - self._unknown[start]
        return unknown <= (1 - _KNOWN) * words


def _sums(sizes: Iterable[int]) -> list[int]:
    return [*accumulate(sizes, initial=0)]


class _Letter:
    """A letter of ours as it stands below its header, the lines `start` to `end`.

    It may be another printing than the one we know: names, dates and words of it differ. So a line
    is its, too, where more than half of its words stand in shingles of ours, but for one in which
    a person says something: a sentence of which no word does, a question, or some words at the end.
    And so is one that says no more than the header: its subject, or whom it is from.
    """

    def __init__(self, written: Sequence[str], start: int, end: int, ours: Shingles) -> None:
        self._end = end
        self._written = written[end:]
        self._unlike = ours.unlike(self._written)
        head = written[start:end]
        address = _ADDRESS.search("\n".join(head))
        self._sender = address[0] if address else ""
        self._last = [] if "@" in head[-1] else _words(head[-1])[1:]

    def has(self, number: int) -> bool:
        """Whether a line is a part of it."""
        line, pieces = self._written[number - self._end], self._unlike[number - self._end]
        words = _words(line)
        if 2 * sum(len(_words(piece)) for piece in pieces) < len(words):
            return not _says(pieces) and len(_words(pieces[-1])) < _ANSWER
        if self._sender and self._sender in line:
            return 2 * len(_words(self._sender)) > len(words)
        return len(words) > 1 and self._last[-len(words) :] == words


def _says(pieces: Sequence[str]) -> bool:
    """Whether there is a question between the covered words, or a sentence without any.

    What stands behind a colon or a dash is a sentence as well.
    """
    line = _COVERED.join(pieces)
    if _ASKS.search(line):
        return True
    for sentence in _END.split(line):
        _, covered, rest = sentence.rpartition(_COVERED)
        pause = _PAUSE.search(rest) if covered else None
        if (pause or not covered) and _LETTER.search(rest, pause.end() if pause else 0):
            return True
    return False


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


class _Own:
    """The lines found to be the sender's so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.spoken = False
        self._length = 0

    @property
    def points(self) -> bool:
        """Whether they do little but point at what stands below."""
        return self._length <= _POINTING and bool(_POINTS.search("\n".join(self.lines)))

    def append(self, line: str) -> None:
        self.lines.append(line)
        self.spoken = self.spoken or bool(_WORD.search(line))
        self._length += len(line)

    def drop_rules(self) -> None:
        """Drop the blank lines and rules at the end."""
        while self.lines and _RULE.fullmatch(self.lines[-1] or " "):
            self.lines.pop()
