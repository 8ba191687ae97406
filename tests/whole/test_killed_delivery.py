"""SIGKILL at any moment of a large send: nobody is left out, and few get their letter twice.

With MAILER_TEST_KILLS=30 that many kills, of a send to 20,000; else a short form.
"""

import asyncio
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from email import message_from_bytes

import pytest

from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.flows.deliver import IN_HAND
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared
from mailer.mail.server import Secret
from mailer.mail.template import LEAVE
from mailer.newsletter.receipt import RenderedEdition
from tests.servers import Sink
from tests.whole.program import PATIENCE, Program

KILLS = int(os.environ.get("MAILER_TEST_KILLS", "4"))
READERS = 20_000 if KILLS >= 30 else 2_000
CONNECTIONS = 4
NOW = datetime(2020, 9, 11, 8, tzinfo=UTC)
MAILBOX = Address("kontakt@example.org")


async def queue(url: str) -> None:
    database = await Database.open(url)
    people = [(Address(f"p{number}@example.org"), "sv") for number in range(READERS)]
    await StoredSubscribers(database).add(people, "import", NOW)
    content = shared(Draft(MAILBOX, "Nyheter", f"Hej!\n\nhttps://x.example/{LEAVE}", NOW))
    edition = RenderedEdition("2020-09", date(2020, 9, 11), "Nyheter", {"sv": content}, "", {})
    ids = Identity(Secret("not so secret"), "example.org").series("edition/2020-09")
    assert await StoredEditions(database).queue(edition, MAILBOX.email, ids, NOW) == READERS
    await database.close()


@pytest.mark.parametrize("processes", [("sqlite", 1), ("postgresql", 2)], ids=lambda each: each[0])
def test_a_send_that_is_killed_again_and_again_reaches_everybody(
    make_program: Callable[..., Program],
    request: pytest.FixtureRequest,
    sink: Sink,
    processes: tuple[str, int],
) -> None:
    program = make_program(MAILER_SMTP_URL=sink.url)
    url = f"sqlite:///{program.folder}/mailer.db"
    if processes[0] == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    program.environ["MAILER_DATABASE_URL"] = url
    asyncio.run(queue(url))
    # Each with a log of its own.
    calls = [("deliver",), ("--verbose", "deliver")][: processes[1]]
    moments = random.Random(processes[1])  # noqa: S311 - repeatable, no secret

    for _ in range(KILLS):
        before = len(sink.letters)
        with ExitStack() as stack:
            running = [stack.enter_context(program.started(*words)) for words in calls]
            running[0].until(lambda before=before: len(sink.letters) > before)
            time.sleep(moments.uniform(0, 0.2))
            for each in running:
                each.ends(signal.SIGKILL)
        (receipt,) = program.json("receipt", "2020-09")
        assert balance(receipt) == receipt["audience"] == READERS
        assert receipt["accepted"] <= len(sink.letters)
    with program.started("deliver", "--drain") as rest:
        assert rest.process.wait(20 * PATIENCE) == 0, rest.said()

    (receipt,) = program.json("receipt", "2020-09")
    assert receipt["accepted"] == receipt["audience"] == READERS
    ids = defaultdict(set)
    for letter in sink.letters:
        (recipient,) = letter.recipients
        ids[recipient].add(message_from_bytes(letter.raw)["Message-ID"])
    assert len(ids) == READERS
    assert all(len(each) == 1 for each in ids.values())
    twice = len(sink.letters) - READERS
    assert twice <= KILLS * processes[1] * (IN_HAND + CONNECTIONS)


def balance(receipt: dict[str, int]) -> int:
    parts = ("accepted", "failed", "uncertain", "excluded", "pending")
    return sum(receipt[name] for name in parts)
