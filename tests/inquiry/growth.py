"""How the time of reading grows with what is read, for the tests of hostile mail."""

import time
from collections.abc import Callable
from typing import TypeVar

TIMES = 8
LINEAR = 3 * TIMES
"""What is TIMES as long may take so many times as long: a quadratic method takes 64 times."""

T = TypeVar("T")


def growth(read: Callable[[T], object], small: T, large: T) -> float:
    """How many times as long `large` takes as `small`, in processor time."""
    return _spent(read, large) / _spent(read, small)


def _spent(read: Callable[[T], object], what: T) -> float:
    """The shortest of some runs: the others were held up by something else."""

    def once() -> float:
        started = time.process_time()
        read(what)
        return time.process_time() - started

    return max(min(once() for _ in range(3)), 1e-4)
