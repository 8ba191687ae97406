"""Time spans as they may be written."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from mailer.settings.times import Poll

POLL = TypeAdapter(Poll)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("50ms", timedelta(milliseconds=50)),
        ("999 ms", timedelta(milliseconds=999)),
        (2, timedelta(seconds=2)),
        ("1 second", timedelta(seconds=1)),
        ("3m", timedelta(minutes=3)),
        ("2 hours", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
    ],
)
def test_a_span_is_a_number_with_its_unit(written: object, meant: timedelta) -> None:
    assert POLL.validate_python(written) == meant


@pytest.mark.parametrize("written", ["49ms", "0", "ms", "1.5s", "5 weeks", "2d", None])
def test_anything_else_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="expected"):
        POLL.validate_python(written)
