"""One line of a stranger's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.line import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        (" \t\r\n", ""),
        ("Anna  Ek\r\n\tTraryd ", "Anna Ek Traryd"),
        ("a\x00b\x1b[31mc\x7fd\x85e\u2028f\u2029g", "a b [31mc d e f g"),
        ("anv\udce4ndaren", "anv ndaren"),
        ("10\u00a0000 kr, 👩‍👩‍👧‍👦, עברית", "10\u00a0000 kr, 👩‍👩‍👧‍👦, עברית"),
    ],
)
def test_breaks_become_one_space(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(st.characters()))
def test_a_line_is_printable_encodable_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode().decode() == line
    assert one_line(line) == line
