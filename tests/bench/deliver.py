"""How fast the outbox empties: python -m tests.bench.deliver, from the checkout.

From queued rows to settled rows: personal letters of 19 kB go into smtp-sink, in rounds that
alternate between Postfix's own load generator smtp-source (8 sessions, kept open), which stores
nothing, and workers of our outbox on SQLite (every commit on the disk) and on PostgreSQL. Prints
medians. With --queue it queues an edition for that many readers instead, on SQLite and on
PostgreSQL, and tells rows a second and the most memory it took. Needs Debian's postfix and
postgresql.
"""

import argparse
import asyncio
import multiprocessing
import resource
import subprocess
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mailer.edge.clock import SystemClock
from mailer.edge.smtp import SmtpRelay
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.flows.deliver import Delivery
from mailer.mail.address import Address
from mailer.mail.dkim import Key, Signer
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared, unsubscribe_by_mail
from mailer.mail.server import Secret, Server
from mailer.mail.template import LEAVE, MY_PAGE, TOKEN
from mailer.newsletter.receipt import RenderedEdition
from tests.servers.postgresql import PostgreSQL
from tests.servers.running import Process, program

ROUNDS = 5
MANY = 10_000
NOW = datetime(2020, 9, 11, 8, tzinfo=UTC)
MAILBOX = Address("kontakt@kommun.example", "Tryggare tillsammans")
IDENTITY = Identity(Secret("not so secret"), "kommun.example")

Sign = Callable[[bytes], bytes] | None


class Counter(Process):
    """smtp-sink that keeps nothing."""

    account = "nobody"

    def __init__(self) -> None:
        self.program = program("smtp-sink", "smtp-sink", "postfix")
        super().__init__()

    def command(self) -> list[str | Path]:
        self.give_away()
        return [self.program, f"127.0.0.1:{self.port}", "1000"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000, help="a round (20000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--queue", type=int, metavar="READERS", help="only queue an edition")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        servers = stack.enter_context(PostgreSQL())
        sqlite, postgresql = f"sqlite:///{folder}/mailer.db", servers.new_database()
        if given.queue:
            tell_of_queueing({"SQLite": sqlite, "PostgreSQL": postgresql}, given.queue)
        else:
            compare(stack.enter_context(Counter()).port, sqlite, postgresql, given)


def compare(port: int, sqlite: str, postgresql: str, given: argparse.Namespace) -> None:
    letters = given.letters
    for url in (sqlite, postgresql):
        in_processes(1, lambda url=url: asyncio.run(subscribe(url, letters)))
    curve = Signer("kommun.example", [Key("e", ed25519.Ed25519PrivateKey.generate())]).sign
    primes = Signer("kommun.example", [Key("r", rsa.generate_private_key(65537, 2048))]).sign
    ways = {
        "smtp-source, 8 sessions": lambda: source(port, letters),
        "SQLite": lambda: emptied(sqlite, port, 1),
        "SQLite, Ed25519": lambda: emptied(sqlite, port, 1, curve),
        "SQLite, RSA-2048, 2 processes": lambda: emptied(sqlite, port, 2, primes),
        "PostgreSQL, 2 processes": lambda: emptied(postgresql, port, 2),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(given.rounds):
        for name, way in ways.items():
            spent[name].append(way())
    first = median(next(iter(spent.values())))
    for name, seconds in spent.items():
        middle = median(seconds)
        print(f"{name:<30} {letters / middle:8.0f} letters/s {first / middle:6.2f}")  # noqa: T201


def tell_of_queueing(urls: dict[str, str], readers: int) -> None:
    for name, url in urls.items():
        # Each step in a process of its own, which inherits no memory that another has used.
        in_processes(1, lambda url=url: asyncio.run(subscribe(url, readers)))
        said = multiprocessing.get_context("fork").SimpleQueue()
        spent = in_processes(1, lambda url=url, said=said: said.put(most_memory(queue(url))))
        print(f"{name:<12} {readers / spent:10.0f} rows/s {said.get():6.0f} MB")  # noqa: T201


def most_memory(work: Coroutine[None, None, None]) -> float:
    """Do it; the most that the process had in memory, in MB."""
    asyncio.run(work)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def source(port: int, letters: int) -> float:
    size = len(content())
    command = ["smtp-source", "-d", "-s", "8", "-m", str(letters), "-l", str(size)]
    began = perf_counter()
    subprocess.run(
        [*command, "-f", MAILBOX.email, "-t", "p1@kommun.example", f"inet:127.0.0.1:{port}"],
        check=True,
    )
    return perf_counter() - began


def emptied(url: str, port: int, processes: int, sign: Sign = None) -> float:
    """Queue an edition, and empty the outbox: how long the second took."""
    in_processes(1, lambda: asyncio.run(queue(url)))
    spent = in_processes(processes, lambda: asyncio.run(drain(url, port, sign)))
    in_processes(1, lambda: asyncio.run(assert_empty(url)))
    return spent


def in_processes(number: int, work: Callable[[], None]) -> float:
    """Do it in so many processes at once; how long they took.

    All that speaks with a database is done so: libpq hangs where the parent has used it.
    """
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work) for _ in range(number)]
    began = perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return perf_counter() - began


async def subscribe(url: str, readers: int) -> None:
    database = await Database.open(url)
    store = StoredSubscribers(database)
    for first in range(0, readers, MANY):
        numbers = range(first, min(first + MANY, readers))
        people = [(Address(f"p{n}@kommun.example", f"Åsa Ek {n}"), "sv") for n in numbers]
        await store.add(people, "import", NOW)
    await database.close()


async def queue(url: str) -> None:
    database = await Database.open(url)
    period = await unused(database)
    edition = RenderedEdition(period, date(2020, 9, 11), "", {"sv": content()}, "", {})
    ids = IDENTITY.series(f"edition/{period}")
    await StoredEditions(database).queue(edition, MAILBOX.email, ids, NOW)
    await database.close()


async def unused(database: Database) -> str:
    taken = {row.period for row in await StoredEditions(database).all()}
    return next(
        period
        for year in count(2000)
        for month in range(1, 13)
        if (period := f"{year}-{month:02}") not in taken
    )


async def drain(url: str, port: int, sign: Sign) -> None:
    database = await Database.open(url)
    relay = SmtpRelay(Server("smtp", "127.0.0.1", port, "none"), connections=8, letters=100_000)
    await Delivery(
        outbox=StoredOutbox(database),
        relay=relay,
        clock=SystemClock(),
        worker=multiprocessing.current_process().name,
        report=lambda due, reply: (),
        sign=sign,
    ).drain()
    await relay.close()
    await database.close()


async def assert_empty(url: str) -> None:
    database = await Database.open(url)
    assert (await StoredOutbox(database).counts()).keys() == {"accepted"}
    await database.close()


def content() -> bytes:
    lines = "\n".join(f"{number:04} Vi ses på torget och tänder ljuset." for number in range(340))
    page = "https://kommun.example"
    text = f"{lines}\n\n{page}/{LEAVE}\n{page}/{MY_PAGE}"
    leave = f"<{page}/{LEAVE}>, {unsubscribe_by_mail(MAILBOX, TOKEN)}"
    return shared(Draft(MAILBOX, "Tryggare tillsammans i september", text, NOW, unsubscribe=leave))


if __name__ == "__main__":
    main()
