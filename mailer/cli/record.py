"""outbox list, show, retry; inquiries list, show, export; status."""

import csv
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailer.cli.frame import Json, Limit, in_service, in_words, local, say, say_json, show_rows
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service

outbox = typer.Typer(help="Letters that wait, were sent, or failed.", no_args_is_help=True)
inquiries = typer.Typer(help="Mail that came in, and where it went.", no_args_is_help=True)

_LETTER = ("key", "kind", "state", "recipient", "tries", "queued", "due", "reply")
_INQUIRY = (
    "case_number",
    "received",
    "kind",
    "owner",
    "certain",
    "urgent",
    "folder",
    "sender",
    "subject",
)
_TRY = ("at", "relay", "outcome", "reply")


@outbox.command("list")
def list_letters(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="pending, accepted, failed, excluded.")] = None,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """The newest letters."""

    async def work(service: "Service") -> None:
        rows = await service.outbox.find(state, limit)
        show_rows((_columns(row, _LETTER, service.settings.zone) for row in rows), as_json)

    in_service(context, work)


@outbox.command("show")
def show_letter(context: typer.Context, key: str, as_json: Json = False) -> None:
    """One letter, and every try to deliver it."""

    async def work(service: "Service") -> None:
        found = await service.outbox.tries(key)
        if found is None:
            raise MailerError(f"no letter has the key {key!r}; see: mailer outbox list")
        row, tries = found
        show_rows([_columns(row, _LETTER, service.settings.zone)], as_json)
        show_rows((_columns(each, _TRY, service.settings.zone) for each in tries), as_json)

    in_service(context, work)


@outbox.command()
def retry(context: typer.Context, keys: list[str]) -> None:
    """Make failed letters due again."""

    async def work(service: "Service") -> None:
        count = await service.outbox.retry(keys, service.clock.now())
        say(f"{count} letters are due again.")
        if count < len(set(keys)):
            raise MailerError("the others are unknown or did not fail")

    in_service(context, work)


@inquiries.command("list")
def list_inquiries(context: typer.Context, limit: Limit = 100, as_json: Json = False) -> None:
    """The newest mail that came in."""

    async def work(service: "Service") -> None:
        rows = await service.journal.find(limit)
        show_rows((_columns(row, _INQUIRY, service.settings.zone) for row in rows), as_json)

    in_service(context, work)


@inquiries.command("show")
def show_inquiry(context: typer.Context, number: str, as_json: Json = False) -> None:
    """One inquiry: the verdict with its reasons, the original, and the letters that followed."""
    from mailer.edge.files import original_of

    async def work(service: "Service") -> None:
        found = await service.journal.show(number)
        if found is None:
            raise MailerError(f"no inquiry has the number {number!r}; see: mailer inquiries list")
        row, letters = found
        original = original_of(service.settings.data_dir, row.hash)
        shown = _columns(row, _INQUIRY, service.settings.zone) | {"original": str(original)}
        if as_json:
            say_json(shown | {"reasons": row.reasons, "silence": row.silence})
        else:
            for name, value in shown.items():
                say(f"{name}: {value}")
            for reason in row.reasons or ():
                say(f"  {reason['for']}: {reason['what']} ({reason['weight']:+.2g})")
        show_rows((_columns(letter, _LETTER, service.settings.zone) for letter in letters), as_json)

    in_service(context, work)


@inquiries.command("export")
def export_inquiries(context: typer.Context) -> None:
    """Every mail that came in, as CSV."""
    from mailer.subscriber.table import inert

    async def work(service: "Service") -> None:
        writer = csv.DictWriter(sys.stdout, _INQUIRY, lineterminator="\n")
        writer.writeheader()
        for row in await service.journal.find():
            columns = _columns(row, _INQUIRY, service.settings.zone)
            writer.writerow({name: inert(str(value or "")) for name, value in columns.items()})

    in_service(context, work)


def status(context: typer.Context, as_json: Json = False) -> None:
    """What waits, what failed, what came in."""

    async def work(service: "Service") -> None:
        figures = await service.status()
        if as_json:
            say_json(figures)
            return
        for name, counts in figures.items():
            say(f"{name}: {in_words(counts) or 'none'}")

    in_service(context, work)


def _columns(row: Any, names: tuple[str, ...], zone: ZoneInfo) -> dict[str, object]:
    columns = ((name, getattr(row, name)) for name in names)
    return {
        name: local(value, zone) if isinstance(value, datetime) else value
        for name, value in columns
    }
