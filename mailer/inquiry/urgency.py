"""Is life, health or a child in danger now, or a serious crime under way?

Takes a mail's subject and text, and what labelled mails teach of it (`sort`); gives whether a
leader must be woken, with the reasons. Three tables combine: what the danger is, for whom and when,
and what makes it less so. Their words are config/triage.yaml's `urgent`.

A danger counts once, and more for each circumstance that stands with it: a child, now, a cry for
help. What calms ("för många år sedan", "kurs", "ingen fara") is taken off, but never more than
half: a false alarm costs a look, a missed one may cost a life. Spam, doubt about the owner and
everything else have no say here.

The learned part weighs most. It finds what is told without a word of alarm; the tables find what no
example speaks of, in languages that have few.
"""

from dataclasses import dataclass
from functools import lru_cache

from mailer.inquiry.danger import CALMING, CIRCUMSTANCES, DANGERS, URGENT
from mailer.inquiry.pattern import Patterns, applying
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.sort import Leaning
from mailer.inquiry.verdict import Reason

# Log odds. Of .1 to .5 for a danger the best with the learned part, on examples by other hands.
_DANGER = 0.4
_CIRCUMSTANCE = 0.16
_CALMING = -0.4
_LEAST = 0.5
_ENOUGH = -1.4
"""Under even odds: a false alarm costs a look. Of the examples, which were written to be hard and
not seen before, nine in ten dangers reach it and one in eight of the rest."""
_ENOUGH_ALONE = 0.7
"""Without examples: two dangers, or one with two circumstances."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """`reasons` strongest first; they are given whether or not they were enough.

    `named`: a danger stands there in so many words, whatever is learned of mails like it.
    """

    urgent: bool
    reasons: tuple[Reason, ...]
    named: bool = False


def urgency(
    subject: str, text: str, language: str, rules: TriageRules, learned: Leaning | None = None
) -> Urgency:
    """Weigh the dangers that the tables know of and what was learned."""
    reasons = _by_tables(subject, text, language, rules)
    weight = sum(reason.weight for reason in reasons)
    named = any(reason.weight > 0 for reason in reasons)
    if learned is None:
        urgent = weight >= _ENOUGH_ALONE
    else:
        urgent = weight + learned.urgent >= _ENOUGH
        reasons += learned.reasons
    return Urgency(urgent, tuple(sorted(reasons, key=lambda r: (-r.weight, r.what))), named)


def _by_tables(subject: str, text: str, language: str, rules: TriageRules) -> tuple[Reason, ...]:
    names, patterns = _ready(rules, applying(language, rules.urgent))
    found: dict[str, str] = {}
    for match in patterns.find(subject, text, language):
        for aspect in names[match.pattern]:
            found.setdefault(aspect, str(match))
    circumstances = sum(aspect in CIRCUMSTANCES for aspect in found)
    full = _DANGER + _CIRCUMSTANCE * circumstances
    dangers = [aspect for aspect in DANGERS if aspect in found]
    calming = [aspect for aspect in CALMING if aspect in found]
    reasons = [Reason(URGENT, f"{found[a]} ({DANGERS[a]})", full) for a in dangers]
    relief = _CALMING * len(calming)
    if dangers:
        relief = max(relief, -full * len(dangers) * _LEAST)
    reasons += [
        Reason(URGENT, f"{found[a]} ({CALMING[a]})", relief / len(calming)) for a in calming
    ]
    return tuple(reasons)


@lru_cache(maxsize=64)  # one entry a language
def _ready(rules: TriageRules, languages: tuple[str, ...]) -> tuple[dict[str, list[str]], Patterns]:
    names: dict[str, list[str]] = {}
    for language in languages:
        for aspect, patterns in rules.urgent.get(language, {}).items():
            for pattern in patterns:
                names.setdefault(pattern, []).append(aspect)
    return names, Patterns(names)
