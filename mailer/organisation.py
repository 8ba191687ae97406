"""Who the service works for: subprojects, their leaders, the coordinator, the mailbox.

Takes nothing from outside; gives the values that the newsletter prints and that triage routes to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from mailer.mail.address import Address

COORDINATOR = "coordinator"
"""What stands in place of a slug where no subproject is meant."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which somebody is away: `since` and `until`, both included."""

    since: date
    until: date

    def covers(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Leader:
    """One who leads a subproject, or the coordinator.

    `title` stands before the name in running text: "kommunpolis". `deputy` is the slug of who gets
    this one's mail during each `away`, or empty.
    """

    slug: str
    name: str
    address: Address
    title: str = ""
    deputy: str = ""
    away: tuple[Absence, ...] = ()

    @property
    def titled(self) -> str:
        return f"{self.title} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Subproject:
    """One of the project's parts. `folder` is its IMAP folder, in plain Unicode."""

    slug: str
    name: str
    purpose: str
    leaders: tuple[Leader, ...]
    folder: str


@dataclass(frozen=True)
class Organisation:
    """The whole project. `mailbox` is the public address that residents write to."""

    municipality: str
    mailbox: Address
    subprojects: tuple[Subproject, ...]
    coordinator: Leader
    coordinator_folder: str

    def __getitem__(self, slug: str) -> Subproject:
        return self.by_slug[slug]

    @cached_property
    def by_slug(self) -> Mapping[str, Subproject]:
        return {subproject.slug: subproject for subproject in self.subprojects}

    @cached_property
    def leaders(self) -> tuple[Leader, ...]:
        """Every leader once, in the order in which the subprojects name them."""
        return tuple(dict.fromkeys(leader for part in self.subprojects for leader in part.leaders))

    @cached_property
    def people(self) -> Mapping[str, Leader]:
        """Every leader and the coordinator, by slug."""
        return {person.slug: person for person in (*self.leaders, self.coordinator)}

    def person_at(self, address: Address | None) -> Leader | None:
        """Whose address it is, if it is one of ours."""
        return self._by_box.get(address.box) if address else None

    def outside(self, address: Address) -> bool:
        """Whether neither the mailbox nor anybody who leads has an address at its domain."""
        return address.domain.casefold() not in self._domains

    @cached_property
    def _domains(self) -> frozenset[str]:
        ours = (self.mailbox, *(person.address for person in self.people.values()))
        return frozenset(address.domain.casefold() for address in ours)

    @cached_property
    def _by_box(self) -> Mapping[str, Leader]:
        # Of two at one address, the one named first.
        return {each.address.box: each for each in (self.coordinator, *reversed(self.leaders))}
