"""An edition in our outbox, and its way out: what the benchmarks of delivery have in common.

All that speaks with a database is done in a process of its own: libpq hangs where the parent has
used it, and no memory is inherited that another step has used.
"""

import asyncio
import multiprocessing
import resource
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from time import perf_counter
from typing import Any, TypeVar

from mailer.edge.clock import SystemClock
from mailer.edge.relays import Paced, Relays
from mailer.edge.smtp import SmtpRelay
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.flows.deliver import Delivery, Tally
from mailer.mail.address import Address
from mailer.mail.dkim import Sign
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared, unsubscribe_by_mail
from mailer.mail.server import Secret, Server
from mailer.mail.template import LEAVE, MY_PAGE, TOKEN
from mailer.newsletter.receipt import RenderedEdition
from tests.bench.postfix import SESSIONS

NOW = datetime(2020, 9, 11, 8, tzinfo=UTC)
PAGE = "https://kommun.example"
MAILBOX = Address("kontakt@kommun.example", "Tryggare tillsammans")
SUBJECT = "Tryggare tillsammans i september"
LINES = "\n".join(f"{number:04} Vi ses på torget och tänder ljuset." for number in range(340))

_IDENTITY = Identity(Secret("not so secret"), MAILBOX.domain)
_AT_ONCE = 10_000

T = TypeVar("T")


def content() -> bytes:
    """The letter of reference: 19 kB with personal links."""
    text = f"{LINES}\n\n{PAGE}/{LEAVE}\n{PAGE}/{MY_PAGE}"
    leave = f"<{PAGE}/{LEAVE}>, {unsubscribe_by_mail(MAILBOX, TOKEN)}"
    return shared(Draft(MAILBOX, SUBJECT, text, NOW, unsubscribe=leave))


def reader(number: int) -> Address:
    return Address(f"p{number}@kommun.example", f"Åsa Ek {number}")


@dataclass(frozen=True, slots=True)
class Run:
    """What a process did: how many letters, from when to when on the clock that all processes
    share, and the most memory that it had, in MB. Its start and its opening of the database are
    no part of it.
    """

    letters: int
    began: float
    ended: float
    memory: float


def in_processes(number: int, work: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Do it in so many processes at once: what each of them gives."""
    context = multiprocessing.get_context("fork")
    given = context.SimpleQueue()
    workers = [
        context.Process(target=lambda: given.put(asyncio.run(work()))) for _ in range(number)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return [given.get() for _ in workers]


def seconds(runs: Sequence[Run]) -> float:
    """What they took together, side by side."""
    return max(run.ended for run in runs) - min(run.began for run in runs)


def _run(letters: int, began: float) -> Run:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(letters, began, perf_counter(), memory)


async def subscribe(url: str, readers: int) -> None:
    database = await Database.open(url)
    store = StoredSubscribers(database)
    for first in range(0, readers, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, readers))
        await store.add([(reader(number), "sv") for number in numbers], "import", NOW)
    await database.close()


async def queue(url: str) -> Run:
    """Queue an edition for all of them."""
    database = await Database.open(url)
    taken = {row.period for row in await StoredEditions(database).all()}
    period = next(each for each in _periods() if each not in taken)
    edition = RenderedEdition(period, date(2020, 9, 11), "", {"sv": content()}, "", {})
    ids = _IDENTITY.series(f"edition/{period}")
    began = perf_counter()
    audience = await StoredEditions(database).queue(edition, MAILBOX.email, ids, NOW)
    assert audience
    run = _run(audience, began)
    await database.close()
    return run


def _periods() -> Iterator[str]:
    return (f"{year}-{month:02}" for year in count(2000) for month in range(1, 13))


async def deliver(
    url: str,
    port: int,
    sign: Sign | None = None,
    most: float = float("inf"),
    connections: int = SESSIONS,
) -> Run:
    """Empty the outbox into the relay, or stop after `most` letters."""
    database = await Database.open(url)
    clock, wake, stop = SystemClock(), asyncio.Event(), asyncio.Event()
    sender = SmtpRelay(
        Server("smtp", "127.0.0.1", port, "none"), connections=connections, letters=100_000
    )
    relay = Relays([Paced(sender)], clock.now)

    def progress(tally: Tally) -> None:
        if tally.accepted >= most:
            stop.set()
            wake.set()

    delivery = Delivery(
        outbox=StoredOutbox(database),
        relay=relay,
        clock=clock,
        worker=multiprocessing.current_process().name,
        report=lambda due, reply: (),
        sign=sign,
        progress=progress,
    )
    began = perf_counter()
    if most < float("inf"):
        await delivery.run(wake, stop, idle=1)
    else:
        await delivery.drain()
    run = _run(delivery.tally.accepted, began)
    await relay.close()
    await database.close()
    return run


async def assert_empty(url: str) -> None:
    database = await Database.open(url)
    assert (await StoredOutbox(database).counts()).keys() == {"accepted"}
    await database.close()
