"""compose, send, deliver, receipt."""

import asyncio
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.frame import (
    Day,
    Json,
    address_given,
    chosen,
    drain,
    in_service,
    in_words,
    say,
    say_json,
    settings_of,
    until_stopped,
)
from mailer.errors import MailerError

if TYPE_CHECKING:
    from mailer.app.service import Service


def compose(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    day: Day = None,
    language: Annotated[str, typer.Option(help="ISO 639-1.")] = "sv",
) -> None:
    """Write edition.html, .txt, .eml, .json and calendar.ics; send nothing."""
    from mailer.app.composing import write_edition
    from mailer.edge.clock import SystemClock

    settings = settings_of(context)
    written = write_edition(settings, SystemClock(), chosen(day, settings), language, out)
    for path in asyncio.run(written):
        say(str(path))


def send(
    context: typer.Context,
    day: Day = None,
    to: Annotated[str | None, typer.Option(help="Only a test letter to this address.")] = None,
) -> None:
    """Queue the due edition for every active subscriber, once, and deliver it."""
    from mailer.mail.outcome import Accepted, said

    test_reader = address_given(to) if to is not None else None

    async def work(service: "Service") -> None:
        date = chosen(day, service.settings)
        if test_reader:
            outcome = await service.send_test(date, test_reader)
            say(f"Test letter to {test_reader.email}: {said(outcome)}")
            if not isinstance(outcome, Accepted):
                raise MailerError("the test letter was not taken")
            return
        queued = await service.publish(date)
        known = "was queued before" if queued.again else f"{queued.letters} letters queued"
        say(f"Edition {queued.period}: {known}.")
        await drain(service)
        receipt = await service.keep_receipt(queued.period)
        if receipt:
            say(in_words(asdict(receipt)))

    in_service(context, work)


def deliver(
    context: typer.Context,
    until_empty: Annotated[
        bool, typer.Option("--drain", help="Return when nothing is left that is due.")
    ] = False,
) -> None:
    """Work the outbox."""

    from mailer.app.running import work_outbox

    async def work(service: "Service") -> None:
        if until_empty:
            await drain(service)
        else:
            await until_stopped(partial(work_outbox, service))

    in_service(context, work)


def receipt(context: typer.Context, edition: str, as_json: Json = False) -> None:
    """The account of one edition: audience, accepted, failed, uncertain, excluded, pending."""

    async def work(service: "Service") -> None:
        found = await service.editions.receipt(edition)
        if found is None:
            sent = [row.period for row in await service.editions.all()]
            raise MailerError(
                f"no edition {edition!r} was sent; there are: {', '.join(sent) or '-'}"
            )
        if as_json:
            say_json(asdict(found))
            return
        say(in_words(asdict(found)))
        for row in await service.editions.failures(edition):
            say(f"  {row.state}: {row.recipient}: {row.reply}")

    in_service(context, work)
