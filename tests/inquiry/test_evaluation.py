"""The figures on triage."""

import pytest

from mailer.inquiry.evaluation import Judgement, Report, report
from mailer.inquiry.labelled import labelled
from mailer.inquiry.verdict import Kind, Verdict
from mailer.organisation import COORDINATOR

A, B = "boende", "drog"


def judged(
    routes: list[str],
    given: str | None,
    *,
    also_ok: list[str] | None = None,
    confidence: float = 0.9,
    kind: str = "inquiry",
    said: Kind = "inquiry",
    urgent: bool = False,
    alarm: bool = False,
) -> Judgement:
    mail = labelled(
        {
            "id": "x",
            "from_name": "",
            "from": "x@example.org",
            "subject": "",
            "body": "",
            "lang": "sv",
            "kind": kind,
            "routes": routes,
            "also_ok": also_ok or [],
            "urgent": urgent,
        }
    )
    verdict = Verdict(
        kind=said,
        owner=given,
        suggestions=(given or COORDINATOR, B),
        confidence=confidence,
        certain=confidence >= 0.7,
        urgent=alarm,
    )
    return mail, verdict


def value(found: Report, name: str) -> float:
    return found.figures[name].value


def test_owners_right_acceptable_and_among_two() -> None:
    found = report(
        [
            judged([A], A),
            judged([A, B], B),
            judged([A], B, also_ok=[B]),
            judged([B], A),
            judged([], None),
        ]
    )
    assert value(found, "owner_accuracy") == pytest.approx(2 / 5)
    assert value(found, "acceptable_accuracy") == pytest.approx(4 / 5)
    assert value(found, "recall_at_2") == pytest.approx(3 / 5)
    assert found.confusion == {(A, A): 1, (A, B): 2, (B, A): 1, (COORDINATOR, COORDINATOR): 1}


def test_the_surest_four_of_five() -> None:
    found = report([*[judged([A], A, confidence=0.9)] * 4, judged([A], B, confidence=0.5)])
    assert value(found, "accuracy_at_80_coverage") == 1.0
    assert value(found, "certain") == pytest.approx(0.8)
    assert (value(found, "accuracy_of_certain"), found.figures["accuracy_of_certain"].mails) == (
        1.0,
        4,
    )


def test_the_calibration_error_is_the_distance_to_being_right() -> None:
    found = report([*[judged([A], A, confidence=0.75)] * 3, judged([A], B, confidence=0.75)])
    assert value(found, "calibration_error") == pytest.approx(0.0)
    found = report([judged([A], A, confidence=1.0), judged([A], B, confidence=1.0)])
    assert value(found, "calibration_error") == pytest.approx(0.5)


def test_urgency_found_and_false_alarms() -> None:
    found = report(
        [
            judged([A], A, urgent=True, alarm=True),
            judged([A], A, urgent=True),
            judged([A], A, alarm=True),
            judged([A], A),
            judged([A], A),
        ]
    )
    assert value(found, "urgent_recall") == pytest.approx(1 / 2)
    assert value(found, "urgent_false_alarms") == pytest.approx(1 / 3)


def test_kinds_of_mail_that_is_no_inquiry() -> None:
    found = report(
        [
            judged([], None, kind="auto", said="auto-reply"),
            judged([], None, kind="spam"),
            judged([A], None, said="spam"),
            judged([A], A, said="follow-up"),
        ]
    )
    assert value(found, "other_kinds") == pytest.approx(1 / 2)
    assert value(found, "inquiry_kind") == pytest.approx(0)
    assert value(found, "owner_accuracy") == pytest.approx(1 / 2)


def test_an_interval_holds_its_figure_and_is_the_same_each_time() -> None:
    mails = [judged([A], A)] * 15 + [judged([A], B)] * 5
    figure = report(mails).figures["owner_accuracy"]
    assert figure.low < figure.value == 0.75 < figure.high
    assert report(mails) == report(mails)


def test_what_nothing_was_measured_on_is_missing() -> None:
    found = report([judged([], None, kind="spam", said="spam")])
    assert set(found.figures) == {"other_kinds"}
    assert found.in_words().startswith("other kinds")


def test_it_is_told_as_a_table_and_as_json() -> None:
    found = report([judged([A], A), judged([A], B), judged([], None)])
    words = found.in_words().splitlines()
    assert words[0] == "owner accuracy            0.667  (0.000-1.000)  of 3"
    assert words[-3:] == [
        "boende          1    0    1",
        "coordinator     0    1    0",
        "drog            0    0    0",
    ]
    told = found.as_json()
    assert told["owner_accuracy"]["mails"] == 3
    assert told["confusion"] == {A: {A: 1, B: 1}, COORDINATOR: {COORDINATOR: 1}}
