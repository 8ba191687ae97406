"""What every verb stands in: the settings, an open service, and how it speaks.

The heavy imports are inside the functions: `mailer --help` opens no database library.
"""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.figures import Waiting
    from mailer.app.service import Service
    from mailer.mail.address import Address
    from mailer.settings import Settings

_WIDEST = 60  # columns of one cell

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="The edition due at this date; today."),
]
Limit = Annotated[int, typer.Option(min=1, help="How many, the newest first.")]


def settings_of(context: typer.Context) -> "Settings":
    from mailer.settings import load

    return load(context.obj, os.environ)


def in_service(
    context: typer.Context, work: "Callable[[Service], Coroutine[Any, Any, None]]"
) -> None:
    """Open everything, do `work`, close everything."""
    from mailer.app.service import open_service
    from mailer.edge.clock import SystemClock

    async def whole() -> None:
        settings = settings_of(context)
        async with open_service(settings, SystemClock(), lambda: settings_of(context)) as service:
            await work(service)

    asyncio.run(whole())


def chosen(day: datetime | None, settings: "Settings") -> date:
    """The date asked for, else today's in the zone of the settings."""
    from mailer.edge.clock import SystemClock

    return day.date() if day else SystemClock().now().astimezone(settings.zone).date()


def midnight(day: datetime, zone: ZoneInfo) -> datetime:
    """When a day that was given begins."""
    return day.replace(tzinfo=zone)


def address_given(email: str, name: str = "") -> "Address":
    from mailer.mail.address import address

    try:
        return address(email, name)
    except ValueError as error:
        raise MailerError(f"{email}: {error}") from None


async def drain(service: "Service") -> None:
    """Deliver all that is due, and say how that went."""
    from mailer.app.figures import waiting
    from mailer.cli.workers import show_progress

    delivery = service.delivery()
    due = await service.outbox.due(service.clock.now())

    async def look() -> "Waiting":
        return await waiting(service, max(due - delivery.tally.settled, 0))

    tally = await show_progress(delivery.drain(), look)
    say(
        f"Delivered: {tally.accepted} accepted, {tally.failed} failed, "
        f"{tally.postponed} to be tried again."
    )
    if tally.problem:
        raise MailerError(f"the relay takes nothing: {tally.problem}; nothing is lost, try again")


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `work` with an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(stop)


def say(text: str) -> None:
    typer.echo(text)


def complain(text: str) -> None:
    typer.echo(text, err=True)


def say_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def show_rows(rows: Iterable[Mapping[str, object]], as_json: bool) -> None:
    """One row a line: as JSON, or under a line of titles, each column as wide as it needs."""
    rows = list(rows)
    if as_json:
        for row in rows:
            say_json(row)
    elif rows:
        lines = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            say("  ".join(cells).rstrip())


def columns_of(row: Any, names: Iterable[str], zone: ZoneInfo) -> dict[str, object]:
    """Columns of a database row by their names, moments as `local`."""
    columns = ((name, getattr(row, name)) for name in names)
    return {
        name: local(value, zone) if isinstance(value, datetime) else value
        for name, value in columns
    }


def local(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as lists show it: local, to the second, with its distance to UTC."""
    return moment.astimezone(zone).isoformat(" ", "seconds")


def _cell(value: object) -> str:
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value or "-")
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def in_words(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in counts.items())
