"""Where a mail goes, and whether its sender is answered: a `Route`, decided without I/O.

One table says what each kind of mail leads to; the last word is always a named human: what no
subproject owns goes to the coordinator, and so does danger in a mail that would have no reader.
"""

from dataclasses import dataclass
from typing import Literal

from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Inquiry, Kind, Route, Verdict
from mailer.organisation import Leader, Organisation

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
    """What bears on the answer. `silence` is why this sender gets none (Swedish), or empty.

    `acknowledged`: the sender had an acknowledgement in the last 24 hours. `acknowledgements`: how
    many went to anyone in the last hour.
    """

    silence: str = ""
    acknowledged: bool = False
    acknowledgements: int = 0


def route(
    inquiry: Inquiry,
    verdict: Verdict,
    circumstances: Circumstances,
    organisation: Organisation,
    rules: TriageRules,
) -> Route:
    """The folder, the leaders in order without doubles, and the acknowledgement."""
    from_leader = _is_from_leader(inquiry, organisation)
    if verdict.kind == "follow-up" and from_leader:
        leaders: tuple[Leader, ...] = ()  # a leader's own answer, in copy to the mailbox
    else:
        leaders = _leaders(verdict, organisation)
    silence = _silence(inquiry, verdict, circumstances, from_leader=from_leader, rules=rules)
    return Route(
        folder=_folder(verdict, organisation, rules),
        leaders=leaders,
        acknowledge=not silence,
        silence=silence,
    )


def owner_of(verdict: Verdict) -> str | None:
    """The slug of the subproject that has the mail; None where no subproject has it for certain."""
    return verdict.owner if READERS[verdict.kind] == "owner" and verdict.certain else None


def _leaders(verdict: Verdict, organisation: Organisation) -> tuple[Leader, ...]:
    if READERS[verdict.kind] == "nobody" and not verdict.urgent:
        return ()
    owner = owner_of(verdict)
    if owner is None:
        return (organisation.coordinator,)
    slugs = (owner, *verdict.copies)
    leaders = [leader for slug in slugs for leader in organisation[slug].leaders]
    if verdict.urgent:
        leaders.append(organisation.coordinator)
    return tuple(dict.fromkeys(leaders))


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


def _is_from_leader(inquiry: Inquiry, organisation: Organisation) -> bool:
    people = (*organisation.leaders, organisation.coordinator)
    sender = inquiry.sender
    return sender is not None and any(sender.same(person.address) for person in people)
