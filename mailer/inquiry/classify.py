"""Which subproject is it about? By rules (words that speak for one, weighed), and by examples.

Takes a mail's subject and text; gives `Scores` (a sum of natural-log odds for each subproject and
for the coordinator, with the reasons), and from any such scores a `Choice`. The laws:

* Without a model of the examples the rules decide alone. With one they count for as much as it
  says they are worth, and what it learned is added.
* Each pattern counts once, however often and wherever it stands. Of several that speak for the
  same, each says less than the first: in all they add 2 ln(1 + the sum of their weights).
* A leader's name in the greeting weighs less than any word of the subject itself.
* The probabilities are the softmax of the sums; the owner is the most likely, the coordinator
  ("none of the subprojects") included.
* Certain: at least `threshold` likely, and something in the mail speaks for it. A mail without any
  evidence is never certain, so a person sees it.
* Copied: a subproject with the evidence of more than one telling word, at most e⁴ times less likely
  than the owner.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log1p

from mailer.inquiry.model import Model
from mailer.inquiry.pattern import NEIGHBOURS, SWEDISH, Patterns, applying, words
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Reason
from mailer.organisation import COORDINATOR

NONE = "none"
"""What config/triage.yaml calls the coordinator's own rules: none of the subprojects."""

_TELLING = 2.0
_LEADER = 0.2
_GREETING = 8  # words: "Hej Viktor och Anna-Karin", with room for titles
_MATTER = 2 * log1p(2)  # a word of weight 2, or several that weigh as much
_EVIDENCE = 4.0
_BEHIND = 4.0
"""On the examples, cross-validated, 55 copies in 100 are then right, and few are missed."""


@dataclass(frozen=True, slots=True)
class Scores:
    """`sums` by slug, COORDINATOR among them, in the order in which a tie is decided."""

    sums: Mapping[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The part of a `Verdict` that says what a mail is about; the fields mean the same."""

    owner: str | None
    copies: tuple[str, ...]
    suggestions: tuple[str, ...]
    confidence: float
    certain: bool
    reasons: tuple[Reason, ...]


class Classifier:
    """The rules made ready. `names` holds the leaders' full names by slug.

    `model` was fitted to what a classifier without one says of the examples.
    """

    def __init__(
        self,
        rules: TriageRules,
        slugs: Sequence[str],
        names: Mapping[str, Sequence[str]] | None = None,
        model: Model | None = None,
    ) -> None:
        self._rules = rules
        self._model = model
        self._start = {slug: 0.0 for slug in slugs} | {COORDINATOR: rules.none}
        self._tables = {
            languages: _Table(rules, languages, slugs)
            for languages in (
                applying(language, rules.rules) for language in (SWEDISH, *NEIGHBOURS, *rules.rules)
            )
        }
        self._called: dict[str, set[str]] = {}
        for slug, full_names in (names or {}).items():
            for parts in map(str.split, full_names):
                for part in (*parts[:1], *parts[-1:]):
                    self._called.setdefault(part, set()).add(slug)
        self._names = Patterns(self._called)

    def score(self, subject: str, text: str, language: str) -> Scores:
        """What speaks for whom in a mail: the sums, and the reasons, strongest first."""
        found = self._by_rules(subject, text, language)
        if self._model is None:
            return found
        learned = self._model.read(subject, text)
        worth = self._model.rules_worth
        sums = {slug: worth * value + learned.sums[slug] for slug, value in found.sums.items()}
        reasons = [replace(each, weight=worth * each.weight) for each in found.reasons]
        reasons += learned.reasons
        if nearest := learned.nearest.get(max(sums, key=lambda slug: sums[slug])):
            reasons.append(nearest)
        return Scores(sums, _ordered(reasons))

    def tells(self, text: str, language: str) -> bool:
        """Whether words that are hardly ever said of anything else speak for a subproject."""
        reasons = self._by_rules("", text, language).reasons
        spoken: dict[str, float] = {}
        for reason in reasons:
            spoken[reason.slug] = spoken.get(reason.slug, 0.0) + reason.weight
        return any(weight >= _MATTER for slug, weight in spoken.items() if slug != COORDINATOR)

    def _by_rules(self, subject: str, text: str, language: str) -> Scores:
        table = self._tables[applying(language, self._rules.rules)]
        found: dict[str, str] = {}
        for match in table.patterns.find(subject, text, language):
            found.setdefault(match.pattern, str(match))
        reasons = [
            Reason(slug, what, weight)
            for pattern, what in found.items()
            for slug, weight in table.weights[pattern]
        ]
        reasons = _damped([*_merged(reasons), *self._greeted(text, language)])
        sums = dict(self._start)
        for reason in reasons:
            sums[reason.slug] += reason.weight
        return Scores(sums, _ordered(reasons))

    def _greeted(self, text: str, language: str) -> list[Reason]:
        greeting = " ".join(words(text)[:_GREETING])
        found = {
            slug: " ".join(match.words)
            for match in self._names.find("", greeting, language)
            for slug in self._called[match.pattern]
        }
        return [Reason(slug, f"”{name}” i hälsningen", _LEADER) for slug, name in found.items()]

    def decide(self, scores: Scores) -> Choice:
        """Who should own a mail with these scores, and how sure that is."""
        sums = scores.sums
        highest = max(sums.values())
        odds = {slug: exp(value - highest) for slug, value in sums.items()}
        ranked = sorted(sums, key=lambda slug: -odds[slug])
        best = ranked[0]
        confidence = odds[best] / sum(odds.values())
        spoken_for = any(r.slug == best and r.weight > 0 for r in scores.reasons)
        return Choice(
            owner=None if best == COORDINATOR else best,
            copies=tuple(
                slug
                for slug in ranked[1:]
                if COORDINATOR not in (best, slug)
                and sums[slug] >= max(_EVIDENCE, sums[best] - _BEHIND)
            ),
            suggestions=tuple(ranked[:2]),
            confidence=confidence,
            certain=spoken_for and confidence >= self._rules.threshold,
            reasons=scores.reasons,
        )


def _ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (-reason.weight, reason.what, reason.slug)))


def _merged(reasons: Sequence[Reason]) -> Iterator[Reason]:
    """One reason a word and slug: several patterns may have found the same."""
    weights: dict[tuple[str, str], float] = {}
    for reason in reasons:
        key = reason.slug, reason.what
        weights[key] = weights.get(key, 0.0) + reason.weight
    for (slug, what), weight in weights.items():
        yield Reason(slug, what, weight)


def _damped(reasons: Sequence[Reason]) -> list[Reason]:
    """They with what each really adds; words that speak against count likewise."""
    weights: dict[str, float] = {}
    for reason in reasons:
        weights[reason.slug] = weights.get(reason.slug, 0.0) + reason.weight
    shares = {
        slug: _TELLING * (log1p(abs(weight)) / abs(weight) if weight else 1.0)
        for slug, weight in weights.items()
    }
    return [Reason(r.slug, r.what, shares[r.slug] * r.weight, r.example) for r in reasons]


class _Table:
    """The patterns read in one language, and for whom each speaks with what weight."""

    def __init__(self, rules: TriageRules, languages: Sequence[str], slugs: Sequence[str]) -> None:
        weights: dict[str, dict[str, float]] = {}
        for language in languages:
            for slug in (*slugs, NONE):
                for rule in rules.rules.get(language, {}).get(slug, ()):
                    speaks_for = COORDINATOR if slug == NONE else slug
                    weights.setdefault(rule.pattern, {})[speaks_for] = rule.weight
        self.weights = {pattern: tuple(by.items()) for pattern, by in weights.items()}
        self.patterns = Patterns(self.weights)
