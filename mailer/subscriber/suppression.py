"""Whether a subscription ends because its letters come back: a value, decided without I/O.

Takes what came back to us of one subscriber's letters since the subscription was last changed;
gives an `Ending` or None. The table:

====================  ===========================================================================
complaint             the subscription ends at once
hard                  no such address: HARD letters of different editions, received APART, no more
                      than WITHIN ago: suppressed
soft                  any other letter that did not arrive (mailbox full, refused, no way there),
                      and each hard one too: a letter counts 1, half of that after each HALF_LIFE;
                      from SOFT on, suppressed: the 8th monthly letter in a row, the 5th weekly
none                  delayed, not understood, or not surely about a letter of ours
====================  ===========================================================================

A report that shows no Message-ID of ours may be anybody's invention: it is soft at most, and no
complaint.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailer.mail.bounce import Returned

HARD = 2
APART = timedelta(hours=24)
WITHIN = timedelta(days=180)
SOFT = 4.0
HALF_LIFE = timedelta(days=90)

Weight = Literal["complaint", "hard", "soft", "none"]


@dataclass(frozen=True, slots=True)
class CameBack:
    """The letter of ours that a report is about.

    `token` is that of the subscriber whose edition it was, or empty. `proven`: it is known by its
    Message-ID, which only those can know who had the letter.
    """

    outbox_id: int
    token: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Bounce:
    """What one report weighs. `letter` is an outbox key."""

    at: datetime
    letter: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class Ending:
    act: Literal["suppress", "leave"]
    reason: str


def weigh(returned: Returned, *, proven: bool) -> Weight:
    """`proven` is as in CameBack."""
    diagnosis = returned.diagnosis
    if returned.complaint:
        return "complaint" if proven else "none"
    if not diagnosis.ended or diagnosis.permanence == "unknown":
        return "none"
    return "hard" if diagnosis.hard and proven else "soft"


def decide(bounces: Iterable[Bounce], now: datetime) -> Ending | None:
    """`bounces` in any order; several about one letter count as its first."""
    known = sorted(bounces, key=lambda bounce: bounce.at)
    if any(each.weight == "complaint" for each in known):
        return Ending("leave", "a mail provider reported that the letter was marked as spam")
    hard = _first(each for each in known if each.weight == "hard" and now - each.at < WITHIN)
    if len(hard) >= HARD and hard[-1] - hard[0] >= APART:
        return Ending("suppress", f"{len(hard)} letters came back: there is no such address")
    lost = _first(each for each in known if each.weight in ("hard", "soft"))
    if sum(0.5 ** ((now - at) / HALF_LIFE) for at in lost) >= SOFT:
        return Ending("suppress", f"{len(lost)} letters did not arrive, the last ones among them")
    return None


def _first(bounces: Iterable[Bounce]) -> list[datetime]:
    """When each letter came back first, the earliest first."""
    first: dict[str, datetime] = {}
    for bounce in bounces:
        first.setdefault(bounce.letter, bounce.at)
    return list(first.values())
