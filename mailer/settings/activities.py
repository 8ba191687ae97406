"""The activity files as `Activity` values: one mapping in a file, or a list of them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from unicodedata import combining, normalize

from mailer.edge.documents import Document, NodePath
from mailer.errors import Problem
from mailer.newsletter.activity import Activity, Image, Registration, Translation, parse_period
from mailer.newsletter.edition import Period
from mailer.organisation import Organisation
from mailer.settings.explain import Fitted
from mailer.settings.files import File
from mailer.settings.schema import ActivityForm

_FILED = re.compile(r"([0-9]{4}-(?:W[0-9]{2}|[0-9]{2}))(?![0-9])")


def places(document: Document) -> tuple[NodePath, ...]:
    """Where the activities of a file stand: at its top, or one in each item of its list."""
    if isinstance(document.value, list):
        return tuple((index,) for index in range(len(document.value)))
    return ((),)


def filed(file: File, period: Period | None) -> tuple[str, tuple[Problem, ...]]:
    """The period that begins the file's name, or that of a folder around it, the nearest; or "".

    Of a weekly newsletter a month is no period, and the other way round: the name of
    2020-09-18-fest.yaml says a day then.
    """
    for part in reversed(file.stem.split("/")):
        found = _FILED.match(part)
        if found and (period is None or ("W" in found[1]) == (period == "week")):
            try:
                parse_period(found[1])
            except ValueError as error:
                return "", (Problem(file.name, 0, f"the file name begins with {error}"),)
            return found[1], ()
    return "", ()


def activities(fits: Sequence[Fitted[ActivityForm]], file: File, filed: str) -> Iterator[Activity]:
    """The values of one file."""
    if [one.path for one in fits] == [()]:
        yield _activity(fits[0], file.stem, filed)
        return
    for one, key in zip(fits, _keys(file.stem, [one.form.title for one in fits]), strict=True):
        yield _activity(one, key, filed)


def _activity(fitted: Fitted[ActivityForm], key: str, filed: str) -> Activity:
    form, image, registration = fitted.form, fitted.form.image, fitted.form.registration
    return Activity(
        key=key,
        title=form.title,
        when=form.when,
        text=form.text,
        subproject=form.subproject,
        place=form.place,
        link=form.link,
        image=Image(image.file, image.alt) if image else None,
        contact=form.contact,
        registration=Registration(registration.by, registration.link) if registration else None,
        status=form.status,
        note=form.note,
        valid_from=form.valid_from,
        valid_until=form.valid_until,
        draft=form.draft,
        translations={
            language: Translation(words.title, words.text, words.place, words.note)
            for language, words in form.translations.items()
        },
        filed=form.edition or filed,
        file=fitted.document.file,
        line=fitted.document.lines[fitted.path],
        lines=fitted.lines,
    )


def with_contact(activity: Activity, organisation: Organisation) -> Activity:
    """The same, with a leader's name and address where the editor gave the slug."""
    for person in (*organisation.leaders, organisation.coordinator):
        if activity.contact == person.slug:
            return replace(activity, contact=f"{person.titled}, {person.address.email}")
    return activity


def _keys(stem: str, titles: Iterable[str]) -> Iterator[str]:
    """The keys of the activities that a list holds: each keeps its own while its title stays."""
    taken: set[str] = set()
    for title in titles:
        first = key = f"{stem}/{slug(title)}"
        number = 1
        while key in taken:
            number += 1
            key = f"{first}-{number}"
        taken.add(key)
        yield key


def slug(title: str) -> str:
    """The title in small letters and hyphens: "Idrottens dag på skolan" is idrottens-dag-pa-…"""
    bare = "".join(sign for sign in normalize("NFKD", title.lower()) if not combining(sign))
    return "-".join(re.findall(r"[^\W_]+", bare))
