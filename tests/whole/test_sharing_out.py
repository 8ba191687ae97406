"""`deliver` in several processes: told to end, it sends nobody a letter again; killed, few."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.flows.deliver import IN_HAND
from tests.servers import Sink
from tests.whole.program import PATIENCE, Program
from tests.whole.test_killed_delivery import READERS, balance, queue


@pytest.fixture
def queued(make_program: Callable[..., Program], sink: Sink) -> Program:
    program = make_program(MAILER_SMTP_URL=sink.url)
    asyncio.run(queue(f"sqlite:///{program.folder}/mailer.db"))
    program.environ["MAILER_DATABASE_URL"] = f"sqlite:///{program.folder}/mailer.db"
    return program


def children_of(process: int) -> list[int]:
    return [*map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_lets_go_of_what_it_has(
    queued: Program, sink: Sink, number: int, told: signal.Signals
) -> None:
    with queued.started("deliver", "--drain", "--processes", str(number)) as running:
        running.until(lambda: len(sink.letters) > READERS // 10)
        assert running.ends(told) == 1, running.said()
    waiting = READERS - len(sink.letters)
    assert "Traceback" not in running.said()
    done = queued.call("deliver", "--drain", "--processes", str(number))
    assert f"{waiting} accepted, 0 failed" in done.stdout
    assert len(sink.letters) == len({letter.recipients for letter in sink.letters}) == READERS
    (receipt,) = queued.json("receipt", "2020-09")
    assert receipt["accepted"] == balance(receipt) == READERS


def test_where_one_is_killed_the_others_send_what_it_held(queued: Program, sink: Sink) -> None:
    with queued.started("deliver", "--processes", "2") as running:
        running.until(lambda: len(sink.letters) > READERS // 10)
        os.kill(children_of(running.process.pid)[0], signal.SIGKILL)
        running.until(lambda: queued.json("receipt", "2020-09")[0]["accepted"] == READERS)
        assert running.ends(signal.SIGTERM) == 1, running.said()
    assert "1 of 2 processes failed" in running.said()
    assert len({letter.recipients for letter in sink.letters}) == READERS
    assert len(sink.letters) <= READERS + IN_HAND


def test_where_it_is_killed_its_processes_end_by_themselves(queued: Program, sink: Sink) -> None:
    with queued.started("deliver", "--processes", "2") as running:
        running.until(lambda: len(sink.letters) == READERS)
        children = children_of(running.process.pid)
        assert len(children) == 2
        running.ends(signal.SIGKILL)
    latest = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{child}/exe").exists() for child in children):
        assert time.monotonic() < latest, os.listdir("/proc")
        time.sleep(0.05)
