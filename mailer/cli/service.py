"""run."""

import logging
import os
from functools import partial
from typing import TYPE_CHECKING

import typer

from mailer.cli.frame import in_service, until_stopped

if TYPE_CHECKING:
    from mailer.app.service import Service


def run(context: typer.Context) -> None:
    """Everything that happens by itself: newsletter, mailbox, outbox, housekeeping."""
    from mailer.app.running import run as everything

    async def work(service: "Service") -> None:
        await until_stopped(partial(everything, service))

    in_service(context, work, endless=True)
    # All that matters is written down. A thread that still waits for a silent server, or for
    # another process's lock, would hold up the end by half a minute.
    logging.shutdown()
    os._exit(0)
