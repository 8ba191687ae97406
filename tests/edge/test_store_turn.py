"""The turn on both databases, in this process and in others."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from mailer.edge.store.advisory_turn import AdvisoryTurn
from mailer.edge.store.database import Database
from mailer.edge.store.turn import process_name, schedulers, turn
from mailer.errors import StoreError
from mailer.flows.ports.turn import Turn
from tests.servers import PostgreSQL

pytestmark = pytest.mark.anyio

PROGRAM = """
import asyncio, sys
from mailer.edge.store.turn import process_name, turn

async def main():
    ours = turn(sys.argv[1], process_name())
    print(await ours.take(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await ours.keep()
    print("kept", flush=True)

asyncio.run(main())
"""


@contextmanager
def another(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has taken the turn."""
    command = [sys.executable, "-c", PROGRAM, url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout
        try:
            assert started.stdout.readline() == "True\n"
            yield started
        finally:
            started.kill()


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[tuple[Turn, Turn]]:
    both = turn(database_url, "a:1"), turn(database_url, "b:2")
    yield both
    for each in both:
        await each.leave()


async def taken(ours: Turn) -> None:
    """Return once it is ours."""
    async with asyncio.timeout(60):
        while not await ours.take():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)


async def test_one_has_it_and_the_other_once_that_leaves(
    pair: tuple[Turn, Turn], database: Database, database_url: str
) -> None:
    first, second = pair
    assert await schedulers(database, database_url) == {}
    assert await first.take()
    assert await first.take()
    assert not await second.take()
    await first.keep()
    assert await schedulers(database, database_url) == {"a:1": "acting", "b:2": "standby"}
    await first.leave()
    await taken(second)
    assert not await first.take()
    assert await schedulers(database, database_url) == {"a:1": "standby", "b:2": "acting"}


async def test_it_comes_free_when_the_process_is_killed(database_url: str) -> None:
    ours = turn(database_url, process_name())
    with another(database_url) as other:
        assert not await ours.take()
        os.kill(other.pid, signal.SIGKILL)
        await taken(ours)
    await ours.leave()


async def test_one_that_is_frozen_loses_it_and_hears_of_that_when_it_thaws(
    postgresql_url: str,
) -> None:
    ours = turn(postgresql_url, process_name())
    with another(postgresql_url) as other:
        os.kill(other.pid, signal.SIGSTOP)
        await taken(ours)
        os.kill(other.pid, signal.SIGCONT)
        said, _ = other.communicate("\n")
        assert "kept" not in said
        assert other.returncode == 1
    await ours.keep()
    await ours.leave()


async def test_one_whose_connection_is_ended_by_the_server_hears_of_it(postgresql_url: str) -> None:
    ours = turn(postgresql_url, "a:1")
    assert await ours.take()
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            ["mailer scheduler a:1"],
        )
    with pytest.raises(StoreError, match=r"cannot be asked: [^\n]+$"):
        await ours.keep()
    await ours.leave()
    assert await ours.take()
    await ours.leave()


async def test_a_database_that_is_away_is_an_error_of_one_line() -> None:
    with PostgreSQL() as server:
        url = server.new_database()
    ours = turn(url, "a:1")
    assert isinstance(ours, AdvisoryTurn)
    with pytest.raises(StoreError, match=r"cannot be asked: [^\n]+$"):
        await ours.take()
    await ours.leave()


async def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mailer.db.schedulers").write_text("no folder")
    with pytest.raises(StoreError, match=r"mailer\.db\.schedulers"):
        await turn(f"sqlite:///{tmp_path}/mailer.db", "a:1").take()
