"""Files: originals of received mail, templates, pictures, the secret, and what the wheel ships.

What must last is on the disk when a function returns, whole or not at all.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, TypeVar

from mailer.errors import MailerError, Problem, SettingsError, StoreError
from mailer.mail.server import Secret
from mailer.newsletter.picture import Picture, picture

T = TypeVar("T")

_FLUSHING = 16  # threads; none of them does anything but wait


def shipped(name: str) -> Path:
    """The folder `config` or `templates` that came with the program: in the wheel or checkout."""
    inside = Path(str(files("mailer"))) / "shipped" / name
    return inside if inside.is_dir() else Path(str(files("mailer"))).parent / name


def templates_for(config: Path) -> Mapping[str, str]:
    """The templates beside a config folder, over those that came with the program.

    So an installation keeps what it made its own, and gets a template that is new in this version.
    """
    templates: dict[str, str] = {}
    for folder in template_folders(config):
        templates |= read_templates(folder)
    return templates


def template_folders(config: Path) -> tuple[Path, ...]:
    """Where templates are read from: what a later folder holds replaces an earlier one's."""
    beside = config.resolve().parent / "templates"
    return (shipped("templates"), *([beside] if beside.is_dir() else []))


def version_of(folders: Iterable[Path]) -> str:
    """Of all that stands below these folders: names, sizes and times of the files."""
    lines = "\n".join(line for folder in folders for line in _files(folder))
    return sha256(lines.encode(errors="surrogateescape")).hexdigest()


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue  # what editors leave behind
        try:
            found = path.stat()
        except OSError:
            continue  # gone since it was listed
        if S_ISREG(found.st_mode):
            yield f"{path} {found.st_mtime_ns} {found.st_size}"


def read_templates(folder: Path) -> Mapping[str, str]:
    """Every template by its path under `folder`, with forward slashes.

    Raises SettingsError for one that is not UTF-8 (with or without a byte order mark).
    """
    return {
        path.relative_to(folder).as_posix(): _read_template(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def read_pictures(folder: Path, names: Iterable[str]) -> Mapping[str, Picture]:
    """The image files below `folder` by their names. Raises SettingsError with every bad one."""
    pictures: dict[str, Picture] = {}
    problems: list[Problem] = []
    for name in sorted(set(names)):
        try:
            pictures[name] = picture((folder / name).read_bytes())
        except OSError as error:
            problems.append(Problem(str(folder / name), 0, f"cannot be read: {error.strerror}"))
        except ValueError as error:
            problems.append(Problem(str(folder / name), 0, str(error)))
    if problems:
        raise SettingsError(tuple(problems))
    return pictures


def write_fresh_copy(target: Path) -> None:
    """Put a copy of the shipped config and templates into `target`.

    Raises MailerError where one of them is there already: an editor's work is never overwritten.
    """
    for name in ("config", "templates"):
        if (target / name).exists():
            raise MailerError(f"{target / name} is there already; choose an empty folder")
    for name in ("config", "templates"):
        shutil.copytree(shipped(name), target / name)


def make_private(folder: Path) -> None:
    """Make the data directory if it is missing; only its owner may look into a new one.

    Raises MailerError where that cannot be done.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise MailerError(f"{folder}: cannot be the data directory: {error.strerror}") from error


def secret_in(folder: Path) -> Secret:
    """The installation's own secret, made at the first call; only its owner may read the file."""
    path = folder / "secret"
    if not path.exists():
        _make_folder(folder)
        write_durably(path, secrets.token_hex(32).encode(), replace=False)
    secret = Secret(path.read_text("ascii", errors="replace").strip())
    if not secret:
        raise StoreError(f"{path}: is empty; put the secret back from a backup")
    return secret


def secret_if_made(folder: Path) -> Secret:
    """The installation's secret if there is one yet, else one that recognises nothing."""
    path = folder / "secret"
    return secret_in(folder) if path.exists() else Secret(secrets.token_hex(32))


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files by name into `folder`, made when missing; their paths.

    Raises MailerError where that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise MailerError(f"{error.filename or folder}: {error.strerror}") from error
    return [folder / name for name in contents]


def write_durably(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file whole and flush it; without `replace` the first writer wins. Mode 0600."""
    part = _part_of(path)
    try:
        with _opened(part) as file:
            file.write(content)
            _flush(file)
        if replace:
            part.replace(path)
        else:
            with suppress(FileExistsError):
                path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)
    flush_folder(path.parent)


def write_all_durably(contents: Mapping[Path, bytes]) -> None:
    """Write files whole, and flush each, and each of their folders once. Mode 0600."""
    parts = {path: _part_of(path) for path in contents}
    try:
        with ExitStack() as stack:
            files = [stack.enter_context(_opened(part)) for part in parts.values()]
            for file, content in zip(files, contents.values(), strict=True):
                file.write(content)
            _at_once(_flush, files)
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    _at_once(flush_folder, {path.parent for path in contents})


def _at_once(flush: Callable[[T], None], each: Iterable[T]) -> None:
    """Wait for the disk once for several: it writes them together, a tenth of the time."""
    several = list(each)
    if len(several) == 1:
        flush(several[0])
        return

    def flush_some(first: int) -> None:
        for one in several[first::_FLUSHING]:
            flush(one)

    with ThreadPoolExecutor(_FLUSHING) as pool:
        list(pool.map(flush_some, range(min(_FLUSHING, len(several)))))


def _part_of(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def _opened(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def original_of(data_dir: Path, hash: str) -> Path:
    """Where the original with this hash lies."""
    return OriginalFiles(data_dir / "originals").path(hash)


class OriginalFiles:
    """The port `Originals`: one file a mail under `folder`, by the SHA-256 of its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, raws: Sequence[bytes]) -> Sequence[str]:
        try:
            return await asyncio.to_thread(self._keep, raws)
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot keep received mail: {error}") from error

    async def get(self, hash: str) -> bytes:
        try:
            return await asyncio.to_thread(self.path(hash).read_bytes)
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot read received mail: {error}") from error

    def _keep(self, raws: Sequence[bytes]) -> list[str]:
        hashes = [sha256(raw).hexdigest() for raw in raws]
        paths = {self.path(hash): raw for hash, raw in zip(hashes, raws, strict=True)}
        new = {path: raw for path, raw in paths.items() if not path.exists()}
        for folder in {path.parent for path in new}:
            _make_folder(folder)
        write_all_durably(new)
        return hashes

    def path(self, hash: str) -> Path:
        """Where the original with this hash lies."""
        return self._folder / hash[:2] / f"{hash}.eml"


def _read_template(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(str(path), line, "is not UTF-8; save it as UTF-8")
        raise SettingsError((problem,)) from None


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable: a new file is only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
