"""Several processes that work together: what they are told, and what they are waited for with."""

import asyncio
import os
import signal
from datetime import timedelta

import pytest

from mailer.app.figures import Waiting
from mailer.cli.workers import work_together


async def nothing_waits() -> Waiting:
    return Waiting(0, timedelta())


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_they_are_being_started_ends_those_that_were_and_starts_no_more(
    told: signal.Signals,
) -> None:
    async def started_and_told() -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), told)
        await work_together(["no-such-verb"], 2, nothing_waits)  # refused by one that goes on

    asyncio.run(started_and_told())
