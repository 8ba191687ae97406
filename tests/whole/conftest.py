"""The program with the servers that a test asks for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import Account, Sink
from tests.whole.program import Program


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
