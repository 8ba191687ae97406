"""Whose turn it is to act, among processes that share a database."""

from typing import Protocol


class Turn(Protocol):
    """One process has it at a time. It comes free by itself where that process dies or hangs."""

    async def take(self) -> bool:
        """Whether it is ours now. Raises StoreError where that cannot be asked."""
        ...

    async def keep(self) -> None:
        """Return if it is still ours, else raise StoreError. To be called every second or two."""
        ...

    async def leave(self) -> None:
        """Let another have it; whatever went before, this raises nothing."""
        ...
