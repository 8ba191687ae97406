"""The reasons that a leader is shown: a few, for those whom the mail went to, each word once.

Takes a verdict; gives its reasons by what they speak for. All of them are stored, and told by the
command line; a leader reads those that made the choice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailer.inquiry.danger import URGENT
from mailer.inquiry.route import owner_of
from mailer.inquiry.verdict import Reason, Verdict
from mailer.organisation import COORDINATOR

_SHOWN = 4

_QUOTED = re.compile("”(.+?)”")
_LEARNED = re.compile("(?:ordet|orden) ”")
_SHORTEST = 3  # letters of a word that says something by itself
_SWEDISH = (
    "aldrig alla allt alltid andra annan annat att av bara behöver bli blir blivit borde både då "
    "där dem den denna deras dess dessa det detta din dina ditt dock efter ej eller en ens er era "
    "ert ett finns från fram får för före förra genom ger gick gjort göra gör går gärna ha hade "
    "han hans har hej heller hela helt hennes hit hon honom hos hur här henne icke igen ihop in "
    "inga ingen inget innan inne inom inte ja jag ju just kan kanske kom kommer kring kunde "
    "kunna lite man med medan mellan men mer mest mig min mina minst mitt mot mycket måste ned nej "
    "ner ni nog nu någon något några når när nära och också om oss på redan rätt sagt samma samt "
    "sedan sen ser ses sett sig sin sina sist sitt själv ska skall skulle slut som stor står så "
    "sådan säger tack tagit tar ta till tills tog trots två under upp ur ut utan vad var vara "
    "varför varit varje vart vem verkligen vet vi vid vidare vilka vilken vilket vill ville väl "
    "åt än ändå ännu är över"
)
_ENGLISH = (
    "about after again all also and any are because been before but can could did does don for "
    "from get had has have her here him his how into its just like may more much not now off one "
    "only other our out over please she should some that thank thanks the their them then there "
    "they this too very was were what when where which who why will with would you your"
)
_SAYING_NOTHING = frozenset(_SWEDISH.split()) | frozenset(_ENGLISH.split())


def told(verdict: Verdict) -> Mapping[str, Sequence[Reason]]:
    """The reasons that are shown, by what they speak for: danger, then the owner and the copies.

    Of each the strongest few, and the earlier mail that it is most like. Where it is uncertain who
    should have it, they are those of the two likeliest. A mail that follows up another goes where
    that went, whatever its words say.
    """
    merged = _merged(verdict.reasons)
    shown = {slug: [each for each in merged if each.slug == slug] for slug in _chosen(verdict)}
    return {
        slug: [each for place, each in enumerate(reasons) if place < _SHOWN or each.example]
        for slug, reasons in shown.items()
        if reasons
    }


def telling(verdict: Verdict) -> list[Reason]:
    """They all, one after the other."""
    return [reason for reasons in told(verdict).values() for reason in reasons]


def _chosen(verdict: Verdict) -> Sequence[str]:
    if verdict.kind == "follow-up":
        return (URGENT,)
    if owner := owner_of(verdict):
        return (URGENT, owner, *verdict.copies)
    likely = (COORDINATOR,) if verdict.certain else verdict.suggestions
    return ("", URGENT, verdict.kind, *likely)


def _merged(reasons: Sequence[Reason]) -> Sequence[Reason]:
    """Those that speak for something, strongest first; what rules and examples know, once."""
    found: dict[tuple[str, str, str], Reason] = {}
    learned: list[tuple[str, Reason]] = []
    for reason in reasons:
        if reason.weight <= 0:
            continue
        words = _words(reason)
        if reason.example or not _LEARNED.match(reason.what):
            found[reason.slug, words, reason.what] = reason
        elif words:
            learned.append((words, reason))
    first: dict[tuple[str, str], tuple[str, str, str]] = {}
    for key in found:
        first.setdefault(key[:2], key)
    for words, reason in learned:
        key = first.setdefault((reason.slug, words), (reason.slug, words, reason.what))
        known = found.get(key)
        found[key] = replace(known, weight=known.weight + reason.weight) if known else reason
    return sorted(found.values(), key=lambda reason: -reason.weight)


def _words(reason: Reason) -> str:
    """The words that it names, without those that say nothing by themselves; maybe none."""
    named = _QUOTED.search(reason.what)
    if named is None or reason.example:
        return ""
    return " ".join(
        word
        for word in named[1].casefold().split()
        if len(word) >= _SHORTEST and not word.isdecimal() and word not in _SAYING_NOTHING
    )
