"""What may stand in newsletter.yaml and editions/PERIOD.yaml beside the texts."""

from pathlib import Path

import pytest

from mailer.errors import SettingsError
from mailer.newsletter.edition import EditionWords
from mailer.settings import load

EDITION = """\
spotlight: trygg-boendemiljo
translations:
  ar:
    title: الخريف
    closing: معًا!
"""


def test_an_edition_may_choose_its_spotlight_and_be_translated(copy: Path) -> None:
    (copy / "editions" / "2020-10.yaml").write_text(EDITION, "utf-8")
    text = load(copy, {}).editions["2020-10"]
    assert text.spotlight == "trygg-boendemiljo"
    assert text.translations == {"ar": EditionWords(title="الخريف", closing="معًا!")}


def test_a_spotlight_is_on_a_subproject_that_there_is(copy: Path) -> None:
    (copy / "editions" / "2020-10.yaml").write_text("spotlight: trygg-boende\n", "utf-8")
    with pytest.raises(SettingsError, match="did you mean 'trygg-boendemiljo'"):
        load(copy, {})


def test_pictures_go_in_the_letter_unless_they_are_to_be_fetched(copy: Path) -> None:
    assert load(copy, {}).newsletter.images == "inline"
    file = copy / "newsletter.yaml"
    file.write_text(file.read_text("utf-8").replace("images: inline", "images: web"), "utf-8")
    assert load(copy, {}).newsletter.images == "web"
