"""Work in stages: the next item is made while the last is worked on.

Takes an async generator; gives its items. What it raises is raised where the item would have come.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def ahead(items: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """The same items, one of them made ahead. To be closed, as every generator that may be left."""

    async def following() -> tuple[T] | None:
        async for item in items:
            return (item,)
        return None

    async with aclosing(items):
        coming = asyncio.create_task(following())
        try:
            while found := await coming:
                coming = asyncio.create_task(following())
                yield found[0]
        finally:
            coming.cancel()
            await _ended(coming)


async def _ended(task: asyncio.Task[object]) -> None:
    """Return when it has ended, however often we are cancelled: else `items` cannot be closed."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
