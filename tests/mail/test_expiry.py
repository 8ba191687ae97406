"""The operator is told thirty days before a secret expires, and nearer and nearer."""

from datetime import date, timedelta

import pytest

from mailer.mail.expiry import step

EXPIRES = date(2027, 1, 31)


@pytest.mark.parametrize(
    ("days_before", "expected"),
    [(400, None), (31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 0), (-1, 0), (-99, 0)],
)
def test_each_step_comes_on_its_day_and_lasts_until_the_next(
    days_before: int, expected: int | None
) -> None:
    assert step(EXPIRES, EXPIRES - timedelta(days=days_before)) == expected
