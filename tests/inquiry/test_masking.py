"""What is handed out does not tell who somebody is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.masking import masked, names_in


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("lampan är trasig", "lampan är trasig"),
        ("Lampan är trasig", "Lampan är trasig"),
        ("svara anna.ek@example.org snart", "svara [e-post] snart"),
        ("<anna+x@sub.example.org>", "<[e-post]>"),
        ("ring 070-123 45 67 i kväll", "ring [telefon] i kväll"),
        ("ring 0433-720 00", "ring [telefon]"),
        ("ring +46 (0)70 123 45 67!", "ring [telefon]!"),
        ("ring 0046701234567", "ring [telefon]"),
        ("född 19850412-1234", "född [personnummer]"),
        ("850412-1234, 850412 1234", "[personnummer], [personnummer]"),
        ("8504121234 och 850472-1234", "[personnummer] och [personnummer]"),
        ("100412+1234", "[personnummer]"),
        ("Sv: Lampan [IT-2020-0042]", "Sv: Lampan [IT-2020-0042]"),
        ("mötet 2020-09-11 kl. 18", "mötet 2020-09-11 kl. 18"),
        ("2020-09-11", "2020-09-11"),
        ("väg 117, 25 personer", "väg 117, 25 personer"),
        ("det var Bengt som ringde", "det var [namn] som ringde"),
        ("det var Bengt Ek-Å som ringde", "det var [namn] som ringde"),
        ("det var O’Brien", "det var [namn]"),
        ("Bengt Ek hotar mig", "[namn] hotar mig"),
        ("Sv: Bengt Ek hotar mig", "Sv: [namn] hotar mig"),
        ("Mörkt. Farligt! Rädd", "Mörkt. Farligt! Rädd"),
        ("Mörkt vid Storgatan", "Mörkt vid [namn]"),
        ("Klagomål: ”Lampan”", "Klagomål: ”Lampan”"),
        ("HJÄLP OSS", "[namn]"),
        ("Bengt, 070-123 45 67", "Bengt, [telefon]"),
        ("Fråga 2020-09-11", "Fråga 2020-09-11"),
        ("我们需要帮助", "我们需要帮助"),
    ],
)
def test_what_tells_who_somebody_is_goes_and_the_rest_stays(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_known_name_goes_wherever_and_however_it_stands() -> None:
    names = names_in("Anna Ek", "anna.lindqvist")
    assert names == {"Anna", "anna", "lindqvist"}
    assert masked("Anna och LINDQVIST, hälsar anna", names) == "[namn] och [namn], hälsar [namn]"


@given(st.text())
def test_whatever_is_masked_it_ends_and_holds_no_address(text: str) -> None:
    shown = masked(text + " anna@example.org 850412-1234")
    assert "anna@" not in shown
    assert "0412-1234" not in shown


@given(st.text(st.characters(categories=["Ll", "Po", "Zs"], exclude_characters="@")))
def test_text_without_capitals_addresses_and_numbers_stays(text: str) -> None:
    assert masked(text) == text
