"""How far delivery is, on a bar; and several processes that work the outbox together.

Each of those is `mailer deliver` again, with a share of the connections: they meet in the database
only. Where one dies the others have its letters. Ends when all have ended; they are told to end
when this process is, and end by themselves where it dies.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mailer.errors import MailerError, StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from mailer.app.figures import Waiting
    from mailer.flows.deliver import Tally

log = logging.getLogger("mailer.cli")

_LOOK_AGAIN = 1.0  # seconds
_NO_BAR = {"TTY_COMPATIBLE": "0"}  # to rich: one bar for all of them, ours

T = TypeVar("T")
Look = Callable[[], Awaitable["Waiting"]]
"""Counts the letters that wait, and how long the relays' paces make them last."""
Free = Callable[[], Awaitable[None]]
"""Gives back the letters that dead processes held."""


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


async def work_together(
    config: Path, number: int, look: Look, free: Free, *, until_empty: bool
) -> "Tally":
    """Run `mailer deliver` in `number` processes; what they did together, once the outbox is empty.

    Raises MailerError where one of them failed, which has said why, or where they were told to end
    before the outbox was.
    """
    processes: list[asyncio.subprocess.Process] = []
    told = asyncio.Event()

    def end() -> None:
        for process in processes:
            if process.returncode is None:
                process.terminate()  # also for Ctrl-C: one that still starts has no ear for that

    def hand_on() -> None:
        told.set()
        end()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, hand_on)
    try:
        for place in range(number):
            if told.is_set():
                break
            processes.append(await _started(config, f"{place + 1}/{number}", until_empty))
            if told.is_set():  # while this one was being made
                end()
        said = await show_progress(
            asyncio.gather(*(_heard(each, free) for each in processes)), look
        )
    finally:
        end()
        await asyncio.gather(*(process.wait() for process in processes))
    # One that was still starting when it was told to end has nothing to let go of.
    failed = sum(process.returncode not in (0, -signal.SIGTERM) for process in processes)
    if told.is_set() and until_empty:
        raise MailerError("told to end before the outbox was empty; nothing is lost")
    if failed:
        raise MailerError(f"{failed} of {number} processes failed; nothing is lost, try again")
    return _together(said)


async def _started(config: Path, part: str, until_empty: bool) -> asyncio.subprocess.Process:
    """In a group of its own: Ctrl-C is for us to hand on. Where we die it finds its input ended."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer", "--config", config, "deliver", "--part", part),
        *(["--drain"] * until_empty),
        env={**os.environ, **_NO_BAR},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        process_group=0,
    )


async def _heard(process: asyncio.subprocess.Process, free: Free) -> bytes:
    assert process.stdout  # noqa: S101 - it is a pipe
    said = await process.stdout.read()
    if await process.wait() == -signal.SIGKILL:
        log.error("process-killed pid=%s", process.pid)
        with suppress(StoreError):  # else its leases run out by themselves
            await free()
    return said


def _together(said: Iterable[bytes]) -> "Tally":
    """The sum of what those say who come to an end: one JSON object each."""
    from mailer.flows.deliver import Tally

    total = Tally()
    for each in (Tally(**json.loads(line)) for line in said if line):
        total.accepted += each.accepted
        total.failed += each.failed
        total.postponed += each.postponed
        total.problem = total.problem or each.problem
    return total
