"""Every letter as its reader sees it: golden files, reviewed by reading them."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import TemplateFault
from mailer.inquiry.reply import (
    LOCALES,
    Before,
    Letters,
    Matter,
    answer_to,
    answered_in,
    in_words,
    listed,
    runner_up,
    written_by,
)
from mailer.inquiry.verdict import Attachment, Inquiry, Reason, Route, StandIn, Verdict
from mailer.mail.address import Address
from mailer.rendering import Words
from tests.inquiry.project import ANDERS, ANNA, COORDINATOR, ORGANISATION, SVEN

GOLDEN = Path(__file__).parent / "golden"
FOLDER = Path(__file__).parents[2] / "templates"
TEMPLATES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in (FOLDER / "letters").rglob("*.txt")
}
LETTERS = Letters(TEMPLATES, ORGANISATION, answer_within=5)
TODAY = date(2020, 9, 11)
LINKS = [("Säg att du tar det", "https://trygg.example/arende/IT-2020-0042/sven/abc")]

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
    earlier=Before(
        "IT-2020-0007",
        datetime(2020, 9, 3, 23, 15, tzinfo=ZoneInfo("Europe/Stockholm")),
        "Hej! Lampan vid lekplatsen lyser inte på kvällarna, och barnen går där hem.\n\nEva",
    ),
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
NOTHING_TO_SHOW = replace(
    LAMP,
    inquiry=Inquiry(
        sender=Address("eva@example.org", "Eva Lind"),
        subject="Lampan vid lekplatsen",
        attachments=(Attachment("lampan.jpg", "image/jpeg", 90_000),),
        note="Mejlet har ingen text, bara bilder. Titta på bilagan.",
    ),
)
STAND_INS = replace(
    LAMP,
    route=Route(
        "Boende",
        (ANNA, COORDINATOR),
        acknowledge=True,
        stand_ins=(
            StandIn(SVEN, date(2020, 9, 18), ANNA, "colleague"),
            StandIn(ANDERS, date(2020, 9, 13), COORDINATOR, "coordinator"),
        ),
    ),
)
URGENT_UNCERTAIN = replace(
    UNCERTAIN,
    verdict=replace(UNCERTAIN.verdict, urgent=True),
    route=Route("Samordnaren", (SVEN, ANNA, COORDINATOR), acknowledge=True),
)
NO_SUBPROJECT = replace(
    UNCERTAIN,
    verdict=Verdict("inquiry", None, suggestions=("coordinator", "drog"), confidence=0.9),
)


def in_language(matter: Matter, language: str) -> Matter:
    return replace(matter, inquiry=replace(matter.inquiry, language=language))


RENDERED: dict[str, Callable[[], Words]] = {
    "forward": lambda: LETTERS.forward(LAMP, LINKS, attached=True),
    "forward_uncertain": lambda: LETTERS.forward(UNCERTAIN, LINKS, attached=True),
    "forward_urgent": lambda: LETTERS.forward(URGENT, LINKS, attached=True),
    "forward_follow_up": lambda: LETTERS.forward(FOLLOW_UP, LINKS, attached=True),
    "forward_too_large": lambda: LETTERS.forward(TOO_LARGE, LINKS, attached=False),
    "forward_note": lambda: LETTERS.forward(NOTHING_TO_SHOW, LINKS, attached=True),
    "forward_no_subproject": lambda: LETTERS.forward(NO_SUBPROJECT, LINKS, attached=True),
    "forward_stand_in": lambda: LETTERS.forward(STAND_INS, LINKS, attached=True),
    **{
        f"{letter}.{language}": partial(
            LETTERS.acknowledgement, in_language(matter, language), TODAY
        )
        for letter, matter in (
            ("acknowledgement", LAMP),
            ("acknowledgement_urgent", URGENT_UNCERTAIN),
        )
        for language in LOCALES
    },
    "acknowledgement_violence": lambda: LETTERS.acknowledgement(
        replace(URGENT, verdict=replace(URGENT.verdict, dangers=("dope", "beating"))), TODAY
    ),
    "acknowledgement_uncertain": lambda: LETTERS.acknowledgement(UNCERTAIN, TODAY),
    "acknowledgement_other_language": lambda: LETTERS.acknowledgement(
        in_language(LAMP, "th"), TODAY
    ),
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


@pytest.mark.parametrize(
    ("sender", "reply_to", "answered"),
    [
        (Address("eva@example.org"), None, "eva@example.org"),
        (Address("form@example.org"), Address("eva@example.org"), "eva@example.org"),
        (Address("eva@example.org"), ORGANISATION.mailbox, "eva@example.org"),
        (ORGANISATION.mailbox, Address("eva@example.org"), "eva@example.org"),
        (ORGANISATION.mailbox, None, None),
        (None, None, None),
    ],
)
def test_a_leader_answers_whoever_has_written_and_never_ourselves_alone(
    sender: Address | None, reply_to: Address | None, answered: str | None
) -> None:
    found = answer_to(Inquiry(sender=sender, reply_to=reply_to), ORGANISATION.mailbox)
    assert (found.email if found else None) == answered


FORM = "Namn: Nils Ek\nE-post: {}\nMeddelande: Lampan är trasig."


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        (FORM.format("nils@example.org"), "nils@example.org"),
        (FORM.format("nils@example.org eller eva@example.org"), None),
        (FORM.format("-"), None),
        (FORM.format("nils..ek@example.org"), None),
        ("Skriv till nils@example.org.", "noreply@markaryd.example"),
    ],
)
def test_whoever_filled_in_a_form_is_answered_at_the_address_in_it(
    text: str, answered: str | None
) -> None:
    inquiry = Inquiry(sender=Address("noreply@markaryd.example"), text=text)
    found = answer_to(inquiry, ORGANISATION.mailbox)
    assert (found.email if found else None) == answered


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
    words = LETTERS.forward(matter, LINKS, attached=True)
    assert words.subject == "[IT-2020-0042] Hej Ring 0900"
    assert words.text.startswith("Hej!\n\nEva Lind")


def test_a_mail_without_a_subject_has_one_all_the_same() -> None:
    matter = replace(LAMP, inquiry=replace(LAMP.inquiry, subject=""))
    assert LETTERS.forward(matter, LINKS, attached=True).subject == "[IT-2020-0042] (utan ämne)"


def test_what_a_stranger_writes_is_no_template() -> None:
    text = "{{ mailbox }} {% for x in y %}"
    matter = replace(LAMP, inquiry=replace(LAMP.inquiry, text=text, subject=text))
    words = LETTERS.forward(matter, LINKS, attached=True)
    assert text in words.subject
    assert text in words.text


def test_of_a_very_long_mail_the_letter_shows_the_beginning() -> None:
    long = replace(LAMP, inquiry=replace(LAMP.inquiry, text="lampa " * 10_000))
    text = LETTERS.forward(long, LINKS, attached=True).text
    assert 20_000 < len(text) < 22_000
    assert " […]\n---" in text


@given(st.text(), st.text(), st.text())
def test_any_mail_becomes_a_letter(subject: str, text: str, name: str) -> None:
    inquiry = Inquiry(Address("eva@example.org", name), subject=subject, text=text)
    words = LETTERS.forward(replace(LAMP, inquiry=inquiry), LINKS, attached=True)
    assert len(words.subject.splitlines()) == 1
    assert words.text.startswith("Hej!\n")
    assert words.text.endswith("Initiativ trygghet\n")


# --- the reasons that a leader is shown ---


def test_reasons_stand_below_what_they_speak_for() -> None:
    text = RENDERED["forward_uncertain"]().text
    assert "\n\nFör ”Trygg boendemiljö” talar:\n– ”lampan” i ämnet: väger 2,5\n–" in text
    assert "mötet" not in text


def test_a_reason_for_no_subproject_has_no_weight() -> None:
    assert (
        "\nDärför:\n– brevet går inte att läsa automatiskt\n"
        in RENDERED["forward_too_large"]().text
    )


# --- what a resident in danger is told ---


@pytest.mark.parametrize(
    ("dangers", "numbers"),
    [
        ((), ["90101"]),
        (("plain",), ["90101", "020-50 50 50"]),
        (("fire", "plain"), ["90101"]),
        (("lost", "weapon"), ["90101"]),
        (("dope",), ["90101", "010-456 67 00"]),
        (("beating",), ["020-50 50 50"]),
        (("threat", "plain"), ["020-50 50 50"]),
        (("farewell", "beating"), ["90101", "020-50 50 50"]),
        (("dope", "abuse"), ["90101", "020-50 50 50", "010-456 67 00"]),
    ],
)
@pytest.mark.parametrize("language", LOCALES)
def test_in_danger_the_numbers_are_those_of_the_danger_and_no_day_is_promised(
    language: str, dangers: tuple[str, ...], numbers: list[str]
) -> None:
    verdict = replace(URGENT.verdict, dangers=dangers)
    matter = in_language(replace(URGENT, verdict=verdict), language)
    text = LETTERS.acknowledgement(matter, TODAY).text
    every = ["90101", "020-50 50 50", "010-456 67 00", "1177", "114 14"]
    assert [number for number in every if number in text] == [*numbers, "114 14"]
    calm = LETTERS.acknowledgement(in_language(LAMP, language), TODAY).text
    promised = " ".join(format_date(date(2020, 9, 18), "full", LOCALES[language]).split())
    assert promised in " ".join(calm.split())
    assert promised not in " ".join(text.split())
    assert max(map(len, text.split("\n"))) <= 78
    assert "\n\n\n" not in text


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


@pytest.mark.parametrize(
    ("language", "answered"), [("ar", "ar"), ("pl", "pl"), ("sv", "sv"), ("no", "sv"), ("", "sv")]
)
def test_a_language_that_we_do_not_write_is_answered_in_swedish(
    language: str, answered: str
) -> None:
    assert answered_in(Inquiry(language=language)) == answered


def test_numbers_stand_on_lines_of_their_own_in_arabic() -> None:
    lines = RENDERED["acknowledgement_urgent.ar"]().text.split("\n")
    for number in ("112", "90101", "IT-2020-0042"):
        assert number in lines
    lines = RENDERED["acknowledgement.ar"]().text.split("\n")
    for number in ("112", "114 14", "1177", "IT-2020-0042"):
        assert number in lines


@pytest.mark.parametrize("language", LOCALES)
def test_in_danger_the_first_number_in_every_language_is_112(language: str) -> None:
    calm, urgent = (
        RENDERED[f"{letter}.{language}"]().text
        for letter in ("acknowledgement", "acknowledgement_urgent")
    )
    assert "112" in calm
    assert "114 14" in calm
    assert re.findall(r"\b\d{3,5}\b", urgent)[0] == "112"
    assert urgent.index("112") < urgent.index("IT-2020-0042")


# --- the runner-up ---


@pytest.mark.parametrize(
    ("verdict", "slugs"),
    [
        (LAMP.verdict, ["drog"]),
        (NO_SUBPROJECT.verdict, ["drog"]),
        (replace(LAMP.verdict, suggestions=("boende", "coordinator")), ["coordinator"]),
        (replace(LAMP.verdict, suggestions=()), []),
        (UNCERTAIN.verdict, []),
        (FOLLOW_UP.verdict, []),
    ],
)
def test_the_runner_up_is_told_where_words_have_decided(verdict: Verdict, slugs: list[str]) -> None:
    assert [*runner_up(verdict)] == slugs


def test_nothing_is_told_to_be_certain() -> None:
    sure = replace(LAMP, verdict=replace(LAMP.verdict, confidence=0.9999))
    assert "med 99 procents" in LETTERS.forward(sure, (), attached=True).text


@pytest.mark.parametrize("name", ["forward", "acknowledgement"])
def test_a_rehearsal_finds_a_template_that_fails(name: str) -> None:
    broken = {**TEMPLATES, f"letters/sv/{name}.txt": "{{ nothing }}\n\nHej"}
    LETTERS.rehearse(LAMP.received)
    with pytest.raises(TemplateFault, match="nothing"):
        Letters(broken, ORGANISATION, answer_within=5).rehearse(LAMP.received)


def test_a_moment_is_told_in_swedish() -> None:
    assert in_words(LAMP.received) == "11 september 2020 kl. 09.30"
