"""Opening a database: the schema, the migrations, and one clear line where it cannot be."""

import asyncio
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, func, insert, inspect, select, text

import mailer.edge.store
from mailer.edge.store.database import BUSY_SECONDS, HEAD, Database, exists
from mailer.edge.store.tables import letters, metadata, wordings
from mailer.errors import StoreError
from tests.servers.running import PATIENCE

pytestmark = pytest.mark.anyio

MIGRATIONS = Path(mailer.edge.store.__file__).parent / "migrations"


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(letters)).scalar_one()


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


# --- the schema ---


async def test_a_fresh_database_has_exactly_the_tables_of_the_program(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        with warnings.catch_warnings():
            # SQLite cannot say what an index on an expression is made of.
            warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based")
            warnings.filterwarnings("ignore", "autogenerate skipping .* '(uq_subs|ix_inq)")
            found: list[object] = compare_metadata(context, metadata)
            return found

    assert await database.read(differences) == []


async def test_the_newest_migration_is_the_one_that_the_program_asks_for(
    database: Database,
) -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]
    version = text("SELECT version_num FROM alembic_version")
    assert await database.read(lambda c: c.execute(version).scalars().all()) == [HEAD]


async def test_opening_again_asks_for_the_version_and_changes_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await Database.open(database_url)
    await first.write(lambda c: c.execute(insert(letters).values(content=b"Hej")))
    await first.close()

    def refuse(*_: object) -> None:
        raise AssertionError("it migrated")

    monkeypatch.setattr("mailer.edge.store.database._migrate", refuse)
    second = await Database.open(database_url)
    assert await second.read(count) == 1
    await second.close()


async def test_opening_does_not_wait_for_another_process_that_writes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mailer.db"
    first = await Database.open(url)
    with closing(sqlite3.connect(tmp_path / "mailer.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        second = await asyncio.wait_for(Database.open(url), BUSY_SECONDS / 2)
    await second.close()
    await first.close()


async def test_many_threads_may_open_a_fresh_database_at_once(database_url: str) -> None:
    opened = await asyncio.gather(*(Database.open(database_url) for _ in range(6)))
    for each in opened:
        assert await each.read(count) == 0
        await each.close()


def test_many_processes_may_open_a_fresh_database_at_once(database_url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from mailer.edge.store.database import Database\n"
        "async def main():\n"
        "    sys.stdin.readline()\n"
        "    database = await Database.open(sys.argv[1])\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, database_url],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in processes] == [""] * 3
    assert [process.returncode for process in processes] == [0] * 3


async def test_a_migration_that_fails_half_way_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(config: object, revision: str) -> None:
        attributes = config.attributes  # type: ignore[attr-defined]
        metadata.create_all(attributes["connection"])
        attributes["connection"].execute(text("SELECT no_such_thing"))

    monkeypatch.setattr("alembic.command.upgrade", broken)
    with pytest.raises(StoreError, match="no_such_thing"):
        await Database.open(database_url)
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()


# --- SQLite ---


async def test_on_sqlite_what_is_committed_is_on_the_disk_and_keys_hold(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")

    def pragmas(connection: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    assert await database.read(pragmas) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": BUSY_SECONDS * 1000,
        "secure_delete": 1,
    }
    await database.close()


async def test_on_sqlite_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    await database.write(lambda c: c.execute(insert(letters).values(content=b"Hej")))
    found = modes(tmp_path)
    await database.close()
    assert found == dict.fromkeys(("mailer.db", "mailer.db-wal", "mailer.db-shm"), 0o600)


async def test_tidying_empties_the_log(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    await database.write(lambda c: c.execute(insert(letters).values(content=b"Hej")))
    assert (tmp_path / "mailer.db-wal").stat().st_size > 0
    await database.tidy()
    assert (tmp_path / "mailer.db-wal").stat().st_size == 0
    await database.close()


async def test_tidying_leaves_what_is_there(database: Database) -> None:
    await database.write(lambda c: c.execute(insert(letters).values(content=b"Hej")))
    await database.tidy()
    assert await database.read(count) == 1


async def test_a_database_that_cannot_be_tidied_is_a_store_error(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    await database.write(lambda c: c.execute(insert(letters).values(content=b"Hej")))
    (tmp_path / "mailer.db-wal").write_bytes(b"")
    (tmp_path / "mailer.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError, match=r"could not be tidied: [^\n]+$"):
        await database.tidy()
    await database.close()


# --- transactions ---


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(insert(letters).values(content=b"Hej"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(fail)
    assert await database.read(count) == 0


async def test_writers_of_two_openings_wait_for_each_other(database_url: str) -> None:
    opened = [await Database.open(database_url) for _ in range(2)]

    def read_then_write(connection: Connection) -> None:
        count(connection)
        connection.execute(insert(letters).values(content=b"Hej"))

    await asyncio.gather(*(each.write(read_then_write) for each in opened * 20))
    assert await opened[0].read(count) == 40
    for each in opened:
        await each.close()


@pytest.mark.parametrize("content", ["INSERT INTO letters VALUES ('x', NULL)", "SELECT ljus"])
async def test_what_the_database_refuses_is_one_line(database: Database, content: str) -> None:
    with pytest.raises(StoreError, match=r"^the database did not do as asked: [^\n]+$"):
        await database.write(lambda connection: connection.execute(text(content)))


async def test_text_that_no_database_holds_is_a_store_error(database: Database) -> None:
    query = select(letters.c.id).where(text("'a' = :words").bindparams(words="\udce5"))
    with pytest.raises(StoreError, match="surrogates not allowed"):
        await database.read(lambda connection: connection.execute(query).all())


# --- it cannot be opened ---


async def test_a_database_of_a_newer_program_is_left_alone(database_url: str) -> None:
    database = await Database.open(database_url)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await database.write(lambda connection: connection.execute(newer))
    await database.close()
    with pytest.raises(StoreError, match=rf"^[^\n]*version 9999, newer [^\n]*\({HEAD}\)[^\n]*$"):
        await Database.open(database_url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailer.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://host/mailer.db",
        "sqlite:////tmp/mailer.db?mode=ro",
        "mysql://mailer:hemligt@127.0.0.1/mailer",
        "postgresql://mailer:hemligt@127.0.0.1:port/mailer",
    ],
)
async def test_a_url_of_no_known_kind_says_what_is_expected(url: str) -> None:
    with pytest.raises(StoreError) as error:
        await Database.open(url)
    assert str(error.value) == (
        "the database URL cannot be used; expected sqlite:///PATH or postgresql://HOST/NAME"
    )


@pytest.mark.parametrize("options", ["", "?connect_timeout=x", "?no_such=option"])
async def test_a_postgresql_that_is_not_there_is_named_without_the_password(options: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"postgresql://mailer:hemligt@127.0.0.1:{port}/brev{options}"
    with pytest.raises(StoreError, match=r"^the database brev cannot be opened: [^\n]+$") as error:
        await Database.open(url)
    assert "hemligt" not in str(error.value)


async def test_a_wrong_password_is_refused_without_being_repeated(postgresql_url: str) -> None:
    user, _, place = postgresql_url.rpartition("@")
    wrong = f"{user.rpartition(':')[0]}:hemligt@{place}"
    with pytest.raises(StoreError, match="password authentication failed") as error:
        await Database.open(wrong)
    assert "hemligt" not in str(error.value)


async def test_a_path_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"rubbish" * 1000)
    (tmp_path / "folder").mkdir()
    for path, reason in (
        ("file/mailer.db", "File exists"),
        ("file/deeper/mailer.db", "Not a directory"),
        ("file", "file is not a database"),
        ("folder", "unable to open database file"),
    ):
        with pytest.raises(StoreError, match=rf"^the database {tmp_path}/{path} .*: {reason}$"):
            await Database.open(f"sqlite:///{tmp_path}/{path}")


async def test_a_postgresql_that_was_restarted_is_connected_to_again(postgresql_url: str) -> None:
    database = await Database.open(postgresql_url)
    with closing(psycopg.connect(postgresql_url, autocommit=True)) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await database.read(count) == 0
    await database.close()


async def test_whether_there_is_a_database_yet(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mailer.db"
    assert not exists(url)
    await (await Database.open(url)).close()
    assert exists(url)
    assert exists("postgresql://127.0.0.1/mailer")


# --- writing together ---


async def test_what_waits_together_is_written_each_undone_alone(database_url: str) -> None:
    database = await Database.open(database_url)
    begun, go_on, commits = threading.Event(), threading.Event(), []
    event.listen(database._engine, "commit", lambda connection: commits.append(connection))

    def first(connection: Connection) -> str:
        begun.set()
        go_on.wait(PATIENCE)
        return "first"

    def put(version: str) -> Callable[[Connection], str]:
        def work(connection: Connection) -> str:
            connection.execute(insert(wordings).values(version=version, text=""))
            if version == "bad":
                raise ValueError(version)
            return version

        return work

    alone = asyncio.ensure_future(database.write(first))
    await asyncio.to_thread(begun.wait, PATIENCE)
    works = [database.write(put(version)) for version in ("a", "bad", "a", "b")]
    waiting = asyncio.gather(*works, return_exceptions=True)
    await asyncio.sleep(0)
    go_on.set()
    assert await alone == "first"
    a, bad, again, b = await waiting
    assert (a, b) == ("a", "b")
    assert isinstance(bad, ValueError)
    assert isinstance(again, StoreError)
    assert len(commits) == 2
    query = select(wordings.c.version).order_by(wordings.c.version)
    assert await database.read(lambda c: c.execute(query).scalars().all()) == ["a", "b"]
    await database.close()


async def test_a_write_that_is_cancelled_while_it_waits_is_not_done(database: Database) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def hold(connection: Connection) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    first = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(begun.wait, PATIENCE)
    waiting = asyncio.ensure_future(database.write(lambda connection: done.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting  # so that the thread has been told, too
    await asyncio.sleep(0)
    go_on.set()
    await first
    assert await database.read(lambda connection: done) == []
