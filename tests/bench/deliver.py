"""How fast the outbox empties: python -m tests.bench.deliver, from the checkout.

From queued rows to settled rows: personal letters of 19 kB go into smtp-sink, in rounds that
alternate between Postfix's own load generator smtp-source (8 sessions, kept open), which stores
nothing, workers of our outbox on SQLite (every commit on the disk) and on PostgreSQL, nodemailer
and Django; then over a line that takes 10 ms there and back. Two processes are what `mailer
deliver` uses by itself for so many letters, where it may use two cores. How long an interpreter
takes to start counts for nobody. Prints medians, and how many times as many letters a second as
the first way of its table.

With --queue it queues an edition for that many readers instead, and sends a part of it: rows a
second, what a letter costs beside one of an edition for 10,000, and the most memory it all took.
Needs Debian's postfix and postgresql; nodemailer needs npm and its registry, Django the extra
"bench". What is missing is left out by name.
"""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mailer.mail.dkim import Key, Sign, Signer
from tests.bench import others, relay
from tests.bench.edition import (
    MAILBOX,
    assert_empty,
    content,
    deliver,
    in_processes,
    queue,
    seconds,
    subscribe,
)
from tests.bench.postfix import SESSIONS, Counter, source
from tests.bench.relay import ROUNDS, tell
from tests.servers.postgresql import PostgreSQL

FEW = 10_000
PART = 20_000
SLOWER = 10  # the others get so many times fewer letters, as they take so many times longer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000, help="a round (20000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--queue", type=int, metavar="READERS", help="only queue and send a part")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        servers = stack.enter_context(PostgreSQL())
        port = stack.enter_context(Counter()).port
        if given.queue:
            tell_of_size("SQLite", [f"sqlite:///{folder}/{n}.db" for n in range(2)], port, given)
            tell_of_size("PostgreSQL", [servers.new_database() for _ in range(2)], port, given)
        else:
            compare(port, f"sqlite:///{folder}/mailer.db", servers.new_database(), given)
            relay.tell_of_distance(given.letters // 10, given.rounds)


def compare(port: int, sqlite: str, postgresql: str, given: argparse.Namespace) -> None:
    letters: int = given.letters
    for url in (sqlite, postgresql):
        in_processes(1, lambda url=url: subscribe(url, letters))
    curve, primes = (
        Signer(MAILBOX.domain, [Key("k", private)]).sign
        for private in (ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048))
    )
    few = letters // SLOWER
    ways: dict[str, Callable[[], float]] = {
        "smtp-source, 8 sessions": lambda: source(port, letters, len(content())) / letters,
        "SQLite": lambda: emptied(sqlite, port, 1) / letters,
        "SQLite, 2 processes": lambda: emptied(sqlite, port, 2) / letters,
        "SQLite, Ed25519": lambda: emptied(sqlite, port, 1, curve) / letters,
        "SQLite, Ed25519, 2 processes": lambda: emptied(sqlite, port, 2, curve) / letters,
        "SQLite, RSA-2048, 2 processes": lambda: emptied(sqlite, port, 2, primes) / letters,
        "PostgreSQL, 2 processes": lambda: emptied(postgresql, port, 2) / letters,
        "nodemailer, pool": lambda: others.nodemailer(port, few) / few,
        "Django, send_messages": lambda: others.django(port, few) / few,
    }
    tell(ways, given.rounds)


def emptied(url: str, port: int, processes: int, sign: Sign | None = None) -> float:
    """Queue an edition, and empty the outbox: the seconds that the second took.

    The processes share the connections, as those of `mailer deliver` do.
    """
    in_processes(1, lambda: queue(url))
    share = SESSIONS // processes
    runs = in_processes(processes, lambda: deliver(url, port, sign, connections=share))
    in_processes(1, lambda: assert_empty(url))
    return seconds(runs)


def tell_of_size(name: str, urls: list[str], port: int, given: argparse.Namespace) -> None:
    """`urls` are two empty databases: for FEW readers, and for as many as are given."""
    small, large = urls
    in_processes(1, lambda: subscribe(small, FEW))
    in_processes(1, lambda: subscribe(large, given.queue))
    [queued] = in_processes(1, lambda: queue(large))
    memory = queued.memory
    spent: dict[str, list[float]] = {small: [], large: []}
    for _ in range(given.rounds):
        in_processes(1, lambda: queue(small))
        for url, most in ((small, FEW), (large, PART)):
            [run] = in_processes(1, lambda url=url, most=most: deliver(url, port, most=most))
            spent[url].append(seconds([run]) / run.letters)
            memory = max(memory, run.memory)
    few, many = (median(spent[url]) for url in (small, large))
    print(  # noqa: T201
        f"{name:<12} {queued.letters / seconds([queued]):10.0f} rows/s queued"
        f" {1 / many:8.0f} letters/s, each at {many / few:.2f} x; {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
