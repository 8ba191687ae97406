"""How many letters a relay may be given now: limits counted over windows that slide.

Takes what the relay was given before and its limits; gives the `Room` that is left. A limit holds
for every window of its length, wherever the window begins. A letter has one recipient, so that a
limit of recipients is one of letters.

A `share` of each window is for pressing letters alone: an edition fills the rest, so that none of
them waits until that is through.

The past is kept coarser the older it is (`kept`): a day is some 1,600 entries at most. An entry
never moves back in time, so that room comes late, by a minute at most, and never early.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `letters` in any stretch of time as long as `within`, which is a DAY at most."""

    letters: int
    within: timedelta

    @property
    def share(self) -> int:
        """What is kept for pressing letters: a tenth, at least one, and never all.

        None of a second: nobody minds to wait for the next.
        """
        if self.within <= SECOND:
            return 0
        return min(max(self.letters // 10, 1), self.letters - 1)


@dataclass(frozen=True, slots=True)
class Given:
    """`letters` were given at `at`; a negative number was not needed after all."""

    at: datetime
    letters: int


@dataclass(frozen=True, slots=True)
class Room:
    """There is room for `letters` now; where that is none, for some at `again`."""

    letters: int
    again: datetime


def pace(a_second: int | None, a_minute: int | None, a_day: int | None) -> tuple[Limit, ...]:
    """The limits that are given."""
    numbers = ((a_second, SECOND), (a_minute, MINUTE), (a_day, DAY))
    return tuple(Limit(number, within) for number, within in numbers if number is not None)


def room(
    given: Iterable[Given],
    limits: Sequence[Limit],
    wanted: int,
    now: datetime,
    pressing: int = 0,
) -> Room:
    """The room for at most `wanted` letters, of which the first `pressing` may use the share."""
    history = sorted(given, key=lambda each: each.at)
    letters, again = wanted, now
    for limit in limits:
        left = limit.letters - used(history, limit, now)
        letters = min(letters, max(left - limit.share, min(left, pressing)))
        needed = 0 if pressing else limit.share
        for each in _counted(history, limit, now):
            if left > needed:
                break
            left += each.letters
            again = max(again, each.at + limit.within)
    return Room(max(letters, 0), again)


def used(given: Iterable[Given], limit: Limit, now: datetime) -> int:
    """How many letters a limit counts now."""
    return sum(each.letters for each in _counted(given, limit, now))


def _counted(given: Iterable[Given], limit: Limit, now: datetime) -> list[Given]:
    return [each for each in given if each.at > now - limit.within]


def kept(given: Iterable[Given], now: datetime) -> tuple[Given, ...]:
    """What must be remembered: by the minute after two minutes, by the second after two seconds."""
    letters: Counter[datetime] = Counter()
    for each in given:
        age = now - each.at
        if age < DAY:
            step = MINUTE if age >= 2 * MINUTE else SECOND if age >= 2 * SECOND else None
            letters[_end(each.at, step) if step else each.at] += each.letters
    return tuple(Given(at, number) for at, number in sorted(letters.items()))


def _end(at: datetime, step: timedelta) -> datetime:
    """The end of the minute or the second that `at` is in."""
    return at + (_EPOCH - at) % step
