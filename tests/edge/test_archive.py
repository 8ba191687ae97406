"""The archive on a real disk: whole or not at all, and never anything else afterwards."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailer.edge import archive as module
from mailer.edge.archive import Archive
from mailer.errors import EditionError, StoreError
from mailer.newsletter.archived import SUMS
from mailer.newsletter.receipt import Receipt
from tests.edge.archived import OCTOBER, SEPTEMBER, filled, kept

RECEIPT = Receipt("2020-10", 3, accepted=2, failed=0, uncertain=0, excluded=0, pending=1)


def test_an_edition_is_read_as_it_was_kept(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    assert archive.read("2020-10") == kept(OCTOBER, "sv", "ar")


def test_editions_are_told_newest_first_whatever_their_period(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    archive.keep(kept(replace(OCTOBER, period="2020-W38")))
    assert archive.editions() == ["2020-10", "2020-W38", "2020-09"]


def test_an_archive_that_is_not_there_has_no_editions(tmp_path: Path) -> None:
    assert Archive(tmp_path / "none").editions() == ()


def test_what_is_no_edition_is_not_told(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    (tmp_path / ".2020-11.0a1b2c3d").mkdir()
    (tmp_path / "lost+found").mkdir()
    assert archive.editions() == ["2020-10", "2020-09"]


def test_keeping_again_changes_nothing(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    archive.keep(kept(OCTOBER, "sv", "ar"))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_another_content_for_an_edition_is_refused_by_its_name(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    with pytest.raises(StoreError, match="edition 2020-09 was kept before with another content"):
        archive.keep(kept(replace(SEPTEMBER, news="Nytt")))
    assert archive.read("2020-09") == kept(SEPTEMBER)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2020-09", "2020-10"]


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_disk_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    write: Callable[[Path, bytes], None] = module.write_durably
    calls: list[Path] = []

    def failing(path: Path, content: bytes) -> None:
        calls.append(path)
        if len(calls) == nth:
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(module, "write_durably", failing)
    archive = Archive(tmp_path)
    if nth <= 7:
        with pytest.raises(StoreError, match=r"2020-09.*No space left"):
            archive.keep(kept(SEPTEMBER))
        assert list(tmp_path.iterdir()) == []
    archive.keep(kept(SEPTEMBER))
    assert archive.verify("2020-09") == []


def test_sha256sum_agrees(tmp_path: Path) -> None:
    filled(tmp_path)
    command = ["sha256sum", "--check", "--strict", "--quiet", SUMS]
    subprocess.run(command, cwd=tmp_path / "2020-10", check=True)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    filled(tmp_path / "archive")
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "archive" / "2020-10").rglob("*")}
    assert modes == {0}


def test_the_receipt_is_written_anew_and_is_no_part_of_the_edition(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    archive.write_receipt("2020-10", RECEIPT)
    archive.write_receipt("2020-10", replace(RECEIPT, accepted=3, pending=0))
    written = json.loads((tmp_path / "2020-10" / "receipt.json").read_bytes())
    assert (written["accepted"], written["pending"], written["audience"]) == (3, 0, 3)
    assert archive.verify("2020-10") == []


def test_what_was_altered_lost_or_added_is_named(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    home = tmp_path / "2020-10"
    assert archive.verify("2020-10") == []
    (home / "edition.sv.txt").write_text("Hejsan")
    (home / "calendar.ics").unlink()
    (home / "images" / "new.gif").write_bytes(b"")
    assert archive.verify("2020-10") == ["calendar.ics", "edition.sv.txt", "images/new.gif"]


@pytest.mark.parametrize("period", ["2020-08", "..", "../2020-09", "", ".", "2020-09/images"])
def test_an_edition_that_is_not_there_is_said(tmp_path: Path, period: str) -> None:
    archive = filled(tmp_path)
    for ask in (archive.read, archive.verify, lambda each: archive.write_receipt(each, RECEIPT)):
        with pytest.raises(EditionError, match="there is no edition"):
            ask(period)


@pytest.mark.parametrize("file", [SUMS, "edition.json"])
def test_a_damaged_edition_is_said(tmp_path: Path, file: str) -> None:
    archive = filled(tmp_path)
    (tmp_path / "2020-10" / file).write_bytes(b"\xff{")
    with pytest.raises(StoreError, match="2020-10: the edition cannot be read"):
        archive.read("2020-10")


def test_files_that_cannot_be_read_or_written_are_said(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    (tmp_path / "2020-10" / SUMS).unlink()
    (tmp_path / "2020-10" / "receipt.json").mkdir()
    with pytest.raises(StoreError, match="cannot be verified"):
        archive.verify("2020-10")
    with pytest.raises(StoreError, match="cannot have its receipt"):
        archive.write_receipt("2020-10", RECEIPT)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be read"):
        Archive(tmp_path / "file").editions()
