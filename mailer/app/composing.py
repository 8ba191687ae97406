"""What composing an edition needs, wired: nothing is sent, no secret is read, no database made."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from mailer.app.subscribing import subscriber_letters
from mailer.edge.files import (
    read_pictures,
    template_folders,
    templates_for,
    write_files,
)
from mailer.edge.store.database import Database, exists
from mailer.edge.store.editions import StoredEditions
from mailer.edge.strings import strings_of
from mailer.errors import Problem, SettingsError, TemplateFault
from mailer.flows.inspect import inspected
from mailer.flows.ports.clock import Clock
from mailer.flows.publish import Composer, edition_of
from mailer.inquiry.reminders import Reminders
from mailer.inquiry.reply import Letters
from mailer.inquiry.rerouted import Rerouted
from mailer.mail.message import own_lines
from mailer.newsletter.approval import Approval
from mailer.newsletter.edition import Edition, as_json, window
from mailer.newsletter.editorial import Asked, Editorial
from mailer.newsletter.finding import Finding, Place
from mailer.newsletter.picture import relinked
from mailer.newsletter.preflight import preflight
from mailer.newsletter.render import Renderer
from mailer.newsletter.sheet import Sheet
from mailer.newsletter.words import ORIGINAL
from mailer.settings import Settings
from mailer.settings.files import has_file

T = TypeVar("T")


def composer(settings: Settings) -> Composer:
    """What composing needs; no secret, no database."""
    templates = templates_for(settings.config_dir)
    images = (activity.image.file for activity in settings.activities if activity.image)
    return Composer(
        newsletter=settings.newsletter,
        activities=settings.activities,
        texts=settings.editions,
        renderer=Renderer(
            templates,
            strings_of(templates),
            settings.newsletter,
            settings.organisation,
            settings.base_url,
            read_pictures(settings.config_dir, images),
        ),
        organisation=settings.organisation,
        zone=settings.zone,
    )


async def write_edition(
    settings: Settings, clock: Clock, day: date, language: str, folder: Path
) -> tuple[Edition, list[Path]]:
    """Write the edition due on `day` as files. Reads the database if there is one, changes none."""
    compose = composer(settings)
    edition = await edition_due(settings, compose, day)
    composed = compose.compose(edition, clock.now(), language)
    mailbox = settings.organisation.mailbox
    name = f"edition-{edition.period}@{mailbox.domain}"
    rendered = composed.rendered
    html = relinked(
        rendered.html, rendered.pictures, mailbox.domain, lambda picture: picture.data_url
    )
    contents = {
        "edition.html": html.encode(),
        "edition.txt": rendered.text.encode(),
        "edition.eml": own_lines(mailbox, name) + composed.content,
        "edition.json": json.dumps(as_json(edition), ensure_ascii=False, indent=2).encode() + b"\n",
        "calendar.ics": compose.calendar(edition),
    }
    return edition, write_files(folder, contents)


async def why_empty(settings: Settings, edition: Edition) -> str:
    """What an empty edition was looked through for."""

    async def last(editions: StoredEditions | None) -> date | None:
        return await editions.last_before(edition.date, edition.period) if editions else None

    newsletter = settings.newsletter
    since, until = window(edition.date, newsletter, await _with_editions(settings, last))
    return (
        f"edition {edition.period} is empty and would not be sent: nothing new ended from "
        f"{since} until {edition.date}, nothing goes on or begins from then until {until}, and "
        f"nothing without a day is filed under {edition.period}"
    )


def findings(settings: Settings, compose: Composer, edition: Edition) -> tuple[Finding, ...]:
    """What preflight says of an edition."""
    return preflight(sheet(settings, compose, edition))


def sheet(settings: Settings, compose: Composer, edition: Edition) -> Sheet:
    """An edition and its letters as preflight takes them."""
    return inspected(
        edition,
        compose,
        base_url=settings.base_url,
        place=Place(str(settings.config_dir / "activities")),
        has_file=partial(has_file, settings.config_dir),
    )


async def edition_due(settings: Settings, compose: Composer, day: date) -> Edition:
    async def planned(editions: StoredEditions | None) -> Edition:
        if editions is None:
            return compose.plan(day, None, frozenset())
        return await edition_of(day, compose, editions)

    return await _with_editions(settings, planned)


async def _with_editions(
    settings: Settings, ask: Callable[[StoredEditions | None], Awaitable[T]]
) -> T:
    """What `ask` gives of the editions that the database knows; of None where there is none."""
    if not exists(settings.database_url):
        return await ask(None)
    database = await Database.open(settings.database_url)
    try:
        return await ask(StoredEditions(database))
    finally:
        await database.close()


def check_templates(settings: Settings, now: datetime) -> None:
    """Raises SettingsError with every template that cannot be read, or fails when it is used."""
    templates = templates_for(settings.config_dir)
    environment = SandboxedEnvironment()
    problems = []
    for name, source in templates.items():
        try:
            environment.parse(source)
        except TemplateSyntaxError as error:
            problems.append(Problem(name, error.lineno, str(error.message)))
    if not problems:
        try:
            within = settings.triage.answer_within
            Letters(templates, settings.organisation, within).rehearse(now)
            Rerouted(templates, settings.organisation).rehearse(now)
            reminders = Reminders(templates, settings.organisation, settings.triage, settings.zone)
            reminders.rehearse(now)
            subscriber_letters(settings, templates).rehearse()
            strings_of(templates, "web")
            compose = composer(settings)
            edition = compose.plan(now.date(), None, frozenset())
            compose.compose(edition, now)
            _rehearse_editorial(settings, templates, compose, edition, now)
        except TemplateFault as fault:
            problems.append(fault.problem)
    if problems:
        raise SettingsError(tuple(_located(each, settings.config_dir) for each in problems))


def _rehearse_editorial(
    settings: Settings,
    templates: Mapping[str, str],
    compose: Composer,
    edition: Edition,
    now: datetime,
) -> None:
    editorial = Editorial(templates, settings.newsletter.title, settings.zone)
    letters = {ORIGINAL: compose.renderer.render(edition, ORIGINAL)}
    asked = Asked(edition.period, edition.title, now, letters, (), "")
    editorial.rehearse(asked, Approval((compose.mailbox,), 1, timedelta()), now)


def _located(problem: Problem, config: Path) -> Problem:
    """A problem of a template, with the path of the file that it was read from."""
    folders = [each for each in template_folders(config) if (each / problem.file).is_file()]
    return replace(problem, file=str(folders[-1] / problem.file))
