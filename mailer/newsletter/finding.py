"""What a check says: where, how grave, and in which words.

A `Check` is one row of preflight's table. Its function gives `Hit`s, places with the values that
its two sentences lack; a `Finding` is such a sentence, whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

Severity = Literal["error", "warning"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """`line` counts from 1; 0 where the file as a whole is meant, which in words is line 1."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line or 1}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that a check stops at; `values` go into its sentences, by name."""

    place: Place
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """`english` is for the command line, `svenska` for the editor and the approvers.

    Both are patterns of str.format that take the values of a hit.
    """

    name: str
    severity: Severity
    find: Callable[[T], Iterable[Hit]]
    english: str
    svenska: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` and `svenska` say the same; `check` is the name that the editor's guide has."""

    severity: Severity
    file: str
    line: int
    message: str
    svenska: str
    check: str

    @property
    def place(self) -> Place:
        return Place(self.file, self.line)

    @property
    def is_error(self) -> bool:
        """Whether it stops a send."""
        return self.severity == "error"

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.severity}: {self.check})"
