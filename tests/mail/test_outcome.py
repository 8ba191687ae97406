"""What a relay said, on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.outcome import (
    Accepted,
    Outcome,
    Refused,
    RelayRefused,
    Uncertain,
    Unreached,
    said,
)


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (Accepted(), ""),
        (Accepted("2.0.0 Ok: queued\nas 4F"), "2.0.0 Ok: queued as 4F"),
        (Refused(550, "5.1.1 no such\r\n user"), "550 5.1.1 no such user"),
        (Refused(450, ""), "450"),
        (RelayRefused(554, "5.7.1 Relay access denied"), "554 5.7.1 Relay access denied"),
        (Unreached("connection refused"), "connection refused"),
        (Uncertain("the line was cut"), "the line was cut"),
        (Refused(550, "anv\udce4ndaren\x00 saknas"), "550 anv ndaren saknas"),
        (Refused(550, "x" * 600), f"550 {'x' * 496}"),
    ],
)
def test_an_outcome_is_told_on_one_line(outcome: Outcome, line: str) -> None:
    assert said(outcome) == line


@given(st.text(st.characters()), st.sampled_from([Accepted, Unreached, Uncertain]))
def test_what_is_told_can_be_stored_anywhere(
    text: str, kind: type[Accepted | Unreached | Uncertain]
) -> None:
    line = said(kind(text))
    assert len(line) <= 500
    assert "\0" not in line
    assert line.encode().decode() == line


@pytest.mark.parametrize(("code", "permanent"), [(400, False), (499, False), (500, True)])
def test_a_refusal_is_permanent_from_500(code: int, permanent: bool) -> None:
    assert Refused(code, "").permanent is permanent
