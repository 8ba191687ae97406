"""outbox list, show, retry; status."""

from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import (
    Json,
    Limit,
    columns_of,
    counted,
    in_service,
    newest,
    say,
    say_json,
    show_rows,
)
from mailer.cli.standing import in_lines
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service

outbox = typer.Typer(help="Letters that wait, were sent, or failed.", no_args_is_help=True)

LETTER = ("key", "kind", "state", "recipient", "tries", "queued", "due", "reply")
_TRY = ("at", "relay", "outcome", "reply")
_BOUNCE = ("at", "permanence", "status", "weight", "diagnostic")


@outbox.command("list")
def list_letters(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="pending, accepted, failed, excluded.")] = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """The newest letters."""

    from mailer.newsletter.receipt import STATES

    if state not in (None, *STATES):
        raise typer.BadParameter(f"--state {state}: expected one of {', '.join(STATES)}")

    async def work(service: "Service") -> None:
        rows = newest(await service.outbox.find(state, limit + 1), limit)
        none = f"No letter is {state}." if state else "No letter yet."
        zone = service.settings.zone
        show_rows((columns_of(row, LETTER, zone) for row in rows), as_json, none)

    in_service(context, work)


@outbox.command("show")
def show_letter(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The letter's key: see outbox list.")],
    as_json: Json = False,
) -> None:
    """One letter, every try to deliver it, and every report that it came back."""

    async def work(service: "Service") -> None:
        found = await service.outbox.tries(key)
        if found is None:
            raise MailerError(f"no letter has the key {key!r}; see: mailer outbox list")
        row, tries = found
        show_rows([columns_of(row, LETTER, service.settings.zone)], as_json)
        show_rows((columns_of(each, _TRY, service.settings.zone) for each in tries), as_json)
        reports = await service.bounces.about(key)
        show_rows((columns_of(each, _BOUNCE, service.settings.zone) for each in reports), as_json)

    in_service(context, work)


@outbox.command()
def retry(
    context: typer.Context,
    keys: Annotated[list[str], typer.Argument(help="The letters' keys: see outbox list.")],
) -> None:
    """Make failed letters due again."""

    async def work(service: "Service") -> None:
        count = await service.outbox.retry(keys, service.clock.now())
        say(f"{counted(count, 'letter is', 'letters are')} due again.")
        if count < len(set(keys)):
            raise MailerError("the others are unknown or did not fail")

    in_service(context, work)


def status(context: typer.Context, as_json: Json = False) -> None:
    """What waits, what failed, what came in, and which servers are in trouble."""
    from mailer.app import house

    async def work(service: "Service") -> None:
        figures = await house.status(service)
        if as_json:
            say_json(figures)
            return
        for line in in_lines(figures, service.settings.zone):
            say(line)

    in_service(context, work)
