"""init, check, demo."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import chosen, complain, say, settings_of
from mailer.errors import MailerError, Problem, SettingsError

if TYPE_CHECKING:
    from mailer.newsletter.sheet import Sheet
    from mailer.settings import Settings


def init(folder: Annotated[Path, typer.Argument(help="Where to put it.")]) -> None:
    """Write a fresh copy of config/ and templates/, to be made your own."""
    from mailer.edge.files import write_fresh_copy

    write_fresh_copy(folder)
    config = folder / "config"
    say(f"Wrote {config} and {folder / 'templates'}.")
    say(f"Edit {config / 'mailer.yaml'}, then: mailer --config {quote(str(config))} check")


def check(
    context: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask whether the links to the web work.")
    ] = False,
) -> None:
    """Validate settings, templates and every edition to come; each problem FILE:LINE: message."""
    from mailer.app.composing import check_templates
    from mailer.edge.clock import SystemClock
    from mailer.edge.keys import read_keys
    from mailer.newsletter.preflight import preflight

    try:
        settings = settings_of(context)
        check_templates(settings, SystemClock().now())
        read_keys(settings.dkim)
    except SettingsError as error:
        say(str(error))
        raise typer.Exit(1) from None
    today = chosen(None, settings)
    expiring = filter(None, (each.expiry(today) for each in settings.applications))
    for warning in (*settings.warnings, *(_of_mailer_yaml(settings, each) for each in expiring)):
        complain(f"{warning} (warning)")
    sheets = [*_sheets(settings, _days(settings, today))]
    if online:
        sheets = asyncio.run(_asked(sheets))
    found = dict.fromkeys(finding for sheet in sheets for finding in preflight(sheet))
    for finding in found:
        (say if finding.is_error else complain)(str(finding))
    if any(finding.is_error for finding in found):
        raise typer.Exit(1)
    say(
        f"{context.obj}: {len(settings.activities)} activities, {len(settings.editions)} editions, "
        f"{len(settings.organisation.subprojects)} subprojects: all right"
    )


def _of_mailer_yaml(settings: "Settings", message: str) -> Problem:
    return Problem(str(settings.config_dir / "mailer.yaml"), 0, message)


def _days(settings: "Settings", today: date) -> Iterator[date]:
    """When each edition that is not past goes out: this period's, and those that have a file.

    That is the day of the schedule, or today if it has gone by.
    """
    from mailer.newsletter.activity import parse_period
    from mailer.newsletter.edition import period_of
    from mailer.schedule import edition_trigger

    trigger = edition_trigger(settings.newsletter.cron, settings.zone)
    for period in sorted({period_of(today, settings.newsletter.period), *settings.editions}):
        first, last = parse_period(period)
        if last >= today:
            start = max(first, today)
            due = trigger.get_next_fire_time(None, datetime.combine(start, time(), settings.zone))
            yield due.date() if due and due.date() <= last else start


def _sheets(settings: "Settings", days: Iterable[date]) -> "Iterator[Sheet]":
    """The editions of these days, as if nothing had been told before."""
    from mailer.app.composing import composer, sheet

    compose = composer(settings)
    for day in days:
        yield sheet(settings, compose, compose.plan(day, None, frozenset()))


async def _asked(sheets: "Sequence[Sheet]") -> "list[Sheet]":
    from mailer.edge.links import ask
    from mailer.newsletter.checks_links import links_of

    answers = await ask(link for sheet in sheets for link in links_of(sheet))
    return [replace(sheet, answers=answers) for sheet in sheets]


def demo(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Write what was sent and filed here.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Keep running, with a web page.")] = False,
) -> None:
    """The whole main job on this machine alone, as of 11 September 2020."""
    try:
        from mailer.demo.show import show
    except ModuleNotFoundError as error:
        raise MailerError(
            f"{error.name} is missing; install the demo's parts: pip install 'mailer[demo]'"
        ) from error
    source = context.parent.get_parameter_source("config") if context.parent else None
    given = source is not None and source.name != "DEFAULT"
    asyncio.run(show(context.obj if given else None, out, serve=serve, environ=os.environ))
