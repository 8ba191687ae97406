"""Which files the config directory holds, each with the name that problems call it by.

Takes the directory; gives its `Files`, and a problem for each that is missing, or that lies there
and would not be read: a misspelt name must not silence an activity.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import Problem, SettingsError
from mailer.settings.fields import did_you_mean

SINGLE = ("mailer.yaml", "newsletter.yaml", "subprojects.yaml", "triage.yaml")
_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class File:
    """`below` is the path below the directory that it was looked for in, with slashes."""

    path: Path
    below: str

    @property
    def name(self) -> str:
        return printable(self.path)

    @property
    def stem(self) -> str:
        return self.below.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Files:
    """`single` is by name, and lacks those that are missing; the others are in path order."""

    single: Mapping[str, File]
    activities: tuple[File, ...]
    editions: tuple[File, ...]


def printable(path: Path) -> str:
    """The path as it was reached, also where it is not UTF-8."""
    return os.fsencode(path).decode(errors="replace")


def find(config_dir: Path) -> tuple[Files, tuple[Problem, ...]]:
    """Look through the config directory. Raises SettingsError where there is none."""
    if not _is_directory(config_dir):
        message = "no such directory; give the config directory with --config or MAILER_CONFIG"
        raise SettingsError((Problem(printable(config_dir), 0, message),))
    problems: list[Problem] = []
    top = _walk(config_dir, problems, deep=False)
    for file in top:
        if file.below not in SINGLE:
            message = f"no file of this name is read{did_you_mean(file.below, SINGLE)}"
            problems.append(Problem(file.name, 0, message))
    single = {file.below: file for file in top if file.below in SINGLE}
    for name in SINGLE:
        if name not in single:
            problems.append(Problem(printable(config_dir / name), 0, "the file is missing"))
    activities = _walk(config_dir / "activities", problems, deep=True)
    editions = _walk(config_dir / "editions", problems, deep=False)
    return Files(single, activities, editions), tuple(problems)


def has_file(folder: Path, name: str) -> bool:
    """Whether `name` is a file in `folder` or deeper, and not beside it."""
    try:
        path = (folder / name).resolve(strict=True)
        return path.is_relative_to(folder.resolve()) and path.is_file()
    except (
        OSError,
        RuntimeError,
        ValueError,
    ):  # none there, a circle of links, or no possible name
        return False


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _walk(top: Path, problems: list[Problem], *, deep: bool) -> tuple[File, ...]:
    """The YAML files in a directory, and (deep) in those below it; none if it does not exist."""
    files: list[File] = []

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            folder = printable(Path(error.filename))
            problems.append(Problem(folder, 0, f"cannot be read: {error.strerror}"))

    for folder, below, names in os.walk(top, onerror=refuse):
        below[:] = sorted(name for name in below if deep and not name.startswith("."))
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or name.endswith("~"):
                continue  # what editors leave behind
            if name.lower().endswith(_YAML):
                files.append(File(path, path.relative_to(top).as_posix()))
            elif name.lower().endswith(".txt"):
                message = f"is not read; expected the name {path.with_suffix('').stem}.yaml"
                problems.append(Problem(printable(path), 0, message))
    return tuple(sorted(files, key=lambda file: file.below))
