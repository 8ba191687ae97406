"""Automatic answers as leaders' mail programs write them: until when is who away?"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.out_of_office import LONGEST, UNTOLD, absence
from mailer.inquiry.verdict import Inquiry
from mailer.organisation import Absence

FRIDAY = date(2020, 9, 11)


def until(text: str, subject: str = "Automatiskt svar: [IT-2020-0042] Lampan") -> date | None:
    found = absence(Inquiry(subject=subject, text=text), FRIDAY)
    assert found is None or found.since == FRIDAY
    return found.until if found else None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        # back on that day: away to the day before
        ("Jag är på semester och är åter 14 september.", "2020-09-13"),
        ("Åter den 14/9.", "2020-09-13"),
        ("Jag är tillbaka måndagen den 21 september 2020.", "2020-09-20"),
        ("Åter i tjänst 2020-09-14", "2020-09-13"),
        ("Jag är tillbaka på kontoret igen från och med den 1 oktober.", "2020-09-30"),
        ("Jag är inte åter förrän den 5:e oktober", "2020-10-04"),
        ("Åter på måndag!", "2020-09-13"),
        ("Tillbaka imorgon", "2020-09-11"),
        ("Åter vecka 39.", "2020-09-20"),
        ("I will be back in the office on Monday, 14 September.", "2020-09-13"),
        ("I am away and will be back on September 21st, 2020.", "2020-09-20"),
        ("Returning to work on the 1st of October", "2020-09-30"),
        ("I will not be back until 14 Sept.", "2020-09-13"),
        # to that day, which is one of them
        ("Jag är ledig till och med 14 september.", "2020-09-14"),
        ("Semester t.o.m. 14/9", "2020-09-14"),
        ("Jag är borta t o m den 14 sep", "2020-09-14"),
        ("Föräldraledig till den 20 september.", "2020-09-20"),
        ("Jag har semester 7-14 september.", "2020-09-14"),
        ("Ledig 7 september – 18 september", "2020-09-18"),
        ("Semester vecka 37-38.", "2020-09-20"),
        ("Semester v. 38", "2020-09-20"),
        ("Jag är ledig fredag 11 september.", "2020-09-11"),
        ("Jag är inte på plats i dag.", "2020-09-11"),
        ("I am out of the office today.", "2020-09-11"),
        ("I am on leave until the end of September 14", "2020-09-14"),
        ("I am out of the office through Friday.", "2020-09-11"),
        # the day of the return says more than any other
        ("Semester 7-25 september. Åter 28 september, ring Anna till 2 oktober.", "2020-09-27"),
        # no day
        ("Jag är på semester. Kontakta växeln.", "2020-09-18"),
        ("I am out of the office.", "2020-09-18"),
        ("Jag är ledig till den 31 september.", "2020-09-18"),
        # longer than we go without asking again
        ("Föräldraledig till 31 december 2020.", "2020-10-12"),
    ],
)
def test_the_last_day_of_an_absence_is_read(text: str, last: str) -> None:
    assert until(text) == date.fromisoformat(last)


def test_a_subject_alone_says_it_too() -> None:
    assert until("", "Frånvarande: åter 14 september") == date(2020, 9, 13)
    assert until("", "Frånvaro") == FRIDAY + UNTOLD


@pytest.mark.parametrize(
    "text",
    [
        "Tack för ditt mejl! Jag svarar inom två dagar.",
        "Jag är på semester och åter 7 september.",  # a robot that was left on
        "Jag är tillbaka den 11 september.",  # that is today
        "",
    ],
)
def test_who_tells_of_no_absence_is_there(text: str) -> None:
    assert until(text) is None


@pytest.mark.parametrize(
    "types", [("multipart/report", "text/plain"), ("text/calendar; method=reply",)]
)
def test_a_receipt_is_no_absence(types: tuple[str, ...]) -> None:
    receipt = Inquiry(text="Lästes av någon på semester till 14 september", content_types=types)
    assert absence(receipt, FRIDAY) is None


@pytest.mark.parametrize(
    ("today", "text", "last"),
    [
        (date(2020, 12, 22), "Jag är åter den 7 januari.", date(2021, 1, 6)),
        (date(2021, 1, 4), "Semester till 28 december, åter 29 december", None),
        (date(2020, 12, 29), "Åter vecka 1", date(2021, 1, 3)),
        (date(2020, 2, 27), "Ledig till 29 februari", date(2020, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_nearest(today: date, text: str, last: date | None) -> None:
    found = absence(Inquiry(text=text), today)
    assert (found.until if found else None) == last


@given(st.text(), st.text(), st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_any_answer_gives_an_absence_of_a_month_at_most_or_none(
    subject: str, text: str, today: date
) -> None:
    found = absence(Inquiry(subject=subject, text=f"Semester, åter {text}"), today)
    assert found is None or found == Absence(today, found.until)
    assert found is None or timedelta(0) <= found.until - today <= LONGEST
