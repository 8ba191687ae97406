"""init, check, demo."""

import asyncio
import os
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from mailer.cli.frame import complain, say, settings_of
from mailer.errors import MailerError, SettingsError


def init(folder: Annotated[Path, typer.Argument(help="Where to put it.")]) -> None:
    """Write a fresh copy of config/ and templates/, to be made your own."""
    from mailer.edge.files import write_fresh_copy

    write_fresh_copy(folder)
    config = folder / "config"
    say(f"Wrote {config} and {folder / 'templates'}.")
    say(f"Edit {config / 'mailer.yaml'}, then: mailer --config {quote(str(config))} check")


def check(context: typer.Context) -> None:
    """Validate settings, activities, editions and templates; each problem FILE:LINE: message."""
    from mailer.app import check_templates
    from mailer.edge.clock import SystemClock

    try:
        settings = settings_of(context)
        check_templates(settings, SystemClock().now())
    except SettingsError as error:
        say(str(error))
        raise typer.Exit(1) from None
    for warning in settings.warnings:
        complain(f"{warning} (warning)")
    say(
        f"{context.obj}: {len(settings.activities)} activities, {len(settings.editions)} editions, "
        f"{len(settings.organisation.subprojects)} subprojects: all right"
    )


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
