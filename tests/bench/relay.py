"""How fast the relay takes letters: python -m tests.bench.relay, from the checkout.

Hands 19 kB letters with personal header fields to smtp-sink, in rounds that alternate between
Postfix's own load generator smtp-source (8 sessions, kept open) and our relay; then over a line
that takes 10 ms there and back, where the relay offers PIPELINING and where it does not. Prints
medians. Needs Debian's postfix.
"""

import argparse
import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import pytest

from mailer.edge.smtp import SmtpRelay
from mailer.mail.address import Address
from mailer.mail.header import plain_field
from mailer.mail.message import Draft, Letter, own_lines, shared
from mailer.mail.outcome import Accepted
from mailer.mail.server import Server
from tests.bench.postfix import Counter, source
from tests.servers.running import Process, free_port

ROUNDS = 5
DIFFERENT = 2000  # letters in memory; each run sends them again and again
DELAY = 0.010  # seconds, there and back
SENDER = Address("kontakt@kommun.example", "Tryggare tillsammans")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000, help="a round (20000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    count: int = given.letters
    letters = personal(DIFFERENT)
    size = len(letters[0].content)
    with Counter() as sink:
        tell(
            {
                "smtp-source, 8 sessions": lambda: source(sink.port, count, size) / count,
                "relay, 4 connections": lambda: relay(sink.port, 4, count, letters) / count,
                "relay, 8 connections": lambda: relay(sink.port, 8, count, letters) / count,
            },
            given.rounds,
        )
    tell_of_distance(count // 10, given.rounds)


def tell_of_distance(count: int, rounds: int) -> None:
    letters = personal(DIFFERENT)
    with Counter("-p") as old, Counter() as sink, Distance(old) as far_old, Distance(sink) as far:
        tell(
            {
                "10 ms, lockstep, 16": lambda: relay(far_old.port, 16, count, letters) / count,
                "10 ms, pipelined, 16": lambda: relay(far.port, 16, count, letters) / count,
            },
            rounds,
        )


def tell(ways: dict[str, Callable[[], float]], rounds: int) -> None:
    """Letters a second, and how many times as many as the first way; each gives seconds a letter.

    What cannot be done here is left out by name.
    """
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name in [*spent]:
            try:
                spent[name].append(ways[name]())
            except pytest.skip.Exception as reason:
                del spent[name]
                print(f"{name:<30} left out: {reason}")  # noqa: T201
    first = median(next(iter(spent.values())))
    for name, seconds in spent.items():
        middle = median(seconds)
        print(f"{name:<30} {1 / middle:8.0f} letters/s {first / middle:6.2f}")  # noqa: T201


def personal(count: int) -> Sequence[Letter]:
    """Letters of 19 kB that differ in To, Message-ID and List-Unsubscribe."""
    date = datetime(2020, 9, 11, 8, tzinfo=UTC)
    text = "\n".join(f"{number:04} Vi ses på torget och tänder ljuset." for number in range(356))
    same = shared(Draft(SENDER, "Tryggare tillsammans i september", text, date))
    letters = []
    for number in range(count):
        to = Address(f"p{number}@kommun.example", f"Person {number}")
        leave = plain_field("List-Unsubscribe", f"<https://kommun.example/avsluta/{number:032x}>")
        content = own_lines(to, f"{number:032x}@kommun.example") + leave + same
        letters.append(Letter(SENDER.email, to.email, content, dotless=b"\n." not in content))
    return letters


def relay(port: int, connections: int, count: int, letters: Sequence[Letter]) -> float:
    return asyncio.run(send(port, connections, count, letters))


async def send(port: int, connections: int, count: int, letters: Sequence[Letter]) -> float:
    server = Server("smtp", "127.0.0.1", port, "none")
    relay = SmtpRelay(server, connections=connections, letters=count)
    began = perf_counter()
    for start in range(0, count, len(letters)):
        outcomes = await relay.send(letters[: count - start])
        assert all(isinstance(each, Accepted) for each in outcomes)
    spent = perf_counter() - began
    await relay.close()
    return spent


class Distance:
    """A server that is DELAY away: its port, in front of another on this machine."""

    def __init__(self, server: Process) -> None:
        self.port = free_port()
        self._process = multiprocessing.Process(
            target=lambda: asyncio.run(self._serve(server.port)), daemon=True
        )

    def __enter__(self) -> "Distance":
        self._process.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.join()

    async def _serve(self, port: int) -> None:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(copy(reader, back, DELAY / 2), copy(there, writer, DELAY / 2))

        async with await asyncio.start_server(carry, "127.0.0.1", self.port) as server:
            await server.serve_forever()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    loop = asyncio.get_running_loop()
    while octets := await reader.read(2**18):
        loop.call_later(delay, writer.write, octets)
    loop.call_later(delay, writer.close)


if __name__ == "__main__":
    main()
