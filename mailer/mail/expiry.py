"""When somebody is told that a secret expires: a value, decided without a clock.

Takes the day that it expires and today; gives the step that is due. Each step is told once.
"""

from datetime import date

STEPS = (30, 7, 1, 0)
"""Days before it; at 0 it has passed."""


def step(expires: date, today: date) -> int | None:
    """The latest step that has come; None while the first is ahead."""
    left = max((expires - today).days, 0)
    return min((each for each in STEPS if left <= each), default=None)
