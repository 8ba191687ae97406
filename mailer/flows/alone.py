"""One at a time: does its work while it has the turn, and stands by while another process has it.

Takes a `Turn` that all processes with one database share. Asks for it every PULSE seconds, and as
often whether it is still ours. Where that has no answer in PATIENCE seconds the work is cancelled
at once, long before the turn comes free for another.

What was in hand when a process was frozen may still be done when it thaws, before it hears that
the turn is gone. So everything that is done in turn must be such that doing it twice changes
nothing: see the keys of the outbox.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from mailer.errors import StoreError
from mailer.flows.ports.turn import Turn

log = logging.getLogger("mailer.turn")

PULSE = 1.0
PATIENCE = 4.0


@dataclass(slots=True)
class Alone:
    """`acting` says whether the turn is ours."""

    turn: Turn
    acting: bool = False
    _said: str = field(default="", init=False)

    async def until(
        self, stop: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]
    ) -> None:
        """Do `work` in every turn of ours until `stop` is set; the event that it gets says so too.

        Whatever it raises is raised.
        """
        try:
            while not stop.is_set():
                if await self._taken():
                    await self._act(stop, work)
                else:
                    await _wait(stop, PULSE)
        finally:
            await self.turn.leave()

    async def _taken(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                taken = await self.turn.take()
        except (StoreError, TimeoutError) as error:
            self._say(f"not-known reason={error}")
            await self.turn.leave()
            return False
        self._say("ours" if taken else "anothers")
        return taken

    async def _act(
        self, stop: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]
    ) -> None:
        over = asyncio.Event()
        acting = asyncio.ensure_future(work(over))
        keeping = asyncio.ensure_future(self._keep())
        stopped = asyncio.ensure_future(stop.wait())
        tasks = acting, keeping, stopped
        self.acting = True
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not keeping.done():
                over.set()
                await asyncio.wait((acting, keeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.acting = False
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self.turn.leave()
        for task in (acting, keeping):
            if not task.cancelled():
                task.result()

    async def _keep(self) -> None:
        """Return once the turn may be another's."""
        while True:
            await asyncio.sleep(PULSE)
            asked = asyncio.ensure_future(self.turn.keep())
            try:
                # Not by a timeout: a question that is cancelled may be slow to end.
                answered, _ = await asyncio.wait((asked,), timeout=PATIENCE)
                if not answered:
                    return self._say("lost reason=no answer in time")
                asked.result()
            except StoreError as error:
                return self._say(f"lost reason={error}")
            finally:
                asked.cancel()

    def _say(self, what: str) -> None:
        if what != self._said:
            self._said = what
            log.info("turn-%s", what)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
