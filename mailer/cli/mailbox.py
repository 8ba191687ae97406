"""triage, triage replay, explain."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailer.cli.frame import (
    Json,
    complain,
    counted,
    day_option,
    drain,
    in_service,
    in_words,
    local,
    midnight,
    say,
    say_json,
    settings_of,
    show_rows,
    until_stopped,
)
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service
    from mailer.inquiry.hindsight import Otherwise, Outcome

triage = typer.Typer()


@triage.callback(invoke_without_command=True)
def work_mailbox(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Return when the mailbox is empty.")] = False,
) -> None:
    """Work the mailbox: decide, forward, acknowledge, file."""
    from mailer.app import mailroom, running

    if context.invoked_subcommand:
        return

    async def work(service: "Service") -> None:
        if not once:
            await until_stopped(partial(running.work_mailbox, service))
            return
        async with service.mailbox() as mailbox:
            corrected = await mailroom.moves(service, mailbox).look()
            taken = await mailroom.intake(service, mailbox).drain()
        for handled in taken.handled:
            readers = ", ".join(leader.name for leader in handled.route.leaders) or "nobody"
            say(f"{handled.number} {handled.verdict.kind} → {handled.route.folder} ({readers})")
        if corrected:
            say(f"{counted(corrected, 'mail')} moved by hand, and forwarded to who has it now.")
        say(f"{len(taken.handled)} decided, {taken.moved} filed.")
        await drain(service)
        if taken.left:
            left = counted(taken.left, "mail")
            raise MailerError(f"{left} could not be filed; see the log, then run again")

    in_service(context, work, endless=not once)


@triage.command()
def replay(
    context: typer.Context,
    since: Annotated[datetime, day_option("--since", help="The first day.")],
    as_json: Json = False,
) -> None:
    """What would be decided otherwise today than it was. Nothing is sent, nothing is written.

    A mail that a person gave to somebody else is among what triage has learned from.
    """
    from mailer.app.auditing import replay as replaying

    async def work(service: "Service") -> None:
        zone = service.settings.zone
        replayed = await replaying(service).since(midnight(since, zone))
        show_rows((_row(each, zone, as_json=as_json) for each in replayed.otherwise), as_json)
        totals = replayed.totals()
        if as_json:
            say_json(totals)
        else:
            say(in_words(totals))
        if replayed.unread:
            raise MailerError(f"these have no original any more: {', '.join(replayed.unread)}")

    in_service(context, work)


def _row(found: "Otherwise", zone: ZoneInfo, *, as_json: bool) -> dict[str, object]:
    row: dict[str, object] = {"case_number": found.number, "received": local(found.received, zone)}
    if as_json:
        row |= {"was": asdict(found.was), "now": asdict(found.now)}
    else:
        row["was → now"] = f"{_short(found.was)} → {_short(found.now)}"
    return row | {"label": found.label, "why": found.why}


def _short(outcome: "Outcome") -> str:
    words = (outcome.kind, outcome.holder, "urgent" if outcome.urgent else "")
    return " ".join(word for word in words if word)


def explain(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Mails, one a file (.eml).")],
    as_json: Json = False,
) -> None:
    """What triage would do with these mails, and why. Touches nothing."""
    from mailer.app.deciding import explain as explained
    from mailer.app.learning import taught_so_far

    settings = settings_of(context)
    refused: list[Path] = []
    mails = _mails(files, refused)
    for explanation in explained(settings, mails, asyncio.run(taught_so_far(settings))):
        if as_json:
            say_json(explanation.as_json())
        else:
            say(explanation.in_words())
    if refused:
        raise typer.Exit(1)


def _mails(files: Iterable[Path], refused: list[Path]) -> Iterator[tuple[Path, bytes]]:
    """Each file that can be read; of one that is no mail it says why: triage cannot read it."""
    from mailer.inquiry.no_mail import why_no_mail

    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            complain(f"{file}: {error.strerror or error}")
            refused.append(file)
            continue
        if why := why_no_mail(raw):
            complain(f"{file}: not a mail: {why}")
        yield file, raw
