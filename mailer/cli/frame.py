"""What every verb stands in: the settings, an open service, and how it speaks.

The heavy imports are inside the functions: `mailer --help` opens no database library.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.figures import Waiting
    from mailer.app.service import Service
    from mailer.app.sharing import Part
    from mailer.flows.deliver import Delivery, Tally
    from mailer.mail.address import Address
    from mailer.settings import Settings

T = TypeVar("T")
_WIDEST = 60  # columns of one cell


def _day(text: str) -> datetime:
    from mailer.newsletter.activity import parse_date

    try:
        return datetime.combine(parse_date(text.strip()), time())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def day_option(name: str, help: str) -> Any:
    """An option that takes a day: 2020-09-18."""
    return typer.Option(name, parser=_day, metavar="YYYY-MM-DD", help=help)


Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Day = Annotated[
    datetime | None,
    day_option("--date", help="The edition due at this date; today's if not given."),
]
Limit = Annotated[int, typer.Option(min=1, help="How many, the newest first.")]


def settings_of(context: typer.Context) -> "Settings":
    from mailer.settings import load

    return load(context.obj, os.environ)


def in_service(
    context: typer.Context,
    work: "Callable[[Service], Coroutine[Any, Any, None]]",
    part: "Part | None" = None,
    *,
    endless: bool = False,
) -> None:
    """Open everything, do `work`, close everything; as `part` of several processes, if given.

    SIGTERM breaks the work off, and what it has in hand is written down, as with Ctrl-C. For work
    that is `endless` that is the end, also where it had not begun; else MailerError says so.
    """
    from mailer.app.service import open_service
    from mailer.app.sharing import part_of
    from mailer.edge.clock import SystemClock

    def settings() -> "Settings":
        return part_of(settings_of(context), part) if part else settings_of(context)

    async def whole() -> None:
        told = asyncio.Event()
        whole = asyncio.current_task()
        assert whole  # noqa: S101 - this is one

        def end() -> None:
            told.set()
            whole.cancel()

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, end)
        if part:
            loop.add_reader(sys.stdin, _follow_parent, loop)
        try:
            async with open_service(settings(), SystemClock(), settings) as service:
                await work(service)
        except asyncio.CancelledError:
            if not told.is_set():
                raise
            if endless:
                return
            raise MailerError("told to end before the work was done; nothing is lost") from None

    asyncio.run(whole())


def _follow_parent(loop: asyncio.AbstractEventLoop) -> None:
    """Its end of our standard input is closed: it has ended, however it did."""
    loop.remove_reader(sys.stdin)
    os.kill(os.getpid(), signal.SIGTERM)


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

    await say_delivered(service, await show_progress(drained(delivery), look))


async def drained(delivery: "Delivery") -> "Tally":
    """Deliver all that is due. Told to end, it waits for the answers to what is on its way.

    Raises MailerError then.
    """
    from mailer.flows.run import Bells, all_until

    told = False
    stop = asyncio.Event()

    def end() -> None:
        nonlocal told
        told = True
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await all_until(stop, Bells(), {"outbox": delivery.drain})
    if told:
        raise MailerError("told to end before the outbox was empty; nothing is lost")
    return delivery.tally


async def say_delivered(service: "Service", tally: "Tally") -> None:
    """With all that wait still. Raises MailerError where the relay took nothing."""
    waiting = (await service.outbox.counts()).get("pending", 0)
    say(
        f"Delivered: {tally.accepted} accepted, {tally.failed} failed, {waiting} to be tried again."
    )
    if tally.problem:
        wait = counted(waiting, "letter waits", "letters wait")
        reason = f"the relay takes nothing: {tally.problem}"
        raise MailerError(f"{reason}; {wait}, and nothing is lost: try again")


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


def show_rows(rows: Iterable[Mapping[str, object]], as_json: bool, none: str = "") -> None:
    """One row a line: as JSON, or under a line of titles, each column as wide as it needs.

    Where there is no row, a person is told so, beside what a program reads.
    """
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
    elif none:
        complain(none)


def newest(rows: Sequence[T], limit: int) -> Sequence[T]:
    """The first `limit` of them; where there are more, a person is told so."""
    if len(rows) > limit:
        complain(f"These are the newest {limit}; --limit shows more.")
    return rows[:limit]


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


def plain(value: object) -> str:
    """As people read it: yes and no, and a dash for nothing."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value or "-")


def _cell(value: object) -> str:
    text = plain(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 letter", "2 letters", "2 copies"; the plural adds an s where none is given."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def in_words(counts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in counts.items())
