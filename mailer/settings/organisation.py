"""subprojects.yaml as an `Organisation`, and what must hold between its names.

Takes the form and the place that it was read from; gives the value and every problem.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

from mailer.edge.documents import NodePath
from mailer.errors import Problem
from mailer.inquiry.verdict import Kind
from mailer.mail.address import Address, clean_name
from mailer.organisation import COORDINATOR, Leader, Organisation, Subproject
from mailer.settings.explain import Fitted
from mailer.settings.fields import did_you_mean
from mailer.settings.schema import CoordinatorForm, LeaderForm, SubprojectsForm

_RESERVED = frozenset({COORDINATOR, "none", "urgent", *get_args(Kind)})
"""What a verdict's reasons speak of beside subprojects."""


def organisation(form: SubprojectsForm, municipality: str, mailbox: Address) -> Organisation:
    """The value. Call it only when `problems_of` finds none."""
    leaders = {slug: _leader(slug, leader, leader.title) for slug, leader in form.leaders.items()}
    return Organisation(
        municipality=municipality,
        mailbox=mailbox,
        subprojects=tuple(
            Subproject(
                slug=slug,
                name=subproject.name,
                purpose=subproject.purpose,
                leaders=tuple(leaders[leader] for leader in subproject.leaders),
                folder=subproject.folder or subproject.name,
            )
            for slug, subproject in form.subprojects.items()
        ),
        coordinator=_leader(COORDINATOR, form.coordinator),
        coordinator_folder=form.coordinator.folder,
    )


def _leader(slug: str, form: LeaderForm | CoordinatorForm, title: str = "") -> Leader:
    return Leader(
        slug=slug,
        name=form.name,
        address=Address(form.address.email, clean_name(form.name)),
        title=title,
        deputy=form.deputy or "",
        away=tuple(form.away),
    )


def addresses(form: SubprojectsForm) -> Mapping[NodePath, Address]:
    """The address of every leader and of the coordinator, by its place in the file."""
    return {
        **{("leaders", slug, "address"): leader.address for slug, leader in form.leaders.items()},
        ("coordinator", "address"): form.coordinator.address,
    }


def folders(form: SubprojectsForm) -> Mapping[NodePath, str]:
    """The folder of every subproject and of the coordinator, by the place that names it."""
    named: dict[NodePath, str] = {("coordinator", "folder"): form.coordinator.folder}
    for slug, subproject in form.subprojects.items():
        key = "folder" if subproject.folder else "name"
        named["subprojects", slug, key] = subproject.folder or subproject.name
    return named


def problems_of(people: Fitted[SubprojectsForm]) -> Iterator[Problem]:
    """What is wrong within subprojects.yaml."""
    form = people.form
    if not form.subprojects:
        yield people.problem(("subprojects",), "no subproject; expected at least one")
    for slug, subproject in form.subprojects.items():
        if slug in _RESERVED:
            yield people.problem_of_key(
                ("subprojects", slug), f"{slug!r} has a meaning of its own; expected another slug"
            )
        place: NodePath = ("subprojects", slug, "leaders")
        if not subproject.leaders:
            yield people.problem(place, "no leader; expected at least one")
        for index, leader in enumerate(subproject.leaders):
            if leader not in form.leaders:
                message = f"no leader {leader!r}{did_you_mean(leader, form.leaders)}"
                yield people.problem((*place, index), message)
            elif leader in subproject.leaders[:index]:
                yield people.problem((*place, index), f"{leader!r} is given twice")
    leading = {leader for part in form.subprojects.values() for leader in part.leaders}
    for slug in form.leaders:
        if slug not in leading:
            yield people.problem_of_key(
                ("leaders", slug), f"{slug!r} leads no subproject; expected it in one's 'leaders'"
            )
    places: dict[NodePath, str | None] = {
        **{("leaders", slug): leader.deputy for slug, leader in form.leaders.items()},
        (COORDINATOR,): form.coordinator.deputy,
    }
    for person, deputy in places.items():
        if deputy == person[-1]:
            message = f"{deputy!r} cannot stand in for themselves; expected another leader"
            yield people.problem((*person, "deputy"), message)
