"""The turn of the processes that share a PostgreSQL database: an advisory lock.

It belongs to a connection of its own, and comes free when that ends: at once where the process
dies, and after SILENCE where it hangs or cannot be reached, for then the server ends the
connection.
"""

import asyncio

import psycopg
from sqlalchemy import URL, Connection, text

from mailer.errors import StoreError

SILENCE = 10
"""Seconds. Whoever has the turn asks for it more often: see `flows.alone`."""

_LOCK = 0x7475726E  # one number for all our schedulers; another one is in `database`
_CALLED = "mailer scheduler "
_CONNECT_SECONDS = 4


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


def sessions(connection: Connection) -> dict[str, bool]:
    """The processes that have the lock, or ask for it, by their names: whether it is theirs."""
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
    return {name: acts for name, acts in rows}


def _plain(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
