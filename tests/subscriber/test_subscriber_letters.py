"""Letters to subscribers in every language, as they are read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mailer.errors import TemplateFault
from mailer.mail.address import Address
from mailer.organisation import Leader, Organisation
from mailer.rendering import Words
from mailer.subscriber.letters import SubscriberLetters
from mailer.subscriber.wording import wordings

GOLDEN = Path(__file__).with_name("golden")
FOLDER = Path(__file__).parents[2] / "templates"
TEMPLATES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in FOLDER.rglob("letters/*/*.txt")
}
PHRASES = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted(FOLDER.glob("web/strings/*.yaml"))
}
ORGANISATION = Organisation(
    municipality="Markaryds kommun",
    mailbox=Address("trygghet@markaryd.example", "Initiativ trygghet"),
    subprojects=(),
    coordinator=Leader("samordnare", "Eva", Address("eva@markaryd.example")),
    coordinator_folder="Samordnaren",
)
AGREED = wordings(PHRASES, "Tryggare tillsammans", ORGANISATION.municipality)
BASE = "https://trygg.example"
TOKEN = "0123456789abcdef" * 2
NEW = "ny@example.org"


def letters(templates: dict[str, str] = TEMPLATES) -> SubscriberLetters:
    return SubscriberLetters(templates, ORGANISATION, "Tryggare tillsammans", BASE, AGREED)


LETTERS: dict[str, Callable[[str], Words]] = {
    "confirmation": lambda language: letters().confirmation(language, TOKEN),
    "already": lambda language: letters().already(language, TOKEN),
    "move_here": lambda language: letters().move(language, NEW, TOKEN, here=True),
    "move_away": lambda language: letters().move(language, NEW, TOKEN, here=False),
}


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", ["sv", "ar"])
def test_a_letter_reads_as_it_was_approved(letter: str, language: str) -> None:
    """GOLDEN=write writes the files anew; read them before they are committed."""
    words = LETTERS[letter](language)
    rendered = f"{words.subject}\n\n{words.text}"
    file = GOLDEN / f"{letter}.{language}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(rendered, "utf-8")
    assert rendered == file.read_text("utf-8")


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("language", PHRASES)
def test_every_letter_says_who_writes_and_where_to_answer(letter: str, language: str) -> None:
    words = LETTERS[letter](language)
    assert "Tryggare tillsammans" in words.subject
    assert "Initiativ trygghet, Markaryds kommun" in words.text
    page = "min-sida" if letter == "already" else "bekrafta"
    assert f"\n{BASE}/{page}/{TOKEN}\n" in words.text


@pytest.mark.parametrize("language", PHRASES)
def test_the_question_shows_the_very_words_that_are_agreed_to(language: str) -> None:
    text = letters().confirmation(language, TOKEN).text
    assert AGREED[language].text in " ".join(text.split())


@pytest.mark.parametrize("language", PHRASES)
def test_both_ends_of_a_move_are_told_the_new_address(language: str) -> None:
    here, away = LETTERS["move_here"](language), LETTERS["move_away"](language)
    assert NEW in here.text and NEW in away.text
    assert here.subject != away.subject and here.text != away.text


def test_a_rehearsal_finds_the_template_that_fails() -> None:
    letters().rehearse()
    with pytest.raises(TemplateFault, match=r"templates/letters/fi/move.txt:1: .*nobody"):
        letters({**TEMPLATES, "letters/fi/move.txt": "{{ nobody }}"}).rehearse()
