"""The files of a newsletter beside its templates, read at the edge."""

from pathlib import Path

import pytest

from mailer.edge.files import read_pictures
from mailer.errors import SettingsError

GIF = b"GIF89a\x01\x00\x01\x00"


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_pictures_are_read_once_by_their_names(tmp_path: Path) -> None:
    put(tmp_path, "bilder/a.gif", GIF)
    (name,) = read_pictures(tmp_path, ["bilder/a.gif", "bilder/a.gif"])
    assert name == "bilder/a.gif"


def test_pictures_that_cannot_be_shown_are_named(tmp_path: Path) -> None:
    bad = put(tmp_path, "a.webp", b"RIFF")
    with pytest.raises(SettingsError) as refused:
        read_pictures(tmp_path, ["a.webp", "b.gif"])
    told = str(refused.value)
    assert f"{bad}:1: not a picture that every mail program shows" in told
    assert f"{tmp_path / 'b.gif'}:1: cannot be read: No such file" in told
