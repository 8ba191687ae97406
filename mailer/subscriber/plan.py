"""What an import does, row by row: the dry run shows it, and the import does just that.

Takes the rows of a table and what is known of each address; gives a step for each row.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from mailer.subscriber.subscription import Act, State, after
from mailer.subscriber.table import Entry

_STAYS: Mapping[State, str] = {
    "active": "is a subscriber already",
    "paused": "is a subscriber already, with a pause",
    "pending": "has not confirmed yet",
    "left": "has left, and stays so",
    "suppressed": "takes no mail from us, and stays so",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one row; `before` is the state of its address until then."""

    entry: Entry
    changes: bool
    before: State | None
    what: str


def plan(
    entries: Iterable[Entry], act: Act, known: Mapping[str, State], erased: Collection[str] = ()
) -> list[Step]:
    """A step for each entry. `known` and `erased` hold addresses in small letters.

    A row that its table says is not active, as our own exports do, brings nobody in, and no import
    brings back an address that was erased.
    """
    now = dict(known)
    return [_step(entry, act, now, erased) for entry in entries]


def _step(entry: Entry, act: Act, known: dict[str, State], erased: Collection[str]) -> Step:
    email = entry.address.email.lower()
    before = known.get(email)
    state = after(before, act)
    if entry.state != "active":
        return Step(entry, False, before, f"is {entry.state} in the table: left out")
    if before is None and act == "import" and email in erased:
        return Step(entry, False, before, "was erased on request, and stays so")
    if state is None:
        assert before  # noqa: S101 - whoever is unknown can be added
        return Step(entry, False, before, _STAYS[before])
    known[email] = state
    return Step(entry, True, before, "is added" if before is None else f"{before}: is made active")
