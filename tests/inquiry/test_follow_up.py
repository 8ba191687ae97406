"""What is due about an inquiry that waits, through a Swedish year, and who gets it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.follow_up import (
    STALE,
    STEPS,
    StepName,
    Waiting,
    answer_by,
    digest_due,
    digest_key,
    digest_since,
    due,
    holders_of,
    is_overdue,
    key_stem,
    morning,
    readers,
    working_days,
)
from mailer.inquiry.record import Case
from mailer.inquiry.verdict import Verdict
from tests.inquiry.project import ANDERS, ANNA, COORDINATOR, ORGANISATION, RULES, SVEN

ZONE = ZoneInfo("Europe/Stockholm")
BY_NAME = {step.name: step for step in STEPS}
LAMP = Verdict("inquiry", owner="boende")
URGENT = replace(LAMP, urgent=True)
UNSURE = Verdict("inquiry", owner="boende", certain=False)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def waiting(verdict: Verdict = LAMP, since: str = "2020-09-11T15:20") -> Waiting:
    case = Case(1, "", "IT-2020-0042", at(since), 0, "Boende")
    return Waiting(case, verdict, "Lampan", None, at(since))


def told(who: Waiting, *names: StepName) -> Waiting:
    """The same after these steps, each with one letter."""
    return replace(who, told=frozenset(key_stem(who, BY_NAME[name]) + "sven" for name in names))


def name_due(who: Waiting, now: str | datetime) -> str:
    moment = at(now) if isinstance(now, str) else now
    step = due(who, moment, ZONE, RULES)
    return step.name if step else ""


# --- when ---


@pytest.mark.parametrize(
    ("since", "reminder", "last"),
    [
        ("2020-09-11T15:20", "2020-09-16", "2020-09-21"),  # a Friday
        ("2020-09-12T03:00", "2020-09-16", "2020-09-21"),  # the night to Saturday
        ("2020-09-14T06:00", "2020-09-17", "2020-09-22"),  # a Monday
        ("2020-04-08T12:00", "2020-04-15", "2020-04-20"),  # over Easter
        ("2020-06-17T12:00", "2020-06-23", "2020-06-26"),  # over Midsummer
        ("2020-12-22T12:00", "2020-12-29", "2021-01-05"),  # Christmas, New Year
        ("2020-12-30T12:00", "2021-01-07", "2021-01-12"),  # New Year, Epiphany
        ("2021-03-26T23:59", "2021-03-31", "2021-04-07"),  # the clock changes, then Easter
    ],
)
def test_leaders_are_reminded_on_a_working_morning_and_then_the_coordinator(
    since: str, reminder: str, last: str
) -> None:
    who = waiting(since=since)
    assert name_due(who, at(f"{reminder}T07:30") - MINUTE) == ""
    assert name_due(who, f"{reminder}T07:30") == "reminder"
    reminded = told(who, "reminder")
    assert name_due(reminded, at(f"{last}T07:30") - MINUTE) == ""
    assert name_due(reminded, f"{last}T07:30") == "reminder-last"
    assert name_due(told(who, "reminder", "reminder-last"), f"{last}T07:31") == ""


@pytest.mark.parametrize(
    ("minutes", "step"),
    [
        (0, ""),
        (29, ""),
        (30, "second-notice"),
        (59, "second-notice"),
        (60, "third-notice"),
        (24 * 60, "third-notice"),
    ],
)
def test_an_urgent_inquiry_does_not_wait_for_morning(minutes: int, step: str) -> None:
    who = waiting(URGENT, "2020-12-24T23:40")
    assert name_due(who, who.since + minutes * MINUTE) == step
    assert name_due(replace(who, verdict=LAMP), who.since + minutes * MINUTE) == ""


def test_an_urgent_inquiry_is_reminded_of_like_any_other_when_days_have_passed() -> None:
    who = told(waiting(URGENT), "second-notice", "third-notice")
    assert name_due(who, "2020-09-15T12:00") == ""
    assert name_due(who, "2020-09-16T07:30") == "reminder"


def test_what_was_missed_while_nothing_ran_is_not_made_up_for() -> None:
    who = waiting(URGENT)
    assert name_due(who, who.since + 60 * MINUTE) == "third-notice"
    assert name_due(told(who, "third-notice"), who.since + 61 * MINUTE) == ""
    assert name_due(who, "2020-09-21T07:30") == "reminder-last"


def test_what_is_long_overdue_is_left_to_the_digest() -> None:
    who = waiting()
    last = at("2020-09-21T07:30")
    assert name_due(who, last + STALE - MINUTE) == "reminder-last"
    assert name_due(who, last + STALE) == ""


def test_who_gets_it_from_others_has_as_long_as_they_had() -> None:
    first = told(waiting(), "reminder")
    moved = replace(first, since=at("2020-09-17T09:00"))
    assert name_due(moved, "2020-09-21T07:30") == ""
    assert name_due(moved, "2020-09-22T07:30") == "reminder"


DAY = 24 * 60  # minutes


@given(
    st.integers(0, 7 * 365 * DAY), st.booleans(), st.lists(st.integers(0, 40 * DAY), max_size=60)
)
def test_each_step_is_taken_once_and_in_order_however_often_one_looks(
    begins: int, urgent: bool, minutes: list[int]
) -> None:
    since = at("2019-01-01T00:00") + begins * MINUTE
    who = replace(waiting(URGENT if urgent else LAMP), since=since)
    taken: list[StepName] = []
    for after in sorted(minutes):
        step = due(who, since + after * MINUTE, ZONE, RULES)
        if step:
            assert urgent or not step.urgent
            taken.append(step.name)
            who = told(who, *taken)
    assert taken == [name for name in BY_NAME if name in taken]


# --- who ---


DEPUTISED = replace(
    ORGANISATION,
    subprojects=(
        replace(
            ORGANISATION["boende"],
            leaders=(replace(SVEN, deputy="anders"), replace(ANNA, deputy="sven")),
        ),
        ORGANISATION["drog"],
    ),
)


@pytest.mark.parametrize(
    ("verdict", "name", "expected"),
    [
        (URGENT, "second-notice", ["sven", "anna-karin", "samordnare", "anders"]),
        (URGENT, "third-notice", ["samordnare"]),
        (URGENT, "reminder", ["sven", "anna-karin"]),
        (URGENT, "reminder-last", ["samordnare"]),
        (LAMP, "reminder", ["sven", "anna-karin"]),
        (replace(LAMP, copies=("drog",)), "reminder", ["sven", "anna-karin"]),
        (replace(LAMP, owner=None), "reminder", ["samordnare"]),
        (replace(LAMP, owner="gone"), "reminder", ["samordnare"]),
        (UNSURE, "reminder", ["samordnare"]),
        (
            replace(UNSURE, urgent=True),
            "second-notice",
            ["sven", "anna-karin", "samordnare", "anders"],
        ),
        (replace(UNSURE, owner="gone", urgent=True), "second-notice", ["samordnare"]),
        (Verdict("spam", urgent=True), "second-notice", ["samordnare"]),
        (Verdict("spam", urgent=True), "reminder", []),
    ],
)
def test_a_step_goes_to_those_whose_it_is(
    verdict: Verdict, name: StepName, expected: list[str]
) -> None:
    found = readers(waiting(verdict), BY_NAME[name], {}, DEPUTISED, RULES)
    assert [each.slug for each in found] == expected


def test_whoever_is_away_has_a_stand_in() -> None:
    friday = date(2020, 9, 18)

    def to(name: StepName, *away: str) -> list[str]:
        gone = dict.fromkeys(away, friday)
        found = readers(waiting(URGENT), BY_NAME[name], gone, DEPUTISED, RULES)
        return [each.slug for each in found]

    assert to("reminder", "sven") == ["anders", "anna-karin"]
    assert to("reminder", "anna-karin") == ["sven"]
    assert to("second-notice", "anders") == ["sven", "anna-karin", "samordnare"]
    assert to("reminder-last", "samordnare") == ["sven"]
    assert to("third-notice", "samordnare", "sven") == ["anna-karin"]


def test_who_has_an_inquiry_is_told_apart_from_who_is_told_of_danger() -> None:
    who = waiting(replace(URGENT, copies=("drog",)))
    assert holders_of(who, {}, ORGANISATION, RULES) == (SVEN, ANNA)
    assert holders_of(who, {}, ORGANISATION, RULES, urgent=True) == (SVEN, ANNA, COORDINATOR)
    assert ANDERS not in holders_of(who, {}, ORGANISATION, RULES)


# --- days ---


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2020-09-11", "2020-09-11", 0),
        ("2020-09-11", "2020-09-13", 0),
        ("2020-09-11", "2020-09-14", 1),
        ("2020-09-11", "2020-09-18", 5),
        ("2020-12-23", "2021-01-07", 6),
        ("2020-09-14", "2020-09-11", 0),
    ],
)
def test_days_that_are_worked_are_counted(first: str, last: str, count: int) -> None:
    assert working_days(date.fromisoformat(first), date.fromisoformat(last)) == count


def test_an_answer_is_late_from_the_day_after_it_was_promised() -> None:
    who = waiting()
    assert answer_by(who, ZONE, RULES) == date(2020, 9, 18)
    assert not is_overdue(who, at("2020-09-18T23:59"), ZONE, RULES)
    assert is_overdue(who, at("2020-09-19T00:00"), ZONE, RULES)


# --- the digest ---


@pytest.mark.parametrize(
    ("now", "last", "day"),
    [
        ("2020-09-14T07:29", None, None),
        ("2020-09-14T07:30", None, "2020-09-14"),
        ("2020-09-14T22:00", "2020-09-11", "2020-09-14"),
        ("2020-09-14T22:00", "2020-09-14", None),
        ("2020-09-14T22:00", "2020-09-15", None),  # the clock was set back
        ("2020-09-13T12:00", None, None),  # a Sunday
        ("2020-12-24T12:00", None, None),
        ("2021-03-29T07:30", None, "2021-03-29"),  # the first morning of summer time
    ],
)
def test_a_digest_is_due_once_on_a_working_morning(
    now: str, last: str | None, day: str | None
) -> None:
    before = date.fromisoformat(last) if last else None
    assert digest_due(at(now), ZONE, before) == (date.fromisoformat(day) if day else None)


def test_a_digest_begins_where_the_last_one_ended() -> None:
    monday = date(2020, 9, 14)
    assert digest_since(monday, date(2020, 9, 2)) == date(2020, 9, 2)
    assert digest_since(monday, None) == date(2020, 9, 11)
    assert digest_since(date(2021, 1, 7), None) == date(2021, 1, 5)
    assert morning(monday, ZONE) == at("2020-09-14T07:30")
    assert digest_key(monday) == "notice/digest/2020-09-14"
