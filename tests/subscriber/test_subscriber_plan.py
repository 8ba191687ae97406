"""What an import would do, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.address import Address
from mailer.subscriber.plan import plan
from mailer.subscriber.subscription import Act, State, after
from mailer.subscriber.table import Entry

ANNA = Address("Anna@example.org")


def entry(line: int = 2, address: Address = ANNA, state: State = "active") -> Entry:
    return Entry(line, address, "sv", state)


@pytest.mark.parametrize(
    ("act", "before", "what"),
    [
        ("import", None, "is added"),
        ("import", "pending", "pending: is made active"),
        ("import", "active", "is a subscriber already"),
        ("import", "paused", "is a subscriber already, with a pause"),
        ("import", "left", "has left, and stays so"),
        ("import", "suppressed", "takes no mail from us, and stays so"),
        ("add", "left", "left: is made active"),
        ("add", "active", "is a subscriber already"),
        ("leave", "left", "has left, and stays so"),
        ("resume", "pending", "has not confirmed yet"),
    ],
)
def test_each_row_is_told_what_becomes_of_it(act: Act, before: State | None, what: str) -> None:
    known = {"anna@example.org": before} if before else {}
    (step,) = plan([entry()], act, known)
    assert (step.before, step.what) == (before, what)
    assert step.changes == (after(before, act) is not None)


def test_who_was_erased_is_not_imported_and_can_be_added() -> None:
    (step,) = plan([entry()], "import", {}, {"anna@example.org"})
    assert (step.changes, step.what) == (False, "was erased on request, and stays so")
    (step,) = plan([entry()], "add", {}, {"anna@example.org"})
    assert step.changes


@pytest.mark.parametrize("state", ["pending", "paused", "left", "suppressed"])
def test_a_row_that_is_not_active_in_its_table_brings_nobody_in(state: State) -> None:
    (step,) = plan([entry(state=state)], "import", {})
    assert (step.changes, step.what) == (False, f"is {state} in the table: left out")


def test_the_second_row_of_an_address_finds_the_first() -> None:
    shouted = Address("ANNA@EXAMPLE.ORG")
    first, second = plan([entry(), entry(3, shouted)], "import", {})
    assert (first.changes, second.changes) == (True, False)
    assert second.what == "is a subscriber already"


letters = st.sampled_from([Address(f"{name}@example.org") for name in ("a", "A", "b", "c")])
states = st.sampled_from(["pending", "active", "paused", "left", "suppressed"])


@given(st.lists(st.tuples(letters, states)), st.dictionaries(st.just("a@example.org"), states))
def test_nobody_is_changed_twice_and_each_row_has_its_step(
    rows: list[tuple[Address, State]], known: dict[str, State]
) -> None:
    entries = [entry(line, *row) for line, row in enumerate(rows, 2)]
    steps = plan(entries, "import", known)
    assert [step.entry for step in steps] == entries
    changed = [step.entry.address.email.lower() for step in steps if step.changes]
    assert len(changed) == len(set(changed))
