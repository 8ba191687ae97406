"""The outbox on both databases: leases, outcomes, and that a key makes a letter happen once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from mailer.edge.store.database import Database
from mailer.edge.store.outbox import LEASE, PRIORITY, StoredOutbox
from mailer.edge.store.tables import letters
from mailer.mail.address import Address
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain, Unreached
from mailer.mail.post import Due, LetterKind, Post, Tried
from mailer.mail.retry import Again, Decision, Settled

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
ACCEPTED = Settled("accepted")
FAILED = Settled("failed")


def post(key: str = "notice/1", kind: LetterKind = "notice", content: bytes = b"Hej") -> Post:
    return Post(
        key=key,
        kind=kind,
        to=Address("anna@example.org", "Anna Ek"),
        mail_from="kontakt@example.org",
        message_id=f"{key}@example.org",
        content=content,
        token="0123456789abcdef",  # noqa: S106
    )


@pytest.fixture
def outbox(database: Database) -> StoredOutbox:
    return StoredOutbox(database)


async def put(outbox: StoredOutbox, *posts: Post, now: datetime = NOW) -> None:
    await outbox.settle("nobody", [], posts, now)


def tried(due: Due, outcome: Outcome, decision: Decision) -> Tried:
    return Tried(due, "smtp://relay.test:25", outcome, decision)


def keys(found: Sequence[Due]) -> list[str]:
    return [due.key for due in found]


# --- putting in ---


async def test_what_is_put_in_comes_out(outbox: StoredOutbox) -> None:
    await put(outbox, post())
    (due,) = await outbox.claim("first", 10, NOW)
    asked = post()
    assert due == Due(
        id=due.id,
        key=asked.key,
        kind=asked.kind,
        to=asked.to,
        mail_from=asked.mail_from,
        message_id=asked.message_id,
        token=asked.token,
        content=asked.content,
        tries=0,
        queued=NOW,
        inquiry_id=None,
    )


async def test_the_same_key_again_changes_nothing(outbox: StoredOutbox, database: Database) -> None:
    await put(outbox, post())
    await put(outbox, post(), post(content=b"annat"), now=LATER)
    assert await outbox.counts() == {"pending": 1}
    assert [due.content for due in await outbox.claim("first", 10, LATER)] == [b"Hej"]
    stored = select(func.count()).select_from(letters)
    assert await database.read(lambda c: c.execute(stored).scalar()) == 1


async def test_letters_with_the_same_content_share_it(
    outbox: StoredOutbox, database: Database
) -> None:
    await put(outbox, post("notice/1"), post("notice/2"), post("notice/3", content=b"annat"))
    assert await outbox.counts() == {"pending": 3}
    stored = select(letters.c.content).order_by(letters.c.content)
    assert await database.read(lambda c: c.execute(stored).scalars().all()) == [b"Hej", b"annat"]


async def test_any_bytes_come_out_as_they_went_in(outbox: StoredOutbox) -> None:
    content = bytes(range(256)) * 40_000  # 10 MiB
    await put(outbox, post(content=content))
    (due,) = await outbox.claim("first", 1, NOW)
    assert due.content == content


# --- claiming ---


async def test_a_claimed_letter_is_nobody_elses_until_the_lease_ends(
    outbox: StoredOutbox,
) -> None:
    await put(outbox, post())
    assert keys(await outbox.claim("first", 10, NOW)) == ["notice/1"]
    almost = NOW + LEASE - timedelta(seconds=1)
    assert await outbox.claim("second", 10, almost) == []
    assert await outbox.claim("first", 10, almost) == []
    assert keys(await outbox.claim("second", 10, NOW + LEASE)) == ["notice/1"]


async def test_what_is_released_is_free_at_once(outbox: StoredOutbox) -> None:
    await put(outbox, post("notice/1"), post("notice/2"))
    (first,) = await outbox.claim("first", 1, NOW)
    (second,) = await outbox.claim("second", 1, NOW)
    await outbox.release("first")
    assert keys(await outbox.claim("third", 10, NOW)) == [first.key]
    assert second.key != first.key


async def test_the_most_pressing_come_first_and_the_oldest_of_those(outbox: StoredOutbox) -> None:
    await put(outbox, *(post(f"{kind}/1", kind) for kind in reversed(PRIORITY)))
    await put(outbox, *(post(f"{kind}/2", kind) for kind in PRIORITY), now=LATER)
    order = keys(await outbox.claim("first", 100, LATER))
    assert [PRIORITY[key.partition("/")[0]] for key in order] == sorted(  # type: ignore[index]
        PRIORITY[kind] for kind in [*PRIORITY] * 2
    )
    assert order.index("edition/1") == len(order) - 2
    assert order.index("forward/1") < order.index("notice/2")


async def test_the_pressing_ones_can_be_claimed_alone(outbox: StoredOutbox) -> None:
    await put(outbox, *(post(f"{kind}/1", kind) for kind in PRIORITY))
    assert "edition/1" not in keys(await outbox.claim("first", 100, NOW, True))
    assert keys(await outbox.claim("first", 100, NOW)) == ["edition/1"]


async def test_no_more_than_asked_for_are_claimed(outbox: StoredOutbox) -> None:
    await put(outbox, *(post(f"notice/{number}") for number in range(7)))
    sizes = [len(await outbox.claim("first", 3, NOW)) for _ in range(4)]
    assert sizes == [3, 3, 1, 0]


async def test_workers_at_once_never_share_a_letter(database_url: str) -> None:
    opened = [await Database.open(database_url) for _ in range(3)]
    boxes = [StoredOutbox(database) for database in opened]
    everything = {f"notice/{number}" for number in range(120)}
    await put(boxes[0], *map(post, sorted(everything)))

    async def work(name: str, outbox: StoredOutbox) -> list[str]:
        mine: list[str] = []
        while found := await outbox.claim(name, 5, NOW):
            mine += keys(found)
            await outbox.settle(name, [tried(due, Accepted(), ACCEPTED) for due in found], [], NOW)
        return mine

    shares = await asyncio.gather(*(work(f"w{place}", box) for place, box in enumerate(boxes)))
    assert sorted(key for share in shares for key in share) == sorted(everything)
    assert await boxes[0].counts() == {"accepted": 120}
    for database in opened:
        await database.close()


# --- settling ---


async def test_what_the_relay_took_stands_in_the_letters_own_row(outbox: StoredOutbox) -> None:
    await put(outbox, post())
    (due,) = await outbox.claim("first", 1, NOW)
    taken = Accepted('2.0.0 Ok\n"queued" as å')
    await outbox.settle("first", [tried(due, taken, ACCEPTED)], [], NOW)
    found = await outbox.tries(due.key)
    assert found
    row, tries = found
    assert (row.state, row.tries, row.settled) == ("accepted", 1, NOW)
    assert (row.relay, row.reply) == ("smtp://relay.test:25", '2.0.0 Ok "queued" as å')
    assert (row.leased_by, row.leased_until) == (None, None)
    assert [tuple(each) for each in tries] == [(NOW, row.relay, "accepted", None, row.reply)]
    assert await outbox.claim("first", 1, LATER) == []


async def test_each_letter_stands_with_the_relay_that_took_it(outbox: StoredOutbox) -> None:
    await put(outbox, post("notice/1"), post("notice/2"), post("notice/3"))
    found = await outbox.claim("first", 3, NOW)
    relays = ["smtp://first.test:25", "smtp://second.test:25", "smtp://first.test:25"]
    taken = [
        Tried(due, relay, Accepted(f"Ok {due.key}"), ACCEPTED)
        for due, relay in zip(found, relays, strict=True)
    ]
    await outbox.settle("first", taken, [], NOW)
    assert sorted((row.key, row.relay, row.reply) for row in await outbox.find(None, 9)) == [
        (due.key, relay, f"Ok {due.key}") for due, relay in zip(found, relays, strict=True)
    ]


async def test_more_can_be_claimed_with_what_is_settled_and_queued(outbox: StoredOutbox) -> None:
    await put(outbox, post("notice/1"), post("notice/2"), post("edition/1", "edition"))
    (due,) = await outbox.claim("first", 1, NOW)
    told, urgent = [tried(due, Refused(550, "No"), FAILED)], [post("forward/1", "forward")]
    assert await outbox.settle("first", [], [], NOW) == ()
    assert keys(await outbox.settle("first", told, urgent, NOW, 9, True)) == [
        "notice/2",
        "forward/1",
    ]
    assert keys(await outbox.settle("first", [], [], NOW, 9)) == ["edition/1"]


@pytest.mark.parametrize(
    ("outcome", "decision", "name", "code", "reply"),
    [
        (Refused(550, "No such user"), FAILED, "refused", 550, "550 No such user"),
        (Refused(450, "Greylisted"), Again(LATER), "refused", 450, "450 Greylisted"),
        (Unreached("the line was cut"), Again(LATER), "unreached", None, "the line was cut"),
        (Unreached("no answer"), FAILED, "unreached", None, "no answer"),
        (Uncertain("no answer in time"), Again(LATER), "uncertain", None, "no answer in time"),
        (Refused(550, "Okänd \udce5\0" * 900), FAILED, "refused", 550, None),
    ],
)
async def test_every_other_outcome_is_written_down_with_what_follows(
    outbox: StoredOutbox,
    outcome: Outcome,
    decision: Decision,
    name: str,
    code: int | None,
    reply: str | None,
) -> None:
    await put(outbox, post())
    (due,) = await outbox.claim("first", 1, NOW)
    await outbox.settle("first", [tried(due, outcome, decision)], [], NOW)
    found = await outbox.tries("notice/1")
    assert found
    row, (one,) = found
    again = isinstance(decision, Again)
    assert row.state == (decision.state if isinstance(decision, Settled) else "pending")
    assert row.due == (decision.at if isinstance(decision, Again) else NOW)
    assert row.settled == (None if again else NOW)
    assert (row.tries, row.leased_by, row.leased_until) == (1, None, None)
    assert (one.at, one.relay, one.outcome, one.code) == (NOW, "smtp://relay.test:25", name, code)
    assert one.reply == row.reply
    if reply is not None:
        assert one.reply == reply
    assert await outbox.claim("first", 1, LATER - timedelta(seconds=1)) == []
    assert bool(await outbox.claim("first", 1, LATER)) == again


async def test_every_try_is_kept_in_order(outbox: StoredOutbox) -> None:
    await put(outbox, post())
    moment = NOW
    for number in range(1, 4):
        (due,) = await outbox.claim("first", 1, moment)
        assert due.tries == number - 1
        assert due.queued == NOW
        refused = Refused(450, f"try {number}")
        moment += timedelta(minutes=1)
        await outbox.settle("first", [tried(due, refused, Again(moment))], [], moment)
    found = await outbox.tries("notice/1")
    assert found
    assert [one.reply for one in found[1]] == ["450 try 1", "450 try 2", "450 try 3"]


async def test_what_a_failure_leads_to_is_queued_with_it(outbox: StoredOutbox) -> None:
    await put(outbox, post("forward/1", "forward"))
    (due,) = await outbox.claim("first", 1, NOW)
    failed = tried(due, Refused(550, "No"), FAILED)
    for _ in range(2):
        await outbox.settle("first", [failed], [post("notice/1")], NOW)
    assert await outbox.counts() == {"failed": 1, "pending": 1}


async def test_who_has_lost_the_lease_no_longer_decides(outbox: StoredOutbox) -> None:
    await put(outbox, post())
    (lost,) = await outbox.claim("first", 1, NOW)
    (mine,) = await outbox.claim("second", 1, NOW + LEASE)
    await outbox.settle("first", [tried(lost, Refused(550, "No"), FAILED)], [], NOW + LEASE)
    assert await outbox.counts() == {"pending": 1}
    await outbox.settle("second", [tried(mine, Accepted("Ok"), ACCEPTED)], [], NOW + LEASE)
    await outbox.settle("first", [tried(lost, Refused(550, "No"), FAILED)], [], NOW + LEASE)
    assert await outbox.counts() == {"accepted": 1}


async def test_a_lease_that_ran_out_unnoticed_still_decides(outbox: StoredOutbox) -> None:
    await put(outbox, post())
    (due,) = await outbox.claim("first", 1, NOW)
    await outbox.settle("first", [tried(due, Accepted("Ok"), ACCEPTED)], [], NOW + 2 * LEASE)
    assert await outbox.counts() == {"accepted": 1}


# --- letters that may have been sent ---


async def test_what_a_dead_worker_had_in_hand_goes_again(outbox: StoredOutbox) -> None:
    await put(outbox, post())
    (due,) = await outbox.claim("dead", 1, NOW)
    await outbox.free("dead", NOW)
    assert await outbox.claim("second", 1, NOW) == [due]


async def test_in_doubt_it_is_held_for_a_person(database: Database) -> None:
    outbox = StoredOutbox(database, "hold")
    await put(outbox, post("notice/1"), post("notice/2"), post("notice/3"))
    await outbox.claim("dead", 1, NOW)
    await outbox.free("dead", NOW)
    await outbox.claim("silent", 1, NOW)
    assert keys(await outbox.claim("second", 9, NOW + LEASE)) == ["notice/3"]
    assert await outbox.counts() == {"uncertain": 2, "pending": 1}
    (row, _) = await outbox.find("uncertain", 2)
    assert (row.leased_by, row.reply) == (
        None,
        "the process ended while it had this letter in hand",
    )
    assert await outbox.retry(["notice/1"], LATER) == 1
    assert keys(await outbox.claim("second", 9, LATER)) == ["notice/1"]


async def test_in_doubt_what_is_given_back_by_one_who_lives_is_free(database: Database) -> None:
    outbox = StoredOutbox(database, "hold")
    await put(outbox, post())
    await outbox.claim("first", 1, NOW)
    await outbox.release("first")
    assert keys(await outbox.claim("second", 1, NOW)) == ["notice/1"]


# --- what the command line does ---


async def test_what_failed_can_be_made_due_again_and_nothing_else(outbox: StoredOutbox) -> None:
    await put(outbox, *(post(f"notice/{number}") for number in range(3)))
    first, second, _ = await outbox.claim("first", 3, NOW)
    await outbox.settle(
        "first",
        [tried(first, Refused(550, "No"), FAILED), tried(second, Accepted("Ok"), ACCEPTED)],
        [],
        NOW,
    )
    asked = [first.key, second.key, "notice/2", "notice/9", first.key]
    assert await outbox.retry(asked, LATER) == 1
    assert await outbox.retry([], LATER) == 0
    (due,) = await outbox.claim("second", 10, LATER)
    assert due == first._replace(tries=0, queued=LATER)
    found = await outbox.tries(first.key)
    assert found
    assert len(found[1]) == 1


async def test_the_newest_letters_are_found_by_state(outbox: StoredOutbox) -> None:
    await put(outbox, *(post(f"notice/{number}") for number in range(5)))
    (due,) = await outbox.claim("first", 1, NOW)
    await outbox.settle("first", [tried(due, Accepted("Ok"), ACCEPTED)], [], NOW)
    assert [row.key for row in await outbox.find(None, 3)] == ["notice/4", "notice/3", "notice/2"]
    assert [row.key for row in await outbox.find("accepted", 3)] == ["notice/0"]
    assert await outbox.find("failed", 3) == []


async def test_an_unknown_key_has_no_tries(outbox: StoredOutbox) -> None:
    assert await outbox.tries("notice/1") is None
    assert await outbox.counts() == {}
