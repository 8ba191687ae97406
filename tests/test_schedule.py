"""When editions are due, over both clock changes, and that the jobs fire on the loop."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge.clock import SystemClock
from mailer.schedule import Job, hour_on, last_hour, next_hour, start, table

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONTHLY = "day=2nd fri; hour=10; minute=0"  # 11 September 2020, 08:00 UTC
DAY = timedelta(days=1)
JOBS = ("newsletter", "pages", "mailbox", "outbox", "watchdog", "housekeeping")
NEW_YEAR = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _day_due(hour: str, zone: ZoneInfo, now: datetime, within: timedelta) -> date | None:
    due = last_hour(hour, zone, now, within)
    return due.date() if due else None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2020-09-11T07:59:59.999999+00:00", None),
        ("2020-09-11T08:00:00+00:00", date(2020, 9, 11)),
        ("2020-09-11T08:00:59+00:00", date(2020, 9, 11)),
        ("2020-09-12T08:00:00+00:00", date(2020, 9, 11)),
        ("2020-09-12T08:00:00.000001+00:00", None),
        ("2020-10-09T08:00:00+00:00", date(2020, 10, 9)),
        ("2020-11-13T08:59:59+00:00", None),  # winter time
        ("2020-11-13T09:00:00+00:00", date(2020, 11, 13)),
    ],
)
def test_an_edition_is_due_from_its_hour_until_the_catch_up_ends(
    now: str, due: date | None
) -> None:
    assert _day_due(MONTHLY, STOCKHOLM, at(now), DAY) == due


def test_the_latest_of_several_missed_editions_is_due() -> None:
    weekly = "day_of_week=fri; hour=10; minute=0"
    now = at("2020-09-20T00:00:00+00:00")
    assert _day_due(weekly, STOCKHOLM, now, 30 * DAY) == date(2020, 9, 18)


def test_without_catching_up_an_edition_is_due_at_its_moment_only() -> None:
    moment = at("2020-09-11T08:00:00+00:00")
    assert _day_due(MONTHLY, STOCKHOLM, moment, timedelta()) == date(2020, 9, 11)
    late = moment + timedelta(microseconds=1)
    assert _day_due(MONTHLY, STOCKHOLM, late, timedelta()) is None


SUNDAYS = "day=last sun; hour=2; minute=30"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # At 01:00 UTC the clock goes from 02:00 to 03:00: there is no 02:30.
        ("2021-03-28T01:29:59+00:00", None),
        ("2021-03-28T03:30:00+02:00", date(2021, 3, 28)),
        ("2021-03-28T12:00:00+00:00", date(2021, 3, 28)),
        # At 01:00 UTC the clock goes from 03:00 to 02:00: 02:30 is at 00:30 and at 01:30 UTC.
        ("2021-10-31T00:29:59+00:00", None),
        ("2021-10-31T00:30:00+00:00", date(2021, 10, 31)),
        ("2021-10-31T01:00:00+00:00", date(2021, 10, 31)),
        ("2021-10-31T01:30:00+00:00", date(2021, 10, 31)),
        ("2021-11-01T01:30:00+00:00", date(2021, 10, 31)),
        ("2021-11-01T01:30:01+00:00", None),
    ],
)
def test_an_hour_that_is_jumped_over_or_comes_twice_is_due_once(now: str, due: date | None) -> None:
    assert _day_due(SUNDAYS, STOCKHOLM, at(now), DAY) == due


@given(
    now=st.integers(0, 365 * 24 * 60).map(lambda n: NEW_YEAR + timedelta(minutes=n)),
    hour=st.integers(0, 23),
    minute=st.sampled_from([0, 30, 59]),
)
def test_every_week_has_one_edition_whatever_the_clock_does(
    now: datetime, hour: int, minute: int
) -> None:
    sundays = f"day_of_week=sun; hour={hour}; minute={minute}"
    due = _day_due(sundays, STOCKHOLM, now, timedelta(days=7, hours=2))
    assert due is not None
    assert due.isoweekday() == 7
    assert timedelta() <= now.astimezone(STOCKHOLM).date() - due <= timedelta(days=7)


# --- the table ---


async def nothing() -> None: ...


def test_every_job_stands_in_the_table_once() -> None:
    jobs = table(**dict.fromkeys(JOBS, nothing))
    assert [job.name for job in jobs] == [*JOBS]


def test_what_acts_is_woken_in_one_process_and_what_serves_in_all() -> None:
    jobs = table(**dict.fromkeys(JOBS, nothing))
    assert [job.name for job in jobs if job.alone] == ["newsletter", "mailbox", "watchdog"]


@pytest.mark.anyio
async def test_jobs_fire_on_the_running_loop() -> None:
    loop = asyncio.get_running_loop()
    fired = {name: asyncio.Event() for name in JOBS}
    loops = []

    def job(name: str) -> Any:
        async def what() -> None:
            loops.append(asyncio.get_running_loop())
            fired[name].set()

        return what

    done: list[str] = []
    scheduler = start(table(**{name: job(name) for name in fired}), STOCKHOLM, done.append)
    try:
        for each in scheduler.get_jobs():
            each.modify(next_run_time=SystemClock().now())
        await asyncio.gather(*(event.wait() for event in fired.values()))
    finally:
        scheduler.shutdown(wait=False)
    assert loops == [loop] * len(JOBS)
    assert sorted(done) == sorted(JOBS)


@pytest.mark.anyio
async def test_a_job_that_was_missed_for_days_fires_once() -> None:
    times = []
    fired = asyncio.Event()

    async def what() -> None:
        times.append(1)
        fired.set()

    scheduler = start([Job("newsletter", "* * * * *", what)], STOCKHOLM)
    try:
        now = SystemClock().now()
        scheduler.get_job("newsletter").modify(next_run_time=now - timedelta(days=2))
        await fired.wait()
        next_run = scheduler.get_job("newsletter").next_run_time
    finally:
        scheduler.shutdown(wait=False)
    assert times == [1]
    assert next_run > now


@pytest.mark.anyio
async def test_every_minute_comes_once_when_the_clock_changes() -> None:
    scheduler = start([Job("outbox", "* * * * *", nothing)], STOCKHOLM)
    trigger = scheduler.get_job("outbox").trigger
    scheduler.shutdown(wait=False)
    for change in ("2021-03-28T00:30:00+00:00", "2021-10-31T00:30:00+00:00"):
        moment = trigger.get_next_fire_time(None, at(change))
        for _ in range(60):
            following = trigger.get_next_fire_time(moment, moment.astimezone(UTC))
            assert following.astimezone(UTC) - moment.astimezone(UTC) == timedelta(minutes=1)
            moment = following


@pytest.mark.parametrize(
    ("after", "following"),
    [
        ("2020-09-11T09:59:59+02:00", "2020-09-11T10:00:00+02:00"),
        ("2020-09-11T10:00:00+02:00", "2020-10-09T10:00:00+02:00"),
        ("2020-10-10T00:00:00+02:00", "2020-11-13T10:00:00+01:00"),
    ],
)
def test_the_next_hour_is_after_a_moment(after: str, following: str) -> None:
    assert next_hour(MONTHLY, STOCKHOLM, at(after)) == at(following)


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [
        (MONTHLY, date(2020, 9, 11), "2020-09-11T10:00:00+02:00"),
        (MONTHLY, date(2020, 12, 1), "2020-12-01T10:00:00+01:00"),  # by hand, on another day
        ("day=last sun; hour=2; minute=30", date(2021, 3, 28), "2021-03-28T03:30:00+02:00"),
    ],
)
def test_every_day_has_its_edition_hour(hour: str, day: date, expected: str) -> None:
    assert hour_on(hour, STOCKHOLM, day) == at(expected)
