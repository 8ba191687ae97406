"""One database, opened, brought up to date, and worked by one thread.

All work runs in a thread of its own, one transaction at a time: within the process nothing waits
for a lock, and SQLAlchemy's connections never cross threads. What waits for the thread to be
written is written together: the disk is waited for once. Between processes SQLite writers wait for
each other up to BUSY_SECONDS; PostgreSQL needs no such patience.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Insert,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)

from mailer.errors import StoreError, StoreRefused

HEAD = "0002"
"""The newest migration; opening a database of this version needs no Alembic."""

BUSY_SECONDS = 30
CLOSE_SECONDS = 1.0
_MIGRATION_LOCK = 0x7472796767  # one number for all our PostgreSQL migrations
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is gone from the file, too
)

# A full disk, a lock and a lost connection are OperationalErrors: another time it may do.
_REFUSALS = (DataError, IntegrityError, ProgrammingError, UnicodeError)

T = TypeVar("T")


class Database:
    """Open with `await Database.open(url)`; close with `await close()`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._writes: deque[tuple[Callable[[Connection], Any], Future[Any]]] = deque()

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open, and migrate under a lock. Raises StoreError with one line, without the password."""
        engine = _engine(parsed(url))
        database = cls(engine)
        try:
            await database._in_thread(lambda: _bring_up_to_date(engine))
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close; a statement that waits for another process's lock is left after a moment."""
        closing = asyncio.ensure_future(self._in_thread(self._engine.dispose))
        _, busy = await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
        self._thread.shutdown(wait=not busy)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that writes nothing."""
        return await self._in_thread(lambda: self._transact(work, writes=False))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction; when this returns, it is on the disk.

        Where it raises, it is undone, whatever is written together with it.
        """
        written: Future[T] = Future()
        self._writes.append((work, written))
        self._thread.submit(self._write_what_waits)
        return await asyncio.wrap_future(written)

    def _write_what_waits(self) -> None:
        group = [
            (work, written)
            for work, written in (self._writes.popleft() for _ in range(len(self._writes)))
            if written.set_running_or_notify_cancel()
        ]
        try:
            match group:
                case []:
                    return  # it went along with an earlier one
                case [(work, written)]:
                    ends: list[Any] = [self._transact(work, writes=True)]
                case _:
                    parts = [work for work, _ in group]
                    ends = self._transact(lambda c: [_part(c, work) for work in parts], writes=True)
        except BaseException as error:
            for _, written in group:
                written.set_exception(error)
            return
        for (_, written), end in zip(group, ends, strict=True):
            if isinstance(end, _Undone):
                written.set_exception(end.error)
            else:
                written.set_result(end)

    def _transact(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        try:
            with self._engine.connect() as connection:
                connection = connection.execution_options(writes=writes)
                with connection.begin():
                    return work(connection)
        except (SQLAlchemyError, UnicodeError) as error:
            raise _failed(error) from error

    async def tidy(self) -> None:
        """Let SQLite look after its statistics and its log; PostgreSQL does so by itself."""
        if self._engine.dialect.name == "sqlite":
            await self._in_thread(lambda: _tidy_sqlite(self._engine))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


@dataclass(frozen=True, slots=True)
class _Undone:
    """The end of a work that failed, among others that did not."""

    error: Exception


def _part(connection: Connection, work: Callable[[Connection], T]) -> T | _Undone:
    try:
        with connection.begin_nested():
            return work(connection)
    except (SQLAlchemyError, UnicodeError) as error:
        return _Undone(_failed(error))
    except Exception as error:
        return _Undone(error)


def _failed(error: Exception) -> StoreError:
    # Of class 54 is what is larger than PostgreSQL takes (its manual, appendix A).
    too_large = str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith("54")
    kind = StoreRefused if too_large or isinstance(error, _REFUSALS) else StoreError
    return kind(f"the database did not do as asked: {_plain(error)}")


def insert_or(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can be told what to do where a row is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone whose key is already there; its rowcount says whether."""
    statement = insert_or(connection, table).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


def exists(url: str) -> bool:
    """Whether there is a database at `url` yet (PostgreSQL: taken for granted)."""
    where = parsed(url)
    return where.get_backend_name() != "sqlite" or Path(where.database or "").is_file()


def parsed(url: str) -> URL:
    """The URL of a database of a kind that we know, with its driver. Raises StoreError."""
    with suppress(ArgumentError, ValueError):
        where = make_url(url)
        match where.get_backend_name():
            case "sqlite" if _is_file(where):
                return where.set(drivername="sqlite")
            case "postgresql":
                return where.set(drivername="postgresql+psycopg")
    raise StoreError(
        "the database URL cannot be used; expected sqlite:///PATH or postgresql://HOST/NAME"
    )


def _is_file(url: URL) -> bool:
    return url.database not in (None, "", ":memory:") and not url.host and not url.query


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True)
    _make_file(Path(url.database or ""))
    # Autocommit: the driver starts no transaction of its own; ours begin in _begin.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _make_file(path: Path) -> None:
    # SQLite would let everybody read what is in it.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(0o600)
    except OSError as error:
        raise StoreError(f"the database {path} cannot be made: {error.strerror}") from error


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    try:
        with closing(connection.cursor()) as cursor:
            _keep_a_log(cursor)
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()  # SQLAlchemy lets go of a connection that fails here
        raise


def _keep_a_log(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL. Of several processes that open a fresh database some are told it is locked."""
    for pause in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0):
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        time.sleep(pause)  # only this statement does not wait by itself
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: upgrading a read lock later cannot wait, it fails.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine) -> None:
    try:
        with engine.connect().execution_options(writes=False) as connection:
            if _version(connection) == HEAD:
                return
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            _migrate(connection)
    except SQLAlchemyError as error:
        name = engine.url.database
        raise StoreError(f"the database {name} cannot be opened: {_plain(error)}") from error


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return version


def _migrate(connection: Connection) -> None:
    # Imported late: most starts need no migration, and Alembic costs 0.3 s.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with as_file(files("mailer.edge.store") / "migrations") as scripts:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        version = _version(connection)
        if version is not None and version not in known:
            raise StoreError(
                f"the database is of version {version}, newer than this program knows ({HEAD}): "
                "install the program that it was used with, or a newer one"
            )
        command.upgrade(config, "head")


def _tidy_sqlite(engine: Engine) -> None:
    # Past SQLAlchemy, which would begin a transaction: the log cannot be emptied inside one.
    try:
        with closing(engine.raw_connection()) as connection:
            for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
                connection.cursor().execute(f"PRAGMA {pragma}")
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"the database could not be tidied: {_plain(error)}") from error


def _plain(error: Exception) -> str:
    # The driver's own first line; SQLAlchemy's adds the statement and its values (people's data).
    cause: Any = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(error).__name__
