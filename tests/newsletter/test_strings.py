"""The files of a newsletter beside its templates, read at the edge."""

from pathlib import Path

import pytest

from mailer.edge.files import read_pictures, read_strings, read_templates
from mailer.errors import SettingsError

GIF = b"GIF89a\x01\x00\x01\x00"


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


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


def test_pictures_are_read_once_by_their_names(tmp_path: Path) -> None:
    put(tmp_path, "bilder/a.gif", GIF)
    (name,) = read_pictures(tmp_path, ["bilder/a.gif", "bilder/a.gif"])
    assert name == "bilder/a.gif"


def test_pictures_that_cannot_be_shown_are_named(tmp_path: Path) -> None:
    bad = put(tmp_path, "a.webp", b"RIFF")
    with pytest.raises(SettingsError) as refused:
        read_pictures(tmp_path, ["a.webp", "b.gif"])
    told = str(refused.value)
    assert f"{bad}:0: not a picture that every mail program shows" in told
    assert f"{tmp_path / 'b.gif'}:0: cannot be read: No such file" in told
