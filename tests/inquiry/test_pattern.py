"""What a pattern finds in a mail, and what it does not."""

import re
import unicodedata
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.pattern import Match, Patterns, applying, pieces, words

SWEDISH_TEXT = st.text(alphabet="aåäoöklmnrst -.", max_size=60)


def found(pattern: str, text: str, language: str = "sv") -> list[str]:
    return [" ".join(match.words) for match in Patterns([pattern]).find("", text, language)]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("lampa", "En lampa är en Lampa, inte lampan", ["lampa", "lampa"]),
        ("knark*", "Knark och knarkare, inte knar", ["knark", "knarkare"]),
        ("*belysning", "belysning, gatubelysning, belysningen", ["belysning", "gatubelysning"]),
        ("*langning*", "langning och alkohollangningen", ["langning", "alkohollangningen"]),
        ("säljer droger", "De säljer droger. Säljer de droger?", ["säljer droger"]),
        ("*lampor slock*", "gatlampor slocknat", ["gatlampor slocknat"]),
        ("e-cigg*", "En e-cigarett, e-cigg eller E CIGGEN", ["e cigg", "e ciggen"]),
        ("p-bot", "p‑bot, p bot, pbot", ["p bot", "p bot"]),
        ("går inte", "Det går. Inte nu", ["går inte"]),
        ("går inte att", "Det går inte", []),
        ("112", "Ring 112, inte 1121", ["112"]),
        ("мова", "Мова й мови", ["мова"]),
        ("*مخدر*", "المخدِّرات", ["المخدرات"]),
        ("straße", "STRASSE", ["strasse"]),
    ],
)
def test_what_a_pattern_finds(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


@pytest.mark.parametrize(
    ("pattern", "text", "language", "expected"),
    [
        ("läcker", "Taket lacker", "sv", ["lacker"]),
        ("läcker", "Taket lacker på oss", "sv", []),
        ("läcker", "Taket lacker", "en", []),
        ("langa", "Långa köer", "sv", []),
        ("*öl*", "Folkol till alla", "sv", ["folkol"]),
    ],
)
def test_letters_lose_their_dots_only_where_a_swedish_mail_has_none(
    pattern: str, text: str, language: str, expected: list[str]
) -> None:
    assert found(pattern, text, language) == expected


def test_the_subject_counts_as_part_of_the_mail_when_dots_are_looked_for() -> None:
    assert Patterns(["läcker"]).find("Från Åsa", "Taket lacker", "sv") == []


def test_a_letter_written_with_a_separate_mark_is_the_same_letter() -> None:
    assert words(unicodedata.normalize("NFD", "Tvättstugan på Ågatan")) == (
        "tvättstugan",
        "på",
        "ågatan",
    )


def test_a_match_says_where_it_was_found() -> None:
    matches = Patterns(["trasig*", "lampa"]).find("Trasig lampa", "Den är trasig", "sv")
    assert matches == [
        Match("trasig*", ("trasig",), 0, in_subject=True),
        Match("lampa", ("lampa",), 1, in_subject=True),
        Match("trasig*", ("trasig",), 2, in_subject=False),
    ]
    assert [str(match) for match in matches] == [
        "”trasig” i ämnesraden",
        "”lampa” i ämnesraden",
        "”trasig” i texten",
    ]


def test_a_phrase_does_not_reach_from_the_subject_into_the_text() -> None:
    assert Patterns(["trasig lampa"]).find("Trasig", "lampa", "sv") == []


def test_every_pattern_that_fits_the_same_word_is_found() -> None:
    patterns = ["lampa", "lamp*", "*lampa", "*amp*", "lampa trasig"]
    assert {m.pattern for m in Patterns(patterns).find("", "lampa trasig", "sv")} == set(patterns)


@pytest.mark.parametrize("pattern", ["", " ", "*", "**", "a*b", "lampa * trasig", "--", "**lampa"])
def test_what_is_not_a_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\*|needs a word"):
        Patterns([pattern])


def test_the_pieces_of_a_pattern() -> None:
    assert pieces("*Lampor  e-cigg*") == ("*lampor", "e", "cigg*")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("sv", ("sv",)),
        ("da", ("sv", "da")),
        ("no", ("sv",)),
        ("bs", ("bs",)),
        ("fr", ("sv",)),
    ],
)
def test_which_patterns_are_read_in_a_language(language: str, expected: tuple[str, ...]) -> None:
    assert applying(language, {"sv", "da", "bs"}) == expected


@given(SWEDISH_TEXT, st.text(alphabet="aoklm", min_size=1, max_size=3))
def test_stars_mean_what_a_regular_expression_would(text: str, core: str) -> None:
    for before, after in [("", ""), ("*", ""), ("", "*"), ("*", "*")]:
        pattern = f"{before}{core}{after}"
        # The language is not Swedish, so no letter is folded.
        expected = [word for word in words(text) if re.fullmatch(pattern.replace("*", ".*"), word)]
        assert found(pattern, text, "en") == expected


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_searched(subject: str, text: str) -> None:
    place = {True: words(subject), False: words(text)}
    for match in Patterns(["a*", "*e", "*1*", "i s*", "å"]).find(subject, text, "sv"):
        end = match.start + len(match.words)
        assert place[match.in_subject][match.start : end] == match.words


def test_patterns_that_were_handed_to_another_process_find_the_same() -> None:
    patterns = Patterns(["lamp*", "trasig"])
    found = patterns.find("Lampan", "Den är trasig", "sv")
    assert deepcopy(patterns).find("Lampan", "Den är trasig", "sv") == found
