"""The own words of the newsletter and the web pages, read at the edge."""

from pathlib import Path

import pytest

from mailer.edge.files import read_templates, shipped
from mailer.edge.strings import read_strings, strings_of
from mailer.errors import SettingsError

SHIPPED = read_templates(shipped("templates"))
SWEDISH = "web/strings/sv.yaml"


def put(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_the_words_are_read_by_language(tmp_path: Path) -> None:
    put(tmp_path, "newsletter/strings/sv.yaml", b"# words\ndone: Klart\n")
    put(tmp_path, "newsletter/strings/en.yaml", b"done: Done\n")
    assert read_strings(read_templates(tmp_path)) == {
        "sv": {"done": "Klart"},
        "en": {"done": "Done"},
    }


def test_words_that_are_no_texts_are_named_with_their_lines(tmp_path: Path) -> None:
    put(tmp_path, "newsletter/strings/en.yaml", b"add: Add\ndone: 7\n")
    put(tmp_path, "newsletter/strings/fi.yaml", b"- done\n")
    put(tmp_path, "newsletter/strings/sv.yaml", b"done: [\n")
    with pytest.raises(SettingsError) as refused:
        read_strings(read_templates(tmp_path))
    told = str(refused.value)
    assert "templates/newsletter/strings/en.yaml:2: 'done' must be text" in told
    assert "templates/newsletter/strings/fi.yaml:1: expected texts by name" in told
    assert "templates/newsletter/strings/sv.yaml:" in told


def test_what_came_with_the_program_is_whole() -> None:
    assert strings_of(SHIPPED) == read_strings(SHIPPED)
    assert strings_of(SHIPPED, "web") == read_strings(SHIPPED, "web")


def test_an_older_file_gets_the_texts_that_are_new() -> None:
    strings = strings_of(SHIPPED | {SWEDISH: "subscribe: Teckna dig\n"}, "web")
    assert strings["sv"] == read_strings(SHIPPED, "web")["sv"] | {"subscribe": "Teckna dig"}


@pytest.mark.parametrize(
    ("file", "words", "told"),
    [
        (SWEDISH, "subscibe: Nu", ":1: nothing shows a text 'subscibe'; did you mean 'subscribe'?"),
        (SWEDISH, "zzz: Nu", ":1: nothing shows a text 'zzz'"),
        (
            SWEDISH,
            "confirmed_text: Till {adress}.",
            ":1: 'confirmed_text': {adress} is not filled in here; there are: {email}",
        ),
        (SWEDISH, "subscribe: '{x}'", "{x} is not filled in here; there are: none"),
        (SWEDISH, "subscribe: 'x}'", "'subscribe': a brace that is not part of a {name}"),
        ("web/strings/da.yaml", "subscribe: Tegn", "'confirm' is missing; in Swedish it is: "),
    ],
)
def test_texts_that_would_fail_on_a_page_are_named(file: str, words: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        strings_of(SHIPPED | {file: words}, "web")
    assert f"templates/{file}:" in str(refused.value)
    assert told in str(refused.value)
