"""When an edition may go out: the table of steps, the standing of a proof, and what answers say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.address import Address
from mailer.newsletter.approval import (
    GRACE,
    Answer,
    Approval,
    Missed,
    Proof,
    Question,
    Says,
    Step,
    read_answer,
    standing,
    step,
)

HOUR = datetime(2020, 9, 11, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BO = Address("anna@kommun.example", "Anna"), Address("bo@kommun.example")
APPROVAL = Approval((ANNA, BO), at_least=1, before=2 * DAY)
PROOF = Proof("2020-09", 1, HOUR, "aa", "Hej", "<p>Hej", HOUR - 2 * DAY, HOUR - 2 * DAY)
WITHIN, SKIP, ASK = Missed("within", DAY), Missed("skip"), Missed("ask")
UNASKED = Question(HOUR, None, WITHIN, "aa", None, ())
ASKED = Question(HOUR, APPROVAL, WITHIN, "aa", PROOF, ())


def answer(says: Says, at: datetime = HOUR - DAY, by: Address = ANNA, number: int = 1) -> Answer:
    return Answer(number, by.email, says, "", at)


def approved(at: datetime = HOUR - DAY, **other: object) -> Question:
    return replace(ASKED, answers=(answer("approve", at),), **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "after", "expected"),
    [
        # Nobody need be asked.
        (UNASKED, timedelta(seconds=-1), "wait"),
        (UNASKED, timedelta(), "send"),
        (UNASKED, DAY, "send"),
        (UNASKED, DAY + timedelta(seconds=1), "drop"),
        (replace(UNASKED, missed=SKIP), GRACE, "send"),
        (replace(UNASKED, missed=SKIP), GRACE + timedelta(seconds=1), "drop"),
        (replace(UNASKED, missed=Missed("within", timedelta())), GRACE, "send"),
        (replace(UNASKED, missed=ASK), GRACE, "send"),
        (replace(UNASKED, missed=ASK), DAY, "ask"),
        # Missed, and the coordinator was asked.
        (replace(UNASKED, missed=ASK, proof=PROOF), DAY, "remind"),
        (approved(HOUR + DAY, approval=None, missed=ASK), DAY, "send"),
        # Somebody must approve.
        (replace(ASKED, proof=None), -2 * DAY - timedelta(seconds=1), "wait"),
        (replace(ASKED, proof=None), -2 * DAY, "ask"),
        (replace(ASKED, proof=None), timedelta(), "ask"),
        (replace(ASKED, proof=None, missed=SKIP), DAY, "drop"),
        (replace(ASKED, proof=None, missed=ASK), DAY, "ask"),
        (replace(ASKED, digest="bb"), -DAY, "ask"),
        (replace(ASKED, digest="bb", missed=SKIP), 5 * DAY, "ask"),
        (ASKED, -2 * DAY, "wait"),
        (ASKED, -DAY, "remind"),
        (replace(ASKED, proof=replace(PROOF, reminded=HOUR - timedelta(hours=1))), -timedelta(0),
         "remind"),
        (replace(ASKED, proof=replace(PROOF, reminded=HOUR)), timedelta(hours=23), "wait"),
        (replace(ASKED, proof=replace(PROOF, reminded=HOUR)), DAY, "remind"),
        (replace(ASKED, proof=replace(PROOF, reminded=HOUR)), 7 * DAY, "wait"),
        # Answered.
        (approved(), -timedelta(seconds=1), "wait"),
        (approved(), timedelta(), "send"),
        (approved(HOUR + 5 * DAY), 5 * DAY, "send"),
        (approved(), 2 * DAY, "drop"),
        (approved(missed=ASK), 2 * DAY, "ask"),
        (replace(ASKED, answers=(answer("stop"),)), timedelta(), "wait"),
        (replace(ASKED, answers=(answer("approve"), answer("stop", by=BO))), timedelta(), "wait"),
        (replace(ASKED, answers=(answer("stop"), answer("approve"))), timedelta(), "send"),
        (approved(approval=replace(APPROVAL, at_least=2)), timedelta(), "remind"),
    ],
)  # fmt: skip
def test_the_step_at_a_time_from_the_hour(
    question: Question, after: timedelta, expected: Step
) -> None:
    assert step(question, HOUR + after) == expected


def test_two_must_approve_and_the_second_decides_when() -> None:
    answers = [answer("approve", HOUR, BO), answer("approve", HOUR - DAY), answer("approve", HOUR)]
    stands = standing(PROOF, answers, 2)
    assert stands.approved == HOUR
    assert {each.approver for each in stands.approvals} == {ANNA.email, BO.email}


def test_an_answer_to_an_earlier_proof_counts_for_nothing() -> None:
    later = replace(PROOF, number=2)
    assert standing(later, [answer("approve"), answer("stop", by=BO)], 1).approved is None


@given(
    st.lists(st.tuples(st.sampled_from([ANNA, BO]), st.sampled_from(["approve", "stop"]))),
    st.integers(1, 2),
)
def test_nothing_is_approved_that_somebody_stops(
    said: list[tuple[Address, Says]], at_least: int
) -> None:
    last = dict(said)
    stands = standing(PROOF, [answer(says, by=by) for by, says in said], at_least)
    enough = [*last.values()].count("approve") >= at_least
    assert bool(stands.approved) == (enough and "stop" not in last.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Godkänn", ("approve", "")),
        ("godkänd!", ("approve", "")),
        ("  Godkänner, tack så mycket\n\n/Anna", ("approve", "")),
        ("Godkänns.", ("approve", "")),
        ("Approved", ("approve", "")),
        ("Godkänn inte", None),
        ("Godkänner om ni rättar datumet", None),
        ("Godkänt, men byt bilden", None),
        ("Stoppa: fel datum på vandringen", ("stop", "fel datum på vandringen")),
        ("STOPP", ("stop", "")),
        ("Stoppa - det är\nfel bild", ("stop", "det är fel bild")),
        ("stop " + "x" * 2000, ("stop", "x" * 1000)),
        ("Kan vi ta bort bilden?", None),
        ("Stoppar du in bilden?", None),
        ("", None),
        ("Hej!\nGodkänn", None),
    ],
)
def test_an_answer_is_what_the_first_line_plainly_says(
    text: str, expected: tuple[Says, str] | None
) -> None:
    assert read_answer(text) == expected


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_answer(text)


def test_an_approver_is_known_by_the_address() -> None:
    assert APPROVAL.approver(Address("ANNA@Kommun.example", "Någon")) == ANNA
    assert APPROVAL.approver(Address("cecilia@kommun.example")) is None
    assert APPROVAL.approver(None) is None
