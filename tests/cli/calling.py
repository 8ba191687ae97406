"""The command line as tests call it: its verbs, and what a call says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from typer.main import get_command

from mailer.cli import app


@dataclass(frozen=True)
class Said:
    """How a call ended, and what it said."""

    code: int
    out: str
    err: str


Mailer = Callable[..., Said]
"""Call `mailer` with these words, in this process."""


def every_verb() -> dict[str, Any]:
    """The commands by their words: "send", "outbox list"."""
    return dict(_below(get_command(app), ()))


def _below(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    # A group that does something by itself is a verb too: "triage", and "triage replay".
    if not hasattr(command, "commands") or command.invoke_without_command:
        yield " ".join(words), command
    if not hasattr(command, "commands"):
        return
    for name, each in command.commands.items():
        yield from _below(each, (*words, name))
