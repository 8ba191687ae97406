"""The servers, and the shared sample data, as fixtures."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.edge.store.database import Database
from tests.servers import Account, Dovecot, Postfix, PostgreSQL, PymapServer, Sink, SmtpSink

# Where these are run in the background they, and all that they start, are deaf to Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

WAITING = Path(__file__).parent / "whole"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The tests that wait longest begin, so that none of them is left at the end alone.
    items.sort(key=lambda item: WAITING not in item.path.parents)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Account:
    """An empty mailbox of its own on Dovecot."""
    return dovecot_server.new_account()


@pytest.fixture(scope="session")
def basic_dovecot_server() -> Iterator[Dovecot]:
    with Dovecot(Dovecot.BASIC) as server:
        yield server


@pytest.fixture
def basic_dovecot(basic_dovecot_server: Dovecot) -> Account:
    """An empty mailbox on a Dovecot that claims to have neither MOVE nor IDLE."""
    return basic_dovecot_server.new_account()


@pytest.fixture
def pymap_server() -> Iterator[Account]:
    """An empty mailbox on pymap."""
    with PymapServer() as server:
        yield server.mailbox


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A relay that takes everything, until it is told otherwise."""
    with Sink() as server:
        yield server


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A relay that pipelines and takes everything."""
    with SmtpSink() as server:
        yield server


@pytest.fixture
def postfix(sink: Sink) -> Iterator[Postfix]:
    """A Postfix that hands everything on to `sink`."""
    with Postfix(sink.port) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgreSQL) -> str:
    """An empty database of its own on PostgreSQL."""
    return postgresql_server.new_database()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database: a copy of it opens faster than a new one migrates."""
    file = tmp_path_factory.mktemp("migrated") / "mailer.db"

    async def make() -> None:
        await (await Database.open(f"sqlite:///{file}")).close()

    asyncio.run(make())
    return file


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared sample data, beside the checkout."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"there is no shared data: {folder}")
    return folder
