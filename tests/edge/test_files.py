"""Files: whole or not at all, kept as they were, closed to others."""

import errno
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from mailer.edge import files
from mailer.edge.files import (
    OriginalFiles,
    make_private,
    read_templates,
    secret_if_made,
    secret_in,
    shipped,
    templates_for,
    write_durably,
    write_files,
    write_fresh_copy,
)
from mailer.errors import MailerError, SettingsError, StoreError
from mailer.mail.server import Secret

CHECKOUT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def fail(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# --- writing ---


def test_a_file_is_there_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "name"
    write_durably(path, b"first")
    write_durably(path, b"second")
    assert (path.read_bytes(), mode(path), names(tmp_path)) == (b"second", 0o600, ["name"])


def test_without_replace_the_first_writer_wins(tmp_path: Path) -> None:
    path = tmp_path / "name"
    for content in (b"first", b"second"):
        write_durably(path, content, replace=False)
    assert (path.read_bytes(), names(tmp_path)) == (b"first", ["name"])


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "name"
    write_durably(path, b"first")
    monkeypatch.setattr(f"os.{call}", fail)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"second")
    assert (path.read_bytes(), names(tmp_path)) == (b"first", ["name"])


def test_a_name_and_its_folder_are_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(
        "os.fsync", lambda handle: flushed.append(Path(f"/proc/self/fd/{handle}").readlink().name)
    )
    secret_in(tmp_path / "a" / "b")
    assert flushed[:2] == [tmp_path.name, "a"]
    assert flushed[2].startswith(".secret.")
    assert flushed[3:] == ["b"]


def test_files_for_people_are_written_into_a_folder_made_for_them(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert write_files(folder, {"x": b"1", "y": b"2"}) == [folder / "x", folder / "y"]
    write_files(folder, {"x": b"3"})
    assert [(folder / name).read_bytes() for name in names(folder)] == [b"3", b"2"]


def test_files_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailerError, match="file: File exists"):
        write_files(tmp_path / "file", {"x": b"1"})
    (tmp_path / "x").mkdir()
    with pytest.raises(MailerError, match="x: Is a directory"):
        write_files(tmp_path, {"x": b"1"})


def test_a_new_data_directory_is_its_owners_alone_and_an_old_one_is_left(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "data")
    assert mode(tmp_path / "a" / "data") == 0o700
    (tmp_path / "old").mkdir(mode=0o750)
    make_private(tmp_path / "old")
    assert mode(tmp_path / "old") == 0o750
    (tmp_path / "file").touch()
    with pytest.raises(MailerError, match="file: cannot be the data directory: File exists"):
        make_private(tmp_path / "file")


# --- the secret ---


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = secret_in(folder)
    assert len(secret.reveal()) == 64
    assert secret_in(folder) == secret == secret_if_made(folder)
    assert (mode(folder / "secret"), names(folder)) == (0o600, ["secret"])
    assert secret_in(tmp_path / "other") != secret


def test_callers_at_once_all_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: secret_in(tmp_path / "data").reveal(), range(64)))
    assert len(found) == 1
    program = (
        "import sys; from pathlib import Path; from mailer.edge.files import secret_in;"
        "sys.stdin.read(); print(secret_in(Path(sys.argv[1])).reveal())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, tmp_path / "shared"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.close()
    for process in processes:
        assert process.stdout
        with process.stdout:
            found.add(process.stdout.read().decode().strip())
        assert process.wait() == 0
    assert len(found) == 2


def test_before_it_is_made_every_secret_is_another_and_none_is_written(tmp_path: Path) -> None:
    assert secret_if_made(tmp_path) != secret_if_made(tmp_path)
    assert names(tmp_path) == []


def test_a_secret_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hemligt\n")
    assert secret_in(tmp_path) == Secret("hemligt")


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_secret_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(StoreError, match="secret: is empty"):
        secret_in(tmp_path)


# --- the originals ---

RAWS: Sequence[bytes] = (b"", b"Subject: a\r\n\r\n", bytes(range(256)) * 1000, b"\n\r\r\n\0")


@pytest.mark.anyio
async def test_originals_come_back_as_they_were(tmp_path: Path) -> None:
    originals = OriginalFiles(tmp_path / "originals")
    hashes = await originals.keep(RAWS)
    assert hashes == [sha256(raw).hexdigest() for raw in RAWS]
    assert [await originals.get(hash) for hash in hashes] == list(RAWS)
    assert await originals.keep([]) == []


def kept(folder: Path) -> dict[str, tuple[int, int]]:
    """Mode and inode of each file, by its name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: (mode(path), path.stat().st_ino) for path in found}


@pytest.mark.anyio
async def test_an_original_is_kept_once_and_never_touched_again(tmp_path: Path) -> None:
    originals = OriginalFiles(tmp_path)
    hashes = await originals.keep(RAWS)
    before = kept(tmp_path)
    assert await originals.keep([*RAWS, *RAWS]) == [*hashes, *hashes]
    assert kept(tmp_path) == before
    assert set(before) == {f"{hash}.eml" for hash in hashes}
    assert {mode for mode, _ in before.values()} == {0o600}


@pytest.mark.anyio
async def test_what_cannot_be_kept_or_found_is_a_store_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match=r"cannot read received mail: .*No such file"):
        await OriginalFiles(tmp_path).get("0" * 64)
    write_durably(tmp_path / "file", b"")
    with pytest.raises(StoreError, match=r"cannot keep received mail: .*File exists"):
        await OriginalFiles(tmp_path / "file" / "deeper").keep(RAWS)
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(StoreError, match="No space"):
        await OriginalFiles(tmp_path / "full").keep(RAWS)


# --- what comes with the program ---


@pytest.mark.parametrize("name", ["config", "templates"])
def test_in_a_checkout_the_folders_stand_beside_the_program(name: str) -> None:
    assert shipped(name) == CHECKOUT / name


@pytest.mark.parametrize("name", ["config", "templates"])
def test_in_a_wheel_the_folders_are_inside_it(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mailer" / "shipped" / name).mkdir(parents=True)
    monkeypatch.setattr(files, "files", lambda package: tmp_path / package)
    assert shipped(name) == tmp_path / "mailer" / "shipped" / name


def test_templates_beside_the_config_lie_over_those_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    ours = read_templates(CHECKOUT / "templates")
    assert templates_for(tmp_path / "config") == ours
    (tmp_path / "templates" / "letters" / "sv").mkdir(parents=True)
    (tmp_path / "templates" / "letters" / "sv" / "breaker.txt").write_text("Eget", "utf-8")
    assert templates_for(tmp_path / "config") == {**ours, "letters/sv/breaker.txt": "Eget"}


def test_templates_are_read_by_their_path_and_hidden_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "letters" / "sv").mkdir(parents=True)
    (tmp_path / "letters" / "sv" / "a.txt").write_text("Hej då", "utf-8")
    (tmp_path / "b.html").write_bytes(b"\xef\xbb\xbfHej")  # as Notepad saves it
    (tmp_path / ".swp").write_bytes(b"\xff")
    assert read_templates(tmp_path) == {"b.html": "Hej", "letters/sv/a.txt": "Hej då"}


def test_a_template_that_is_not_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Hej\nHej då".encode("latin-1"))
    with pytest.raises(SettingsError, match=rf"^{tmp_path}/a\.txt:2: is not UTF-8"):
        read_templates(tmp_path)


def test_a_fresh_copy_is_all_of_config_and_templates(tmp_path: Path) -> None:
    write_fresh_copy(tmp_path / "mine")
    assert names(tmp_path / "mine") == ["config", "templates"]
    assert read_templates(tmp_path / "mine") == {
        f"{name}/{path}": text
        for name in ("config", "templates")
        for path, text in read_templates(CHECKOUT / name).items()
    }


@pytest.mark.parametrize("name", ["config", "templates"])
def test_a_fresh_copy_overwrites_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine").write_text("x")
    with pytest.raises(MailerError, match=f"{name} is there already"):
        write_fresh_copy(tmp_path)
    assert (names(tmp_path), names(tmp_path / name)) == ([name], ["mine"])
