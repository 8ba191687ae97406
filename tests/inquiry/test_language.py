"""The language of a text is told, and guessed only where the text is too short."""

import json
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.language import FILE, LANGUAGES, language_of, model
from tests.inquiry.langid import arrays, identifier

SHIPPED = Path(__file__).parents[2] / "config" / "triage"
EXAMPLES = sorted((Path(__file__).parents[3] / "shared" / "triage").glob("examples_*.jsonl"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Lampan utanför trapphuset har varit trasig i två veckor nu.", "sv"),
        ("lampan utanfor huset ar trasig igen och ingen kommer", "sv"),
        ("The lamp outside our house has been broken for two weeks.", "en"),
        ("Lampen uden for huset har været i stykker i to uger.", "da"),
        ("Jeg lurer på om dere kan hjelpe oss med gatelyset, det er jo helt mørkt.", "no"),
        ("Katuvalo talomme edessä on ollut rikki kaksi viikkoa.", "fi"),
        ("Die Lampe vor unserem Haus ist seit zwei Wochen kaputt.", "de"),
        ("Lampa przed naszym domem jest zepsuta od dwóch tygodni.", "pl"),
        ("المصباح أمام منزلنا معطل منذ أسبوعين", "ar"),
        ("چراغ جلوی خانه ما دو هفته است که خراب شده است", "fa"),
        ("Nalka hortiisa guriga wuu jabay laba toddobaad ka hor.", "so"),
        ("Ліхтар біля нашого будинку не працює вже два тижні.", "uk"),
        ("Lampa ispred naše zgrade ne radi već dvije sedmice.", "bs"),
        ("ኣብ ቅድሚ ገዛና ዘሎ መብራህቲ ክልተ ሰሙን ኣይሰርሕን ኣሎ", "ti"),
        ("በቤታችን ፊት ያለው መብራት ለሁለት ሳምንታት ተበላሽቷል ነው", "am"),
    ],
)
def test_a_sentence_is_told_by_its_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "sv"),
        ("tack!", "sv"),
        ("See https://example.org/this/is/no/prose 070-123 45 67 a@example.org", "sv"),
        ("شكرا", "ar"),
        ("خیلی گرم", "fa"),
        ("Дякую за їжу", "uk"),
        ("Спасибо", "ru"),
        ("የቐንየለይ", "ti"),
        ("ευχαριστώ", "el"),
        ("ขอบคุณ", "th"),
        ("谢谢", "zh"),
    ],
)
def test_a_short_text_is_told_by_its_script(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_short_text_in_latin_letters_takes_the_hint() -> None:
    assert language_of("ok then", hint="en") == "en"


@given(st.text())
def test_any_text_has_a_language_that_is_known(text: str) -> None:
    assert language_of(text) in {*LANGUAGES, "ti"} - {"nn"}


@pytest.mark.skipif(not EXAMPLES, reason="the shared triage examples are not here")
def test_the_examples_are_told_in_nearly_every_case() -> None:
    lines = [line for file in EXAMPLES for line in file.read_text(encoding="utf-8").split("\n")]
    mails = [json.loads(line) for line in lines if line]
    right = sum(language_of(mail["body"]) == mail["lang"] for mail in mails)
    assert right >= 0.99 * len(mails)


def test_the_model_is_that_of_py3langid() -> None:
    """UPDATE_GOLDEN=1 takes it anew, after a change of the languages or of the library."""
    expected = arrays()
    path = Path(str(files("mailer.inquiry"))) / FILE
    if os.environ.get("UPDATE_GOLDEN"):
        np.savez_compressed(path, allow_pickle=False, **expected)
    with np.load(path, allow_pickle=False) as shipped:
        assert shipped.files == [*expected]
        for name, array in expected.items():
            assert shipped[name].dtype == array.dtype
            assert (shipped[name] == array).all()


def test_the_examples_are_told_as_py3langid_tells_them() -> None:
    paths = sorted(SHIPPED.glob("*.jsonl"))
    lines = [line for path in paths for line in path.read_text("utf-8").split("\n") if line]
    # Of a few letters several are equally likely.
    texts = [body for line in lines if len(body := json.loads(line)["body"]) >= 10]
    told = [identifier().classify(text)[0] for text in texts]
    assert [model().language(text) for text in texts] == told


def test_capitals_say_nothing() -> None:
    text = "Lampan utanför trapphuset har varit trasig i två veckor nu."
    assert language_of(text.upper()) == "sv"
