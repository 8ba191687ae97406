"""Several processes that work the outbox together, and how far they are.

Each is `mailer deliver` again, with a part of its own of what is due: they meet in the database
only. Ends when all have ended; a signal to this process is handed on to them.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from mailer.errors import MailerError

_LOOK_AGAIN = 1.0  # seconds
_ENDING = (signal.SIGTERM, signal.SIGINT)

Show = Callable[[int], None]


@contextmanager
def progress(total: int) -> Iterator[Show]:
    """A bar on stderr with rate and time left, if that is a terminal; tell it how many are done."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:,.0f} letters/s")

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


async def work_together(
    command: Sequence[str], number: int, due: Callable[[], Awaitable[int]]
) -> None:
    """Run `number` processes of this program with `command`. `due` counts the letters that wait.

    Raises MailerError where one of them failed; it has said why.
    """
    processes: list[asyncio.subprocess.Process] = []
    loop = asyncio.get_running_loop()
    for each in _ENDING:
        loop.add_signal_handler(each, _hand_on, processes, each)
    for _ in range(number):
        processes.append(
            await asyncio.create_subprocess_exec(sys.executable, "-m", "mailer", *command)
        )
    ended = asyncio.gather(*(process.wait() for process in processes))
    total = await due()
    with progress(total) as show:
        while not ended.done():
            await asyncio.wait([ended], timeout=_LOOK_AGAIN)
            show(max(0, total - await due()))
    # One that was still starting when it was told to end has nothing to let go of.
    well = {0, *(-each for each in _ENDING)}
    failed = sum(code not in well for code in await ended)
    if failed:
        raise MailerError(f"{failed} of {number} processes failed; nothing is lost, try again")


def _hand_on(processes: Sequence[asyncio.subprocess.Process], number: int) -> None:
    for process in processes:
        if process.returncode is None:
            process.send_signal(number)
