"""Several processes that work together: what they are told, and what they are waited for with."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from mailer.app.figures import Waiting
from mailer.cli.workers import work_together
from mailer.errors import MailerError, StoreError

NOWHERE = Path("no-such-folder")  # what is started with it says so, and ends


async def nothing_waits() -> Waiting:
    return Waiting(0, timedelta())


async def none_died() -> None:
    pass


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_they_are_being_started_ends_those_that_were_and_starts_no_more(
    told: signal.Signals,
) -> None:
    async def started_and_told() -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), told)
        await work_together(NOWHERE, 2, nothing_waits, none_died, until_empty=False)

    asyncio.run(started_and_told())


def test_told_to_end_before_the_outbox_was_empty_is_no_success() -> None:
    async def started_and_told() -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        await work_together(NOWHERE, 2, nothing_waits, none_died, until_empty=True)

    with pytest.raises(MailerError, match="told to end"):
        asyncio.run(started_and_told())


def test_one_that_fails_is_counted() -> None:
    with pytest.raises(MailerError, match="2 of 2 processes failed"):
        asyncio.run(work_together(NOWHERE, 2, nothing_waits, none_died, until_empty=True))


def test_none_is_left_behind_where_the_bar_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")

    async def locked() -> Waiting:
        raise StoreError("the database is locked")

    with pytest.raises(StoreError):
        asyncio.run(work_together(NOWHERE, 2, locked, none_died, until_empty=True))
    ours = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in ours]
    assert not any(b"--part" in command for command in commands)
