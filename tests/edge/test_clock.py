"""The clock gives aware moments in UTC, and can be set."""

from datetime import UTC, datetime, timedelta, timezone

import time_machine

from mailer.edge.clock import ShiftedClock, SystemClock

MORNING = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)


def test_the_systems_clock_is_the_machines_in_utc() -> None:
    with time_machine.travel(MORNING.astimezone(timezone(timedelta(hours=2))), tick=False):
        now = SystemClock().now()
    assert (now, now.tzinfo) == (MORNING, UTC)


def test_a_clock_that_was_set_runs_on_from_there() -> None:
    start = datetime(2020, 9, 11, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as machine:
        clock = ShiftedClock(start)
        assert (clock.now(), clock.now().tzinfo) == (start, UTC)
        machine.shift(90)
        assert clock.now() == start + timedelta(seconds=90)
