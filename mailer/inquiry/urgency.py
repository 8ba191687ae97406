"""Is life, health or a child in danger now, or a serious crime under way?

Takes a mail's subject and text, and what labelled mails teach of it (`sort`); gives whether a
leader must be woken, with the reasons. Three tables combine: what the danger is, for whom and when,
and what makes it less so. Their words are config/triage.yaml's `urgent`.

Each danger and each circumstance (now, a child, a cry for help) counts once, and they add up. A
circumstance counts also where no word names the danger: the examples may know it. What calms
("för många år sedan", "kurs", "ingen fara") is taken off, but never more than half: a false alarm
costs a look, a missed one may cost a life. Of a long mail more is asked for, as in many words one
of a table stands by chance. Spam, doubt about the owner and everything else have no say here.

The learned part weighs most. It finds what is told without a word of alarm; the tables find what no
example speaks of, in languages that have few. A danger that is said outright is urgent whatever the
examples are like: a polite question behind it makes it no smaller.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from math import log

from mailer.inquiry.danger import CALMING, DANGERS, PLAIN, URGENT, WHEN, WHOSE
from mailer.inquiry.pattern import Patterns, applying, words
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.sort import Leaning
from mailer.inquiry.verdict import Reason

# Log odds, as a logistic regression weighs them beside the learned part on mails by other hands.
_DANGER = 1.2
_WHEN = 0.8
_WHOSE = 0.4
_CALMING = -0.8
_LEAST = 0.5
_ENOUGH = 0.3
"""Of hard mails not seen before nine dangers in ten reach it, one everyday worry in sixteen."""
_OF_LENGTH, _USUAL, _SHORTEST = 0.3, 40, 5
"""What is added to that for each e-fold of words more than usual; less for a short one."""
_ENOUGH_PLAIN = 1.5
"""A danger that is said outright, and for whom, when or what; calming words are taken off."""
_ENOUGH_ALONE = 2.4
"""Without examples: two dangers, or one with a time and another circumstance; never these alone."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """`reasons` strongest first; those of the tables are given also where they were not enough.

    `named`: a danger stands there in so many words, whatever is learned of mails like it;
    `outright`: in words that are used of nothing else; `dangers`: which of `DANGERS` those are.
    """

    urgent: bool
    reasons: tuple[Reason, ...]
    named: bool = False
    outright: bool = False
    dangers: tuple[str, ...] = ()


def urgency(
    subject: str, text: str, language: str, rules: TriageRules, learned: Leaning | None = None
) -> Urgency:
    """Weigh the dangers that the tables know of and what was learned."""
    reasons, dangers = _by_tables(subject, text, language, rules)
    weight = sum(reason.weight for reason in reasons)
    outright = PLAIN in dangers and weight >= _ENOUGH_PLAIN
    if learned is None:
        urgent = bool(dangers) and weight >= _ENOUGH_ALONE
    else:
        urgent = outright or weight + learned.urgent >= _enough(text)
        reasons += learned.explain() if urgent else ()
    in_order = tuple(sorted(reasons, key=lambda r: (-r.weight, r.what)))
    in_words = tuple(aspect for aspect in DANGERS if aspect in dangers)
    return Urgency(urgent, in_order, bool(dangers), outright, in_words)


def _enough(text: str) -> float:
    return _ENOUGH + _OF_LENGTH * log(max(len(words(text)), _SHORTEST) / _USUAL)


def _by_tables(
    subject: str, text: str, language: str, rules: TriageRules
) -> tuple[tuple[Reason, ...], Set[str]]:
    """The reasons, and which of `DANGERS` are among them."""
    names, patterns = _ready(rules, applying(language, rules.urgent))
    found: dict[str, str] = {}
    for match in patterns.find(subject, text, language):
        for aspect in names[match.pattern]:
            found.setdefault(aspect, str(match))
    grave = (
        *_reasons(found, DANGERS, _DANGER),
        *_reasons(found, WHEN, _WHEN),
        *_reasons(found, WHOSE, _WHOSE),
    )
    calming = sum(aspect in found for aspect in CALMING)
    relief = max(_CALMING * calming, -_LEAST * sum(reason.weight for reason in grave))
    calm = _reasons(found, CALMING, relief / calming) if relief else ()
    return grave + calm, found.keys() & DANGERS.keys()


def _reasons(
    found: Mapping[str, str], aspects: Mapping[str, str], weight: float
) -> tuple[Reason, ...]:
    return tuple(
        Reason(URGENT, f"{found[aspect]} ({told})", weight)
        for aspect, told in aspects.items()
        if aspect in found
    )


@lru_cache(maxsize=64)  # one entry a language
def _ready(rules: TriageRules, languages: tuple[str, ...]) -> tuple[dict[str, list[str]], Patterns]:
    names: dict[str, list[str]] = {}
    for language in languages:
        for aspect, patterns in rules.urgent.get(language, {}).items():
            for pattern in patterns:
                names.setdefault(pattern, []).append(aspect)
    return names, Patterns(names)
