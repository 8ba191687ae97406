"""run."""

from typing import TYPE_CHECKING

import typer

from mailer.cli.frame import in_service, until_stopped

if TYPE_CHECKING:
    from mailer.app import Service


def run(context: typer.Context) -> None:
    """Everything that happens by itself: newsletter, mailbox, outbox, housekeeping."""

    async def work(service: "Service") -> None:
        await until_stopped(service.run)

    in_service(context, work)
