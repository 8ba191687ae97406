"""The letters about a case that went on to others, as their readers see them."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailer.edge.files import read_templates
from mailer.errors import TemplateFault
from mailer.inquiry.correction import SHELF, Correction, Holding
from mailer.inquiry.record import Case
from mailer.inquiry.reply import LOCALES
from mailer.inquiry.rerouted import Rerouted
from mailer.mail.address import Address
from mailer.organisation import COORDINATOR
from mailer.rendering import Words
from tests.inquiry.project import ANDERS, ANNA, ORGANISATION, SVEN

GOLDEN = Path(__file__).parent / "golden" / "rerouted"
TEMPLATES = read_templates(Path(__file__).parents[2] / "templates")
LETTERS = Rerouted(TEMPLATES, ORGANISATION)
NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
LAMP = Holding(
    Case(1, "ab", "IT-2020-0042", NOW, 100, "Boende"),
    "boende",
    subject="Lampan  vid lekplatsen",
    sender=Address("eva@example.org"),
)
BY_HAND = Correction(LAMP, "drog", "obey", "move", "", "Droger")
BY_SVEN = replace(BY_HAND, way="page", by=SVEN.slug)
BACK = replace(BY_HAND, to="boende", step="take back")
TO_THE_COORDINATOR = replace(BY_HAND, to=COORDINATOR)
TO_A_SHELF = replace(BACK, to=SHELF)

RENDERED: dict[str, Callable[[], Words]] = {
    "rerouted": lambda: LETTERS.to_reader(BY_HAND, SVEN, (ANNA, ANDERS)),
    "rerouted_yours": lambda: LETTERS.to_reader(BY_SVEN, ANNA, (ANNA, ANDERS)),
    "rerouted_back": lambda: LETTERS.to_reader(BACK, ANDERS, (SVEN, ANNA)),
    "rerouted_shelf": lambda: LETTERS.to_reader(TO_A_SHELF, ANDERS, ()),
    "taken": lambda: LETTERS.taken(LAMP, SVEN),
    "rerouted_choices": lambda: LETTERS.choices(LAMP, "parken"),
    "rerouted_sender_coordinator": lambda: LETTERS.to_sender(TO_THE_COORDINATOR, "sv"),
    **{
        f"rerouted_sender.{language}": lambda language=language: LETTERS.to_sender(
            BY_HAND, language
        )
        for language in LOCALES
    },
}


@pytest.mark.parametrize("letter", RENDERED)
def test_a_letter_about_a_move_reads_as_it_was_approved(letter: str) -> None:
    """GOLDEN=write writes the files anew; read them before they are committed."""
    words = RENDERED[letter]()
    rendered = f"{words.subject}\n\n{words.text}"
    golden = GOLDEN / f"{letter}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


def test_every_letter_is_tried_before_it_is_needed() -> None:
    LETTERS.rehearse(NOW)
    for name in ("sv/rerouted", "sv/rerouted_choices", "fi/rerouted_sender"):
        path = f"letters/{name}.txt"
        spoilt = Rerouted({**TEMPLATES, path: "{{ nothing.of_the_kind }}"}, ORGANISATION)
        with pytest.raises(TemplateFault, match=path):
            spoilt.rehearse(NOW)


def test_the_subject_of_a_mail_stands_in_no_other_subject() -> None:
    for render in RENDERED.values():
        assert "Lampan" not in render().subject


def test_every_golden_letter_about_a_move_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(RENDERED)
