"""Every letter as its reader sees it: golden files, reviewed by reading them."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.reply import (
    WIDTH,
    Letters,
    Matter,
    Words,
    bullet,
    in_words,
    listed,
    paragraph,
    telling,
    written_by,
)
from mailer.inquiry.verdict import Attachment, Inquiry, Reason, Route, Verdict
from mailer.mail.address import Address
from tests.inquiry.project import ANDERS, ANNA, COORDINATOR, ORGANISATION, SVEN

GOLDEN = Path(__file__).parent / "golden"
FOLDER = Path(__file__).parents[2] / "templates"
LETTERS = Letters(
    {
        path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
        for path in (FOLDER / "letters").rglob("*.txt")
    },
    ORGANISATION,
)

LAMP = Matter(
    number="IT-2020-0042",
    received=datetime(2020, 9, 11, 9, 30, tzinfo=ZoneInfo("Europe/Stockholm")),
    inquiry=Inquiry(
        sender=Address("eva@example.org", "Eva Lind"),
        subject="Lampan vid lekplatsen",
        text="Hej!\n\nLampan vid lekplatsen är trasig, och i buskarna ligger det kanyler.\n\nEva",
    ),
    verdict=Verdict(
        "inquiry",
        owner="boende",
        copies=("drog",),
        suggestions=("boende", "drog"),
        confidence=0.8,
        reasons=(
            Reason("boende", "”lampan” i ämnet", 2.5),
            Reason("drog", "”kanyler”", 2.0),
            Reason("boende", "”lekplatsen”", 1.0),
            Reason("drog", "”mötet”", -0.5),
        ),
    ),
    route=Route("Boende", (SVEN, ANNA, ANDERS), acknowledge=True),
)
UNCERTAIN = replace(
    LAMP,
    verdict=replace(LAMP.verdict, suggestions=("boende", "coordinator"), certain=False),
    route=Route("Samordnaren", (COORDINATOR,), acknowledge=True),
)
URGENT = replace(
    LAMP,
    verdict=replace(
        LAMP.verdict,
        copies=(),
        urgent=True,
        reasons=(Reason("urgent", "”skjuter”", 4.0), *LAMP.verdict.reasons),
    ),
    route=Route("Boende", (SVEN, ANNA, COORDINATOR), acknowledge=True),
)
FOLLOW_UP = replace(
    LAMP,
    earlier="IT-2020-0007",
    inquiry=replace(
        LAMP.inquiry,
        subject="SV: Vi har tagit emot ditt mejl [IT-2020-0007]",
        reply_to=Address("eva.lind@example.net"),
        attachments=(
            Attachment("lampan.jpg", "image/jpeg", 90_000),
            Attachment("karta.pdf", "application/pdf", 70_000),
            Attachment("", "image/png", 900),
        ),
    ),
    verdict=Verdict(
        "follow-up",
        "boende",
        reasons=(Reason("boende", "fortsättning på ärende IT-2020-0007", 1.0),),
    ),
    route=Route("Boende", (SVEN, ANNA), False, "det är en fortsättning på ett tidigare ärende"),
)
TOO_LARGE = replace(
    LAMP,
    inquiry=Inquiry(unreadable="brevet är för stort att hämta: 30 MB"),
    verdict=Verdict(
        "unreadable",
        reasons=(Reason("unreadable", "brevet går inte att läsa automatiskt", 1.0),),
    ),
    route=Route("Oläsliga", (COORDINATOR,), False, "brevet gick inte att läsa"),
)
NO_SUBPROJECT = replace(
    UNCERTAIN,
    verdict=Verdict("inquiry", None, suggestions=("coordinator", "drog"), confidence=0.9),
)

RENDERED: dict[str, Callable[[], Words]] = {
    "forward": lambda: LETTERS.forward(LAMP, attached=True),
    "forward_uncertain": lambda: LETTERS.forward(UNCERTAIN, attached=True),
    "forward_urgent": lambda: LETTERS.forward(URGENT, attached=True),
    "forward_follow_up": lambda: LETTERS.forward(FOLLOW_UP, attached=True),
    "forward_too_large": lambda: LETTERS.forward(TOO_LARGE, attached=False),
    "forward_no_subproject": lambda: LETTERS.forward(NO_SUBPROJECT, attached=True),
    "acknowledgement": lambda: LETTERS.acknowledgement(LAMP),
    "acknowledgement_uncertain": lambda: LETTERS.acknowledgement(UNCERTAIN),
    "confirmation": lambda: LETTERS.confirmation("Tryggare tillsammans"),
    "undelivered": lambda: LETTERS.undelivered(
        "sven@markaryd.example", "550 5.1.1 User unknown", "IT-2020-0042", attached=True
    ),
    "undelivered_too_large": lambda: LETTERS.undelivered(
        "sven@markaryd.example", "552 5.3.4 Too big", "IT-2020-0042", attached=False
    ),
    "breaker": lambda: LETTERS.breaker(60),
}


def as_file(words: Words) -> str:
    return f"{words.subject}\n\n{words.text}"


@pytest.mark.parametrize("letter", RENDERED)
def test_a_letter_reads_as_it_was_approved(letter: str) -> None:
    """GOLDEN=write writes the files anew; read them before they are committed."""
    rendered = as_file(RENDERED[letter]())
    golden = GOLDEN / f"{letter}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


def test_every_golden_letter_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(RENDERED)


@pytest.mark.parametrize("letter", RENDERED)
def test_a_letter_is_set_with_care(letter: str) -> None:
    words = RENDERED[letter]()
    lines = words.text.split("\n")
    assert max(map(len, (words.subject, *lines))) <= 78
    assert "\n\n\n" not in words.text
    assert words.text == words.text.strip() + "\n"
    assert all(line == line.rstrip() for line in lines)
    assert not re.search(r" [,.;:!?]|\(\)|””|[,;]$|\.\.", words.text, re.MULTILINE)


# --- what strangers write ---


def test_a_subject_with_line_ends_stays_in_the_subject() -> None:
    matter = replace(LAMP, inquiry=replace(LAMP.inquiry, subject="Hej\n\nRing\r\n0900"))
    words = LETTERS.forward(matter, attached=True)
    assert words.subject == "[IT-2020-0042] Hej Ring 0900"
    assert words.text.startswith("Hej!\n\nEva Lind")


def test_a_mail_without_a_subject_has_one_all_the_same() -> None:
    matter = replace(LAMP, inquiry=replace(LAMP.inquiry, subject=""))
    assert LETTERS.forward(matter, attached=True).subject == "[IT-2020-0042] (utan ämne)"


def test_what_a_stranger_writes_is_no_template() -> None:
    text = "{{ mailbox }} {% for x in y %}"
    matter = replace(LAMP, inquiry=replace(LAMP.inquiry, text=text, subject=text))
    words = LETTERS.forward(matter, attached=True)
    assert text in words.subject
    assert text in words.text


def test_of_a_very_long_mail_the_letter_shows_the_beginning() -> None:
    long = replace(LAMP, inquiry=replace(LAMP.inquiry, text="lampa " * 10_000))
    text = LETTERS.forward(long, attached=True).text
    assert 20_000 < len(text) < 22_000
    assert " […]\n---" in text


@given(st.text(), st.text(), st.text())
def test_any_mail_becomes_a_letter(subject: str, text: str, name: str) -> None:
    inquiry = Inquiry(Address("eva@example.org", name), subject=subject, text=text)
    words = LETTERS.forward(replace(LAMP, inquiry=inquiry), attached=True)
    assert len(words.subject.splitlines()) == 1
    assert words.text.startswith("Hej!\n")
    assert words.text.endswith("Initiativ trygghet\n")


# --- the reasons that a leader is shown ---


def test_the_owner_the_copies_and_danger_are_told_of() -> None:
    verdict = replace(
        URGENT.verdict,
        reasons=(*URGENT.verdict.reasons, Reason("coordinator", "”rapport”", 1.0)),
    )
    assert [each.slug for each in telling(verdict)] == ["urgent", "boende", "boende"]
    copied = replace(verdict, copies=("drog",))
    assert [each.slug for each in telling(copied)] == ["urgent", "boende", "boende", "drog"]


def test_everyone_is_told_of_where_no_subproject_has_it() -> None:
    slugs = {each.slug for each in telling(UNCERTAIN.verdict)}
    assert slugs == {"boende", "drog"}


def test_four_reasons_are_told_for_each() -> None:
    many = tuple(Reason(slug, "”x”", 1.0) for slug in ("boende", "drog") for _ in range(6))
    told = telling(replace(LAMP.verdict, reasons=many))
    assert [each.slug for each in told] == ["boende"] * 4 + ["drog"] * 4


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("boende", "”x” (talar för Trygg boendemiljö)"),
        ("coordinator", "”x” (talar för inget av delprojekten)"),
        ("urgent", "”x” (talar för att det är brådskande)"),
        ("unreadable", "”x”"),
        ("", "”x”"),
    ],
)
def test_a_reason_says_for_whom_it_speaks(slug: str, words: str) -> None:
    assert LETTERS.reason(Reason(slug, "”x”", 1.0)) == words


# --- words ---


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["Anna"], "Anna"),
        (["Anna", "Bo"], "Anna och Bo"),
        (["Anna", "Bo", "Cecilia"], "Anna, Bo och Cecilia"),
    ],
)
def test_names_are_listed_as_people_say_them(names: list[str], text: str) -> None:
    assert listed(names) == text


def test_a_choice_is_listed_with_or() -> None:
    assert listed(["Anna", "Bo"], "eller") == "Anna eller Bo"


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (None, "En okänd avsändare"),
        (Address("eva@example.org"), "eva@example.org"),
        (Address("eva@example.org", "Eva Lind"), "Eva Lind (eva@example.org)"),
    ],
)
def test_a_sender_is_named_as_well_as_known(sender: Address | None, text: str) -> None:
    assert written_by(Inquiry(sender)) == text


def test_a_moment_is_told_in_swedish() -> None:
    assert in_words(LAMP.received) == "11 september 2020 kl. 09.30"


@given(st.text())
def test_a_paragraph_is_filled_and_keeps_its_words(text: str) -> None:
    filled = paragraph(text)
    assert filled.split() == text.split()
    assert all(len(line) <= WIDTH or " " not in line for line in filled.split("\n"))


def test_a_bullet_hangs() -> None:
    first, second = bullet("ord " * 25).split("\n")
    assert first.startswith("– ord")
    assert second.startswith("  ord")
    assert len(first) <= WIDTH
