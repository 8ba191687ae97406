"""privacy: all that is known of a person, and forgetting it (GDPR, articles 15 and 17)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailer.cli.frame import (
    Json,
    address_given,
    columns_of,
    in_service,
    in_words,
    say,
    say_json,
)

if TYPE_CHECKING:
    from mailer.app.service import Service

_KEPT = (
    "Received mails are public records: the originals stay, until somebody who may decide so "
    "has them destroyed with --with-originals."
)
_ELSEWHERE = "Mails in the folders of the contact mailbox are not touched: see to them there."


def privacy(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="Whose.")],
    show: Annotated[bool, typer.Option("--show", help="Show all that is stored.")] = False,
    erase: Annotated[
        bool, typer.Option("--erase", help="Forget it; what stays is that it was done.")
    ] = False,
    with_originals: Annotated[
        bool,
        typer.Option(
            "--with-originals",
            help="With --erase: destroy the received mails as well. They are public records; "
            "this needs a decision by name on their disposal.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Everything about a person, as subscriber, reader and writer: show it, or erase it."""
    if show == erase:
        raise typer.BadParameter("choose one of --show and --erase")
    if with_originals and not erase:
        raise typer.BadParameter("goes with --erase", param_hint="--with-originals")
    address = address_given(email)

    async def show_all(service: "Service") -> None:
        from mailer.app.privacy import everything

        found = await everything(service, address)
        told = {
            name: [_columns(service, row) for row in rows] for name, rows in found.items() if rows
        }
        if as_json:
            say_json({"address": address.email, **told})
        else:
            _report(address.email, told)

    async def erase_all(service: "Service") -> None:
        from mailer.app.privacy import forget

        counts = await forget(service, address, originals=with_originals)
        if as_json:
            say_json({"erased": counts, "originals": with_originals})
            return
        say(f"Erased: {in_words(counts)}." if counts else "Nothing is stored that could be erased.")
        if not with_originals:
            say(_KEPT)
        say(_ELSEWHERE)

    in_service(context, erase_all if erase else show_all)


def _columns(service: "Service", row: Any) -> dict[str, object]:
    from mailer.edge.files import original_of

    columns = columns_of(row, row._fields, service.settings.zone)
    if "case_number" in columns:
        file = original_of(service.settings.data_dir, row.hash)
        columns["original"] = str(file) if file.exists() else None
    return columns


def _report(email: str, told: dict[str, list[dict[str, object]]]) -> None:
    if not told:
        say(f"Nothing is stored about {email}.")
    for name, rows in told.items():
        say(f"{name} ({len(rows)})")
        for row in rows:
            filled = [f"{key}: {value}" for key, value in row.items() if value not in (None, "")]
            say("  - " + "\n    ".join(filled))
