"""The command line: each verb a few lines into `app`.

Exit codes: 0 done, 1 the input or the world is at fault (the message says what to do), 2 wrong
usage. What was asked for goes to stdout; logs, progress and complaints to stderr.
"""

import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from mailer.cli import (
    dkim,
    evaluate,
    inquiries,
    mailbox,
    new,
    newsletter,
    preview,
    privacy,
    record,
    service,
    setup,
    subscribers,
)
from mailer.cli.frame import complain, say
from mailer.errors import MailerError

app = typer.Typer(
    help="The newsletter and the contact mailbox of a municipal safety project.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        say(f"mailer {version('mailer')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option(envvar="MAILER_CONFIG", help="The folder with the settings.")
    ] = Path("config"),
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done.")] = False,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version."),
    ] = False,
) -> None:
    """Options that stand before the verb."""
    context.obj = config
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose or context.invoked_subcommand == "run" else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    for name in ("apscheduler", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs what we handle
    logging.getLogger("imapclient.util").setLevel(logging.ERROR)  # a folder with å is no trouble


for verb in (
    setup.init,
    setup.check,
    setup.demo,
    newsletter.compose,
    preview.preview,
    newsletter.send,
    newsletter.deliver,
    newsletter.receipt,
    mailbox.explain,
    evaluate.evaluate,
    privacy.privacy,
    record.status,
    service.run,
):
    app.command()(verb)
app.add_typer(new.app, name="new")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(record.outbox, name="outbox")
app.add_typer(inquiries.inquiries, name="inquiries")
app.add_typer(mailbox.triage, name="triage")
app.add_typer(dkim.app, name="dkim")


def main() -> NoReturn:
    """Run the command line; the console script."""
    try:
        try:
            app(prog_name="mailer")  # also where it is `python -m mailer`
        finally:
            sys.stdout.flush()  # here, where what goes wrong with it can still be said
    except BrokenPipeError:
        _let_go_of_stdout()  # whoever read it has seen enough
    except MailerError as error:
        complain(str(error))
    except OSError as error:
        # A full disk, a folder that may not be written to: the world's fault, as a MailerError is.
        if not error.filename:
            _let_go_of_stdout()
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    sys.exit(1)


def _let_go_of_stdout() -> None:
    # What could not be written would be tried again at exit, and end in a traceback.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
