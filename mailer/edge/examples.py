"""Files of labelled mails: one JSON object a line (JSONL), UTF-8.

Takes paths; gives every mail in them, or raises SettingsError with every line that is none.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mailer.errors import MailerError, Problem, SettingsError
from mailer.inquiry.labelled import Labelled, labelled


def shipped_examples(config_dir: Path) -> tuple[Labelled, ...]:
    """Those that the config brings: triage/*.jsonl, in the order of their names; maybe none.

    Only those in files named examples_* teach whom a mail belongs to.
    """
    paths = sorted((config_dir / "triage").glob("*.jsonl"))
    return tuple(mail for path in paths for mail in _shipped(path))


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
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise MailerError(f"{path}: cannot be read: {error.strerror}") from error
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    found.append(labelled(json.loads(line)))
                except ValueError as error:  # JSON and UTF-8 have theirs below it
                    problems.append(Problem(str(path), number, str(error)))
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(found)
