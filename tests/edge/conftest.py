"""The database, empty and open, on each of the two kinds that the store knows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailer.edge.store.database import Database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own: first SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mailer.db"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    try:
        yield opened
    finally:
        await opened.close()
