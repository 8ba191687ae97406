"""The form: what is tidied, and what is asked for."""

import pytest

from mailer.demo.form import FIELD_OCTETS, FIELDS, tidied, wrong
from mailer.demo.people import EXAMPLES

GOOD = {"name": "Åsa", "email": "asa@example.org", "subject": "Hej", "text": "En rad\nEn till"}


def test_a_good_form_needs_no_change() -> None:
    assert tidied(GOOD) == GOOD
    assert wrong(GOOD) == {}


def test_all_but_the_text_is_put_on_one_line_and_unknown_fields_are_left_out() -> None:
    sent = {"subject": " Hej\r\nBcc: alla@example.org ", "text": " a\nb ", "more": "x"}
    assert tidied(sent) == {
        "name": "",
        "email": "",
        "subject": "Hej Bcc: alla@example.org",
        "text": "a\nb",
    }


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"name": "", "subject": ""}, {}),
        ({"email": ""}, {"email": "Skriv en e-postadress."}),
        (
            {"email": "asa"},
            {"email": "Skriv en hel e-postadress, till exempel anna@example.org."},
        ),
        ({"text": ""}, {"text": "Skriv vad det gäller."}),
        ({"text": "å" * 10_001}, {"text": "Skriv högst 10000 tecken."}),
        ({"name": "å" * 101}, {"name": "Skriv högst 100 tecken."}),
    ],
)
def test_what_is_wrong_is_said_by_field(change: dict[str, str], problems: dict[str, str]) -> None:
    assert wrong(GOOD | change) == problems


def test_every_field_fits_the_bound_on_octets() -> None:
    assert all(len("%F0%9F%99%82") * field.limit <= FIELD_OCTETS for field in FIELDS)


def test_every_example_can_be_sent() -> None:
    for example in EXAMPLES:
        assert wrong(GOOD | {"subject": example.subject, "text": example.text}) == {}
