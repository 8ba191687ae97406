"""Into how many processes delivery is parted, and what each of them has of the relays.

A process uses little more than one core: with much to send it is worth having one on each. What
the operator allows at a relay holds for all of them together.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailer.settings import Settings
from mailer.settings.values import RelaySettings

_MANY, _MANY_SIGNED = 5_000, 1_000
"""Letters from which another process saves more time than it takes to start."""

_ON_SQLITE = 2
"""More of them would wait for each other: one at a time writes to the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which of so many equal workers this is, from 0."""

    number: int
    of: int


def processes_for(settings: Settings, due: int | None = None) -> int:
    """How many processes send `due` letters soonest, on the cores that we may use.

    None: whatever comes from now on. One keeps up with that, where it need not sign.
    """
    signed = bool(settings.dkim)
    few = not signed if due is None else due < (_MANY_SIGNED if signed else _MANY)
    if few or any(relay.limits for relay in settings.relays):
        return 1
    most = [len(os.sched_getaffinity(0)), *(relay.connections for relay in settings.relays)]
    if settings.database_url.startswith("sqlite"):
        most.append(_ON_SQLITE)
    return min(most)


def part_of(settings: Settings, part: Part) -> Settings:
    """The same for one of several processes: with its share of the connections to each relay."""
    return replace(settings, relays=tuple(_shares(settings.relays, part)))


def _shares(relays: Iterable[RelaySettings], part: Part) -> Iterable[RelaySettings]:
    for relay in relays:
        each, left = divmod(relay.connections, part.of)
        yield replace(relay, connections=max(each + (part.number < left), 1))
