"""Of our first answer little more than its number is left where people quote it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailer.inquiry.danger import DANGERS
from mailer.inquiry.quotable import acknowledgements
from mailer.inquiry.quotation import own_words
from mailer.inquiry.reply import LOCALES, Matter
from mailer.inquiry.route import owner_of
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.verdict import Inquiry, Route
from tests.inquiry.project import ORGANISATION
from tests.inquiry.test_reply import LAMP, LETTERS, UNCERTAIN, URGENT

OURS = Shingles(acknowledgements(LETTERS, ORGANISATION, "IT"))
OWN = "Det ringde aldrig någon."
SUBJECT = "SV: Vi har tagit emot ditt mejl [IT-2026-0007]"


def answer(matter: Matter, language: str, dangers: tuple[str, ...]) -> str:
    owner = owner_of(matter.verdict)
    leaders = ORGANISATION[owner].leaders if owner else (ORGANISATION.coordinator,)
    matter = replace(
        matter,
        number="IT-2026-0007",
        received=datetime(2026, 11, 20, 13, tzinfo=UTC),
        inquiry=Inquiry(language=language),
        verdict=replace(matter.verdict, dangers=dangers),
        route=Route("", leaders, acknowledge=True),
    )
    return LETTERS.acknowledgement(matter, date(2026, 11, 20)).text


@pytest.mark.parametrize("language", [*LOCALES, "tr"])
@pytest.mark.parametrize(
    ("matter", "dangers"),
    [
        (LAMP, ()),
        (UNCERTAIN, ()),
        (URGENT, ()),
        (URGENT, ("beating",)),
        (URGENT, (*DANGERS,)),
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_what_stands_beside_it_is_the_persons(
    matter: Matter, dangers: tuple[str, ...], language: str, above: bool
) -> None:
    quoted = answer(matter, language, dangers)
    text = f"{OWN}\n\n{quoted}" if above else f"{quoted}\n\n{OWN}\n"
    assert own_words(text, SUBJECT, OURS) == OWN
