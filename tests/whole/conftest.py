"""The program with the servers that a test asks for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Account, Sink
from tests.servers.town import Town
from tests.whole.installation import Place
from tests.whole.program import Program

pytest.register_assert_rewrite("tests.whole.scenes")


@pytest.fixture
def make_program(tmp_path: Path) -> Callable[..., Program]:
    """The program with the environment that is given: MAILER_IMAP_URL and the like."""

    def make(**environ: str) -> Program:
        return Program(tmp_path, **environ)

    return make


@pytest.fixture
def program(tmp_path: Path, dovecot: Account, sink: Sink) -> Program:
    """The program between Dovecot and the sink."""
    return Program(tmp_path, MAILER_IMAP_URL=dovecot.url, MAILER_SMTP_URL=sink.url)


@pytest.fixture
def town(sink: Sink) -> Town:
    """Those who live behind the sink."""
    return Town(sink)


@pytest.fixture
def place(tmp_path: Path, dovecot: Account, sink: Sink, migrated: Path) -> Place:
    """For an installation between Dovecot and the sink, in the test's own process."""
    return Place(tmp_path / "here", dovecot, sink.url, migrated)
