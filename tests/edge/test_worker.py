"""Workers that share a folder: who is dead is seen at once, who lives is never taken for dead."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailer.edge.worker import Worker

PROGRAM = """
import sys
from pathlib import Path
from mailer.edge.worker import Worker
worker = Worker(Path(sys.argv[1]))
print(worker.name, flush=True)
sys.stdin.readline()
worker.close()
"""


@contextmanager
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process with a worker, and that worker's name."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdin
        assert started.stdout
        try:
            yield started, started.stdout.readline().strip()
        finally:
            started.kill()


def test_a_process_is_dead_at_once_when_it_is_killed_and_never_before(tmp_path: Path) -> None:
    worker = Worker(tmp_path / "workers")
    with process(tmp_path / "workers") as (other, name), process(tmp_path / "workers"):
        assert worker.dead() == []
        os.kill(other.pid, signal.SIGSTOP)  # stuck is not dead
        assert worker.dead() == []
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        assert worker.dead() == [name]
        assert worker.dead() == [name]
        worker.bury(name)
        worker.bury(name)
        assert worker.dead() == []
    worker.close()


def test_a_process_that_ends_in_order_leaves_nothing(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    with process(tmp_path) as (other, _):
        other.communicate("end\n")
        assert other.returncode == 0
        assert worker.dead() == []
    worker.close()
    assert list(tmp_path.iterdir()) == []


def test_workers_of_one_process_know_each_other_alive(tmp_path: Path) -> None:
    first, second = Worker(tmp_path), Worker(tmp_path)
    assert first.name != second.name
    assert first.dead() == second.dead() == []
    second.close()
    assert first.dead() == []
    first.close()


def test_who_has_just_been_buried_by_another_is_no_longer_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(tmp_path)
    monkeypatch.setattr(Path, "glob", lambda *_: [tmp_path / "gone.lock"])
    assert worker.dead() == []
    worker.close()
