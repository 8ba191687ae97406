"""What every verb stands in: told to end while the service is still being opened."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer

from mailer.cli.frame import in_service
from mailer.errors import MailerError

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Context:
    monkeypatch.setenv("MAILER_DATA_DIR", str(tmp_path))

    @asynccontextmanager
    async def told_while_it_opens(*_: Any) -> AsyncIterator[None]:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)
        yield

    monkeypatch.setattr("mailer.app.service.open_service", told_while_it_opens)
    return cast("typer.Context", SimpleNamespace(obj=CONFIG))


async def never(_: object) -> None:
    raise AssertionError("the work was begun")


def test_a_worker_that_had_not_begun_has_ended_well(context: typer.Context) -> None:
    in_service(context, never, endless=True)


def test_a_command_that_had_not_begun_says_that_it_is_not_done(context: typer.Context) -> None:
    with pytest.raises(MailerError, match="told to end before the work was done"):
        in_service(context, never)
