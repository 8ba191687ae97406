"""When a relay that failed is tried again."""

from datetime import UTC, datetime, timedelta

from mailer.mail.breaker import CLOSED, PAUSES, Breaker

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_it_opens_at_a_failure_and_is_half_open_after_the_pause() -> None:
    assert CLOSED.state(NOON) == "closed"
    failed = CLOSED.after_failure(NOON)
    assert failed == Breaker(1, NOON + MINUTE)
    assert failed.state(NOON) == "open"
    assert failed.state(NOON + MINUTE - timedelta(seconds=1)) == "open"
    assert failed.state(NOON + MINUTE) == "half-open"


def test_each_failure_in_a_row_opens_it_for_longer_up_to_a_bound() -> None:
    breaker, pauses, now = CLOSED, [], NOON
    for _ in range(6):
        breaker = breaker.after_failure(now)
        assert breaker.until
        pauses.append((breaker.until - now) // MINUTE)
        now = breaker.until
    assert pauses == [1, 2, 5, 15, 15, 15]
    assert len(PAUSES) == 4


def test_a_failure_while_it_is_open_changes_nothing() -> None:
    failed = CLOSED.after_failure(NOON)
    assert failed.after_failure(NOON + MINUTE / 2) == failed


def test_one_that_refused_our_login_is_left_alone_for_as_long_as_that_asks() -> None:
    refused = CLOSED.after_failure(NOON, 5 * MINUTE)
    assert refused == Breaker(1, NOON + 5 * MINUTE, refused=True)
    assert refused.after_failure(NOON + MINUTE) == refused
    again = refused.after_failure(NOON + MINUTE, 5 * MINUTE)
    assert again.until == NOON + 6 * MINUTE
    assert again.after_failure(again.until) == Breaker(3, again.until + 5 * MINUTE)
