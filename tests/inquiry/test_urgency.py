"""What is urgent, by hand-made rules and by the shipped ones."""

import json
from pathlib import Path

import pytest

from mailer.inquiry.rules import Rule, TriageRules
from mailer.inquiry.urgency import urgency
from mailer.inquiry.verdict import Reason
from mailer.settings import load

CONFIG = Path(__file__).parents[2] / "config"
RULES = TriageRules(
    urgent={
        "sv": (
            Rule("kniv*", 3.0),
            Rule("andas inte", 3.0),
            Rule("rök*", 2.0),
            Rule("nu", 0.5),
            Rule("år sedan", -2.0),
            Rule("haha*", -0.5),
        ),
        "en": (Rule("knife", 3.0),),
    }
)
FAR = " och så vidare" * 4


@pytest.mark.parametrize(
    ("subject", "text", "language", "urgent", "weights"),
    [
        ("", "Han har kniv", "sv", True, [3.0]),
        ("", "Hon andas inte!", "sv", True, [3.0]),
        ("Kniv", "kniv, kniven", "sv", True, [3.0]),
        ("", "Det kommer rök nu", "sv", True, [2.0, 0.5]),
        ("", "Det kommer rök", "sv", False, [2.0]),
        ("", "Lampan är trasig", "sv", False, []),
        ("", "He has a knife", "en", True, [3.0]),
        ("", "Han har kniv", "en", False, []),
        ("", "Han har kniv", "fr", True, [3.0]),
    ],
)
def test_words_of_danger_add_up(
    subject: str, text: str, language: str, urgent: bool, weights: list[float]
) -> None:
    found = urgency(subject, text, language, RULES)
    assert found.urgent == urgent
    assert [reason.weight for reason in found.reasons] == weights


@pytest.mark.parametrize(
    ("subject", "text", "weight"),
    [
        ("", "Han hotade mig med kniv för tio år sedan", 1.5),
        ("", "kniv haha", 2.5),
        ("", "kniv haha, för tio år sedan", 1.5),
        ("", f"För ett år sedan{FAR}. Nu har han kniv", 3.0),
        ("För ett år sedan", "Han har kniv", 3.0),
        ("", f"Kniv för ett år sedan{FAR}, och kniv i dag", 3.0),
        ("", f"Kniv i dag{FAR}, men kniv också för ett år sedan", 3.0),
    ],
)
def test_what_is_long_ago_or_a_joke_weighs_less_but_never_less_than_half(
    subject: str, text: str, weight: float
) -> None:
    reasons = urgency(subject, text, "sv", RULES).reasons
    assert reasons[0].weight == weight


def test_the_reasons_say_which_words() -> None:
    assert urgency("Rök", "Nu!", "sv", RULES).reasons == (
        Reason("urgent", "”rök” i ämnesraden", 2.0),
        Reason("urgent", "”nu” i texten", 0.5),
    )


def test_without_rules_nothing_is_urgent() -> None:
    assert not urgency("Kniv", "Kniv", "sv", TriageRules()).urgent


# --- the shipped rules ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> TriageRules:
    return load(CONFIG, {}).triage


@pytest.mark.parametrize(
    ("text", "language", "urgent"),
    [
        ("Min son vill inte leva längre.", "sv", True),
        ("Hon har tagit en överdos och går inte att väcka.", "sv", True),
        ("Det luktar gas i hela trapphuset.", "sv", True),
        ("Min man hotar att döda mig i kväll.", "sv", True),
        ("Hon ska giftas bort i sommar.", "sv", True),
        ("He has a knife and says he will kill us.", "en", True),
        ("Він погрожує ножем.", "uk", True),
        ("Lampan vid lekplatsen är trasig.", "sv", False),
        ("Jag är så arg på hyresvärden!", "sv", False),
        ("Vi vill starta en förening för ungdomar.", "sv", False),
    ],
)
def test_plain_mail(shipped: TriageRules, text: str, language: str, urgent: bool) -> None:
    assert urgency("", text, language, shipped).urgent == urgent


def test_the_shipped_words_find_most_emergencies_among_the_examples(shipped: TriageRules) -> None:
    found: dict[bool, list[bool]] = {True: [], False: []}
    for path in sorted((CONFIG / "triage").glob("examples_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            mail = json.loads(line)
            if mail["kind"] == "inquiry":
                said = urgency(mail["subject"], mail["body"], mail["lang"], shipped).urgent
                found[mail["urgent"]].append(said)
    assert sum(found[True]) / len(found[True]) > 0.7
    assert sum(found[False]) / len(found[False]) < 0.08
