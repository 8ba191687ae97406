"""What is urgent: by the tables, by what was learned, by both as shipped."""

from pathlib import Path

import pytest

from mailer.inquiry.rules import TriageRules
from mailer.inquiry.sort import Leaning
from mailer.inquiry.urgency import urgency
from mailer.inquiry.verdict import Reason
from mailer.settings import load

CONFIG = Path(__file__).parents[2] / "config"
RULES = TriageRules(
    urgent={
        "sv": {
            "weapon": ("kniv*",),
            "lifeless": ("andas inte",),
            "plain": ("andas inte alls",),
            "fire": ("rök*", "brinner"),
            "child": ("barn*",),
            "now": ("nu",),
            "plea": ("hjälp",),
            "past": ("år sedan",),
            "calm": ("haha*",),
            "learning": ("kurs*",),
        },
        "en": {"weapon": ("knife",)},
    }
)


@pytest.mark.parametrize(
    ("subject", "text", "language", "urgent", "weights"),
    [
        ("", "Han har kniv", "sv", False, [1.2]),
        ("", "Han har kniv nu", "sv", False, [1.2, 0.8]),
        ("", "Han har kniv nu, barnen ropar på hjälp", "sv", True, [1.2, 0.8, 0.4, 0.4]),
        ("", "Han har kniv och hon andas inte", "sv", True, [1.2, 1.2]),
        ("Kniv", "kniv, kniven", "sv", False, [1.2]),
        ("", "Det brinner, rök, röken", "sv", False, [1.2]),
        ("", "Barnen ropar på hjälp nu", "sv", False, [0.8, 0.4, 0.4]),
        ("", "Lampan är trasig", "sv", False, []),
        ("", "He has a knife", "en", False, [1.2]),
        ("", "Han har kniv", "en", False, []),
        ("", "Han har kniv", "fr", False, [1.2]),
    ],
)
def test_dangers_add_up_with_what_stands_beside_them_which_is_none_by_itself(
    subject: str, text: str, language: str, urgent: bool, weights: list[float]
) -> None:
    found = urgency(subject, text, language, RULES)
    assert found.urgent == urgent
    assert [reason.weight for reason in found.reasons] == pytest.approx(weights)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Kniv nu", 2.0),
        ("Kniv nu, haha", 1.2),
        ("Kniv för tio år sedan, haha, på en kurs", 0.6),
        ("Kniv, och hon andas inte, för tio år sedan", 1.6),
        ("Haha, för tio år sedan", 0.0),
    ],
)
def test_what_calms_takes_off_but_never_more_than_half_of_a_danger(
    text: str, weight: float
) -> None:
    reasons = urgency("", text, "sv", RULES).reasons
    assert sum(reason.weight for reason in reasons) == pytest.approx(weight)


def test_the_reasons_say_which_words_and_what_they_tell_of() -> None:
    found = urgency("Rök", "Nu, haha!", "sv", RULES)
    assert [reason.what for reason in found.reasons] == [
        "”rök” i ämnesraden (brand, gas eller el)",
        "”nu” i texten (nu)",
        "”haha” i texten (inte bråttom eller inte på allvar)",
    ]
    assert {reason.slug for reason in found.reasons} == {"urgent"}


WORD = Reason("urgent", "ordet ”bryggan” (inlärt)", 0.5)


@pytest.mark.parametrize(
    ("text", "learned", "urgent"),
    [
        ("Hon sitter på bryggan", -0.2, True),
        ("Hon sitter på bryggan", -0.4, False),
        ("Hon sitter på bryggan nu", -1.1, True),
        ("Han har kniv", -1.4, True),
        ("Han har kniv", -1.6, False),
        ("Han har kniv, och någon andas inte", -9.0, False),
        ("Hon andas inte alls. Vem ska vi prata med?", -9.0, True),
        ("Hon andas inte alls, haha", -9.0, True),
        ("Haha, på en kurs andas hon inte", -9.0, False),
        ("Haha, för ett år sedan", -0.4, False),
    ],
)
def test_what_was_learned_is_added(text: str, learned: float, urgent: bool) -> None:
    leaning = Leaning(urgent=learned, explain=lambda: (WORD,))
    found = urgency("", text, "sv", RULES, leaning)
    assert found.urgent == urgent
    assert (WORD in found.reasons) == urgent


@pytest.mark.parametrize(
    ("number", "least"), [(1, -0.32), (5, -0.32), (40, 0.3), (109, 0.6), (800, 1.2)]
)
def test_of_a_long_mail_more_is_asked_for(number: int, least: float) -> None:
    text = "och " * number
    assert urgency("", text, "sv", RULES, Leaning(urgent=least + 0.01)).urgent
    assert not urgency("", text, "sv", RULES, Leaning(urgent=least - 0.01)).urgent


def test_without_words_and_examples_nothing_is_urgent() -> None:
    assert not urgency("Kniv", "Kniv", "sv", TriageRules()).urgent


# --- the shipped words ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> TriageRules:
    return load(CONFIG, {}).triage


@pytest.mark.parametrize(
    ("text", "language", "urgent"),
    [
        ("Min son säger hejdå till alla och vill inte leva längre. Vad gör jag?", "sv", True),
        ("Hon har tagit en överdos och går inte att väcka.", "sv", True),
        ("Det luktar gas i hela trapphuset nu och ingen svarar. Barnen sover.", "sv", True),
        ("Min man hotar att döda mig i kväll med kniv.", "sv", True),
        ("Hon ska giftas bort, flyget går på fredag och hon är 15 år.", "sv", True),
        ("He has a knife and says he will kill us.", "en", True),
        ("Він погрожує ножем.", "uk", True),
        ("Han skrev att han ska döda dig i natt", "sv", True),
        ("Nu åker vi dit och slår ihjäl dem", "sv", True),
        ("هو يحمل سكين ويقول إنه سيقتلني الليلة", "ar", True),
        ("Lampan vid lekplatsen är trasig.", "sv", False),
        ("Jag är så arg på hyresvärden!", "sv", False),
        ("Vi vill starta en förening för ungdomar.", "sv", False),
        ("Vi söker bidrag till en kurs om kniv och våld.", "sv", False),
    ],
)
def test_plain_mail_needs_no_examples(
    shipped: TriageRules, text: str, language: str, urgent: bool
) -> None:
    assert urgency("", text, language, shipped).urgent == urgent


def test_what_is_said_outright_is_enough_by_itself(shipped: TriageRules) -> None:
    plain = [
        (language, pattern.replace("*", ""))
        for language, aspects in shipped.urgent.items()
        for pattern in aspects.get("plain", ())
    ]
    assert len(plain) > 150
    unheard = [each for each in plain if not urgency("", each[1], each[0], shipped).outright]
    assert unheard == []


@pytest.mark.parametrize(
    ("text", "dangers"),
    [
        ("Barnen ropar på hjälp nu", ()),
        ("Det brinner, och han har kniv", ("weapon", "fire")),
        ("Hon andas inte alls", ("lifeless", "plain")),
    ],
)
def test_the_dangers_that_are_named_are_told(text: str, dangers: tuple[str, ...]) -> None:
    assert urgency("", text, "sv", RULES).dangers == dangers
