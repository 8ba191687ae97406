"""A new service for every test that asks: `open_world()` as a context manager."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.flows.world import World, open_database

OpenWorld = Callable[[], AbstractAsyncContextManager[World]]

MEMORY = Path("/dev/shm")  # noqa: S108
"""Where there is such a file system: no test of a flow shows what a disk keeps, only waits for it.
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def open_world(migrated: Path, tmp_path: Path) -> OpenWorld:
    numbers = count(1)

    def opened() -> AbstractAsyncContextManager[World]:
        folder = tmp_path / f"world-{next(numbers)}"
        folder.mkdir()
        shutil.copy(migrated, folder / "mailer.db")
        return open_database(f"sqlite:///{folder / 'mailer.db'}", folder)

    return opened
