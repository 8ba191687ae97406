"""Files of labelled mails: one JSON object a line (JSONL), UTF-8.

Takes paths; gives every mail in them, or raises SettingsError with every line that is none.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from mailer.errors import MailerError, Problem, SettingsError
from mailer.inquiry.labelled import Labelled, labelled


def shipped_examples(config_dir: Path) -> tuple[Labelled, ...]:
    """Those that the config brings: triage/*.jsonl, in the order of their names; maybe none.

    Only those in files named examples_* teach whom a mail belongs to.
    """
    return tuple(mail for path in _files(config_dir) for mail in _shipped(path))


def digest_of_shipped(config_dir: Path) -> str:
    """Another where any of their files is another, or is called otherwise.

    It is made in a tenth of the time that reading the mails takes. Raises MailerError.
    """
    digest = sha256()
    for path in _files(config_dir):
        content = _content(path)
        digest.update(f"{path.name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files(config_dir: Path) -> list[Path]:
    return sorted((config_dir / "triage").glob("*.jsonl"))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MailerError(f"{path}: cannot be read: {error.strerror}") from error


def _shipped(path: Path) -> Iterable[Labelled]:
    mails = read_labelled([path])
    if path.name.startswith("examples_"):
        return mails
    return (replace(mail, teaches_owner=False) for mail in mails)


def read_labelled(paths: Iterable[Path]) -> tuple[Labelled, ...]:
    """Every mail in these files, in order. Raises MailerError where one cannot be read."""
    found: list[Labelled] = []
    problems: list[Problem] = []
    for path in paths:
        lines = [*enumerate(_content(path).split(b"\n"), 1)]
        values = {number: _value(line) for number, line in lines if line.strip()}
        if values and all(isinstance(value, ValueError) for value in values.values()):
            expected = "no labelled mails; expected a JSON object on each line"
            problems.append(Problem(str(path), 0, expected))
            continue
        for number, value in values.items():
            try:
                if isinstance(value, ValueError):
                    raise value
                found.append(labelled(value))
            except ValueError as error:
                problems.append(Problem(str(path), number, str(error)))
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(found)


def _value(line: bytes) -> object:
    """What a line says; the error where it is not JSON, or not UTF-8."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        return ValueError(f"not JSON: {error.msg[0].lower()}{error.msg[1:]}, column {error.colno}")
    except UnicodeDecodeError:
        return ValueError("not JSON: it must be UTF-8")
    except RecursionError:
        return ValueError("not JSON: it is nested too deeply")
