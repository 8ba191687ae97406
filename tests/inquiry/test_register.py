"""The registrator's list: a line a case, in Swedish, and masked where it is handed out."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mailer.inquiry.register import TITLES, Entry
from mailer.inquiry.verdict import Verdict
from tests.inquiry.project import ORGANISATION

RECEIVED = datetime(2020, 9, 7, 8, 40, 31, tzinfo=ZoneInfo("Europe/Stockholm"))
ENTRY = Entry(
    number="IT-2020-0001",
    received=RECEIVED,
    hash="a" * 64,
    verdict=Verdict("inquiry", "boende", urgent=True),
    folder="Boende",
    sender="anna.ek@example.org",
    name="Anna Ek-Lund",
    subject="Lampan vid porten, hälsar anna lund",
)


def cells(entry: Entry) -> dict[str, str]:
    return dict(zip(TITLES, entry.cells(ORGANISATION), strict=True))


def test_a_case_is_a_line() -> None:
    assert cells(ENTRY) == {
        "Ärende": "IT-2020-0001",
        "Inkom": "2020-09-07 08:40",
        "Slag": "fråga eller synpunkt",
        "Ansvarig": "Trygg boendemiljö",
        "Brådskande": "ja",
        "Mapp": "Boende",
        "Avsändare": "anna.ek@example.org",
        "Ämne": "Lampan vid porten, hälsar anna lund",
        "SHA-256": "a" * 64,
    }


def test_a_masked_line_does_not_tell_who_wrote() -> None:
    line = cells(ENTRY.masked())
    assert (line["Avsändare"], line["Ämne"]) == ("[e-post]", "Lampan vid porten, hälsar [namn]")
    assert {k: v for k, v in line.items() if k not in ("Avsändare", "Ämne")} == {
        k: v for k, v in cells(ENTRY).items() if k not in ("Avsändare", "Ämne")
    }
    assert ENTRY.masked().name == ""


def test_a_mail_from_nobody_is_masked_as_it_is() -> None:
    assert Entry("IT-2020-0001", RECEIVED, "a").masked().sender == ""


def test_a_case_that_is_not_decided_yet_has_little_to_tell() -> None:
    line = cells(Entry("IT-2020-0001", RECEIVED, "a"))
    assert (line["Slag"], line["Ansvarig"], line["Brådskande"]) == ("inte avgjort", "", "nej")


@pytest.mark.parametrize(
    ("verdict", "kind", "holder"),
    [
        (Verdict("inquiry", "boende", certain=False), "fråga eller synpunkt", "samordnaren"),
        (Verdict("follow-up", "skola"), "fortsättning på ett ärende", "skola"),
        (Verdict("spam"), "misstänkt skräppost", ""),
    ],
)
def test_who_has_it_is_named(verdict: Verdict, kind: str, holder: str) -> None:
    line = cells(Entry("IT-2020-0001", RECEIVED, "a", verdict))
    assert (line["Slag"], line["Ansvarig"]) == (kind, holder)
