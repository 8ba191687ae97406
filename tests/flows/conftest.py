"""A new service for every test that asks: `open_world()` as a context manager."""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path

import pytest

from mailer.edge.store.database import Database
from tests.flows.world import World, open_database

OpenWorld = Callable[[], AbstractAsyncContextManager[World]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database: a copy of it opens faster than a new one migrates."""
    file = tmp_path_factory.mktemp("flows") / "mailer.db"

    async def make() -> None:
        await (await Database.open(f"sqlite:///{file}")).close()

    asyncio.run(make())
    return file


@pytest.fixture
def open_world(migrated: Path, tmp_path: Path) -> OpenWorld:
    numbers = count(1)

    def opened() -> AbstractAsyncContextManager[World]:
        folder = tmp_path / f"world-{next(numbers)}"
        folder.mkdir()
        shutil.copy(migrated, folder / "mailer.db")
        return open_database(f"sqlite:///{folder / 'mailer.db'}", folder)

    return opened
