"""What to do after a try to hand over a letter: a value, decided without I/O.

Takes the outcome, how often and since when it was tried; gives a `Decision`. The table:

==========================  =====================================================
accepted                    done
5xx to this recipient       failed
4xx, line cut, no answer    again after PAUSES[tries - 1], until GIVE_UP has passed
cut after the whole letter  the same, with the same Message-ID: the reader's program
                            shows one (SMTP is at-least-once, RFC 5321, 6.1); where
                            that was the last try, uncertain
==========================  =====================================================
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
"""After the first try, the second, …; the last one for all that follow."""

GIVE_UP = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Settled:
    """The row is finished; nothing is tried again."""

    state: Literal["accepted", "failed", "uncertain"]


@dataclass(frozen=True, slots=True)
class Again:
    """Try again at `at`."""

    at: datetime


Decision = Settled | Again


def decide(outcome: Outcome, tries: int, queued: datetime, now: datetime) -> Decision:
    """`tries` counts the one that ended in `outcome`; `queued` is when the row became due first."""
    if isinstance(outcome, Accepted):
        return Settled("accepted")
    if isinstance(outcome, Refused) and outcome.permanent:
        return Settled("failed")
    at = now + PAUSES[min(tries, len(PAUSES)) - 1]
    if at - queued <= GIVE_UP:
        return Again(at)
    return Settled("uncertain" if isinstance(outcome, Uncertain) else "failed")
