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
    complain,
    counted,
    drain,
    drained,
    in_service,
    in_words,
    say,
    say_delivered,
    say_json,
    settings_of,
    show_rows,
    until_stopped,
)
from mailer.cli.workers import show_progress, work_together
from mailer.errors import MailerError, NotApproved

if TYPE_CHECKING:
    from mailer.app.figures import Waiting
    from mailer.app.service import Service


def compose(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    day: Day = None,
    language: Annotated[str, typer.Option(help="ISO 639-1.")] = "sv",
) -> None:
    """Write edition.html, .txt, .eml, .json and calendar.ics; send nothing."""
    from mailer.app.composing import composer, findings, why_empty, write_edition
    from mailer.edge.clock import SystemClock
    from mailer.newsletter.edition import is_empty

    settings = settings_of(context)
    written = write_edition(settings, SystemClock(), chosen(day, settings), language, out)
    edition, paths = asyncio.run(written)
    for path in paths:
        say(str(path))
    if is_empty(edition):
        complain(asyncio.run(why_empty(settings, edition)))
    for finding in findings(settings, composer(settings), edition):
        if finding.is_error:  # it would not be sent
            complain(str(finding))


def send(
    context: typer.Context,
    day: Day = None,
    to: Annotated[str | None, typer.Option(help="Only a test letter to this address.")] = None,
) -> None:
    """Queue the due edition for every active subscriber, once, and deliver it."""
    from mailer.app.direct import send_test
    from mailer.app.house import keep_receipt
    from mailer.app.press import publish
    from mailer.mail.outcome import Accepted, said

    test_reader = address_given(to) if to is not None else None

    async def work(service: "Service") -> None:
        date = chosen(day, service.settings)
        if date > chosen(None, service.settings) and not test_reader:
            raise MailerError(
                f"{date} has not come: nothing is sent before its day; see: mailer compose, or"
                " send --to for a test letter"
            )
        if test_reader:
            outcome = await send_test(service, date, test_reader)
            say(f"Test letter to {test_reader.email}: {said(outcome)}")
            if not isinstance(outcome, Accepted):
                raise MailerError("the test letter was not taken")
            return
        try:
            queued = await publish(service, date)
        except NotApproved:
            await service.delivery().drain()  # the question to the approvers
            raise
        new = f"{counted(queued.letters, 'letter')} queued"
        say(f"Edition {queued.period}: {'was queued before' if queued.again else new}.")
        await empty(context, service)
        receipt = await keep_receipt(service, queued.period)
        if receipt:
            say(in_words(asdict(receipt)))

    in_service(context, work)


def deliver(
    context: typer.Context,
    until_empty: Annotated[
        bool, typer.Option("--drain", help="Return when nothing is left that is due.")
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help="How many at once; else as many as help: one a core for large sends, and where"
            " letters are signed.",
        ),
    ] = None,
    part: Annotated[str, typer.Option(hidden=True, help="N/M, to a process of ours.")] = "",
) -> None:
    """Work the outbox."""
    from mailer.app.running import work_outbox
    from mailer.app.sharing import Part, processes_for

    async def work(service: "Service") -> None:
        if until_empty and not part:
            await empty(context, service, processes)
            return
        if until_empty:
            say_json(asdict(await drained(service.delivery())))
            return
        look = partial(_waiting, service)
        number = 1 if part else processes or processes_for(service.settings)
        if number > 1:
            await work_together(context.obj, number, look, service.free_the_dead, until_empty=False)
        else:
            await show_progress(until_stopped(partial(work_outbox, service)), look)

    number, _, of = part.partition("/")
    of_several = Part(int(number) - 1, int(of)) if part else None
    in_service(context, work, of_several, endless=not until_empty)


async def empty(context: typer.Context, service: "Service", processes: int | None = None) -> None:
    """Deliver all that is due, in as many processes as help, and say how that went."""
    from mailer.app.sharing import processes_for

    due = await service.outbox.due(service.clock.now())
    number = processes or processes_for(service.settings, due)
    if number == 1:
        await drain(service)
        return
    look = partial(_waiting, service)
    free = service.free_the_dead
    tally = await work_together(context.obj, number, look, free, until_empty=True)
    await say_delivered(service, tally)


async def _waiting(service: "Service") -> "Waiting":
    from mailer.app.figures import waiting

    return await waiting(service, await service.outbox.due(service.clock.now()))


def receipt(
    context: typer.Context,
    edition: Annotated[str, typer.Argument(help="Its period, such as 2020-09.")],
    who: Annotated[
        str | None, typer.Option(help="The names behind a number: accepted, failed, …; or bounced.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The account of one edition: audience, accepted, failed, uncertain, excluded, pending."""
    from mailer.newsletter.receipt import STATES

    if who not in (None, "bounced", *STATES):
        expected = ", ".join((*STATES, "bounced"))
        raise typer.BadParameter(f"--who {who}: expected one of {expected}")

    async def work(service: "Service") -> None:
        found = await service.editions.receipt(edition)
        if found is None:
            sent = [row.period for row in await service.editions.all()]
            others = f"; there are: {', '.join(sent)}" if sent else ", and no other yet"
            raise MailerError(f"no edition {edition!r} was sent{others}")
        if who == "bounced":
            reports = await service.bounces.of_edition(edition)
            show_rows(
                (
                    {"recipient": row.recipient, "letter": row.permanence, "said": row.diagnostic}
                    for row in reports
                ),
                as_json,
            )
            return
        if who is not None:
            rows = await service.editions.who(edition, who)
            show_rows(({"recipient": row.recipient, "reply": row.reply} for row in rows), as_json)
            return
        if as_json:
            say_json(asdict(found))
            return
        say(in_words(asdict(found)))
        for state, why, count in await service.editions.reasons(edition):
            say(f"  {state} {count}: {why}")

    in_service(context, work)
