"""Which activities an edition tells, and where."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.newsletter.activity import Activity, Image, Registration, Translation, When
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import (
    Announced,
    Announcement,
    Edition,
    EditionText,
    EditionWords,
    Newsletter,
    announced_by,
    as_json,
    is_empty,
    period_of,
    plan,
)

DAY = date(2020, 9, 11)
LETTER = Newsletter(
    title="Tryggare tillsammans",
    tagline="",
    list_id="",
    period="month",
    horizon=timedelta(days=30),
    cron="",
    missed=Missed("within", timedelta(days=3)),
)


def on(first: str, last: str = "") -> When:
    return When(date.fromisoformat(first), date.fromisoformat(last or first))


def an(key: str = "a", **fields: object) -> Activity:
    return replace(Activity(key, key.upper()), **fields)


def edition(
    *activities: Activity,
    day: date = DAY,
    last: date | None = date(2020, 8, 11),
    told: frozenset[str] = frozenset(),
    text: EditionText | None = None,
    newsletter: Newsletter = LETTER,
) -> Edition:
    return plan(day, newsletter=newsletter, activities=activities, text=text, last=last, told=told)


def places(planned: Edition) -> str:
    return " ".join(
        name for name, part in (("done", planned.done), ("coming", planned.coming)) if part
    )


@pytest.mark.parametrize(
    ("activity", "place"),
    [
        # ranges, seen from 11 September, the edition before being of 11 August
        (an(when=on("2020-09-10")), "done"),
        (an(when=on("2020-08-11")), "done"),
        (an(when=on("2020-08-10")), ""),
        (an(when=on("2020-08-10"), filed="2020-09"), "done"),
        (an(when=on("2020-08-10"), filed="2020-08"), ""),
        (an(when=on("2020-09-11")), "coming"),
        (an(when=on("2020-10-11")), "coming"),
        (an(when=on("2020-10-12")), ""),
        (an(when=on("2020-10-12"), filed="2020-09"), ""),
        (an(when=on("2020-08-01", "2020-09-10")), "done"),
        (an(when=on("2020-08-01", "2020-09-11")), "coming"),
        (an(when=on("2020-10-11", "2020-12-01")), "coming"),
        # status
        (an(when=on("2020-09-18"), status="cancelled"), "coming"),
        (an(when=on("2020-09-10"), status="cancelled"), ""),
        (an(when=on("2020-09-10"), status="cancelled", filed="2020-09"), ""),
        (an(when=on("2020-09-18"), status="moved"), "coming"),
        (an(when=on("2020-09-10"), status="moved"), "done"),
        (an(when=on("2020-09-10"), status="planned"), "done"),
        # without a date
        (an(filed="2020-09"), "done"),
        (an(filed="2020-09", status="planned"), "coming"),
        (an(filed="2020-09", status="cancelled"), "coming"),
        (an(filed="2020-09", status="moved"), "coming"),
        (an(filed="2020-08"), ""),
        (an(filed="2020-10", status="planned"), ""),
        (an(), ""),
        (an(status="planned"), ""),
        # not told
        (an(when=on("2020-09-18"), draft=True), ""),
        (an(when=on("2020-09-18"), valid_from=date(2020, 9, 11)), "coming"),
        (an(when=on("2020-09-18"), valid_from=date(2020, 9, 12)), ""),
        (an(when=on("2020-09-18"), valid_until=date(2020, 9, 11)), "coming"),
        (an(when=on("2020-09-18"), valid_until=date(2020, 9, 10)), ""),
    ],
)
def test_each_activity_has_one_place_or_none(activity: Activity, place: str) -> None:
    assert places(edition(activity)) == place


@pytest.mark.parametrize(
    ("activity", "place"),
    [
        (an("a", when=on("2020-09-10")), ""),
        (an("a", when=on("2020-08-10"), filed="2020-09"), ""),
        (an("a", filed="2020-09"), ""),
        (an("b", when=on("2020-09-10")), "done"),
        (an("a", when=on("2020-09-18")), "coming"),
    ],
)
def test_what_was_told_as_done_is_not_told_so_again(activity: Activity, place: str) -> None:
    assert places(edition(activity, told=frozenset({"a"}))) == place


@pytest.mark.parametrize(
    ("period", "day", "since"),
    [
        ("month", "2020-09-11", "2020-08-11"),
        ("month", "2020-01-15", "2019-12-15"),
        ("month", "2020-03-31", "2020-02-29"),
        ("month", "2021-03-31", "2021-02-28"),
        ("month", "2020-10-31", "2020-09-30"),
        ("week", "2020-09-11", "2020-09-04"),
        ("week", "2021-01-04", "2020-12-28"),
    ],
)
def test_the_first_edition_reaches_one_period_back(period: str, day: str, since: str) -> None:
    since_day = date.fromisoformat(since)
    told = edition(
        an("too old", when=on((since_day - timedelta(days=1)).isoformat())),
        an("in time", when=on(since)),
        day=date.fromisoformat(day),
        last=None,
        newsletter=replace(LETTER, period=period),
    )
    assert told.keys_done == {"in time"}


@pytest.mark.parametrize(
    ("day", "month", "week"),
    [
        ("2020-09-11", "2020-09", "2020-W37"),
        ("2020-12-31", "2020-12", "2020-W53"),
        ("2021-01-03", "2021-01", "2020-W53"),
        ("2021-01-04", "2021-01", "2021-W01"),
        ("2018-12-31", "2018-12", "2019-W01"),
    ],
)
def test_a_period_is_a_month_or_an_iso_week(day: str, month: str, week: str) -> None:
    assert period_of(date.fromisoformat(day), "month") == month
    assert period_of(date.fromisoformat(day), "week") == week


def test_done_goes_by_date_and_then_the_undated_in_file_order() -> None:
    told = edition(
        an("z", filed="2020-09"),
        an("late", when=on("2020-09-10")),
        an("a", filed="2020-09"),
        an("early", when=on("2020-08-20")),
    )
    assert [activity.key for activity in told.done] == ["early", "late", "z", "a"]


def test_coming_goes_by_date_and_time_and_then_the_undated_in_file_order() -> None:
    friday = date(2020, 9, 18)
    told = edition(
        an("evening", when=When(friday, friday, time(18))),
        an("z", filed="2020-09", status="planned"),
        an("morning", when=When(friday, friday, time(9))),
        an("whole day", when=When(friday, friday)),
        an("going on", when=on("2020-09-01", "2020-09-30")),
        an("a", filed="2020-09", status="planned"),
        an("midnight", when=When(friday, friday, time(0))),
    )
    assert [activity.key for activity in told.coming] == [
        *("going on", "whole day", "midnight", "morning", "evening", "z", "a"),
    ]


def test_the_text_of_the_edition_is_taken_over() -> None:
    text = EditionText("2020-09", 7, "Hösten", "Inledning", "Nytt", "Hej då")
    told = edition(text=text)
    assert (told.title, told.number) == ("Hösten", 7)
    assert (told.introduction, told.news, told.closing) == ("Inledning", "Nytt", "Hej då")


@pytest.mark.parametrize("text", [None, EditionText("2020-09")])
def test_without_a_title_the_edition_is_called_as_the_newsletter(text: EditionText | None) -> None:
    assert edition(text=text).title == "Tryggare tillsammans"
    assert edition(text=text).number is None


@pytest.mark.parametrize(
    ("activities", "empty"),
    [
        ([], True),
        ([an(when=on("2020-09-10"))], False),
        ([an(when=on("2020-09-18"))], False),
        ([an(when=on("2021-09-18"))], True),
    ],
)
def test_an_edition_that_tells_nothing_is_empty(activities: list[Activity], empty: bool) -> None:
    text = EditionText("2020-09", introduction="Bara ord.")
    assert is_empty(edition(*activities, text=text)) is empty


FRIDAY, SATURDAY = on("2020-09-18"), on("2020-09-19")


@pytest.mark.parametrize(
    ("before", "when", "status", "sequence", "changed"),
    [
        (None, FRIDAY, None, 0, False),
        (Announced(FRIDAY, None, 0), FRIDAY, None, 0, False),
        (Announced(FRIDAY, None, 0), SATURDAY, None, 1, True),
        (Announced(FRIDAY, None, 2), SATURDAY, "moved", 3, True),
        (Announced(FRIDAY, None, 2), FRIDAY, "cancelled", 3, False),
        (Announced(FRIDAY, "cancelled", 3), FRIDAY, "cancelled", 3, False),
        (Announced(FRIDAY, "cancelled", 3), FRIDAY, None, 4, False),
        (Announced(None, "planned", 0), FRIDAY, "planned", 1, False),
    ],
)
def test_what_is_announced_is_compared_with_what_was(
    before: Announced | None, when: When, status: str, sequence: int, changed: bool
) -> None:
    told = plan(
        DAY,
        newsletter=LETTER,
        activities=[an("a", when=when, status=status), an("b", when=on("2020-09-10"))],
        text=None,
        last=None,
        told=(),
        announced={"a": before} if before else {},
    )
    assert told.announcements == {"a": Announcement(sequence, changed)}
    assert announced_by(told) == {"a": Announced(when, status, sequence)}


def test_the_subprojects_take_turns_unless_one_is_chosen() -> None:
    def spotlights(newsletter: Newsletter, days: Sequence[date], *slugs: str) -> str:
        return "".join(
            plan(
                day,
                newsletter=newsletter,
                activities=(),
                text=None,
                last=None,
                told=(),
                subprojects=slugs,
            ).spotlight
            for day in days
        )

    months = [date(2020 + month // 12, month % 12 + 1, 11) for month in range(8, 20)]
    assert spotlights(LETTER, months, *"abcd") == "abcdabcdabcd"
    weekly = replace(LETTER, period="week")
    weeks = [date(2020, 12, 11) + timedelta(weeks=week) for week in range(6)]
    assert spotlights(weekly, weeks, *"abc") in ("abcabc", "bcabca", "cabcab")
    assert spotlights(LETTER, months) == ""
    assert edition(text=EditionText("2020-09", spotlight="b")).spotlight == "b"


def test_a_year_of_months_tells_each_thing_when_it_is_due() -> None:
    activities = [
        an("january", when=on("2020-01-05")),
        an("spring", when=on("2020-03-01", "2020-05-31")),
        an("june", when=on("2020-06-15")),
        an("cancelled", when=on("2020-08-20"), status="cancelled"),
        an("found", filed="2020-10"),
        an("winter", when=on("2020-12-14", "2020-12-20")),
    ]
    story, told, last = [], frozenset[str](), None
    for month in range(1, 13):
        issue = edition(*activities, day=date(2020, month, 15), last=last, told=told)
        told, last = told | issue.keys_done, issue.date
        story.append(
            (
                issue.period,
                " ".join(activity.key for activity in issue.done),
                " ".join(activity.key for activity in issue.coming),
            )
        )
    assert story == [
        ("2020-01", "january", ""),
        ("2020-02", "", "spring"),
        ("2020-03", "", "spring"),
        ("2020-04", "", "spring"),
        ("2020-05", "", "spring"),
        ("2020-06", "spring", "june"),
        ("2020-07", "june", ""),
        ("2020-08", "", "cancelled"),
        ("2020-09", "", ""),
        ("2020-10", "found", ""),
        ("2020-11", "", "winter"),
        ("2020-12", "", "winter"),
    ]


DAYS = st.dates(date(2020, 1, 1), date(2021, 12, 31))
PERIODS = st.sampled_from(["", "2020-03", "2020-09", "2021-01"])


@st.composite
def whens(draw: st.DrawFn) -> When:
    first = draw(DAYS)
    return When(first, first + timedelta(days=draw(st.integers(0, 60))))


ACTIVITIES = st.lists(
    st.builds(
        Activity,
        key=st.uuids().map(str),
        title=st.just("Titel"),
        when=st.none() | whens(),
        status=st.sampled_from([None, "planned", "moved", "cancelled"]),
        filed=PERIODS,
    ),
    max_size=12,
    unique_by=lambda activity: activity.key,
)
EDITION_DAYS = st.lists(DAYS, min_size=1, max_size=12, unique=True).map(sorted)


def series(activities: Sequence[Activity], days: Sequence[date]) -> list[Edition]:
    editions: list[Edition] = []
    for day in days:
        told = frozenset[str]().union(*(issue.keys_done for issue in editions))
        last = editions[-1].date if editions else None
        editions.append(edition(*activities, day=day, last=last, told=told))
    return editions


@given(ACTIVITIES, EDITION_DAYS)
def test_over_any_series_nothing_is_told_as_done_twice_nor_as_coming_after_that(
    activities: list[Activity], days: list[date]
) -> None:
    told = set[str]()
    for issue in series(activities, days):
        assert not told & issue.keys_done
        told |= issue.keys_done
        assert not told & {activity.key for activity in issue.coming}


@given(ACTIVITIES, EDITION_DAYS)
def test_over_any_series_every_dated_activity_is_told_as_done_exactly_once(
    activities: list[Activity], days: list[date]
) -> None:
    editions = series(activities, days)
    told = [activity.key for issue in editions for activity in issue.done]
    for activity in activities:
        if activity.when and activity.status == "cancelled":
            assert told.count(activity.key) == 0
        elif activity.when and days[0] <= activity.when.last < days[-1]:
            assert told.count(activity.key) == 1


def test_the_json_of_an_edition_holds_plain_values() -> None:
    friday = date(2020, 9, 18)
    told = edition(
        an("a", filed="2020-09"),
        an(
            "b",
            when=When(friday, friday, time(18), time(20, 30)),
            subproject="civilsamhalle",
            place="Folkets hus",
            registration=Registration(date(2020, 9, 15), "https://example.org/"),
            status="moved",
            note="från torsdag",
            image=Image("a.png", "Lagan"),
            translations={"en": Translation("B in English")},
        ),
        an("c", when=When(date(2020, 9, 21), date(2020, 9, 27), week="2020-W39")),
        an("d", when=on("2020-09-29"), registration=Registration()),
        text=EditionText(
            "2020-09",
            number=1,
            spotlight="civilsamhalle",
            translations={"en": EditionWords(title="Autumn")},
        ),
    )
    written = as_json(told)
    assert written["period"] == "2020-09"
    assert written["date"] == "2020-09-11"
    assert (written["title"], written["number"]) == ("Tryggare tillsammans", 1)
    assert written["spotlight"] == "civilsamhalle"
    assert written["translations"] == {
        "en": {"title": "Autumn", "introduction": "", "news": "", "closing": ""}
    }
    (a,), (b, c, d) = written["done"], written["coming"]
    assert (a["title"], a["when"], a["registration"], a["status"]) == ("A", None, None, None)
    assert a["subproject"] is None
    assert b == {
        "key": "b",
        "title": "B",
        "when": {
            "first": "2020-09-18",
            "last": "2020-09-18",
            "starts": "18:00",
            "ends": "20:30",
            "week": None,
        },
        "text": "",
        "subproject": "civilsamhalle",
        "place": "Folkets hus",
        "link": "",
        "contact": "",
        "registration": {"by": "2020-09-15", "link": "https://example.org/"},
        "status": "moved",
        "note": "från torsdag",
        "image": {"file": "a.png", "alt": "Lagan"},
        "translations": {"en": {"title": "B in English", "text": "", "place": "", "note": ""}},
        "sequence": 0,
        "changed": False,
    }
    assert "sequence" not in a
    assert (c["when"]["week"], c["when"]["starts"], c["when"]["ends"]) == ("2020-W39", None, None)
    assert d["registration"] == {"by": None, "link": ""}
