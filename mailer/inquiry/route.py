"""Where a mail goes, and whether its sender is answered: a `Route`, decided without I/O.

One table says what each kind of mail leads to; the last word is always a named human: what no
subproject owns goes to the coordinator. Danger goes to the coordinator whatever the kind, and to
the owner, were it only the likeliest one. Whoever is away has a stand-in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mailer.inquiry.away import Away, stand_in
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Inquiry, Kind, Route, Verdict
from mailer.organisation import COORDINATOR, Leader, Organisation

Reader = Literal["owner", "coordinator", "nobody"]

READERS: dict[Kind, Reader] = {
    "inquiry": "owner",
    "follow-up": "owner",
    "subscribe": "nobody",  # done by machine
    "unsubscribe": "nobody",  # done by machine
    "auto-reply": "nobody",
    "bounce": "nobody",
    "own": "nobody",
    "spam": "nobody",  # a shelf that the coordinator can see
    "complaint": "coordinator",
    "unreadable": "coordinator",
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What bears on the route. `silence` is why this sender gets no answer (Swedish), or empty.

    `acknowledged`: the sender had an acknowledgement in the last 24 hours. `acknowledgements`: how
    many went to anyone in the last hour. `away`: who is away today. `again`: the sender wrote just
    this within the day.
    """

    silence: str = ""
    acknowledged: bool = False
    acknowledgements: int = 0
    away: Away = field(default_factory=dict)
    again: bool = False


def route(
    inquiry: Inquiry,
    verdict: Verdict,
    circumstances: Circumstances,
    organisation: Organisation,
    rules: TriageRules,
) -> Route:
    """The folder, the leaders in order without doubles, and the acknowledgement."""
    from_leader = organisation.person_at(inquiry.sender) is not None
    # A leader's own answer, in copy to the mailbox, is only filed. So is what a leader says over
    # and over: it is a robot's, and would be answered by that of whoever gets it.
    answers = from_leader and (verdict.kind == "follow-up" or circumstances.again)
    readers = [] if answers else [*_readers(verdict, organisation)]
    stand_ins = [
        stand_in(reader, colleagues, circumstances.away, organisation)
        for reader, colleagues in readers
    ]
    present = [
        instead.reader if instead else reader
        for (reader, _), instead in zip(readers, stand_ins, strict=True)
    ]
    silence = _silence(inquiry, verdict, circumstances, from_leader=from_leader, rules=rules)
    return Route(
        folder=_folder(verdict, organisation, rules),
        leaders=tuple(dict.fromkeys(present)),
        acknowledge=not silence,
        silence=silence,
        stand_ins=tuple(dict.fromkeys(instead for instead in stand_ins if instead)),
    )


def owner_of(verdict: Verdict) -> str | None:
    """The slug of the subproject that has the mail; None where no subproject has it for certain."""
    return verdict.owner if READERS[verdict.kind] == "owner" and verdict.certain else None


def _readers(
    verdict: Verdict, organisation: Organisation
) -> Iterator[tuple[Leader, Sequence[Leader]]]:
    """Who should have it, were nobody away; with each those who lead the same."""
    if READERS[verdict.kind] == "nobody" and not verdict.urgent:
        return
    slugs: tuple[str, ...] = ()
    owner = owner_of(verdict)
    if owner:
        slugs = (owner, *verdict.copies)
    elif verdict.urgent:
        likely = (verdict.owner, *verdict.suggestions)
        slugs = tuple(each for each in likely if each and each != COORDINATOR)[:1]
    for slug in slugs:
        leaders = organisation[slug].leaders
        for leader in leaders:
            yield leader, leaders
    if verdict.urgent or owner is None:
        yield organisation.coordinator, ()


def _folder(verdict: Verdict, organisation: Organisation, rules: TriageRules) -> str:
    if READERS[verdict.kind] != "owner":
        return rules.folders[verdict.kind]
    owner = owner_of(verdict)
    return organisation[owner].folder if owner else organisation.coordinator_folder


def _silence(
    inquiry: Inquiry,
    verdict: Verdict,
    circumstances: Circumstances,
    *,
    from_leader: bool,
    rules: TriageRules,
) -> str:
    """Why no acknowledgement is sent, in Swedish; empty where one is. The first reason counts."""
    limit = rules.acknowledgements_an_hour
    reasons = (
        (verdict.kind in _KIND_SILENCE, _KIND_SILENCE.get(verdict.kind, "")),
        (from_leader, "avsändaren leder ett delprojekt"),
        (bool(circumstances.silence), circumstances.silence),
        (inquiry.sender is None, "avsändaren saknar en adress att svara till"),
        (circumstances.acknowledged, "avsändaren har fått en bekräftelse det senaste dygnet"),
        (
            circumstances.acknowledgements >= limit,
            f"gränsen på {limit} bekräftelser i timmen är nådd",
        ),
    )
    return next((why for applies, why in reasons if applies), "")


_KIND_SILENCE: dict[Kind, str] = {
    "follow-up": "det är en fortsättning på ett tidigare ärende",
    "subscribe": "det gäller bara nyhetsbrevet",
    "unsubscribe": "det gäller bara nyhetsbrevet",
    "auto-reply": "det är ett automatiskt svar",
    "bounce": "det är ett studsat brev",
    "complaint": "det är en anmälan från en e-postleverantör",
    "spam": "det bedöms vara skräppost",
    "own": "det är vårt eget utskick",
    "unreadable": "brevet gick inte att läsa",
}
