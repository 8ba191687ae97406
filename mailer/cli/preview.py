"""preview."""

import asyncio
import os
from typing import Annotated

import typer

from mailer.cli.frame import say, until_stopped


def preview(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8061,
) -> None:
    """The edition in your browser; it reloads when you save a file."""
    from mailer.edge.clock import SystemClock
    from mailer.edge.files import read_templates, shipped
    from mailer.edge.web.serving import serve
    from mailer.preview.page import page
    from mailer.preview.workbench import Workbench

    workbench = Workbench(context.obj, os.environ, SystemClock())
    app = page(workbench, read_templates(shipped("templates")))
    asyncio.run(until_stopped(lambda stop: serve(app, "127.0.0.1", port, stop, _say_where)))


def _say_where(port: int) -> None:
    say(f"Look at it on http://127.0.0.1:{port}/ - Ctrl-C ends it.")
