"""Is life, health or a child in danger now, or a serious crime under way?

Takes a mail's subject and text; gives whether a leader must be woken, with the reasons. The words
and their weights are config/triage.yaml's `urgent`: those above zero speak of danger, those below
of what makes it less so ("för många år sedan", "skratta ihjäl", "ingen fara").

A word of danger loses the weight of what stands within `_NEAR` words of it, but never more than
half of its own: a false alarm costs a look, a missed one may cost a life. Spam, doubt about the
owner and everything else have no say here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailer.inquiry.pattern import Match, Patterns, applying
from mailer.inquiry.rules import Rule, TriageRules
from mailer.inquiry.verdict import Reason

URGENT = "urgent"
"""What stands in place of a slug in the reasons."""

_ENOUGH = 2.5
_NEAR = 10
_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Urgency:
    """`reasons` strongest first; they are given whether or not they were enough."""

    urgent: bool
    reasons: tuple[Reason, ...]


def urgency(subject: str, text: str, language: str, rules: TriageRules) -> Urgency:
    """Weigh every word of danger, each pattern once, where it is strongest."""
    spoken = applying(language, rules.urgent)
    weights, patterns = _ready(tuple(r for each in spoken for r in rules.urgent.get(each, ())))
    matches = patterns.find(subject, text, language)
    dampers = [match for match in matches if weights[match.pattern] < 0]
    strongest: dict[str, Reason] = {}
    for match in matches:
        full = weights[match.pattern]
        near = sum(weights[damper.pattern] for damper in dampers if _near(match, damper))
        weight = max(full + near, full * _LEAST)
        if weight > 0 and (
            match.pattern not in strongest or strongest[match.pattern].weight < weight
        ):
            strongest[match.pattern] = Reason(URGENT, str(match), weight)
    reasons = sorted(strongest.values(), key=lambda reason: (-reason.weight, reason.what))
    return Urgency(sum(reason.weight for reason in reasons) >= _ENOUGH, tuple(reasons))


def _near(match: Match, other: Match) -> bool:
    return match.in_subject == other.in_subject and abs(match.start - other.start) <= _NEAR


@lru_cache(maxsize=64)  # one entry a language
def _ready(rules: Sequence[Rule]) -> tuple[dict[str, float], Patterns]:
    weights = {rule.pattern: rule.weight for rule in rules}
    return weights, Patterns(weights)
