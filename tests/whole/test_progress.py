"""What somebody who sends from a terminal sees: how many, how fast, and how long it still takes."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from tests.whole.program import PATIENCE, Program
from tests.whole.test_newsletter import SEPTEMBER, subscribe

READERS = 2_000
A_MINUTE = 30
"""The relay's pace."""
AT_ONCE = 27
"""What an edition has of it."""

LEFT = r" \d+ letters/(s|min) 1:1[34]:\d\d left"


def seen_on_a_terminal(program: Program, until: str, *words: str) -> str:
    """Start it, look at its terminal until that is there, and end it."""
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        program.command(*words),
        cwd=program.folder,
        env=program.environ | {"TERM": "xterm", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=end,
    )
    os.close(end)
    seen, latest = "", time.monotonic() + PATIENCE
    try:
        while not re.search(until, seen):
            readable, _, _ = select.select([terminal], [], [], latest - time.monotonic())
            assert readable, seen
            seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", os.read(terminal, 4096).decode())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        os.close(terminal)
    return seen


@pytest.fixture
def paced(program: Program) -> Program:
    settings = program.config / "mailer.yaml"
    text = settings.read_text("utf-8").replace("\nrelay:\n", f"\nrelay:\n  a-minute: {A_MINUTE}\n")
    settings.write_text(text, "utf-8")
    subscribe(program, READERS)
    return program


def test_the_time_left_is_what_the_relays_pace_makes_it(paced: Program) -> None:
    seen = seen_on_a_terminal(paced, f"{AT_ONCE}/{READERS}{LEFT}", *SEPTEMBER)
    for options in ((), ("--drain",), ("--drain", "--processes", "2")):
        rest = rf"\d+/{READERS - AT_ONCE}{LEFT}"
        seen += seen_on_a_terminal(paced, rest, "deliver", *options)
    assert "Traceback" not in seen
    (status,) = paced.json("status")
    assert status["delivery"]["due"] == READERS - AT_ONCE
    assert status["delivery"]["last_hour"] == AT_ONCE
    assert 60 * 60 < status["delivery"]["seconds_left"] < 90 * 60
