"""Words that know their language."""

import pytest
from markupsafe import Markup

from mailer.newsletter.words import Words, chosen, in_swedish, one_line


def test_words_of_another_language_are_marked_in_html_only() -> None:
    swedish = Words("<Lagan>", "sv")
    assert str(swedish) == "<Lagan>"
    assert Markup.escape(swedish) == '<span lang="sv" dir="ltr">&lt;Lagan&gt;</span>'
    assert Markup.escape(Words("<Lagan>")) == "&lt;Lagan&gt;"
    assert Words("نهر", "ar").mark == ' lang="ar" dir="rtl"'
    assert Words("Lagan").mark == ""


@pytest.mark.parametrize(
    ("language", "translated", "words"),
    [
        ("sv", "", Words("torget")),
        ("sv", "plan", Words("plan")),
        ("en", "", Words("torget", "sv")),
        ("en", "square", Words("square")),
    ],
)
def test_what_nobody_translated_stays_swedish(language: str, translated: str, words: Words) -> None:
    assert chosen(language, translated, "torget") == words


def test_no_words_are_no_words_in_every_language() -> None:
    assert chosen("en", "", "") == Words("")
    assert not chosen("en", "", "")
    assert in_swedish("Lagan", "en")
    assert in_swedish("Lagan", "sv") == Words("Lagan")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ett", "ett"),
        (" ett\r\n två\t tre\x00", "ett två tre"),
        ("hårt\u00a0mellanslag", "hårt\u00a0mellanslag"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("\u2028", ""),
    ],
)
def test_a_line_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
