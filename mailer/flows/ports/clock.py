"""Where the time comes from."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where `now` comes from: always aware, UTC."""

    def now(self) -> datetime: ...
