"""The states of a subscription, as one whole table."""

from datetime import UTC, datetime
from itertools import product
from typing import get_args

import pytest

from mailer.mail.address import Address
from mailer.subscriber.subscription import ACTS, Act, State, Subscriber, after

# fmt: off
TABLE: dict[State | None, tuple[State | None, ...]] = {
    #            subscribe     confirm   add       import    pause     resume    suppress      leave
    None:         ("pending",    None,     "active", "active", None,     None,     None,         None),  # noqa: E501
    "pending":    ("pending",    "active", "active", "active", None,     None,     "suppressed", "left"),  # noqa: E501
    "active":     (None,         None,     None,     None,     "paused", None,     "suppressed", "left"),  # noqa: E501
    "paused":     ("paused",     "active", "active", None,     "paused", "active", "suppressed", "left"),  # noqa: E501
    "left":       ("pending",    None,     "active", None,     None,     None,     None,         None),  # noqa: E501
    "suppressed": ("suppressed", "active", "active", None,     None,     None,     None,         "left"),  # noqa: E501
}
# fmt: on


def test_the_table_is_whole() -> None:
    assert set(TABLE) == {None, *get_args(State)}
    assert tuple(ACTS) == get_args(Act)


@pytest.mark.parametrize(("state", "act"), [*product(TABLE, ACTS)])
def test_a_state_follows_from_what_is_asked_or_nothing_changes(
    state: State | None, act: Act
) -> None:
    assert after(state, act) == TABLE[state][[*ACTS].index(act)]


def test_nobody_new_is_made_active_but_by_a_confirmation_an_import_or_the_operator() -> None:
    ways = {act for state, act in product(TABLE, ACTS) if after(state, act) == "active"}
    assert ways == {"confirm", "add", "import", "resume"}
    assert [state for state in TABLE if after(state, "resume")] == ["paused"]


def test_no_import_takes_anybody_back() -> None:
    assert {state for state in TABLE if after(state, "import")} == {None, "pending"}


@pytest.mark.parametrize(("email", "erased"), [("a@b.se", False), ("erased:17", True)])
def test_who_was_erased_has_no_address(email: str, erased: bool) -> None:
    since = datetime(2020, 9, 11, tzinfo=UTC)
    found = Subscriber(17, Address(email), "sv", "left", "", "0" * 32, since)
    assert found.is_erased == erased
