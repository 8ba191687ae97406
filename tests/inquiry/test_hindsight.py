"""What would be decided otherwise today: only what the mail and the rules make different."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailer.inquiry.hindsight import Decided, Outcome, otherwise, outcome, today
from mailer.inquiry.triage import Judged, following
from mailer.inquiry.verdict import Inquiry, Kind, Reason, Verdict

RECEIVED = datetime(2020, 9, 7, tzinfo=UTC)
BOENDE = Verdict("inquiry", "boende", reasons=(Reason("boende", "”lampan”", 4.0),))
DROG = Verdict(
    "inquiry",
    "drog",
    suggestions=("drog", "boende"),
    confidence=0.8,
    reasons=(Reason("boende", "”lampan”", 4.0), Reason("drog", "”knark”", 9.0)),
)
DANGER = Reason("urgent", "”kniv” (vapen)", 6.0)
FOR_NOBODY = Reason("", "vill avsluta nyhetsbrevet, men adressen prenumererar inte", 1.0)


def kind_of_own(message_id: str) -> str:
    return "confirmation" if message_id == "ours" else ""


def was(verdict: Verdict, first: Reason | None = None) -> Decided:
    first = first or next(iter(verdict.reasons), None)
    return Decided("IT-2020-0001", "a" * 64, RECEIVED, 100, verdict, first)


def judged(verdict: Verdict, *references: str) -> Judged:
    return Judged(Inquiry(references=references), verdict, "")


def test_what_is_decided_alike_is_not_told() -> None:
    assert otherwise(was(BOENDE), judged(replace(BOENDE, confidence=0.6)), kind_of_own) is None


def test_another_owner_is_told_with_the_strongest_reason_for_it() -> None:
    found = otherwise(was(BOENDE), judged(DROG), kind_of_own)
    assert found
    assert (found.number, found.received, found.label) == ("IT-2020-0001", RECEIVED, "")
    assert found.was == Outcome("inquiry", "boende", urgent=False)
    assert found.now == Outcome("inquiry", "drog", urgent=False)
    assert found.why == "”knark”"


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (BOENDE, replace(DROG, certain=False), "osäkert (80%): drog, boende"),
        (BOENDE, replace(BOENDE, urgent=True, reasons=(*BOENDE.reasons, DANGER)), DANGER.what),
        (replace(BOENDE, urgent=True), BOENDE, ""),
        (BOENDE, Verdict("spam", reasons=(Reason("spam", "X-Spam-Flag", 1.0),)), "X-Spam-Flag"),
        (Verdict("spam"), DROG, "”knark”"),
        (BOENDE, Verdict("inquiry", None), ""),
    ],
)
def test_the_reason_is_one_for_what_is_otherwise(before: Verdict, now: Verdict, why: str) -> None:
    found = otherwise(was(before), judged(now), kind_of_own)
    assert found
    assert found.why == why


# --- what was not in the mail


@pytest.mark.parametrize("kind", ["follow-up", "inquiry"])
@pytest.mark.parametrize("owner", ["boende", None])
def test_what_continues_a_case_stays_with_who_has_that(kind: Kind, owner: str | None) -> None:
    then = replace(following(DROG, owner, certain=True, number="IT-2019-0007"), kind=kind)
    for now in (DROG, replace(DROG, kind="follow-up"), Verdict("subscribe")):
        assert otherwise(was(then), judged(now), kind_of_own) is None
    urgent = otherwise(was(then), judged(replace(DROG, urgent=True)), kind_of_own)
    assert urgent
    assert urgent.now == replace(outcome(then), urgent=True)
    assert otherwise(was(then), judged(Verdict("auto-reply")), kind_of_own)


@pytest.mark.parametrize("kind", ["subscribe", "unsubscribe"])
def test_what_the_record_knew_of_a_subscription_is_taken_as_it_was(kind: Kind) -> None:
    then = was(Verdict("inquiry", None), FOR_NOBODY)
    assert otherwise(then, judged(Verdict(kind)), kind_of_own) is None
    assert otherwise(then, judged(DROG), kind_of_own)
    assert otherwise(was(BOENDE), judged(Verdict(kind)), kind_of_own)


@pytest.mark.parametrize("kind", ["subscribe", "own"])
def test_an_answer_to_a_question_of_ours_is_taken_as_it_was(kind: Kind) -> None:
    then = was(Verdict(kind))
    assert otherwise(then, judged(DROG, "other", "ours"), kind_of_own) is None
    assert otherwise(then, judged(DROG, "other"), kind_of_own)
    assert otherwise(then, judged(Verdict("spam"), "ours"), kind_of_own)


def test_a_follow_up_of_no_case_is_an_inquiry() -> None:
    now = judged(replace(BOENDE, kind="follow-up"))
    assert today(was(BOENDE), now, kind_of_own) == BOENDE
    assert otherwise(was(BOENDE), now, kind_of_own) is None
