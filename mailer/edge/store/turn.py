"""The turn of the processes that share a database: an advisory lock, or a locked file.

On PostgreSQL the lock belongs to a connection of its own. It comes free when that ends: at once
where the process dies, and after SILENCE where it hangs or cannot be reached, for then the server
ends the connection. On SQLite all processes are on one machine, and the kernel frees the lock of
one that ends; one that is frozen keeps it.

Implements the port `Turn`. `schedulers` tells who acts and who stands by.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Literal

import psycopg
from sqlalchemy import URL, Connection, text

from mailer.edge.store.database import Database, parsed
from mailer.edge.worker import Worker, living, try_lock
from mailer.errors import StoreError

SILENCE = 10
"""Seconds. Whoever has the turn asks for it more often: see `flows.alone`."""

_LOCK = 0x7475726E  # one number for all our schedulers; another one is in `database`
_CALLED = "mailer scheduler "
_CONNECT_SECONDS = 4

Role = Literal["acting", "standby"]


def process_name() -> str:
    """Ours, among those of all machines."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}"


def turn(url: str, name: str) -> "Turns":
    """That of the database at `url`, for a process with this name."""
    where = parsed(url)
    if where.get_backend_name() == "postgresql":
        return AdvisoryTurn(where, name)
    return FileTurn(_folder(where), name)


async def schedulers(database: Database, url: str) -> Mapping[str, Role]:
    """The processes that have the turn, or ask for it, by their names."""
    where = parsed(url)
    if where.get_backend_name() == "postgresql":
        return await database.read(_sessions)
    return await asyncio.to_thread(_files, _folder(where))


class AdvisoryTurn:
    """A session-level advisory lock of PostgreSQL."""

    def __init__(self, url: URL, name: str) -> None:
        self._url = url
        self._name = name
        self._line: psycopg.AsyncConnection | None = None
        self._one_question = asyncio.Lock()

    async def take(self) -> bool:
        return await self._ask(f"SELECT pg_try_advisory_lock({_LOCK})")

    async def keep(self) -> None:
        # Whoever has the connection has the lock.
        await self._ask("SELECT true")

    async def leave(self) -> None:
        async with self._one_question:
            if self._line:
                await self._line.close()
                self._line = None

    async def _ask(self, question: str) -> bool:
        async with self._one_question:
            try:
                line = self._line = self._line or await self._connect()
                answer = await (await line.execute(question)).fetchone()
            except (psycopg.Error, OSError) as error:
                raise StoreError(f"the database cannot be asked: {_plain(error)}") from error
            return bool(answer and answer[0])

    async def _connect(self) -> psycopg.AsyncConnection:
        _, options = self._url.get_dialect()().create_connect_args(self._url)
        called = {"application_name": _CALLED + self._name, "connect_timeout": _CONNECT_SECONDS}
        line = await psycopg.AsyncConnection.connect(autocommit=True, **{**options, **called})
        try:
            await line.execute(f"SET idle_session_timeout = '{SILENCE}s'")
        except BaseException:
            await line.close()
            raise
        return line


def _sessions(connection: Connection) -> dict[str, Role]:
    query = text(
        """
        SELECT substr(application_name, :skip), EXISTS (
            SELECT FROM pg_locks AS l
            WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objid = :lock AND l.granted)
        FROM pg_stat_activity AS a
        WHERE datname = current_database() AND starts_with(application_name, :called)
        ORDER BY 1
        """
    )
    values = {"skip": len(_CALLED) + 1, "lock": _LOCK, "called": _CALLED}
    rows = connection.execute(query, values)
    return {name: "acting" if acts else "standby" for name, acts in rows}


def _plain(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


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


Turns = AdvisoryTurn | FileTurn


def _folder(where: URL) -> Path:
    return Path(f"{where.database}.schedulers")


def _acts(folder: Path) -> Path:
    """Holds the name of who acted last."""
    return folder / "acts"


def _files(folder: Path) -> dict[str, Role]:
    present = living(folder)
    last = _acts(folder).read_text() if _acts(folder).exists() else ""
    return {name: "acting" if name == last else "standby" for name in present}
