"""triage, explain."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import Json, drain, in_service, say, say_json, settings_of, until_stopped
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service


def triage(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Return when the mailbox is empty.")] = False,
) -> None:
    """Work the mailbox: decide, forward, acknowledge, file."""
    from mailer.app.running import work_mailbox

    async def work(service: "Service") -> None:
        if not once:
            await until_stopped(partial(work_mailbox, service))
            return
        async with service.mailbox() as mailbox:
            taken = await service.intake(mailbox).drain()
        for handled in taken.handled:
            readers = ", ".join(leader.name for leader in handled.route.leaders) or "nobody"
            say(f"{handled.number} {handled.verdict.kind} → {handled.route.folder} ({readers})")
        say(f"{len(taken.handled)} decided, {taken.moved} filed.")
        await drain(service)
        if taken.left:
            raise MailerError(f"{taken.left} mails could not be filed; see the log, then run again")

    in_service(context, work)


def explain(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Mails, one a file (.eml).")],
    as_json: Json = False,
) -> None:
    """What triage would do with these mails, and why. Touches nothing."""
    from mailer.app.deciding import explain as explained

    mails = ((file, file.read_bytes()) for file in files)
    for explanation in explained(settings_of(context), mails):
        if as_json:
            say_json(explanation.as_json())
        else:
            say(explanation.in_words())
