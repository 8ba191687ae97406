"""The case number in a subject is written so and found so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.case import tag, tagged, theirs


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("[IT-2020-0042] Lampan", "IT-2020-0042"),
        ("SV: Vi har tagit emot ditt mejl [IT-2020-0042]", "IT-2020-0042"),
        ("sv: [it-2020-0042]", "IT-2020-0042"),
        ("[ IT-2020-0042 ]", "IT-2020-0042"),
        ("[IT-2020-10000]", "IT-2020-10000"),
        ("[IT-2020-0001] VB: [IT-2020-0042]", "IT-2020-0042"),
        ("IT-2020-0042", ""),
        ("[IT-2020-042]", ""),
        ("[IT-20-0042]", ""),
        ("[XIT-2020-0042]", ""),
        ("[IF-2020-0042]", ""),
        ("", ""),
    ],
)
def test_the_last_number_in_brackets_counts(subject: str, number: str) -> None:
    assert tagged(subject, "IT") == number


@given(st.integers(1, 99_999), st.text(), st.text(alphabet=st.characters(exclude_characters="[")))
def test_a_tag_is_found_in_any_subject(number: int, before: str, after: str) -> None:
    name = f"IT-2020-{number:04d}"
    assert tagged(f"{before} {tag(name)} {after}", "IT") == name


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Autosvar: Vi har tagit emot ditt mejl [IT-2020-0042]", "Autosvar:"),
        ("SV: [it-2020-0042] Lampan", "SV: Lampan"),
        ("[IT-2020-0001] VB: [IT-2020-0042] Lampan", "VB: Lampan"),
        ("[#17] Vi har tagit emot ditt mejl [IT-2020-0042]", ""),
        ("Lampan [1]", "Lampan [1]"),
        ("Tack!\nÄmne: [IT-2020-0042]\nLampan lyser.", "Tack!\nÄmne:\nLampan lyser."),
    ],
)
def test_the_subjects_of_our_letters_are_not_theirs(text: str, left: str) -> None:
    assert theirs(text, "IT") == left


def test_a_prefix_is_no_pattern() -> None:
    assert tagged("[I.T-2020-0042]", "I.T") == "I.T-2020-0042"
    assert tagged("[IXT-2020-0042]", "I.T") == ""
