"""init, check, demo."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import chosen, complain, counted, day_option, say, settings_of
from mailer.errors import MailerError, Problem, SettingsError

if TYPE_CHECKING:
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
    day: Annotated[
        datetime | None,
        day_option(
            "--date", help="Only the edition due at this date, as of then; else all not past."
        ),
    ] = None,
) -> None:
    """Validate settings, templates and every edition to come; each problem FILE:LINE: message."""
    from mailer.app import checking
    from mailer.app.composing import check_templates
    from mailer.edge.clock import SystemClock
    from mailer.edge.keys import read_keys
    from mailer.newsletter.edition import is_empty

    try:
        settings = settings_of(context)
        check_templates(settings, SystemClock().now())
        read_keys(settings.dkim)
    except SettingsError as error:
        say(str(error))
        raise typer.Exit(1) from None
    today = chosen(day, settings)
    expiring = filter(None, (each.expiry(today) for each in settings.applications))
    for warning in (*settings.warnings, *(_of_mailer_yaml(settings, each) for each in expiring)):
        complain(f"{warning} (warning)")
    days = [today] if day else checking.days_to_come(settings, today)
    sheets = [*checking.sheets(settings, days)]
    if online:
        sheets = asyncio.run(checking.asked(sheets))
    gathered = [] if day else [each for each in sheets if checking.is_gathered(settings, each)]
    findings = [*checking.never_told(settings, min(today, chosen(None, settings)))]
    for sheet in sheets:
        findings += checking.found_in(sheet, gathered=sheet in gathered)
    found = dict.fromkeys(findings)
    for finding in found:
        (say if finding.is_error else complain)(str(finding))
    if any(finding.is_error for finding in found):
        raise typer.Exit(1)
    organisation = settings.organisation
    say(
        f"{context.obj}: {counted(len(settings.activities), 'activity', 'activities')}, "
        f"{counted(len(settings.editions), 'edition')}, "
        f"{counted(len(organisation.subprojects), 'subproject')}: all right"
    )
    for each in gathered:
        if is_empty(each.edition):
            say(f"Edition {each.edition.period} has nothing to tell yet.")


def _of_mailer_yaml(settings: "Settings", message: str) -> Problem:
    return Problem(str(settings.config_dir / "mailer.yaml"), 0, message)


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
