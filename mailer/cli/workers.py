"""How far delivery is, on a bar; and several processes that work the outbox together.

Each of those is `mailer deliver` again, with a part of its own of what is due: they meet in the
database only. Ends when all have ended; they are told to end when this process is.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from mailer.errors import MailerError

if TYPE_CHECKING:
    from rich.console import Console

    from mailer.app.figures import Waiting

_LOOK_AGAIN = 1.0  # seconds
_NO_BAR = {"TTY_COMPATIBLE": "0"}  # to rich: one bar for all of them, ours

T = TypeVar("T")
Look = Callable[[], Awaitable["Waiting"]]
"""Counts the letters that wait, and how long the relays' paces make them last."""


async def show_progress(work: Awaitable[T], look: Look) -> T:
    """Do `work`, with a bar on stderr if that is a terminal: rate, and time left.

    The time left is never less than the paces ask for, however fast the last letters went.
    """
    from rich.console import Console

    console = Console(stderr=True)
    working = asyncio.ensure_future(work)
    try:
        if console.is_terminal:
            await _bar(console, working, look)
        return await working
    finally:
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))


async def _bar(console: "Console", working: "asyncio.Future[Any]", look: Look) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(rate_in_words(task.speed or 0))

    class Left(ProgressColumn):
        def render(self, task: Task) -> Text:
            paced: timedelta = task.fields["paced"]
            left = max(paced.total_seconds(), task.time_remaining or 0)
            return Text(f"{timedelta(seconds=round(left))} left")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), Left())
    total, waited = 0, 0
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None, paced=timedelta())
        while not working.done():
            waiting = await look()
            total += max(waiting.letters - waited, 0)  # the first time all, then what has come
            waited = waiting.letters
            bar.update(task, total=total, completed=total - waited, paced=waiting.paced)
            await asyncio.wait((working,), timeout=_LOOK_AGAIN)
        waited = (await look()).letters
        bar.update(task, completed=total - waited, paced=timedelta())


def rate_in_words(a_second: float) -> str:
    """A slow relay takes some letters a minute."""
    return f"{a_second:,.0f} letters/s" if a_second >= 1 else f"{60 * a_second:,.0f} letters/min"


async def work_together(command: Sequence[str], number: int, look: Look) -> None:
    """Run `number` processes of this program with `command`.

    Raises MailerError where one of them failed; it has said why.
    """
    processes: list[asyncio.subprocess.Process] = []
    told = asyncio.Event()

    def hand_on() -> None:
        told.set()
        for process in processes:
            if process.returncode is None:
                process.terminate()  # also for Ctrl-C: one that still starts has no ear for that

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, hand_on)
    for _ in range(number):
        if told.is_set():
            break
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mailer", *command, env={**os.environ, **_NO_BAR}
        )
        processes.append(process)
        if told.is_set():  # while this one was being made
            process.terminate()
    ended = asyncio.gather(*(process.wait() for process in processes))
    codes = await show_progress(ended, look)
    # One that was still starting when it was told to end has nothing to let go of.
    failed = sum(code not in (0, -signal.SIGTERM) for code in codes)
    if failed:
        raise MailerError(f"{failed} of {number} processes failed; nothing is lost, try again")
