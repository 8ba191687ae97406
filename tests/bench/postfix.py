"""Postfix's own programs to measure SMTP with: smtp-sink, which takes letters, and smtp-source."""

import subprocess
from pathlib import Path
from time import perf_counter

from tests.servers.running import Process, program

SESSIONS = 8


class Counter(Process):
    """smtp-sink that keeps nothing; `options` as in smtp-sink(1)."""

    account = "nobody"

    def __init__(self, *options: str) -> None:
        self.program = program("smtp-sink", "smtp-sink", "postfix")
        super().__init__()
        self.options = options

    def command(self) -> list[str | Path]:
        self.give_away()
        return [self.program, *self.options, f"127.0.0.1:{self.port}", "1000"]


def source(port: int, letters: int, size: int) -> float:
    """Seconds that smtp-source takes over so many letters of `size` octets, sessions kept open."""
    command = ["smtp-source", "-d", "-s", str(SESSIONS), "-m", str(letters), "-l", str(size)]
    began = perf_counter()
    subprocess.run(
        [*command, "-f", "k@kommun.example", "-t", "p@kommun.example", f"inet:127.0.0.1:{port}"],
        check=True,
    )
    return perf_counter() - began
