"""The chain of the record: whoever touches a row, or a case behind its back, is found out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.chain import (
    BEGINNING,
    NOTHING,
    End,
    Event,
    Happening,
    Link,
    Stand,
    chained,
    examine,
    recorded,
)

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
ANNA, BO = "IT-2020-0001", "IT-2020-0002"
STANDING: Mapping[str, Any] = {
    "kind": "inquiry",
    "owner": "boende",
    "certain": True,
    "folder": "Trygg boendemiljö",
}
EVENTS = [
    Event("recorded", ANNA, recorded("a" * 64, NOW)),
    Event("recorded", BO, recorded("b" * 64, NOW)),
    Event("decided", ANNA, STANDING),
    Event("forwarded", ANNA, {"letters": ["forward.x@markaryd.example"]}),
    Event("filed", ANNA, {"folder": "Trygg boendemiljö"}),
]
STANDS = [
    Stand(ANNA, "a" * 64, NOW, STANDING, places=1, filed=1),
    Stand(BO, "b" * 64, NOW, None, places=1, filed=0),
]


def chain(*events: Event) -> list[Link]:
    return chained(events or EVENTS, NOTHING, NOW)


def altered(row: int, **columns: Any) -> list[Link]:
    """The chain, with other values in one row."""
    return [replace(link, **columns) if link.sequence == row else link for link in chain()]


def test_a_whole_chain_holds() -> None:
    links = chain()
    found = examine(links, STANDS)
    assert (found.breaks, found.differ, found.erased) == ("", (), frozenset())
    assert found.end == End(5, links[-1].hash)


def test_an_empty_chain_holds() -> None:
    assert examine([], []).end == NOTHING


def test_the_first_row_follows_on_the_beginning_and_each_other_on_the_one_before() -> None:
    links = chain()
    assert [link.previous for link in links] == [BEGINNING, *(link.hash for link in links[:-1])]


def test_it_goes_on_where_it_ended_however_it_was_written() -> None:
    first = chained(EVENTS[:2], NOTHING, NOW)
    rest = chained(EVENTS[2:], End(2, first[-1].hash), NOW)
    assert [*first, *rest] == chain()


def test_what_is_sealed_is_the_same_wherever_and_whenever_it_is_read() -> None:
    link = chain(Event("filed", ANNA, {"b": "ö", "a": None}))[0]
    assert link.facts == '{"a":null,"b":"ö"}'
    assert link.hash == "5211aa6b0ae14911d311cf09cb258529955e6f9c8f928f62cc0e17db9011b250"
    stockholm = timezone(timedelta(hours=2))
    again = replace(link, at=NOW.astimezone(stockholm))
    assert examine([again], []).breaks == ""


@pytest.mark.parametrize(
    ("columns", "breaks"),
    [
        ({"sequence": 9}, "row 3 is missing"),
        ({"at": NOW + timedelta(microseconds=1)}, "row 3 is not what was written"),
        ({"happening": "answered"}, "row 3 is not what was written"),
        ({"number": BO}, "row 3 is not what was written"),
        ({"facts": "{}"}, "row 3 is not what was written"),
        ({"facts": "no JSON"}, "row 3 is not what was written"),
        ({"facts": "[]"}, "row 3 is not what was written"),
        ({"previous": "f" * 64}, "row 3 does not follow on row 2"),
        ({"hash": "f" * 64}, "row 3 is not what was written"),
    ],
)
def test_whichever_column_is_altered_its_row_is_named(columns: dict[str, Any], breaks: str) -> None:
    assert examine(altered(3, **columns), STANDS).breaks == breaks


@pytest.mark.parametrize(
    ("rows", "breaks"),
    [
        ([2, 3, 4, 5], "row 1 is missing"),
        ([1, 2, 4, 5], "row 3 is missing"),
        ([1, 3, 2, 4, 5], "row 2 is missing"),
        ([1, 2, 2, 3, 4, 5], "row 3 is missing"),
    ],
)
def test_a_row_that_is_gone_or_out_of_order_is_named(rows: Sequence[int], breaks: str) -> None:
    links = chain()
    assert examine([links[row - 1] for row in rows], STANDS).breaks == breaks


def test_a_row_that_was_sealed_anew_does_not_fit_the_next() -> None:
    links = chain()
    (forged,) = chained([Event("filed", BO)], End(2, links[1].hash), NOW)
    assert (
        examine([*links[:2], forged, *links[3:]], STANDS).breaks == "row 4 does not follow on row 3"
    )


def test_only_the_first_break_is_named() -> None:
    links = [replace(link, number=BO) for link in chain()]
    assert examine(links, []).breaks == "row 1 is not what was written"


EVENT = st.builds(
    Event,
    st.sampled_from(["recorded", "decided", "filed", "erased"]),
    st.sampled_from([ANNA, BO]),
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
)


@given(st.lists(EVENT, min_size=1), st.data())
def test_no_altered_text_goes_unseen(events: list[Event], data: st.DataObject) -> None:
    links = chained(events, NOTHING, NOW)
    assert examine(links, []).breaks == ""
    place = data.draw(st.integers(0, len(links) - 1))
    column = data.draw(st.sampled_from(["happening", "number", "facts", "previous", "hash"]))
    value = data.draw(st.text())
    if value != getattr(links[place], column):
        changed: dict[str, Any] = {column: value}
        links[place] = replace(links[place], **changed)
        assert examine(links, []).breaks.startswith(f"row {place + 1} ")


# --- held against the cases


@pytest.mark.parametrize(
    ("columns", "differs"),
    [
        ({"hash": "c" * 64}, f"its sha256 is '{'c' * 64}', in the chain '{'a' * 64}'"),
        (
            {"received": NOW - timedelta(days=1)},
            "its received is '2020-09-10T08:00:00.000000+00:00',"
            " in the chain '2020-09-11T08:00:00.000000+00:00'",
        ),
        (
            {"standing": {**STANDING, "owner": "drog"}},
            "its owner is 'drog', in the chain 'boende'",
        ),
        ({"standing": None}, "is undecided, in the chain decided"),
        ({"places": 2}, "was seen 2 and filed 1 times, in the chain 1 and 1"),
        ({"filed": 0}, "was seen 1 and filed 0 times, in the chain 1 and 1"),
    ],
)
def test_a_case_that_was_altered_behind_the_chain_is_named(
    columns: dict[str, Any], differs: str
) -> None:
    stands = [replace(STANDS[0], **columns), STANDS[1]]
    assert examine(chain(), stands).differ == (f"{ANNA}: {differs}",)


def test_rows_that_were_cut_off_at_the_end_are_missed() -> None:
    found = examine(chain()[:4], STANDS)
    assert found.breaks == ""
    assert found.differ == (f"{ANNA}: was seen 1 and filed 1 times, in the chain 1 and 0",)
    found = examine(chain()[:1], STANDS)
    assert found.differ == (
        f"{ANNA}: is decided, in the chain undecided",
        f"{ANNA}: was seen 1 and filed 1 times, in the chain 1 and 0",
        f"{BO}: is not in the chain",
    )


def test_a_case_that_is_gone_is_named() -> None:
    differ = examine(chain(), STANDS[1:]).differ
    assert differ == (f"{ANNA}: is in the chain, and no longer among the cases",)


def test_what_a_person_gave_to_somebody_else_stands_as_it_was_said_last() -> None:
    drog = {**STANDING, "owner": "drog", "folder": "Drogförebyggande"}
    links = chain(*EVENTS, Event("relabelled", ANNA, {**drog, "way": "move"}))
    assert examine(links, [replace(STANDS[0], standing=drog), STANDS[1]]).differ == ()
    assert examine(links, STANDS).differ != ()


@pytest.mark.parametrize(
    "stands", [STANDS, [replace(STANDS[0], hash="0" * 64), STANDS[1]], STANDS[1:]]
)
def test_what_was_erased_need_not_stand_any_more(stands: list[Stand]) -> None:
    found = examine(chain(*EVENTS, Event("erased", ANNA)), stands)
    assert (found.breaks, found.differ, found.erased) == ("", (), frozenset({ANNA}))


@pytest.mark.parametrize("happening", ["acknowledged", "asked", "told", "moved", "answered"])
def test_other_events_change_nothing_that_stands(happening: Happening) -> None:
    assert examine(chain(*EVENTS, Event(happening, ANNA)), STANDS).differ == ()


def test_a_row_holds_its_facts_as_json() -> None:
    assert json.loads(chain()[2].facts) == STANDING
