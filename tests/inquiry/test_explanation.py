"""What the command line says of a verdict."""

import json
from dataclasses import replace

import pytest

from mailer.inquiry.explanation import Explanation
from mailer.inquiry.triage import Judged
from mailer.inquiry.verdict import Inquiry, Kind, Reason, Verdict
from tests.inquiry.project import ORGANISATION

VERDICT = Verdict(
    "inquiry",
    owner="boende",
    copies=("drog",),
    suggestions=("boende", "drog"),
    confidence=0.876543,
    urgent=True,
    reasons=(Reason("urgent", "”knivhotar”", 4.0), Reason("boende", "”lampan” i ämnet", 1.23456)),
)
JUDGED = Judged(Inquiry(text="Lampan är trasig.", language="sv"), VERDICT, "")


def explained(judged: Judged) -> Explanation:
    return Explanation("a.eml", judged, ORGANISATION)


def test_the_object_has_the_agreed_keys_and_values() -> None:
    assert explained(JUDGED).as_json() == {
        "file": "a.eml",
        "kind": "inquiry",
        "owner": "boende",
        "copies": ["drog"],
        "suggestions": ["boende", "drog"],
        "confidence": 0.8765,
        "certain": True,
        "urgent": True,
        "language": "sv",
        "text": "Lampan är trasig.",
        "reasons": [
            {"for": "urgent", "what": "”knivhotar”", "weight": 4.0},
            {"for": "boende", "what": "”lampan” i ämnet", "weight": 1.235},
        ],
    }


def test_the_object_can_be_written_as_json() -> None:
    told = explained(JUDGED).as_json()
    assert json.loads(json.dumps(told)) == told


def test_a_verdict_is_told_in_a_few_lines() -> None:
    assert explained(JUDGED).in_words().splitlines() == [
        "a.eml: inquiry, URGENT",
        "  to Trygg boendemiljö (88%)",
        "  copies: ”Drogförebyggande gruppen”",
        "  +4.0 urgent: ”knivhotar”",
        "  +1.2 Trygg boendemiljö: ”lampan” i ämnet",
    ]


@pytest.mark.parametrize(
    ("verdict", "lines"),
    [
        (
            Verdict("inquiry", "boende", (), ("boende", "coordinator"), 0.5, certain=False),
            ["a.eml: inquiry", "  to the coordinator; likely: ”Trygg boendemiljö” (50%)"],
        ),
        (
            Verdict("follow-up", None, (), ("coordinator", "drog"), 0.7),
            ["a.eml: follow-up", "  to the coordinator (70%)"],
        ),
        (Verdict("spam"), ["a.eml: spam"]),
    ],
)
def test_each_line_is_there_only_where_it_says_something(
    verdict: Verdict, lines: list[str]
) -> None:
    assert explained(replace(JUDGED, verdict=verdict)).in_words().splitlines() == lines


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("unsubscribe", "  it only seems so: the coordinator does what it asks"),
        ("auto-reply", "  by its words alone: it stands in the coordinator's digest"),
    ],
)
def test_what_only_seems_so_is_told(kind: Kind, told: str) -> None:
    said = explained(Judged(Inquiry(), Verdict(kind, certain=False), "")).in_words()
    assert said.splitlines() == [f"a.eml: {kind}", told]
    sure = explained(Judged(Inquiry(), Verdict(kind), "")).in_words()
    assert sure == f"a.eml: {kind}"


def test_a_silence_is_told() -> None:
    words = explained(replace(JUDGED, silence="det är en lista")).in_words()
    assert "  no acknowledgement: det är en lista" in words.splitlines()


def test_ten_reasons_are_told_and_all_are_in_the_object() -> None:
    many = replace(VERDICT, reasons=(Reason("boende", "”lampa”", 1.0),) * 12)
    told = explained(replace(JUDGED, verdict=many))
    assert told.in_words().count("”lampa”") == 10
    assert len(told.as_json()["reasons"]) == 12
