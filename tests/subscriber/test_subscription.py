"""The states of a subscription, as one whole table."""

from itertools import product
from typing import get_args

import pytest

from mailer.subscriber.subscription import Act, State, after

TABLE: dict[State | None, tuple[State | None, ...]] = {
    # subscribe, confirm, leave
    None: ("pending", None, None),
    "pending": ("pending", "active", "left"),
    "active": (None, None, "left"),
    "left": ("pending", None, None),
    "suppressed": (None, None, "left"),
}
ACTS: tuple[Act, ...] = ("subscribe", "confirm", "leave")


def test_the_table_is_whole() -> None:
    assert tuple(TABLE) == (None, *get_args(State))
    assert get_args(Act) == ACTS


@pytest.mark.parametrize(("state", "act"), [*product(TABLE, ACTS)])
def test_a_state_follows_from_what_is_asked_or_nothing_changes(
    state: State | None, act: Act
) -> None:
    assert after(state, act) == TABLE[state][ACTS.index(act)]


def test_nobody_is_made_active_but_by_a_confirmation_of_what_was_asked() -> None:
    ways = [(state, act) for state, act in product(TABLE, ACTS) if after(state, act) == "active"]
    assert ways == [("pending", "confirm")]
