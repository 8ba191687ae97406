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
    """`failures` in a row; after any, nothing is given before `until`.

    `refused`: it was our login that failed, and a try before that might lock the account.
    """

    failures: int = 0
    until: datetime | None = None
    refused: bool = False

    def state(self, now: datetime) -> State:
        if self.until is None:
            return "closed"
        return "open" if now < self.until else "half-open"

    def after_failure(self, now: datetime, left_alone: timedelta = timedelta()) -> "Breaker":
        """What fails while it is open, as calls do that overlap, tells nothing new.

        `left_alone` is how long a relay that refused our login must be.
        """
        if self.state(now) == "open" and not left_alone:
            return self
        pause = max(PAUSES[min(self.failures, len(PAUSES) - 1)], left_alone)
        return Breaker(self.failures + 1, now + pause, refused=bool(left_alone))


CLOSED = Breaker()
"""As it begins, and after every answer."""
