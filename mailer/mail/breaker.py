"""Whether to try a relay that failed: a circuit breaker, as a value.

Takes how tries went, and when; gives its state. A try fails where the relay gave no letter an
answer of its own: no connection, login or sender refused, every line cut.

===========  ==========================================================================
closed       it works: give it letters
open         it failed: give it none until the pause is over, PAUSES[failures in a row]
half-open    the pause is over: give it one letter; its answer closes the breaker again,
             a failure opens it for longer
===========  ==========================================================================
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

PAUSES = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15))
"""After the first failure in a row, the second, …; the last one for all that follow.

Short, as others carry the letters meanwhile and one letter is all that a vain try costs.
"""

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row; after any, nothing is given before `until`."""

    failures: int = 0
    until: datetime | None = None

    def state(self, now: datetime) -> State:
        if self.until is None:
            return "closed"
        return "open" if now < self.until else "half-open"

    def after_failure(self, now: datetime) -> "Breaker":
        """What fails while it is open, as calls do that overlap, tells nothing new."""
        if self.state(now) == "open":
            return self
        pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
        return Breaker(self.failures + 1, now + pause)


CLOSED = Breaker()
"""As it begins, and after every answer."""
