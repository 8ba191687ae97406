"""Who stands in for whom: the chain from the deputy to anybody at all."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.away import away_on, stand_in
from mailer.inquiry.route import Circumstances, route
from mailer.inquiry.verdict import Inquiry, StandIn, Verdict
from mailer.organisation import Absence, Leader, Organisation, Subproject
from tests.inquiry.project import COORDINATOR, ORGANISATION, RULES, leader

LAST = date(2020, 9, 20)


def project(
    deputies: dict[str, str], away: dict[str, tuple[Absence, ...]] | None = None
) -> Organisation:
    """Two subprojects: homes of a and b, school of c and d; `k` is the coordinator."""
    people = {
        slug: replace(
            leader(slug, slug), deputy=deputies.get(slug, ""), away=(away or {}).get(slug, ())
        )
        for slug in "abcdk"
    }
    homes = Subproject("hem", "Hem", "", (people["a"], people["b"]), "Hem")
    school = Subproject("skola", "Skola", "", (people["c"], people["d"]), "Skola")
    return replace(ORGANISATION, subprojects=(homes, school), coordinator=people["k"])


@pytest.mark.parametrize(
    ("deputies", "away", "reader", "why"),
    [
        ({}, "", None, None),
        ({"a": "c"}, "b", None, None),
        ({"a": "c"}, "a", "c", "deputy"),
        ({"a": "c", "c": "d"}, "ac", "d", "deputy"),
        ({"a": "c", "c": "a"}, "ac", "b", "colleague"),  # they stand in for each other
        ({"a": "a"}, "a", "b", "colleague"),
        ({}, "a", "b", "colleague"),
        ({"a": "b"}, "a", "b", "deputy"),
        ({"a": "k"}, "a", "k", "deputy"),
        ({}, "ab", "k", "coordinator"),
        ({"k": "d"}, "abk", "d", "deputy"),
        ({}, "abk", "c", "other"),
        ({}, "abck", "d", "other"),
        ({}, "abcdk", "k", "coordinator"),  # nobody is there
    ],
)
def test_the_first_of_the_chain_who_is_there_stands_in(
    deputies: dict[str, str], away: str, reader: str | None, why: str | None
) -> None:
    organisation = project(deputies)
    people = organisation.people
    found = stand_in(
        people["a"],
        organisation["hem"].leaders,
        dict.fromkeys(away, LAST),
        organisation,
    )
    assert (found.reader.slug, found.why) == (reader, why) if found else reader is None
    if found:
        assert (found.absent, found.until) == (people["a"], LAST)


@pytest.mark.parametrize(
    ("deputies", "away", "reader"),
    [({}, "", None), ({"k": "d"}, "k", "d"), ({}, "k", "a"), ({}, "abcdk", None)],
)
def test_the_coordinator_too_has_a_stand_in_while_anybody_is_there(
    deputies: dict[str, str], away: str, reader: str | None
) -> None:
    organisation = project(deputies)
    found = stand_in(organisation.coordinator, (), dict.fromkeys(away, LAST), organisation)
    assert (found.reader.slug if found else None) == reader


SLUGS = st.sampled_from("abcdk")


@given(
    st.dictionaries(SLUGS, SLUGS),
    st.sets(SLUGS),
    st.sampled_from([None, "hem", "skola"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_there_is_always_a_reader_and_none_who_is_away_while_anybody_is_there(
    deputies: dict[str, str],
    away: set[str],
    owner: str | None,
    copied: bool,
    certain: bool,
    urgent: bool,
) -> None:
    organisation = project(deputies)
    copies = ("skola",) if copied and owner == "hem" else ()
    verdict = Verdict("inquiry", owner, copies, certain=certain, urgent=urgent)
    circumstances = Circumstances(away=dict.fromkeys(away, LAST))
    found = route(Inquiry(), verdict, circumstances, organisation, RULES)
    readers = [reader.slug for reader in found.leaders]
    assert readers
    assert len(set(readers)) == len(readers)
    assert readers == ["k"] if len(away) == 5 else away.isdisjoint(readers)
    assert {each.absent.slug for each in found.stand_ins} <= set(away)
    assert {each.reader for each in found.stand_ins} <= set(found.leaders)


def test_the_settings_and_what_people_told_both_count_and_the_later_end_stands() -> None:
    week = Absence(date(2020, 9, 14), date(2020, 9, 18))
    later = Absence(date(2020, 10, 1), date(2020, 10, 9))
    organisation = project({}, {"a": (later, week), "k": (week,)})
    told = {"a": date(2020, 9, 16), "b": date(2020, 9, 16), "k": date(2020, 9, 21)}
    assert away_on(date(2020, 9, 14), organisation, told) == {
        "a": date(2020, 9, 18),
        "b": date(2020, 9, 16),
        "k": date(2020, 9, 21),
    }
    for day, away in ((13, False), (14, True), (18, True), (19, False)):
        assert ("a" in away_on(date(2020, 9, day), organisation, {})) == away


def test_a_route_tells_who_stands_in_for_whom_once() -> None:
    sven, anna = ORGANISATION["boende"].leaders
    anders = ORGANISATION["drog"].leaders[1]
    verdict = Verdict("inquiry", "boende", ("drog",))
    away: dict[str, date] = dict.fromkeys((sven.slug, anders.slug), LAST)
    found = route(Inquiry(), verdict, Circumstances(away=away), ORGANISATION, RULES)
    assert found.leaders == (anna,)
    assert found.stand_ins == (
        StandIn(sven, LAST, anna, "colleague"),
        StandIn(anders, LAST, anna, "colleague"),
    )
    alone: dict[str, date] = {anna.slug: LAST}
    found = route(Inquiry(), verdict, Circumstances(away=alone), ORGANISATION, RULES)
    assert found.leaders == (sven, anders)


def test_a_leader_without_colleagues_is_the_coordinators_to_replace() -> None:
    alone: Leader = leader("ensam", "Ensam")
    part = Subproject("hem", "Hem", "", (alone,), "Hem")
    organisation = replace(ORGANISATION, subprojects=(part,))
    found = stand_in(alone, part.leaders, {"ensam": LAST}, organisation)
    assert found == StandIn(alone, LAST, COORDINATOR, "coordinator")
