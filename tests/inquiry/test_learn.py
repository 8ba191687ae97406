"""What is learned from examples, and how it is told."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from mailer.inquiry.features import Vocabulary, counted
from mailer.inquiry.learn import Example, fit, likeness, posted
from mailer.inquiry.model import Model
from mailer.organisation import COORDINATOR

LAMPS, DRUGS = "lamps", "drugs"
LABELS = (LAMPS, DRUGS, COORDINATOR)
SILENT = dict.fromkeys(LABELS, 0.0)

DARK = [f"Stolpen vid {place} är släckt" for place in ("skolan", "badet", "bron", "torget")]
DEALT = [f"Han gömmer tuber {place}" for place in ("i bilen", "hemma", "på vinden", "i skogen")]
BILLS = [f"Räkningen för {what} är fel" for what in ("vatten", "sopor", "dagis", "avlopp")]


def about(texts: Sequence[str], owner: str | None) -> list[Example]:
    return [Example(text, owner=owner, name=text) for text in texts]


OTHERS = [f"Ärende {i} {chr(97 + i % 26) * 6}" for i in range(100)]
"""So many that the words of the others are rare."""

EXAMPLES = about(DARK, LAMPS) + about(DEALT, DRUGS) + about(BILLS, None)


def learned(examples: Sequence[Example] = EXAMPLES, most: int = 1) -> Model:
    return fit([SILENT] * (len(examples) * most), [*examples] * most)


def best(model: Model, text: str) -> str:
    sums = model.read("", text).sums
    return max(sums, key=lambda label: sums[label])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Alla stolpar är släckta", LAMPS),
        ("Det låg en tub i gräset", DRUGS),
        ("Fel på räkningar", COORDINATOR),
    ],
)
def test_other_forms_of_a_word_are_known(text: str, label: str) -> None:
    assert best(learned(), text) == label


def test_without_examples_there_is_no_model() -> None:
    with pytest.raises(ValueError, match="no examples"):
        fit([], [])


def test_an_example_of_another_label_is_refused() -> None:
    with pytest.raises(ValueError, match="not in"):
        fit([SILENT], [Example("Hej", owner="choirs")])


def test_what_the_rules_know_already_is_learned_less() -> None:
    knowing = [SILENT | {example.label: 5.0} for example in EXAMPLES]
    text = DARK[0]
    assert fit(knowing, EXAMPLES).read("", text).sums[LAMPS] < learned().read("", text).sums[LAMPS]


def test_a_mail_without_a_known_word_says_only_how_common_each_label_is() -> None:
    model = learned(about(DARK, LAMPS) + about(DEALT[:2], DRUGS))
    found = model.read("", "Xyz")
    assert found.sums == pytest.approx(dict(zip(LABELS, model.bias, strict=True)))
    assert found.sums[LAMPS] > found.sums[DRUGS] > found.sums[COORDINATOR]
    assert (found.reasons, found.nearest) == ((), {})


def said(model: Model, subject: str, text: str) -> tuple[object, ...]:
    found = model.read(subject, text)
    return found.sums, found.reasons, found.nearest


def test_the_order_of_the_examples_does_not_count() -> None:
    one, other = learned(EXAMPLES, most=10), learned(EXAMPLES[::-1], most=10)
    assert said(one, "", DARK[0]) == said(other, "", DARK[0])


def test_a_heavier_example_pulls_harder() -> None:
    contested = [Example("Lyktan", owner=LAMPS), Example("Lyktan", owner=DRUGS)]
    heavy = [contested[0], replace(contested[1], weight=5.0)]
    assert best(learned(EXAMPLES + heavy), "Lyktan") == DRUGS


def test_rules_that_are_right_are_worth_more_than_rules_that_guess() -> None:
    many = EXAMPLES * 10
    right = [SILENT | {example.label: 2.0} for example in many]
    guess = [SILENT | {LABELS[i % 3]: 2.0} for i in range(len(many))]
    assert fit(right, many).rules_worth > 1 > fit(guess, many).rules_worth >= 0


def test_who_is_given_what_two_may_have_is_right_either_way() -> None:
    """So the probabilities are of being given to one who is not wrong."""
    many = EXAMPLES * 10
    rules = [SILENT | {LABELS[i % 3]: 2.0} for i in range(len(many))]
    either = [replace(each, also_ok=(LABELS[i % 3],)) for i, each in enumerate(many)]
    assert fit(rules, either).rules_worth > fit(rules, many).rules_worth


def test_of_few_examples_nothing_is_said_of_what_the_rules_are_worth() -> None:
    assert learned().rules_worth == 1.0


def test_likeness_is_the_product_of_the_vectors() -> None:
    """Features that many have are multiplied in another way than those that few have."""
    texts = [f"stolpe nummer{i % 3} rad{i % 2}{i % 40}" for i in range(200)]
    mails = [counted("", text) for text in texts]
    vocabulary = Vocabulary.of(mails)
    vectors = [vocabulary.vector(mail) for mail in mails]
    dense = np.zeros((len(texts), len(vocabulary.names)))
    for row, vector in zip(dense, vectors, strict=True):
        row[vector.ids] = vector.values
    postings = posted(vectors, len(vocabulary.names))
    sizes = np.diff(postings.starts)
    assert 2 <= sizes.min() < 10
    assert sizes.max() == len(texts)
    assert likeness(postings, len(texts)) == pytest.approx(dense @ dense.T, abs=1e-4)


def test_the_words_that_decided_are_told_in_swedish() -> None:
    reasons = (
        learned(EXAMPLES + about(OTHERS, None)).read("", "Hej! Stolpen är släckt igen").reasons
    )
    told = [(reason.slug, reason.what) for reason in reasons]
    assert (LAMPS, "ordet ”stolpen” (inlärt)") in told
    assert (LAMPS, "orden ”är släckt” (inlärt)") in told
    weights = [reason.weight for reason in reasons]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] >= 0.1


def test_a_word_that_stands_in_any_mail_is_not_told() -> None:
    examples = [replace(example, text=f"jag {example.text}") for example in EXAMPLES]
    reasons = learned(examples).read("", "Jag såg stolpen").reasons
    assert "ordet ”jag” (inlärt)" not in [reason.what for reason in reasons]


def test_the_nearest_example_of_each_label_is_named() -> None:
    nearest = learned(EXAMPLES + about(OTHERS, None)).read("", DARK[2]).nearest
    assert nearest[LAMPS].what == f"liknar ”{DARK[2]}” (tidigare brev)"
    assert nearest[LAMPS].weight >= 0.1
    assert DRUGS not in nearest


def test_a_model_survives_being_arrays() -> None:
    model = learned(most=10)
    again = Model.of(model.arrays())
    assert again.labels == LABELS
    assert said(again, "Hej", DARK[1]) == said(model, "Hej", DARK[1])


def test_many_alike_with_different_owners_leave_every_number_finite() -> None:
    """A form letter of eighty neighbours, handed now to one and now to another leader."""
    letter = "Vi kräver att kommunen gör något åt lampan vid torget. Med vänlig hälsning"
    moved = [Example(letter, owner=(DRUGS, LAMPS)[i % 3 == 0], weight=8.0) for i in range(80)]
    examples = moved + EXAMPLES * 12
    sums = [SILENT if example in moved else {**SILENT, DRUGS: 3.0} for example in examples]
    model = fit(sums, examples)
    assert np.isfinite([model.rules_worth, *model.bias]).all()
    assert best(model, letter) == DRUGS
