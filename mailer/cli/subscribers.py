"""subscribers add, remove, show, list, import, export, erase."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailer.cli.frame import (
    Json,
    address_given,
    counted,
    in_service,
    local,
    say,
    say_json,
    show_rows,
)
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service
    from mailer.subscriber.subscription import Subscriber

Email = Annotated[str, typer.Argument(metavar="ADDRESS", help="Their mail address.")]

app = typer.Typer(help="Who gets the newsletter.", no_args_is_help=True)


@app.command()
def add(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="What letters call them.")] = "",
    language: Annotated[str, typer.Option(help="ISO 639-1: the letters' language.")] = "sv",
) -> None:
    """Make an address a subscriber at once."""
    from mailer.subscriber.table import language_called

    try:
        person = (address_given(email, name), language_called(language.strip().lower()))
    except ValueError as error:
        raise typer.BadParameter(f"--language: {error}") from None

    async def work(service: "Service") -> None:
        why = "added on the command line"
        new = await service.subscribers.add([person], why, service.clock.now())
        say(f"{email}: {'added' if new else 'was a subscriber already'}")

    in_service(context, work)


@app.command()
def remove(context: typer.Context, email: Email) -> None:
    """End a subscription; letters that wait for it are not sent."""

    async def work(service: "Service") -> None:
        why = "removed on the command line"
        if not await service.subscribers.leave(email, why, service.clock.now()):
            raise MailerError(f"{email} is no subscriber")
        say(f"{email}: removed")

    in_service(context, work)


@app.command()
def show(context: typer.Context, email: Email, as_json: Json = False) -> None:
    """One subscriber, with the evidence."""

    async def work(service: "Service") -> None:
        found = await service.subscribers.find(email)
        if found is None:
            raise MailerError(f"{email} is not known")
        show_rows([_row(found, service.settings.zone)], as_json)

    in_service(context, work)


@app.command("list")
def list_all(context: typer.Context, as_json: Json = False) -> None:
    """Every subscriber, whatever the state."""

    async def work(service: "Service") -> None:
        zone = service.settings.zone
        rows = (_row(each, zone) for each in await service.subscribers.all())
        show_rows(rows, as_json, "No subscriber yet.")

    in_service(context, work)


@app.command()
def export(context: typer.Context, as_json: Json = False) -> None:
    """Every subscriber with state and evidence, as CSV; as JSON with the whole history."""
    from mailer.subscriber.record import record
    from mailer.subscriber.table import write_table

    async def work(service: "Service") -> None:
        everybody = await service.subscribers.all()
        if not as_json:
            say(write_table(everybody).rstrip("\n"))
            return
        histories = await service.subscribers.histories()
        for each in everybody:
            say_json(record(each, histories.get(each.id, ())))

    in_service(context, work)


@app.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: columns email, name, language.")],
    source: Annotated[
        str, typer.Option("--source", help="Where they come from and said yes: the evidence.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen, row by row.")
    ] = False,
) -> None:
    """Make everybody in a CSV file an active subscriber, all or none."""
    from mailer.subscriber.subscription import Change
    from mailer.subscriber.table import read_table

    if not source.strip():
        raise typer.BadParameter(
            "say where they come from: it is the evidence", param_hint="--source"
        )
    table = read_table(file.read_bytes())
    if table.problems:
        problems = "\n".join(f"{file}: {problem}" for problem in table.problems)
        raise MailerError(f"{problems}\nNothing was imported.")
    change = Change("import", None, f"import: {source}", way="import")

    async def work(service: "Service") -> None:
        if dry_run:
            steps = await service.subscribers.plan(table.entries)
            for step in steps:
                say(f"{file}: line {step.entry.line}: {step.entry.address.email}: {step.what}")
        else:
            with _counting("Importing", len(table.entries)) as progress:
                now = service.clock.now()
                steps = await service.subscribers.bring_in(table.entries, change, now, progress)
        new = sum(step.changes for step in steps)
        others = counted(
            len(steps) - new,
            "was a subscriber already, or had left and stays so",
            "were subscribers already, or had left and stay so",
        )
        added = "would be added" if dry_run else "added"
        say(f"{counted(len(steps), 'row')}: {new} {added}, {others}.")

    in_service(context, work)


@app.command()
def erase(context: typer.Context, email: Email) -> None:
    """Forget an address; what stays is that it was done."""

    async def work(service: "Service") -> None:
        if not await service.subscribers.erase(email, service.clock.now()):
            raise MailerError(f"{email} is not known")
        say("Erased.")

    in_service(context, work)


@contextmanager
def _counting(what: str, rows: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, where that is a terminal; call what it gives with every few rows done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=rows)
        yield lambda done: bar.advance(task, done)


def _row(subscriber: "Subscriber", zone: ZoneInfo) -> dict[str, object]:
    return {
        "email": subscriber.address.email,
        "name": subscriber.address.name,
        "language": subscriber.language,
        "state": subscriber.state,
        "since": local(subscriber.since, zone),
        "evidence": subscriber.evidence,
    }
