"""Editions on both databases: queued once and whole, and a receipt that always adds up."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text, update

from mailer.edge.store import tables
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.errors import EditionError, StoreError
from mailer.mail.address import Address
from mailer.mail.outcome import Accepted, Refused, Uncertain
from mailer.mail.post import Due, Tried
from mailer.mail.retry import Again, Settled
from mailer.newsletter.receipt import Receipt, RenderedEdition, SentEdition

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def editions(database: Database) -> StoredEditions:
    return StoredEditions(database)


@pytest.fixture
def subscribers(database: Database) -> StoredSubscribers:
    return StoredSubscribers(database)


@pytest.fixture
def outbox(database: Database) -> StoredOutbox:
    return StoredOutbox(database)


def edition(
    period: str = "2020-09", day: date = date(2020, 9, 11), told: Mapping[str, Any] = {}
) -> RenderedEdition:
    content = {"sv": b"Hej", "en": b"Hello"}
    return RenderedEdition(period, day, "Nyhetsbrev", content, "0" * 64, told)


async def queue(editions: StoredEditions, rendered: RenderedEdition) -> int | None:
    return await editions.queue(
        rendered, "kontakt@example.org", lambda id: f"{rendered.period}.{id}@example.org", NOW
    )


def people(number: int, language: str = "sv") -> list[tuple[Address, str]]:
    return [(Address(f"p{each}.{language}@example.org"), language) for each in range(number)]


async def test_postgresql_knows_how_many_letters_wait_as_soon_as_they_are_queued(
    postgresql_url: str,
) -> None:
    database = await Database.open(postgresql_url)
    await StoredSubscribers(database).add(people(200), "import", NOW)
    await queue(StoredEditions(database), edition())
    known = text("SELECT reltuples FROM pg_class WHERE relname = 'outbox'")
    assert await database.read(lambda connection: connection.execute(known).scalar()) == 200
    await database.close()


async def test_an_edition_is_queued_once_for_those_who_are_active(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    await subscribers.add(people(3), "import", NOW)
    await subscribers.leave("p1.sv@example.org", "left", NOW)
    assert not await editions.claimed("2020-09")
    assert await queue(editions, edition()) == 2
    assert await editions.claimed("2020-09")
    await subscribers.add(people(9), "import", NOW)
    assert await queue(editions, edition()) is None
    found = await outbox.claim("first", 10, NOW)
    assert [(due.to.email, due.content) for due in found] == [
        ("p0.sv@example.org", b"Hej"),
        ("p2.sv@example.org", b"Hej"),
    ]
    reader = await subscribers.find("p2.sv@example.org")
    assert reader
    assert found[1] == Due(
        id=found[1].id,
        key=f"edition/2020-09/{reader.id}",
        kind="edition",
        to=reader.address,
        mail_from="kontakt@example.org",
        message_id=f"2020-09.{reader.id}@example.org",
        token=reader.token,
        content=b"Hej",
        tries=0,
        queued=NOW,
        inquiry_id=None,
    )


async def test_an_edition_without_readers_is_not_claimed(
    editions: StoredEditions, subscribers: StoredSubscribers
) -> None:
    with pytest.raises(EditionError, match=r"^there is no active subscriber"):
        await queue(editions, edition())
    assert not await editions.claimed("2020-09")
    assert await editions.receipt("2020-09") is None
    await subscribers.add(people(1), "import", NOW)
    assert await queue(editions, edition()) == 1


async def test_who_reads_a_language_that_the_edition_lacks_gets_it_in_swedish(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    for language in ("sv", "en", "fi"):
        await subscribers.add(people(1, language), "import", NOW)
    await queue(editions, edition())
    found = await outbox.claim("first", 10, NOW)
    assert {due.to.email[3:5]: due.content for due in found} == {
        "sv": b"Hej",
        "en": b"Hello",
        "fi": b"Hej",
    }


async def test_an_edition_for_5000_is_queued_whole(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    assert await subscribers.add(people(5000), "import", NOW) == 5000
    assert await queue(editions, edition()) == 5000
    assert await outbox.counts() == {"pending": 5000}
    assert await editions.receipt("2020-09") == Receipt("2020-09", 5000, 0, 0, 0, 0, 5000)


async def test_an_edition_that_cannot_be_queued_whole_is_not_claimed(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    await subscribers.add(people(3), "import", NOW)

    def fail(subscriber_id: int) -> str:
        raise ZeroDivisionError

    with pytest.raises((ZeroDivisionError, StoreError)):
        await editions.queue(edition(), "kontakt@example.org", fail, NOW)
    assert not await editions.claimed("2020-09")
    assert await outbox.counts() == {}
    assert await queue(editions, edition()) == 3


async def test_what_earlier_editions_told_is_known(
    editions: StoredEditions, subscribers: StoredSubscribers
) -> None:
    await subscribers.add(people(1), "import", NOW)
    july, august, october = {"done": ["a"]}, {"done": ["b", "å"], "number": None}, {"done": ["c"]}
    for month, told in ((8, august), (7, july), (10, october)):
        day = date(2020, month, 11)
        await queue(editions, edition(f"2020-{month:02}", day, told))
    september = date(2020, 9, 11)
    assert await editions.last_before(september, "2020-09") == date(2020, 8, 11)
    assert await editions.told_before(september, "2020-09") == [july, august]
    assert await editions.last_before(date(2020, 8, 12), "2020-08") == date(2020, 7, 11)
    assert await editions.told_before(date(2020, 8, 11), "2020-09") == [july]
    assert await editions.last_before(date(2020, 7, 11), "2020-07") is None
    assert await editions.told_before(date(2020, 7, 11), "2020-07") == []
    assert [row.period for row in await editions.all()] == ["2020-10", "2020-08", "2020-07"]


async def test_a_claimed_edition_is_remembered_as_it_was_queued(
    editions: StoredEditions, subscribers: StoredSubscribers
) -> None:
    await subscribers.add(people(1), "import", NOW)
    told = {"period": "2020-09", "done": [{"key": "möte", "when": None}], "number": 2}
    await queue(editions, edition(told=told))
    assert await editions.sent("2020-09") == SentEdition(told, {"sv": b"Hej", "en": b"Hello"})
    await queue(editions, edition(told={"period": "another"}))
    assert (await editions.sent("2020-09")).told == told


async def test_who_gets_nothing_now_is_in_the_audience_with_the_reason(
    editions: StoredEditions, subscribers: StoredSubscribers, database: Database
) -> None:
    await subscribers.add(people(5), "import", NOW)
    for place, state in enumerate(("active", "paused", "suppressed", "pending", "left")):
        theirs = tables.subscribers.c.email == f"p{place}.sv@example.org"
        change = update(tables.subscribers).where(theirs).values(state=state)
        await database.write(partial(Connection.execute, statement=change))
    assert await queue(editions, edition()) == 1
    assert await editions.receipt("2020-09") == Receipt("2020-09", 3, 0, 0, 0, 2, 1)
    assert [(row.recipient, row.reply) for row in await editions.who("2020-09", "excluded")] == [
        ("p1.sv@example.org", "paused when it was queued"),
        ("p2.sv@example.org", "suppressed when it was queued"),
    ]


# --- who leaves before the letter is sent ---


async def test_who_leaves_gets_no_letter_that_waits(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    await subscribers.add(people(2), "import", NOW)
    await queue(editions, edition())
    assert await subscribers.leave("P0.sv@example.org", "left", NOW)
    assert await outbox.counts() == {"excluded": 1, "pending": 1}
    found = await outbox.claim("first", 10, NOW)
    assert [due.to.email for due in found] == ["p1.sv@example.org"]


async def test_a_letter_on_the_wire_when_its_reader_leaves_is_told_as_it_went(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    await subscribers.add(people(2), "import", NOW)
    await queue(editions, edition())
    sent, held = await outbox.claim("first", 10, NOW)
    for email in ("p0.sv@example.org", "p1.sv@example.org"):
        await subscribers.leave(email, "left", NOW)
    again = Again(NOW + timedelta(minutes=1))
    tried = [
        Tried(sent, "relay", Accepted("Ok"), Settled("accepted")),
        Tried(held, "relay", Refused(450, "Later"), again),
    ]
    await outbox.settle("first", tried, [], NOW)
    assert await outbox.counts() == {"accepted": 1, "pending": 1}
    assert await outbox.claim("first", 10, again.at) == []
    assert await outbox.counts() == {"accepted": 1, "excluded": 1}


async def test_those_who_left_do_not_hide_those_behind_them(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    await subscribers.add(people(7), "import", NOW)
    await queue(editions, edition())
    for due in await outbox.claim("dead", 5, NOW):
        await subscribers.leave(due.to.email, "left", NOW)
    await outbox.release("dead")
    found = [due.to.email for _ in range(2) for due in await outbox.claim("first", 2, NOW)]
    assert found == ["p5.sv@example.org", "p6.sv@example.org"]
    assert await outbox.counts() == {"excluded": 5, "pending": 2}


# --- the receipt ---

_PERIODS = count()
_STEPS = st.lists(st.sampled_from(["accepted", "failed", "again", "leave", "retry"]), max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(readers=st.integers(1, 6), steps=_STEPS)
async def test_the_receipt_adds_up_whatever_becomes_of_the_letters(
    editions: StoredEditions,
    subscribers: StoredSubscribers,
    outbox: StoredOutbox,
    readers: int,
    steps: list[str],
) -> None:
    period = f"e{next(_PERIODS)}"
    for each in await subscribers.all("active"):
        await subscribers.leave(each.address.email, "another example", NOW)
    await subscribers.add(people(readers), "import", NOW)
    assert await queue(editions, edition(period)) == readers
    for step in steps:
        if step == "leave":
            for each in (await subscribers.all("active"))[:1]:
                await subscribers.leave(each.address.email, "left", NOW)
        elif step == "retry":
            failed = await outbox.find("failed", 100)
            await outbox.retry([row.key for row in failed], NOW)
        else:
            found = await outbox.claim("first", 1, NOW)
            await outbox.settle("first", [_tried(due, step) for due in found], [], NOW)
        receipt = await editions.receipt(period)
        assert receipt
        figures = asdict(receipt)
        assert figures.pop("edition") == period
        assert figures.pop("audience") == readers == sum(figures.values())


def _tried(due: Due, step: str) -> Tried:
    if step == "again":
        return Tried(due, "relay", Uncertain("cut"), Again(NOW))
    if step == "failed":
        return Tried(due, "relay", Refused(550, "No"), Settled("failed"))
    return Tried(due, "relay", Accepted("Ok"), Settled("accepted"))


async def test_the_reasons_and_the_names_behind_every_number_are_told(
    editions: StoredEditions, subscribers: StoredSubscribers, outbox: StoredOutbox
) -> None:
    await subscribers.add(people(4), "import", NOW)
    await queue(editions, edition())
    first, second, third, _ = await outbox.claim("first", 4, NOW)
    refused = [
        Tried(each, "relay", Refused(550, f"<{each.to.email}>: unknown"), Settled("failed"))
        for each in (second, first)
    ]
    await outbox.settle("first", [*refused, _tried(third, "accepted")], [], NOW)
    await subscribers.leave("p3.sv@example.org", "left", NOW)
    await outbox.release("first")
    assert await outbox.claim("first", 4, NOW) == []
    assert await editions.reasons("2020-09") == [
        ("failed", "550 …: unknown", 2),
        ("excluded", "left before it was sent", 1),
    ]
    assert [tuple(row) for row in await editions.who("2020-09", "failed")] == [
        (f"p{number}.sv@example.org", f"550 <p{number}.sv@example.org>: unknown")
        for number in (0, 1)
    ]
    assert [row.recipient for row in await editions.who("2020-09", "accepted")] == [
        "p2.sv@example.org"
    ]
    assert await editions.who("2020-09", "pending") == []
