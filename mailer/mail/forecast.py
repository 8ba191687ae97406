"""How relays stand, and how long an edition takes at their paces.

Takes what each relay was given, its limits and its breaker; gives a span of time. It is what the
paces alone ask for, with the share of pressing letters left to them: a relay may be slower, and
whatever else is sent comes on top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.mail.breaker import State
from mailer.mail.pace import Given, Limit, used

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Stand:
    """One relay now: without `limits` it takes letters as fast as it can."""

    relay: str
    breaker: State = "closed"
    limits: Sequence[Limit] = ()
    past: Sequence[Given] = ()


def time_left(
    letters: int, relays: Sequence[Stand], gone: int, within: timedelta, now: datetime
) -> timedelta | None:
    """How long so many letters take, where `gone` went of late, `within` so long.

    None where neither the paces nor those tell.
    """
    paced = time_for(letters, relays, now)
    if gone:
        return max(paced, within * letters / gone)
    return paced if paced or not letters else None


def time_for(letters: int, relays: Sequence[Stand], now: datetime) -> timedelta:
    """The least time, to the second, in which the relays take so many letters of an edition."""
    working = [each for each in relays if each.breaker != "open"] or relays
    if not all(each.limits for each in working):
        return timedelta()

    def are_through(seconds: int) -> bool:
        span = seconds * _SECOND
        return sum(_taken(each, span, now) for each in working) >= letters

    latest = 1
    while not are_through(latest):
        latest *= 2
    earliest = 0
    while earliest < latest:
        middle = (earliest + latest) // 2
        if are_through(middle):
            latest = middle
        else:
            earliest = middle + 1
    return latest * _SECOND


def _taken(relay: Stand, span: timedelta, now: datetime) -> int:
    """How many letters it takes until `span` from now, each as soon as there is room."""
    return min(_within(limit, relay.past, span, now) for limit in relay.limits)


def _within(limit: Limit, past: Sequence[Given], span: timedelta, now: datetime) -> int:
    """What is given at one moment may be given again a window later, and so on."""
    windows, rest = divmod(span, limit.within)
    in_each = limit.letters - limit.share
    free_by_then = in_each - used(past, limit, now)
    for each in past:
        if now < each.at + limit.within <= now + rest:
            free_by_then += each.letters
    return windows * in_each + max(free_by_then, 0)
