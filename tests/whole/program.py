"""The real program as a process, with a config, a data directory and servers of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.servers.running import free_port

CHECKOUT = Path(__file__).parents[2]

RULES = """
rules:
  sv:
    trygg-boendemiljo:
      3: [belysningen, bostadsområde, gatlyktan]
"""
"""A few words in place of all that triage knows: read in no time, and weighed by nobody anew."""

PATIENCE = 60
"""Seconds that one call, or one effect that is waited for, may take on a machine that is busy."""

T = TypeVar("T")


class Program:
    """`mailer` as it is started from `folder`, which holds a copy of the shipped config.

    Only the words of triage are others, `RULES`, and nothing is learned from examples.
    """

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.config = folder / "config"
        examples = shutil.ignore_patterns("*.jsonl")
        shutil.copytree(CHECKOUT / "config", self.config, ignore=examples)
        triage = self.config / "triage.yaml"
        triage.write_text(triage.read_text("utf-8").partition("\nrules:")[0] + RULES, "utf-8")
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith("MAILER_")
        }
        self.environ = inherited | {
            "PYTHONPATH": str(CHECKOUT),
            "COLUMNS": "100",
            "TMPDIR": str(folder),
            "MAILER_DATA_DIR": str(folder / "data"),
            "MAILER_WEB_LISTEN": f"127.0.0.1:{free_port()}",
            **environ,
        }

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "mailer", *map(str, words)]

    def call(self, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run to the end; it must end with `code`, and never with a traceback."""
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == code, done
        assert "Traceback" not in done.stdout + done.stderr, done
        return done

    def json(self, *words: str | Path) -> list[dict[str, Any]]:
        """What a verb says with --json: objects, one a line, and nothing else."""
        found = [json.loads(line) for line in self.call(*words, "--json").stdout.splitlines()]
        assert all(isinstance(each, dict) for each in found)
        return found

    @contextmanager
    def started(self, *words: str | Path) -> Iterator["Running"]:
        """Run beside the test; killed at the end of the block if it is still there."""
        log = self.folder / f"{'-'.join(map(str, words)).replace('/', '_')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(*words),
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            yield Running(process, log)
        finally:
            process.kill()
            process.wait()


class Running:
    """A program that was started; stdout and stderr go to `log`."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def until(self, effect: Callable[[], object]) -> None:
        """Look until `effect` is true; fails where the program ends before that."""
        ended = object()
        # What is true for a moment is looked at once.
        if until(lambda: effect() or (self.process.poll() is not None and ended)) is ended:
            assert effect(), self.said()

    def until_it_says(self, words: str) -> None:
        self.until(lambda: words in self.said())

    def until_it_has_children(self) -> None:
        process = self.process.pid
        children = Path(f"/proc/{process}/task/{process}/children")
        self.until(lambda: children.read_text("ascii"))

    def ends(self, number: signal.Signals, within: float = PATIENCE) -> int:
        """Send a signal; the exit code. Fails where that takes longer than `within` seconds."""
        self.process.send_signal(number)
        return self.process.wait(within)


def until(effect: Callable[[], T]) -> T:
    """Look until `effect` is true; what it gave."""
    end = time.monotonic() + PATIENCE
    while not (found := effect()):
        if time.monotonic() > end:
            raise TimeoutError(f"{effect} did not come true in {PATIENCE} s")
        time.sleep(0.02)
    return found
