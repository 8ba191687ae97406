"""What to do after a try to hand over a letter: a value, decided without I/O.

Takes the outcome, how often and since when it was tried; gives a `Decision`. The table:

=============================  ==================================================================
accepted                       done
5xx to this recipient          failed
4xx, line cut, no answer, the  again after PAUSES[tries - 1], until GIVE_UP has passed; then failed
relay refused us
cut after the whole letter     "resend": the same, with the same Message-ID: the reader's program
                               shows one (SMTP is at-least-once, RFC 5321, 6.1); where that was
                               the last try, uncertain. "hold": uncertain at once, for a person
=============================  ==================================================================
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
"""After the first try, the second, …; the last one for all that follow."""

GIVE_UP = timedelta(hours=48)

OnDoubt = Literal["resend", "hold"]
"""What becomes of a letter that the relay may have, where nobody knows."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The row is finished; nothing is tried again."""

    state: Literal["accepted", "failed", "uncertain"]


@dataclass(frozen=True, slots=True)
class Again:
    """Try again at `at`."""

    at: datetime


Decision = Settled | Again

_ACCEPTED, _FAILED, _UNCERTAIN = Settled("accepted"), Settled("failed"), Settled("uncertain")


def decide(
    outcome: Outcome, tries: int, queued: datetime, now: datetime, on_doubt: OnDoubt = "resend"
) -> Decision:
    """`tries` counts the one that ended in `outcome`; `queued` is when the row became due first."""
    if isinstance(outcome, Accepted):
        return _ACCEPTED
    if isinstance(outcome, Refused) and outcome.permanent:
        return _FAILED
    doubtful = isinstance(outcome, Uncertain)
    if doubtful and on_doubt == "hold":
        return _UNCERTAIN
    at = now + PAUSES[min(tries, len(PAUSES)) - 1]
    if at - queued <= GIVE_UP:
        return Again(at)
    return _UNCERTAIN if doubtful else _FAILED
