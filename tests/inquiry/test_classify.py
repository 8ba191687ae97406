"""Which subproject a mail is about, by hand-made rules, what is learned, and the shipped ones."""

from dataclasses import replace
from math import copysign, expm1, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge.examples import shipped_examples
from mailer.inquiry.classify import Choice, Classifier, Scores
from mailer.inquiry.learn import Example, fit
from mailer.inquiry.rules import Rule, TriageRules
from mailer.inquiry.triage import classifier as classifier_of
from mailer.inquiry.verdict import Reason
from mailer.organisation import COORDINATOR
from mailer.settings import Settings, load

CONFIG = Path(__file__).parents[2] / "config"
LAMPS, DRUGS, CLUBS = "lamps", "drugs", "clubs"
RULES = TriageRules(
    rules={
        "sv": {
            LAMPS: (
                Rule("lamp*", 2.0),
                Rule("mörkt", 0.5),
                Rule("gata", 1.0),
                Rule("säljer", -1.0),
            ),
            DRUGS: (Rule("knark*", 3.0), Rule("säljer", 1.0)),
            "none": (Rule("faktura*", 3.0),),
            "unheard-of": (Rule("hej", 9.0),),
        },
        "da": {LAMPS: (Rule("lygte*", 2.0),)},
        "bs": {LAMPS: (Rule("stan", 2.0),)},
    },
    threshold=0.6,
    none=0.5,
)
NAMES = {LAMPS: ["Sven Holmberg"], DRUGS: ["Anna-Karin Pålsson", "Buene", ""]}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(RULES, [LAMPS, DRUGS, CLUBS], NAMES)


def weights(
    classifier: Classifier, subject: str, text: str, language: str = "sv"
) -> dict[str, float]:
    """What the weights of a mail's words amount to, undone from what they add to the sums."""
    begin = {COORDINATOR: RULES.none}
    found = classifier.score(subject, text, language).sums
    added = {slug: value - begin.get(slug, 0.0) for slug, value in found.items()}
    return {slug: copysign(expm1(abs(each) / 2), each) for slug, each in added.items() if each}


@pytest.mark.parametrize(
    ("subject", "text", "language", "expected"),
    [
        ("", "Lampan är trasig", "sv", {LAMPS: 2.0}),
        ("Lampan", "Lampan, lampan!", "sv", {LAMPS: 2.0}),
        ("Mörkt", "vid lampan", "sv", {LAMPS: 2.5}),
        ("", "De säljer knark", "sv", {DRUGS: 4.0, LAMPS: -1.0}),
        ("Faktura 17", "", "sv", {COORDINATOR: 3.0}),
        ("", "Lampan og lygten", "da", {LAMPS: 4.0}),
        ("", "stan lampan", "bs", {LAMPS: 2.0}),
        ("", "stan lampan", "sv", {LAMPS: 2.0}),
        ("", "la lampe knark", "fr", {LAMPS: 2.0, DRUGS: 3.0}),
        ("Hej", "Hej!", "sv", {}),
    ],
)
def test_each_pattern_adds_its_weight_once(
    classifier: Classifier, subject: str, text: str, language: str, expected: dict[str, float]
) -> None:
    assert weights(classifier, subject, text, language) == pytest.approx(expected)


def test_of_several_words_for_the_same_each_says_less(classifier: Classifier) -> None:
    one = classifier.score("", "lampa", "sv")
    two = classifier.score("", "mörkt vid lampan", "sv")
    assert one.sums[LAMPS] == pytest.approx(2 * log(1 + 2.0))
    assert two.sums[LAMPS] == pytest.approx(2 * log(1 + 2.5))
    strong, weak = (reason.weight for reason in two.reasons)
    assert (strong / weak, strong + weak) == pytest.approx((4.0, two.sums[LAMPS]))


def test_what_speaks_for_and_against_alike_adds_nothing(classifier: Classifier) -> None:
    found = classifier.score("", "De säljer på vår gata", "sv")
    assert found.sums[LAMPS] == 0
    assert [each.weight for each in found.reasons if each.slug == LAMPS] == [2.0, -2.0]


def test_the_reasons_say_which_words_and_the_strongest_comes_first(classifier: Classifier) -> None:
    scores = classifier.score("Mörkt", "De säljer knark. Mörkt. Betala fakturan!", "sv")
    assert [(reason.slug, reason.what) for reason in scores.reasons] == [
        (COORDINATOR, "”fakturan” i texten"),
        (DRUGS, "”knark” i texten"),
        (LAMPS, "”mörkt” i ämnesraden"),
        (DRUGS, "”säljer” i texten"),
        (LAMPS, "”säljer” i texten"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hej Sven! Tack för i går.", {LAMPS: 0.2}),
        ("God dag herr Holmberg,", {LAMPS: 0.2}),
        ("Hej Anna-Karin och Buene", {DRUGS: 0.2}),
        ("Till Palsson", {DRUGS: 0.2}),
        ("Hej Sven och Anna-Karin", {LAMPS: 0.2, DRUGS: 0.2}),
        ("Hej! Jag vill gärna att ni hälsar till Sven", {}),
    ],
)
def test_a_leader_who_is_greeted_weighs_a_little(
    classifier: Classifier, text: str, expected: dict[str, float]
) -> None:
    assert weights(classifier, "", text) == pytest.approx(expected)


def test_the_name_in_the_greeting_is_a_reason(classifier: Classifier) -> None:
    (reason,) = classifier.score("", "Hej Anna-Karin!", "sv").reasons
    assert (reason.slug, reason.what) == (DRUGS, "”anna karin” i hälsningen")


def test_without_names_nobody_is_greeted() -> None:
    assert Classifier(RULES, [LAMPS]).score("", "Hej Sven!", "sv").reasons == ()


def decided(classifier: Classifier, text: str) -> Choice:
    return classifier.decide(classifier.score("", text, "sv"))


def test_the_most_likely_owns_it(classifier: Classifier) -> None:
    choice = decided(classifier, "De säljer knark")
    assert (choice.owner, choice.certain, choice.copies) == (DRUGS, True, ())
    assert choice.suggestions == (DRUGS, COORDINATOR)
    assert choice.confidence == pytest.approx(0.896, abs=0.001)


def test_weak_evidence_is_a_guess(classifier: Classifier) -> None:
    choice = decided(classifier, "Det är mörkt, hej Sven")
    assert (choice.owner, choice.certain) == (LAMPS, False)
    assert choice.suggestions == (LAMPS, COORDINATOR)


def test_a_matter_for_none_of_them_goes_to_the_coordinator(classifier: Classifier) -> None:
    choice = decided(classifier, "Fakturan")
    assert (choice.owner, choice.certain, choice.copies) == (None, True, ())
    assert choice.suggestions == (COORDINATOR, LAMPS)


def test_a_mail_without_evidence_is_never_certain() -> None:
    eager = Classifier(TriageRules(threshold=0.5, none=5.0), [LAMPS, DRUGS])
    choice = decided(eager, "Hej")
    assert (choice.owner, choice.certain) == (None, False)
    assert choice.confidence > 0.9


@pytest.mark.parametrize(
    ("lamps", "drugs", "none", "owner", "copies"),
    [
        (4.0, 5.0, 0.5, DRUGS, (LAMPS,)),
        (3.9, 4.0, 0.5, DRUGS, ()),
        (4.0, 8.5, 0.5, DRUGS, ()),
        (4.0, 5.0, 5.5, None, ()),
        (4.0, 5.0, 4.9, DRUGS, (LAMPS,)),
    ],
)
def test_who_else_gets_a_copy(
    classifier: Classifier,
    lamps: float,
    drugs: float,
    none: float,
    owner: str | None,
    copies: tuple[str, ...],
) -> None:
    choice = classifier.decide(Scores({LAMPS: lamps, DRUGS: drugs, COORDINATOR: none}, ()))
    assert (choice.owner, choice.copies) == (owner, copies)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
def test_any_scores_give_a_choice(values: list[float]) -> None:
    slugs = (LAMPS, DRUGS, CLUBS, COORDINATOR)
    choice = Classifier(RULES, slugs[:3]).decide(Scores(dict(zip(slugs, values, strict=True)), ()))
    best, second = choice.suggestions
    assert best != second
    assert choice.owner == (None if best == COORDINATOR else best)
    assert 0.25 <= choice.confidence <= 1
    assert choice.owner not in choice.copies


# --- what was learned ----------------------------------------------------------------------------

TAUGHT = [
    Example("Stolpen är släckt", owner=LAMPS, name="stolpen"),
    Example("Släckta stolpar", owner=LAMPS),
    Example("Tuben i gräset", owner=DRUGS),
    Example("Tuber i gräs", owner=DRUGS),
    *(Example(f"Ärende {i} {chr(97 + i % 26) * 6}") for i in range(60)),
]


@pytest.fixture(scope="module")
def taught(classifier: Classifier) -> Classifier:
    model = fit([classifier.score("", each.text, "sv").sums for each in TAUGHT], TAUGHT)
    return Classifier(RULES, [LAMPS, DRUGS, CLUBS], NAMES, replace(model, rules_worth=0.5))


def test_what_the_rules_say_counts_for_what_it_is_worth(taught: Classifier) -> None:
    half = Reason(DRUGS, "”knark” i texten", log(1 + 3.0))
    assert half in taught.score("", "knark", "sv").reasons


def test_a_word_that_no_rule_knows_is_learned(classifier: Classifier, taught: Classifier) -> None:
    text = "Släckt stolpe"
    assert decided(classifier, text).owner is None
    sums = taught.score("", text, "sv").sums
    assert sums[LAMPS] - sums[DRUGS] > 0.5


def test_learned_words_and_the_nearest_example_are_among_the_reasons(taught: Classifier) -> None:
    reasons = taught.score("", "Lampan på stolpen är släckt", "sv").reasons
    told = [reason.what for reason in reasons if reason.slug == LAMPS]
    assert "”lampan” i texten" in told
    assert "ordet ”släckt” (inlärt)" in told
    assert "liknar ”stolpen” (tidigare brev)" in told
    assert [reason.weight for reason in reasons] == sorted(
        (reason.weight for reason in reasons), reverse=True
    )


# --- the shipped rules ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(CONFIG, {})


@pytest.fixture(scope="module")
def shipped(settings: Settings) -> Classifier:
    return classifier_of(settings.triage, settings.organisation)


def test_the_shipped_rules_speak_for_known_subprojects_only(settings: Settings) -> None:
    known = {*settings.organisation.by_slug, "none"}
    assert {slug for by_slug in settings.triage.rules.values() for slug in by_slug} <= known


def test_no_shipped_pattern_stands_twice_for_the_same_subproject(settings: Settings) -> None:
    for language, by_slug in settings.triage.rules.items():
        for slug, rules in by_slug.items():
            patterns = [rule.pattern for rule in rules]
            assert len(patterns) == len(set(patterns)), (language, slug)


@pytest.mark.parametrize(
    ("text", "language", "owner"),
    [
        ("Gatlamporna på cykelvägen har slocknat.", "sv", "trygg-boendemiljo"),
        ("Nagon har brutit sig in i kallarforradet och tvattstugan.", "sv", "trygg-boendemiljo"),
        ("En kille säljer cannabis till högstadieelever.", "sv", "drogforebyggande"),
        ("Min dotter mobbas av klasskamraterna och skolkar.", "sv", "integration-skola-arbetsliv"),
        ("Vår förening söker bidrag till en ny lokal.", "sv", "delaktigt-civilsamhalle"),
        ("Fakturan saknar referensnummer.", "sv", None),
        ("My landlord will not remove the mould.", "en", "trygg-boendemiljo"),
        ("У нашій квартирі пліснява.", "uk", "trygg-boendemiljo"),
        ("Nogen sælger hash til de unge", "da", "drogforebyggande"),
    ],
)
def test_plain_mail_about_one_subject(
    shipped: Classifier, text: str, language: str, owner: str | None
) -> None:
    choice = shipped.decide(shipped.score("", text, language))
    assert choice.owner == owner


def test_what_half_of_the_shipped_examples_teaches_decides_most_of_the_others(
    settings: Settings, shipped: Classifier
) -> None:
    mails = [
        mail for mail in shipped_examples(CONFIG) if mail.teaches_owner and mail.kind == "inquiry"
    ]
    half = [mail.example() for mail in mails[::2]]
    known = [shipped.score(each.subject, each.text, each.language).sums for each in half]
    taught = classifier_of(settings.triage, settings.organisation, fit(known, half))
    right = acceptable = sure = sure_and_acceptable = 0
    for mail in mails[1::2]:
        choice = taught.decide(taught.score(mail.subject, mail.body, mail.language))
        fits = choice.owner == mail.owner or choice.owner in (*mail.routes, *mail.also_ok)
        right += choice.owner == mail.owner
        acceptable += fits
        sure += choice.certain
        sure_and_acceptable += choice.certain and fits
    total = len(mails) // 2
    assert total > 600
    assert right / total > 0.82
    assert acceptable / total > 0.85
    assert sure / total > 0.7
    assert sure_and_acceptable / sure > 0.93
