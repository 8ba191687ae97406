"""A meeting is told in words."""

import pytest

from mailer.inquiry.meeting import meeting, method_of
from mailer.inquiry.mime import LIMITS, parts_of

EVENT = (
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nDTSTART:19700101T000000\nEND:VTIMEZONE\n"
    "BEGIN:VEVENT\nSUMMARY;LANGUAGE=sv:Trygghets\n vandring\\, del 2\n"
    "DTSTART;TZID=x:20200918T180000\n"
    "LOCATION:Torget\\nMarkaryd\nSUMMARY:annat\nEND:VEVENT\nEND:VCALENDAR\n"
)


def told(event: str) -> str:
    part, _ = parts_of(f"Content-Type: text/calendar\n\n{event}".encode(), LIMITS)
    return meeting(part)


@pytest.mark.parametrize(
    ("event", "note"),
    [
        (
            EVENT,
            "Mejlet har en mötesinbjudan: Trygghetsvandring, del 2, 2020-09-18 18.00, "
            "Torget Markaryd.",
        ),
        (
            "METHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:Möte.\nDTSTART:20200918T160000Z",
            "Mejlet är ett svar på en mötesinbjudan: Möte., 2020-09-18 16.00 UTC.",
        ),
        (
            "METHOD:CANCEL\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200918\nSUMMARY:Möte.",
            "Mejlet ställer in ett möte: Möte., 2020-09-18.",
        ),
        ("METHOD:COUNTER\n", "Mejlet föreslår en annan tid för ett möte."),
        ("BEGIN:VEVENT\nDTSTART:i morgon\n", "Mejlet har en mötesinbjudan: i morgon."),
    ],
)
def test_a_meeting_is_told_in_words(event: str, note: str) -> None:
    assert told(event) == note


REPLY = "METHOD:REPLY\nBEGIN:VEVENT\n{}\nSUMMARY:Möte\n"


@pytest.mark.parametrize(
    ("attendee", "note"),
    [
        (
            "ATTENDEE;PARTSTAT=ACCEPTED;CN=Anna Ek:mailto:anna@example.org",
            "Anna Ek tackar ja till en mötesinbjudan: Möte.",
        ),
        (
            'ATTENDEE;CN="Ek: Anna";ROLE=X;PARTSTAT="declined":mailto:anna@example.org',
            "Ek: Anna tackar nej till en mötesinbjudan: Möte.",
        ),
        (
            "ATTENDEE;PARTSTAT=TENT\n ATIVE:MAILTO:anna@example.org\nCOMMENT:Ring\\, tack",
            "anna@example.org kommer kanske till ett möte: Möte, Ring, tack.",
        ),
        (
            "ATTENDEE;PARTSTAT=DELEGATED:mailto:anna@example.org",
            "anna@example.org låter någon annan gå på ett möte: Möte.",
        ),
        ("ATTENDEE:mailto:anna@example.org", "Mejlet är ett svar på en mötesinbjudan: Möte."),
        ("ATTENDEE;PARTSTAT=X", "Mejlet är ett svar på en mötesinbjudan: Möte."),
    ],
)
def test_an_answer_names_who_comes_and_who_does_not(attendee: str, note: str) -> None:
    assert told(REPLY.format(attendee)) == note


def test_what_a_part_asks_for_stands_in_its_type_or_in_the_calendar() -> None:
    by_type, _ = parts_of(b"Content-Type: text/calendar; method=REPLY\n\nMETHOD:X", LIMITS)
    assert method_of(by_type) == "reply"
    assert method_of(parts_of(b"Content-Type: text/calendar\n\nx", LIMITS)[0]) == ""
