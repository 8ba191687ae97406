"""Which activities belong to no edition, neither one that was sent nor one to come."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailer.newsletter.activity import Activity, When, parse_when
from mailer.newsletter.approval import Missed
from mailer.newsletter.checks_untold import History
from mailer.newsletter.edition import Newsletter
from mailer.newsletter.preflight import look_back

LETTER = Newsletter(
    title="Tryggare tillsammans",
    tagline="",
    list_id="",
    period="month",
    horizon=timedelta(days=30),
    cron="",
    missed=Missed("within", timedelta(days=3)),
)
TODAY, NEXT = date(2020, 9, 20), date(2020, 10, 9)


def history(
    *activities: Activity,
    past: tuple[date, ...] = (),
    told: tuple[str, ...] = (),
    last: date | None = date(2020, 9, 11),
    coming: tuple[date, ...] = (TODAY, NEXT),
) -> History:
    return History(activities, LETTER, past, told, last, coming)


def on(day: str, **fields: object) -> Activity:
    when: When = parse_when(day)
    return replace(
        Activity("a", "Fest", when=when, file="a.yaml", line=1, lines={"when": 2}), **fields
    )


def filed(period: str, **fields: object) -> Activity:
    lines = {"edition": 4}
    return replace(
        Activity("a", "Fest", filed=period, file="a.yaml", line=1, lines=lines), **fields
    )


def test_a_wrong_year_is_told_where_it_stands_and_what_to_do() -> None:
    (finding,) = look_back(history(on("2002-09-18")))
    assert str(finding) == (
        "a.yaml:2: 2002-09-18 lies in no edition that is still to be sent, and no edition known "
        "here has told it; correct the date, or delete the activity (warning: never-told)"
    )
    assert finding.svenska.startswith("2002-09-18 hör inte till något nummer som ska skickas")
    (filed_wrong,) = look_back(history(filed("2002-09")))
    assert str(filed_wrong).startswith("a.yaml:4: 2002-09 lies in no edition")


@pytest.mark.parametrize(
    "activity",
    [
        on("2020-09-20"),  # today
        on("2031-01-01"),  # far ahead: some edition tells it
        on("2020-09-12"),  # after the last edition: the next tells it as done
        filed("2020-09"),  # this period's edition may go out still
        filed("2031-01"),
        on("2020-09-12", filed="2020-10"),
        on("2002-09-18", draft=True),
    ],
)
def test_what_lies_ahead_or_is_still_to_be_told_is_passed(activity: Activity) -> None:
    assert look_back(history(activity)) == ()


@pytest.mark.parametrize("activity", [on("2020-09-10"), filed("2020-08")])
def test_what_an_edition_has_told_is_passed(activity: Activity) -> None:
    assert look_back(history(activity))
    assert look_back(history(activity, told=("a",))) == ()
    days = (date(2020, 8, 14), date(2020, 9, 11))
    assert look_back(history(activity, past=days)) == ()


def test_a_file_of_which_no_line_is_known_is_line_one() -> None:
    (finding,) = look_back(history(on("2002-09-18", line=0, lines={})))
    assert str(finding).startswith("a.yaml:1: ")


def test_what_lies_before_the_next_edition_can_be_announced_by_none() -> None:
    (finding,) = look_back(history(on("2020-10-05")))
    assert str(finding) == (
        "a.yaml:2: 2020-10-05 lies before the next edition, of 2020-10-09, which can only tell it "
        "as done; send one before that, or invite people in another way (warning: unannounced)"
    )
    assert finding.svenska.startswith("2020-10-05 ligger före nästa nummer (2020-10-09)")


@pytest.mark.parametrize(
    "of_it",
    [
        history(on("2020-10-05"), told=("a",)),
        history(on("2020-10-05"), past=(date(2020, 9, 11),)),  # an edition of which only that
        history(on("2020-10-05"), coming=(TODAY,)),  # one is due today
        history(on("2020-10-09")),
        history(on("2020-10-05", draft=True)),
        history(on("2020-10-05", status="cancelled")),
        history(filed("2020-10")),
    ],
)
def test_what_an_edition_may_announce_is_passed(of_it: History) -> None:
    assert look_back(of_it) == ()
