"""The letters to the people behind an edition: golden files, reviewed by reading them."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailer.edge.files import read_templates
from mailer.mail.address import Address
from mailer.newsletter.approval import Answer, Approval
from mailer.newsletter.editorial import Asked, Editorial, changes, digest_of
from mailer.newsletter.finding import Finding
from mailer.newsletter.picture import Picture
from mailer.newsletter.render import Rendered
from mailer.rendering import Words

GOLDEN = Path(__file__).parent / "golden"
EDITORIAL = Editorial(
    read_templates(Path(__file__).parents[2] / "templates"),
    "Tryggare tillsammans",
    ZoneInfo("Europe/Stockholm"),
)
HOUR = datetime(2020, 9, 11, 8, tzinfo=UTC)
LETTER = Rendered("Nummer 1", '<html><body class="a"><p>Hej & hå</p></body></html>', "Hej & hå\n")
ALONE = Approval((Address("anna@kommun.example"),), 1, timedelta(days=2))
TWO_OF_THREE = Approval(
    tuple(Address(f"{name}@kommun.example") for name in ("anna", "bo", "cia")),
    2,
    timedelta(days=2),
)
LINK = "https://trygghet.example/korrektur/2020-09/1/abc/def"
ASKED = Asked("2020-09", "Hösten", HOUR, {"sv": LETTER}, (), "")
ERROR = Finding("error", "config/a.yaml", 3, "x", "Datumet är en fredag, inte <lördag>.", "weekday")
WARNING = Finding("warning", "config/b.yaml", 0, "x", "Bilden är stor.", "size")


def answer(says: str, reason: str = "", at: datetime = HOUR) -> Answer:
    return Answer(1, "anna@kommun.example", says, reason, at)  # type: ignore[arg-type]


LETTERS: dict[str, Callable[[], Words]] = {
    "proof-plain": lambda: EDITORIAL.proof(ASKED, ALONE, LINK)[0],
    "proof-full": lambda: EDITORIAL.proof(
        replace(
            ASKED,
            letters={"sv": LETTER, "en": LETTER},
            findings=(ERROR, WARNING),
            changes="-Hej\n+Hej & hå",
            missed=True,
        ),
        TWO_OF_THREE,
        LINK,
    )[0],
    "proof-reminder-before": lambda: EDITORIAL.reminder(
        "2020-09", HOUR, HOUR - timedelta(hours=1), LINK
    ),
    "proof-reminder-after": lambda: EDITORIAL.reminder("2020-09", HOUR, HOUR, LINK),
    "proof-approved": lambda: EDITORIAL.answered(
        "2020-09", answer("approve", at=HOUR - timedelta(1)), "Anna Ek", HOUR, approved=True
    ),
    "proof-approved-late": lambda: EDITORIAL.answered(
        "2020-09", answer("approve"), "Anna Ek", HOUR, approved=True
    ),
    "proof-approved-by-one": lambda: EDITORIAL.answered(
        "2020-09", answer("approve"), "Anna Ek", HOUR, approved=False
    ),
    "proof-stopped": lambda: EDITORIAL.answered(
        "2020-09", answer("stop", "fel datum på vandringen"), "Anna Ek", HOUR, approved=False
    ),
    "proof-outdated": lambda: EDITORIAL.outdated("2020-09"),
    "edition-held": lambda: EDITORIAL.held("2020-W37", ["Datumet är fel. (a.yaml:3)", "x" * 80]),
    "edition-empty": lambda: EDITORIAL.empty("2020-09"),
    "edition-missed": lambda: EDITORIAL.missed("2020-09", HOUR),
    "edition-late": lambda: EDITORIAL.late("2020-09", HOUR, "the database is locked"),
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_reads_as_it_did(name: str) -> None:
    words = LETTERS[name]()
    text = f"{words.subject}\n\n{words.text}"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
    assert "\n\n\n" not in text


def test_the_proof_stands_above_the_edition_in_its_own_html() -> None:
    asked = replace(ASKED, findings=(ERROR,), changes="+<b>")
    _, html = EDITORIAL.proof(asked, TWO_OF_THREE, LINK)
    head, note = html.split('<body class="a">')
    assert head == "<html>"
    assert note.index(LINK) < note.index("<p>Hej & hå</p>")
    assert "inte &lt;lördag&gt;" in note
    assert "+&lt;b&gt;" in note


def test_a_letter_without_a_body_element_gets_its_note_too() -> None:
    bare = {"sv": Rendered("x", "<p>Hej</p>", "Hej")}
    _, html = EDITORIAL.proof(replace(ASKED, letters=bare), ALONE, LINK)
    assert LINK in html and "<p>Hej</p>" in html


def test_the_digest_is_of_every_byte_that_readers_see() -> None:
    picture = Picture("a", "image/png", 1, 1, b"a")
    letters = [
        {"sv": LETTER},
        {"en": LETTER},
        {"sv": LETTER, "en": LETTER},
        {"sv": replace(LETTER, subject="Nummer 2")},
        {"sv": replace(LETTER, html="<html>")},
        {"sv": replace(LETTER, text="Hej")},
        {"sv": replace(LETTER, subject="Nummer 1<", html=LETTER.html[1:])},
        {"sv": replace(LETTER, pictures=(picture,))},
        {"sv": replace(LETTER, pictures=(replace(picture, content=b"b"),))},
    ]
    assert len({digest_of(each) for each in letters}) == len(letters)
    assert digest_of({"en": LETTER, "sv": LETTER}) == digest_of({"sv": LETTER, "en": LETTER})


def test_changes_show_what_is_new_and_gone() -> None:
    assert changes("ett\ntvå\ntre\nfyra\nfem", "ett\ntvå\n3\nfyra\nfem") == " två\n-tre\n+3\n fyra"
    assert changes("ett", "ett") == ""


def test_every_letter_can_be_rehearsed() -> None:
    EDITORIAL.rehearse(ASKED, ALONE, HOUR)
