"""evaluate."""

from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.frame import Json, complain, say, say_json, settings_of


def evaluate(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Labelled mails, one a line (.jsonl).")],
    folds: Annotated[
        int, typer.Option(min=1, help="Part the mails; learn also from the other parts.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """How good triage is on labelled mails. Touches nothing."""
    from mailer.app.evaluating import evaluate as measured

    report = measured(settings_of(context), files, folds, complain)
    if as_json:
        say_json(report.as_json())
    else:
        say(report.in_words())
