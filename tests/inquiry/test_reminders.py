"""Reminders and the digest as their readers see them: golden files, reviewed by reading them."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import TemplateFault
from mailer.inquiry.digest import Happened, Seen, Undelivered, digest
from mailer.inquiry.follow_up import STEPS, StepName, Waiting
from mailer.inquiry.record import Case
from mailer.inquiry.reminders import Reminders
from mailer.inquiry.verdict import Inquiry, Verdict
from mailer.mail.address import Address
from mailer.organisation import Leader
from mailer.rendering import Words
from tests.inquiry.project import ANNA, COORDINATOR, ORGANISATION, RULES, SVEN

GOLDEN = Path(__file__).parent / "golden" / "follow_up"
FOLDER = Path(__file__).parents[2] / "templates"
TEMPLATES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in (FOLDER / "letters" / "sv").glob("*.txt")
}
ZONE = ZoneInfo("Europe/Stockholm")
REMINDERS = Reminders(TEMPLATES, ORGANISATION, RULES, ZONE)
BY_NAME = {step.name: step for step in STEPS}

CAME = datetime(2020, 9, 11, 9, 30, tzinfo=ZONE)
EVA = Address("eva@example.org", "Eva Lind")
MAIL = Inquiry(
    sender=EVA,
    subject="Lampan vid lekplatsen",
    text="Hej!\n\nLampan vid lekplatsen är trasig sedan i somras.\n\nEva",
)
LAMP = Waiting(
    Case(1, "", "IT-2020-0042", CAME, 0, "Boende"),
    Verdict("inquiry", owner="boende"),
    MAIL.subject,
    EVA,
    CAME,
    promised=True,
)
URGENT = replace(LAMP, verdict=replace(LAMP.verdict, urgent=True), promised=False)
THREAT = replace(MAIL, text="Han står här utanför med en kniv.")


def letter(
    name: StepName,
    waiting: Waiting = LAMP,
    inquiry: Inquiry = MAIL,
    holders: tuple[Leader, ...] = (SVEN, ANNA),
    reader: Leader | None = SVEN,
    days: int = 5,
    *,
    attached: bool = True,
) -> Words:
    page = "https://trygg.example/arende/IT-2020-0042/sven/abc"
    links = [("Säg att du tar det, eller skicka det vidare till rätt person", page)]
    return REMINDERS.of_step(
        BY_NAME[name],
        waiting,
        inquiry,
        holders,
        reader,
        links if reader else [],
        CAME + timedelta(days=days),
        attached=attached,
    )


def seen(number: int, kind: str, *, forwarded: bool = False, urgent: bool = False) -> Seen:
    verdict = Verdict(kind, owner="boende", urgent=urgent)  # type: ignore[arg-type]
    return Seen(f"IT-2020-{number:04d}", verdict, f"Ämne {number}", EVA, forwarded)


def waits(number: int, came: datetime, verdict: Verdict = LAMP.verdict) -> Waiting:
    case = replace(LAMP.case, number=f"IT-2020-{number:04d}", received=came)
    return replace(LAMP, case=case, verdict=verdict, since=came, subject=f"Ämne {number}")


def whole_digest() -> Words:
    happened = Happened(
        [
            seen(43, "inquiry", forwarded=True),
            seen(44, "inquiry", forwarded=True, urgent=True),
            Seen("IT-2020-0045", Verdict("inquiry", certain=False), "", EVA, True),
            seen(46, "subscribe"),
            seen(47, "spam"),
            Seen(
                "IT-2020-0048", Verdict("spam"), "Lån på\n minuten", Address("a@b.example"), False
            ),
            seen(49, "auto-reply"),
            seen(50, "follow-up"),
            seen(51, "own"),
            Seen("IT-2020-0052", Verdict("unreadable"), "", None, True),
        ],
        [Undelivered("IT-2020-0043", "sven@markaryd.example")],
        undecided=2,
    )
    waiting = [
        waits(7, CAME - timedelta(days=9)),
        waits(40, CAME),
        waits(44, CAME + timedelta(days=4, hours=20), URGENT.verdict),
        waits(45, CAME + timedelta(days=4), Verdict("inquiry", certain=False)),
    ]
    return REMINDERS.digest(
        digest(CAME + timedelta(days=3), CAME + timedelta(days=5), happened, waiting)
    )


def quiet_digest() -> Words:
    waiting = [waits(42, CAME)]
    return REMINDERS.digest(
        digest(CAME + timedelta(days=1), CAME + timedelta(days=3), Happened(), waiting)
    )


RENDERED: dict[str, Callable[[], Words]] = {
    "second_notice": lambda: letter("second-notice", URGENT, THREAT),
    "second_notice_unreadable": lambda: letter(
        "second-notice", URGENT, Inquiry(), (COORDINATOR,), COORDINATOR, attached=False
    ),
    "third_notice": lambda: letter("third-notice", URGENT, reader=COORDINATOR),
    "third_notice_operator": lambda: letter(
        "third-notice", URGENT, holders=(COORDINATOR,), reader=None
    ),
    "reminder": lambda: letter("reminder"),
    "reminder_urgent": lambda: letter("reminder", URGENT, Inquiry(), days=3, attached=False),
    "reminder_last": lambda: letter("reminder-last", reader=COORDINATOR, days=10),
    "reminder_last_own": lambda: letter(
        "reminder-last", holders=(COORDINATOR,), reader=COORDINATOR, days=10
    ),
    "digest": whole_digest,
    "digest_quiet": quiet_digest,
}


@pytest.mark.parametrize("name", RENDERED)
def test_a_letter_reads_as_it_was_approved(name: str) -> None:
    """GOLDEN=write writes the files anew; read them before they are committed."""
    words = RENDERED[name]()
    rendered = f"Subject: {words.subject}\n\n{words.text}"
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


def test_every_golden_letter_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(RENDERED)


@pytest.mark.parametrize("name", RENDERED)
def test_a_letter_is_set_with_care(name: str) -> None:
    words = RENDERED[name]()
    lines = words.text.split("\n")
    assert max(map(len, (words.subject, *lines))) <= 78
    assert "\n\n\n" not in words.text
    assert all(line == line.rstrip() for line in lines)
    assert not re.search(r" [,.;:!?]|\(\)|””|[,;]$|\.\.", words.text, re.MULTILINE)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_subject_about_danger_holds_no_word_of_the_resident(name: StepName) -> None:
    subject = letter(name, URGENT).subject
    assert "IT-2020-0042" in subject
    assert "Lampan" not in subject


def test_the_operator_reads_no_word_of_the_resident() -> None:
    words = letter("third-notice", URGENT, reader=None)
    assert not re.search("Eva|eva@|Lampan|lekplatsen|arende", words.subject + words.text)


def test_a_list_has_an_end_and_says_what_it_leaves_out() -> None:
    spam = [seen(number, "spam") for number in range(130)]
    words = REMINDERS.digest(digest(CAME, CAME + timedelta(days=1), Happened(spam), []))
    assert words.text.count("Ämne") == 100
    assert "– och 30 till" in words.text
    assert "130 misstänkt skräppost" in words.text


@given(st.text(), st.text())
def test_no_mail_whatever_its_words_breaks_a_letter(subject: str, text: str) -> None:
    waiting = replace(LAMP, subject=subject)
    inquiry = replace(MAIL, subject=subject, text=text)
    for name in BY_NAME:
        assert "\n" not in letter(name, waiting, inquiry).subject
    happened = Happened([Seen("IT-2020-0001", Verdict("spam"), subject, EVA, False)])
    assert REMINDERS.digest(digest(CAME, CAME + timedelta(days=1), happened, [])).text


@pytest.mark.parametrize(
    "name", ["second_notice", "third_notice", "reminder", "reminder_last", "digest"]
)
def test_a_template_that_cannot_be_used_is_found_before_anybody_waits(name: str) -> None:
    broken = {**TEMPLATES, f"letters/sv/{name}.txt": "{{ nobody }}"}
    with pytest.raises(TemplateFault, match="nobody"):
        Reminders(broken, ORGANISATION, RULES, ZONE).rehearse(CAME)
    REMINDERS.rehearse(CAME)
