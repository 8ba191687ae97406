"""inquiries list, show, export, verify."""

import csv
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import (
    Json,
    Limit,
    columns_of,
    complain,
    counted,
    day_option,
    in_service,
    midnight,
    newest,
    plain,
    say,
    say_json,
    show_rows,
)
from mailer.cli.record import LETTER
from mailer.cli.verified import as_object, in_lines
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service
    from mailer.edge.store.past import Wanted

inquiries = typer.Typer(help="Mail that came in, and where it went.", no_args_is_help=True)

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


@inquiries.command("list")
def list_inquiries(
    context: typer.Context,
    waiting: Annotated[bool, typer.Option("--open", help="Only what waits for an answer.")] = False,
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """The newest mail that came in."""

    async def work(service: "Service") -> None:
        find = service.follow_ups.find if waiting else service.journal.find
        rows = newest(await find(limit + 1), limit)
        none = "No inquiry waits for an answer." if waiting else "No mail has come in yet."
        zone = service.settings.zone
        show_rows((columns_of(row, _INQUIRY, zone) for row in rows), as_json, none)

    in_service(context, work)


@inquiries.command("show")
def show_inquiry(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="The case number, such as IT-2020-0001.")],
    as_json: Json = False,
) -> None:
    """One inquiry: the verdict with its reasons, the original, and the letters that followed."""
    from mailer.edge.files import original_of
    from mailer.inquiry.explanation import named

    async def work(service: "Service") -> None:
        found = await service.journal.show(number)
        if found is None:
            raise MailerError(f"no inquiry has the number {number!r}; see: mailer inquiries list")
        row, letters = found
        original = original_of(service.settings.data_dir, row.hash)
        shown = columns_of(row, _INQUIRY, service.settings.zone) | {"original": str(original)}
        if as_json:
            say_json(shown | {"reasons": row.reasons, "silence": row.silence})
        else:
            organisation = service.settings.organisation
            if row.owner:
                shown["owner"] = named(row.owner, organisation)
            for name, value in shown.items():
                say(f"{name}: {plain(value)}")
            for reason in row.reasons or ():
                speaks_for = named(reason["for"], organisation)
                what = f"{speaks_for}: {reason['what']}" if speaks_for else reason["what"]
                say(f"  {reason['weight']:+.1f} {what}")
            if row.silence:
                say(f"  no acknowledgement: {row.silence}")
        show_rows(
            (columns_of(letter, LETTER, service.settings.zone) for letter in letters), as_json
        )

    in_service(context, work)


@inquiries.command("export")
def export_inquiries(
    context: typer.Context,
    since: Annotated[datetime | None, day_option("--since", help="The first day.")] = None,
    until: Annotated[datetime | None, day_option("--until", help="The last day, included.")] = None,
    subproject: Annotated[str | None, typer.Option(help="Only what it owns: its slug.")] = None,
    masked: Annotated[
        bool, typer.Option("--masked", help="Without names, addresses and numbers of people.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="A .csv for Excel, or a .zip with the originals, instead of stdout."),
    ] = None,
) -> None:
    """Every mail that came in, as CSV; with the originals in a zip."""
    from mailer.app.auditing import export
    from mailer.edge.store.past import Wanted

    async def work(service: "Service") -> None:
        zone, parts = service.settings.zone, service.settings.organisation.by_slug
        if subproject is not None and subproject not in parts:
            raise MailerError(f"no subproject {subproject!r}; there are {', '.join(parts)}")
        wanted = Wanted(
            since=midnight(since, zone) if since else None,
            until=midnight(until + timedelta(days=1), zone) if until else None,
            owner=subproject,
        )
        if out is None:
            await _print_table(service, wanted, masked=masked)
        else:
            done = await export(service, wanted, out, masked=masked)
            cases, originals = counted(done.cases, "case"), counted(done.originals, "original")
            say(f"Wrote {cases} and {originals} to {out}.")
            if masked and out.suffix == ".zip":
                say("Originals cannot be masked: they are left out.")
            if done.missing:
                raise MailerError(f"these have no original any more: {', '.join(done.missing)}")
        if masked:
            complain("Masked as far as a program can tell: read it before you hand it out.")

    in_service(context, work)


async def _print_table(service: "Service", wanted: "Wanted", *, masked: bool) -> None:
    from mailer.app.auditing import masked_columns
    from mailer.edge.store.past import StoredPast
    from mailer.subscriber.table import inert

    writer = csv.DictWriter(sys.stdout, _INQUIRY, lineterminator="\n")
    writer.writeheader()
    for row in await StoredPast(service.database).find(wanted):
        columns = columns_of(row, _INQUIRY, service.settings.zone)
        if masked:
            columns |= await masked_columns(service, row)
        writer.writerow({name: inert(str(value or "")) for name, value in columns.items()})


@inquiries.command("verify")
def verify_inquiries(context: typer.Context, as_json: Json = False) -> None:
    """Hold the record against itself, the originals and every folder of the mailbox."""
    from mailer.app.auditing import verification

    async def work(service: "Service") -> None:
        mailbox = service.mailbox()
        try:
            found = await verification(service, mailbox).verify()
        finally:
            await mailbox.close()
        if as_json:
            say_json(as_object(found))
        else:
            for line in in_lines(found):
                say(line)
        if not found.sound:
            raise MailerError(found.unseen or "the record and the world differ: see above")

    in_service(context, work)
