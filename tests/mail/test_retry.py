"""When a letter is tried again, with the times that are used in production."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.outcome import Accepted, Outcome, Refused, RelayRefused, Uncertain, Unreached
from mailer.mail.retry import GIVE_UP, PAUSES, Again, Settled, decide

QUEUED = datetime(2020, 9, 11, 10, 0, tzinfo=UTC)
GREYLISTED = Refused(450, "4.2.0 greylisted")


def test_a_letter_that_is_refused_for_a_while_takes_this_course() -> None:
    course = []
    now, tries = QUEUED, 1
    while isinstance(decision := decide(GREYLISTED, tries, QUEUED, now), Again):
        course.append(str(decision.at - QUEUED))
        now, tries = decision.at, tries + 1
    assert course == [
        "0:01:00",
        "0:06:00",
        "0:21:00",
        "0:51:00",
        "1:51:00",
        "3:51:00",
        "7:51:00",
        "11:51:00",
        "15:51:00",
        "19:51:00",
        "23:51:00",
        "1 day, 3:51:00",
        "1 day, 7:51:00",
        "1 day, 11:51:00",
        "1 day, 15:51:00",
        "1 day, 19:51:00",
        "1 day, 23:51:00",
    ]
    assert decision == Settled("failed")


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (Accepted("ok"), Settled("accepted")),
        (Refused(550, "no such user"), Settled("failed")),
        (Refused(452, "too many"), Again(QUEUED + timedelta(minutes=1))),
        (Unreached("refused"), Again(QUEUED + timedelta(minutes=1))),
        (RelayRefused(554, "5.7.1 not from you"), Again(QUEUED + timedelta(minutes=1))),
        (Uncertain("cut"), Again(QUEUED + timedelta(minutes=1))),
    ],
)
def test_what_follows_the_first_try(outcome: Outcome, decision: Settled | Again) -> None:
    assert decide(outcome, 1, QUEUED, QUEUED) == decision


@pytest.mark.parametrize(
    ("late", "decision"),
    [
        (timedelta(0), Again(QUEUED + GIVE_UP)),
        (timedelta(microseconds=1), Settled("failed")),
        (timedelta(days=365), Settled("failed")),
    ],
)
def test_nothing_is_tried_after_the_end(late: timedelta, decision: Settled | Again) -> None:
    now = QUEUED + GIVE_UP - PAUSES[0] + late
    assert decide(GREYLISTED, 1, QUEUED, now) == decision


def test_the_last_try_that_nobody_knows_the_end_of_has_not_failed() -> None:
    assert decide(Uncertain("cut"), 9, QUEUED, QUEUED + GIVE_UP) == Settled("uncertain")


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (Uncertain("cut"), Settled("uncertain")),
        (Accepted("ok"), Settled("accepted")),
        (GREYLISTED, Again(QUEUED + timedelta(minutes=1))),
    ],
)
def test_what_is_held_in_doubt_is_for_a_person_at_once(
    outcome: Outcome, decision: Settled | Again
) -> None:
    assert decide(outcome, 1, QUEUED, QUEUED, "hold") == decision


@pytest.mark.parametrize("outcome", [Accepted(), Refused(550, "")])
def test_what_is_certain_is_settled_however_late(outcome: Outcome) -> None:
    assert isinstance(decide(outcome, 99, QUEUED, QUEUED + 9 * GIVE_UP), Settled)


@given(
    outcome=st.sampled_from([GREYLISTED, Unreached(""), Uncertain("")]),
    tries=st.integers(1, 1000),
    since=st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_the_next_try_is_later_than_now_and_never_later_than_the_end(
    outcome: Outcome, tries: int, since: timedelta
) -> None:
    now = QUEUED + since
    decision = decide(outcome, tries, QUEUED, now)
    if isinstance(decision, Again):
        assert now + PAUSES[0] <= decision.at <= min(now + PAUSES[-1], QUEUED + GIVE_UP)
    else:
        uncertain = isinstance(outcome, Uncertain)
        assert decision == Settled("uncertain" if uncertain else "failed")
        assert since > GIVE_UP - PAUSES[-1]
