"""The turn of the processes that share a database: an advisory lock, or a locked file.

On PostgreSQL see `advisory_turn`. On SQLite all processes are on one machine, and the kernel frees
the lock of one that ends; one that is frozen keeps it.

Implements the port `Turn`. `schedulers` tells who acts and who stands by.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from sqlalchemy import URL

from mailer.edge.store.database import Database, parsed
from mailer.edge.worker import Worker, living, try_lock
from mailer.errors import StoreError

if TYPE_CHECKING:
    from mailer.edge.store.advisory_turn import AdvisoryTurn

Role = Literal["acting", "standby"]


def process_name() -> str:
    """Ours, among those of all machines."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}"


def turn(url: str, name: str) -> "AdvisoryTurn | FileTurn":
    """That of the database at `url`, for a process with this name."""
    where = parsed(url)
    if where.get_backend_name() == "postgresql":
        # Imported late: the driver takes 0.2 s, and few installations have PostgreSQL.
        from mailer.edge.store.advisory_turn import AdvisoryTurn

        return AdvisoryTurn(where, name)
    return FileTurn(_folder(where), name)


async def schedulers(database: Database, url: str) -> Mapping[str, Role]:
    """The processes that have the turn, or ask for it, by their names."""
    where = parsed(url)
    if where.get_backend_name() == "postgresql":
        from mailer.edge.store.advisory_turn import sessions

        acting = await database.read(sessions)
        return {name: "acting" if acts else "standby" for name, acts in acting.items()}
    return await asyncio.to_thread(_files, _folder(where))


class FileTurn:
    """One locked file for whoever acts, and one for each process there is."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._present: Worker | None = None
        self._acting: IO[bytes] | None = None

    async def take(self) -> bool:
        try:
            self._present = self._present or Worker(self._folder, self._name)
            for dead in self._present.dead():
                self._present.bury(dead)
            self._acting = self._acting or self._locked()
        except OSError as error:
            raise StoreError(f"{self._folder}: {error.strerror}") from error
        return self._acting is not None

    async def keep(self) -> None:
        """As long as we live it is ours."""

    async def leave(self) -> None:
        if self._acting:
            self._acting.close()
            self._acting = None
        if self._present:
            self._present.close()
            self._present = None

    def _locked(self) -> IO[bytes] | None:
        file = _acts(self._folder).open("ab", buffering=0)
        if not try_lock(file):
            file.close()
            return None
        file.truncate(0)
        file.write(self._name.encode())
        return file


def _folder(where: URL) -> Path:
    return Path(f"{where.database}.schedulers")


def _acts(folder: Path) -> Path:
    """Holds the name of who acted last."""
    return folder / "acts"


def _files(folder: Path) -> dict[str, Role]:
    present = living(folder)
    last = _acts(folder).read_text() if _acts(folder).exists() else ""
    return {name: "acting" if name == last else "standby" for name in present}
