"""The coming activities as iCalendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from mailer.errors import EditionError
from mailer.newsletter.activity import Activity, Registration, Translation, When
from mailer.newsletter.calendar import calendar, event
from mailer.newsletter.edition import Announcement, Edition, Newsletter
from mailer.organisation import Organisation

FRIDAY, SUNDAY = date(2020, 9, 18), date(2020, 9, 20)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def written(september: Edition, newsletter: Newsletter, organisation: Organisation) -> Any:
    def write(
        *coming: Activity, day: date = september.date, sequence: int = 0, changed: bool = False
    ) -> bytes:
        announcements = {each.key: Announcement(sequence, changed) for each in coming}
        edition = replace(september, date=day, coming=coming, announcements=announcements)
        return calendar(edition, newsletter, organisation, "Europe/Stockholm")

    return write


def only_event(ics: bytes) -> Any:
    (event,) = Calendar.from_ical(ics).events
    return event


def text_of(event: Any, name: str) -> str:
    return str(event.get(name, ""))


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        (When(FRIDAY, FRIDAY), FRIDAY, date(2020, 9, 19)),
        (When(FRIDAY, SUNDAY), FRIDAY, date(2020, 9, 21)),
        (
            When(date(2020, 8, 31), date(2020, 9, 6), week="2020-W36"),
            date(2020, 8, 31),
            date(2020, 9, 7),
        ),
        (
            When(FRIDAY, FRIDAY, time(18), time(20)),
            datetime(2020, 9, 18, 18, tzinfo=STOCKHOLM),
            datetime(2020, 9, 18, 20, tzinfo=STOCKHOLM),
        ),
        (
            When(FRIDAY, SUNDAY, time(18), time(12)),
            datetime(2020, 9, 18, 18, tzinfo=STOCKHOLM),
            datetime(2020, 9, 20, 12, tzinfo=STOCKHOLM),
        ),
        (
            When(FRIDAY, SUNDAY, time(18)),
            datetime(2020, 9, 18, 18, tzinfo=STOCKHOLM),
            datetime(2020, 9, 21, tzinfo=STOCKHOLM),
        ),
        (When(FRIDAY, FRIDAY, time(18)), datetime(2020, 9, 18, 18, tzinfo=STOCKHOLM), None),
        (
            When(FRIDAY, FRIDAY, time(18), time(18)),
            datetime(2020, 9, 18, 18, tzinfo=STOCKHOLM),
            None,
        ),
    ],
)
def test_an_event_spans_its_days_or_its_hours(
    written: Any, when: When, start: date, end: date | None
) -> None:
    event = only_event(written(Activity("a", "A", when)))
    assert event["DTSTART"].dt == start
    assert (event["DTEND"].dt if "DTEND" in event else None) == end
    assert event["TRANSP"] == ("OPAQUE" if when.starts else "TRANSPARENT")


def test_an_event_tells_what_the_letter_tells(written: Any) -> None:
    activity = Activity(
        "a",
        "Idrottens dag",
        When(FRIDAY, FRIDAY),
        text="Kom och **prova på** fotboll, bandy och annat. " * 3,
        place="Strömsnäsbruks skola",
        link="https://example.org/idrott",
        contact="Anna Ek",
        registration=Registration(date(2020, 9, 15), "https://example.org/anmalan"),
        translations={"en": Translation(title="Day of sports")},
    )
    event = only_event(written(activity))
    assert text_of(event, "SUMMARY") == "Idrottens dag"
    assert text_of(event, "LOCATION") == "Strömsnäsbruks skola"
    assert text_of(event, "URL") == "https://example.org/idrott"
    assert text_of(event, "STATUS") == "CONFIRMED"
    assert text_of(event, "DESCRIPTION").splitlines() == [
        ("Kom och prova på fotboll, bandy och annat. " * 3).strip(),
        "Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
        "Kontakt: Anna Ek",
    ]


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({}, ""),
        ({"status": "cancelled"}, "Inställt"),
        ({"status": "cancelled", "note": "Ny dag i vår."}, "Inställt: Ny dag i vår."),
        ({"status": "moved", "note": "från torsdag"}, "Flyttat: från torsdag"),
        ({"note": "Ta med fika."}, "Ta med fika."),
        ({"registration": Registration()}, "Anmäl dig."),
        ({"registration": Registration(link="mailto:a@example.org")}, "Anmäl dig: a@example.org"),
        ({"registration": Registration(by=date(2020, 9, 10))}, ""),
        ({"registration": Registration(), "status": "cancelled"}, "Inställt"),
    ],
)
def test_a_description_tells_what_else_to_know(
    written: Any, fields: dict[str, Any], description: str
) -> None:
    event = only_event(written(Activity("a", "A", When(FRIDAY, FRIDAY), **fields)))
    assert text_of(event, "DESCRIPTION") == description
    assert (text_of(event, "STATUS") == "CANCELLED") is (fields.get("status") == "cancelled")


def test_an_activity_keeps_its_uid_from_edition_to_edition(written: Any) -> None:
    first = only_event(written(Activity("a", "A", When(FRIDAY, FRIDAY))))
    moved = Activity("a", "Nytt namn", When(SUNDAY, SUNDAY), status="moved")
    second = only_event(written(moved, day=date(2020, 9, 14)))
    other = only_event(written(Activity("b", "A", When(FRIDAY, FRIDAY))))
    assert first["UID"] == second["UID"] != other["UID"]
    assert first["UID"].endswith("@markaryd.se")
    assert first["DTSTAMP"].dt == datetime(2020, 9, 11, tzinfo=UTC)
    assert second["DTSTAMP"].dt == datetime(2020, 9, 14, tzinfo=UTC)


def test_a_new_date_or_status_raises_the_sequence(written: Any) -> None:
    first = only_event(written(Activity("a", "A", When(FRIDAY, FRIDAY))))
    later = only_event(written(Activity("a", "A", When(SUNDAY, SUNDAY)), sequence=2, changed=True))
    assert (first["SEQUENCE"], later["SEQUENCE"]) == (0, 2)
    assert first["UID"] == later["UID"]
    assert "DESCRIPTION" not in first
    assert text_of(later, "DESCRIPTION") == "Ändrad tid"


def test_one_activity_has_a_calendar_of_its_own(
    september: Edition, newsletter: Newsletter, organisation: Organisation
) -> None:
    key = september.coming[0].key
    others = newsletter, organisation, "Europe/Stockholm"
    one = only_event(event(september, key, *others))
    assert one in Calendar.from_ical(calendar(september, *others)).events
    for other in ("nothing", september.coming[-1].key):
        with pytest.raises(EditionError, match="announces no date of"):
            event(september, other, *others)


def test_the_zone_is_told_with_its_summer_time(written: Any) -> None:
    december = date(2020, 12, 31)
    ics = written(Activity("a", "A", When(december, date(2021, 1, 1), time(22), time(1))))
    assert b"DTSTART;TZID=Europe/Stockholm:20201231T220000\r\n" in ics
    assert b"TZID:Europe/Stockholm\r\n" in ics
    assert b"BEGIN:DAYLIGHT\r\nDTSTART:20200329T030000\r\n" in ics


def test_every_line_ends_as_the_standard_says_and_twice_gives_the_same(written: Any) -> None:
    activity = Activity("a", "Ä" * 200, When(FRIDAY, FRIDAY), text="ett\n\ntvå")
    ics = written(activity)
    assert ics.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in ics.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    assert ics == written(activity)


def test_a_calendar_without_events_is_one_too(written: Any) -> None:
    undated = Activity("a", "A", status="planned")
    for ics in (written(), written(undated)):
        empty = Calendar.from_ical(ics)
        assert empty.events == []
        assert [zone.tz_name for zone in empty.timezones] == ["Europe/Stockholm"]
        assert empty["METHOD"] == "PUBLISH"


def test_no_text_can_add_a_line_to_the_calendar(written: Any) -> None:
    evil = "x\r\nATTENDEE:mailto:eve@example.org"
    ics = written(
        Activity(evil, evil, When(FRIDAY, FRIDAY), text=evil, place=evil, link=f"https://{evil}")
    )
    assert not any(line.startswith(b"ATTENDEE") for line in ics.splitlines())
    assert "URL" not in only_event(ics)
