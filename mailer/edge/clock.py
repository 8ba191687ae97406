"""The one place that reads the clock."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place


class ShiftedClock:
    """A clock that was set to `start` when made, and runs on from there."""

    def __init__(self, start: datetime) -> None:
        self._shift: timedelta = start - SystemClock().now()

    def now(self) -> datetime:
        return SystemClock().now() + self._shift
