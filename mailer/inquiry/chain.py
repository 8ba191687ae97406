"""The chain of the record: what happened to every case, each row sealed to the one before it.

Takes events; gives links. The hash of a link is SHA-256 over the hash of the link before it and
the canonical form of its own content, so whoever alters, adds, removes or reorders rows leaves a
place where the chain does not hold, which `examine` names. Rows cut off at the end leave no such
place: therefore the chain is also held against the cases as they stand.

A link holds numbers, hashes and what triage and our colleagues decided, never what a resident
wrote or who it was: it stays whole, and stays true, when a person is erased.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

Happening = Literal[
    "recorded",  # a mail was seen at a place of the mailbox where it was not seen before
    "decided",
    "forwarded",  # letters about it were queued
    "acknowledged",
    "asked",
    "told",
    "filed",
    "moved",  # by people, or because they said so
    "relabelled",  # a person gave it to somebody else, or took that back
    "answered",
    "erased",
]

BEGINNING = "0" * 64
"""Stands for the hash before the first."""

STANDING = ("kind", "owner", "certain", "folder")
"""What a decision says of who has a case, and what a person may change about it."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the case with this number; `facts` can be written as JSON."""

    happening: Happening
    number: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the chain. `facts` is canonical JSON: sorted keys, no space between."""

    sequence: int
    at: datetime
    happening: str
    number: str
    facts: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class End:
    """Where the chain can go on: its last row; of an empty chain, `NOTHING`."""

    sequence: int
    hash: str


NOTHING = End(0, BEGINNING)


@dataclass(frozen=True, slots=True)
class Stand:
    """A case as the tables have it, to be held against the chain.

    `standing` holds the values of STANDING, or is None while it is undecided; `places` counts where
    it was seen, `filed` those of them from where it was filed.
    """

    number: str
    hash: str
    received: datetime
    standing: Mapping[str, Any] | None
    places: int
    filed: int


@dataclass(frozen=True, slots=True)
class Examined:
    """How the chain is: its `end`, where it `breaks` first (or empty), where it and the cases
    `differ`, and which cases were `erased`.
    """

    end: End
    breaks: str
    differ: Sequence[str]
    erased: frozenset[str]


def chained(events: Iterable[Event], end: End, at: datetime) -> list[Link]:
    """The links that go on from `end`."""
    links = []
    for event in events:
        facts = _canonical(event.facts)
        sequence, number = end.sequence + 1, event.number
        sealed = _seal(sequence, at, event.happening, number, facts, end.hash)
        links.append(Link(sequence, at, event.happening, number, facts, end.hash, sealed))
        end = End(sequence, sealed)
    return links


def recorded(hash: str, received: datetime) -> dict[str, Any]:
    """The facts of a mail that was seen."""
    return {"sha256": hash, "received": _moment(received)}


def examine(links: Iterable[Link], stands: Iterable[Stand]) -> Examined:
    """Hold the whole chain, in the order of its sequence, against itself and against the cases."""
    end = NOTHING
    breaks = ""
    said: dict[str, _Said] = {}
    for link in links:
        breaks = breaks or _break(link, end)
        end = End(link.sequence, link.hash)
        said.setdefault(link.number, _Said()).hear(link)
    differ = []
    known = set()
    for stand in stands:
        known.add(stand.number)
        differ += [
            f"{stand.number}: {what}" for what in said.get(stand.number, _Said()).not_as(stand)
        ]
    erased = frozenset(number for number, each in said.items() if each.erased)
    gone = said.keys() - known - erased
    differ += [
        f"{number}: is in the chain, and no longer among the cases" for number in sorted(gone)
    ]
    return Examined(end, breaks, tuple(differ), erased)


@dataclass(slots=True)
class _Said:
    """What the chain says of one case."""

    mail: Mapping[str, Any] | None = None
    standing: Mapping[str, Any] | None = None
    places: int = 0
    filed: int = 0
    erased: bool = False

    def hear(self, link: Link) -> None:
        match link.happening:
            case "recorded":
                self.mail = self.mail or _facts(link)
                self.places += 1
            case "decided" | "relabelled":
                self.standing = _facts(link)
            case "filed":
                self.filed += 1
            case "erased":
                self.erased = True

    def not_as(self, stand: Stand) -> Iterator[str]:
        """What is otherwise in the tables; of an erased case there is nothing to compare with."""
        if self.erased:
            return
        if self.mail is None:
            yield "is not in the chain"
            return
        theirs = {**recorded(stand.hash, stand.received), **(stand.standing or {})}
        ours = {**self.mail, **(self.standing or {})}
        if (self.standing is None) != (stand.standing is None):
            yield f"is {_decided(stand.standing)}, in the chain {_decided(self.standing)}"
        else:
            for name, value in theirs.items():
                if value != ours.get(name):
                    yield f"its {name} is {value!r}, in the chain {ours.get(name)!r}"
        if (self.places, self.filed) != (stand.places, stand.filed):
            yield (
                f"was seen {stand.places} and filed {stand.filed} times,"
                f" in the chain {self.places} and {self.filed}"
            )


def _decided(standing: object) -> str:
    return "undecided" if standing is None else "decided"


def _facts(link: Link) -> Mapping[str, Any]:
    """Of a row that somebody altered, maybe nothing."""
    try:
        facts = json.loads(link.facts)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _break(link: Link, end: End) -> str:
    """Why a link does not go on from `end`, or empty."""
    row = f"row {link.sequence}"
    content = (link.sequence, link.at, link.happening, link.number, link.facts, link.previous)
    table = (
        (link.sequence != end.sequence + 1, f"row {end.sequence + 1} is missing"),
        (link.previous != end.hash, f"{row} does not follow on row {end.sequence}"),
        (link.hash != _seal(*content), f"{row} is not what was written"),
    )
    return next((why for broken, why in table if broken), "")


def _seal(
    sequence: int, at: datetime, happening: str, number: str, facts: str, previous: str
) -> str:
    content = _canonical([sequence, _moment(at), happening, number, facts])
    return sha256(f"{previous}\n{content}".encode(errors="surrogatepass")).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
