"""Subscribers on both databases: one row an address, every change with its evidence, erasure."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers, apply
from mailer.edge.store.tables import metadata
from mailer.errors import StoreError
from mailer.mail.address import Address
from mailer.mail.outcome import Refused
from mailer.mail.post import Post, Tried
from mailer.mail.retry import Again, Settled
from mailer.newsletter.receipt import RenderedEdition
from mailer.subscriber.subscription import Act, Change, Consent, State, Subscriber, after
from mailer.subscriber.table import Entry
from mailer.subscriber.wording import Wording

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
ANNA = Address("Anna.Ek@example.org", "Anna Ek")
BO = Address("bo@example.org")


@pytest.fixture
def subscribers(database: Database) -> StoredSubscribers:
    return StoredSubscribers(database)


async def change(
    database: Database, act: Act, address: Address | None, token: str = "", now: datetime = NOW
) -> State | None:
    asked = Change(act, address, f"asked to {act}", token)
    return await database.write(lambda connection: apply(connection, asked, now))


async def found(subscribers: StoredSubscribers, email: str) -> Subscriber:
    one = await subscribers.find(email)
    assert one
    return one


# --- adding ---


async def test_who_is_added_is_active_with_the_evidence_and_a_token(
    subscribers: StoredSubscribers,
) -> None:
    assert await subscribers.add([(ANNA, "sv"), (BO, "en")], "import: mötet", NOW) == 2
    anna, bo = await subscribers.all()
    assert anna == Subscriber(anna.id, ANNA, "sv", "active", "import: mötet", anna.token, NOW)
    assert (bo.address, bo.language) == (BO, "en")
    assert len({anna.token, bo.token}) == 2
    assert all(len(each.token) == 32 for each in (anna, bo))


async def test_adding_again_changes_nothing_whatever_the_case_of_the_letters(
    subscribers: StoredSubscribers,
) -> None:
    await subscribers.add([(ANNA, "sv")], "first", NOW)
    before = await subscribers.all()
    shouted = Address("ANNA.EK@example.org", "A.")
    assert await subscribers.add([(shouted, "en"), (shouted, "en")], "second", LATER) == 0
    assert await subscribers.all() == before
    assert await subscribers.find("anna.ek@EXAMPLE.org") == before[0]


async def test_an_address_twice_in_one_import_is_one_subscriber(
    subscribers: StoredSubscribers,
) -> None:
    assert await subscribers.add([(ANNA, "sv"), (Address(ANNA.email.upper()), "en")], "x", NOW) == 1
    assert [(each.address, each.language) for each in await subscribers.all()] == [(ANNA, "sv")]


async def test_who_had_left_is_active_again_with_the_new_evidence(
    subscribers: StoredSubscribers,
) -> None:
    await subscribers.add([(ANNA, "sv"), (BO, "sv")], "first", NOW)
    before = await found(subscribers, ANNA.email)
    for address in (ANNA, BO):
        await subscribers.leave(address.email, "left", NOW)
    again = [(Address(ANNA.email), "en"), (Address(BO.email, "Bo Ek"), "sv")]
    assert await subscribers.add(again, "import: mötet", LATER) == 2
    anna = await found(subscribers, ANNA.email)
    assert (anna.id, anna.token, anna.since) == (before.id, before.token, NOW)
    assert (anna.state, anna.evidence, anna.language) == ("active", "import: mötet", "en")
    assert anna.address == ANNA  # a name is not lost to an import without names
    assert (await found(subscribers, BO.email)).address.name == "Bo Ek"


async def test_nobody_is_added_where_one_cannot_be(subscribers: StoredSubscribers) -> None:
    unfit = Address("bo@example.org", "\udce5")
    with pytest.raises(StoreError, match="did not do as asked"):
        await subscribers.add([(ANNA, "sv"), (unfit, "sv")], "import", NOW)
    assert await subscribers.all() == []
    assert await subscribers.add([], "import", NOW) == 0


async def test_an_import_of_20_000_takes_few_statements(
    subscribers: StoredSubscribers, database: Database
) -> None:
    people = [(Address(f"p{number}@example.org"), "sv") for number in range(20_000)]
    statements: list[str] = []
    event.listen(
        database._engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *_: statements.append(statement),
    )
    assert await subscribers.add(people, "import", NOW) == 20_000
    assert await subscribers.add(people, "again", NOW) == 0
    assert len(statements) < 40
    assert await subscribers.counts() == {"active": 20_000}


# --- changing ---


@pytest.mark.parametrize("act", ["subscribe", "confirm", "leave"])
@pytest.mark.parametrize("state", [None, "pending", "active", "left"])
async def test_a_change_does_what_the_table_of_states_says(
    subscribers: StoredSubscribers, database: Database, state: State | None, act: Act
) -> None:
    steps: dict[State | None, tuple[Act, ...]] = {
        None: (),
        "pending": ("subscribe",),
        "active": ("subscribe", "confirm"),
        "left": ("subscribe", "leave"),
    }
    for step in steps[state]:
        await change(database, step, ANNA)
    expected = after(state, act)
    assert await change(database, act, Address(ANNA.email.upper()), now=LATER) == expected
    one = await subscribers.find(ANNA.email)
    if expected is None and state is None:
        assert one is None
    else:
        assert one
        assert one.state == (expected or state)
        assert (one.evidence == f"asked to {act}") == (
            expected is not None or act in steps[state][-1:]
        )


async def test_a_token_says_who_leaves_whatever_address_the_mail_comes_from(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await subscribers.add([(ANNA, "sv"), (BO, "sv")], "import", NOW)
    token = (await found(subscribers, ANNA.email)).token
    assert await change(database, "leave", BO, token) == "left"
    assert await subscribers.counts() == {"active": 1, "left": 1}
    assert (await found(subscribers, BO.email)).state == "active"
    assert await change(database, "leave", None, token) is None
    assert await change(database, "leave", BO, "0" * 32) == "left"  # no such token: the sender
    assert await change(database, "leave", None, "0" * 32) is None


async def test_who_is_unknown_cannot_leave(subscribers: StoredSubscribers) -> None:
    assert not await subscribers.leave("anna@example.org", "left", NOW)
    await subscribers.add([(ANNA, "sv")], "import", NOW)
    assert await subscribers.leave(ANNA.email.lower(), "left", NOW)
    assert not await subscribers.leave(ANNA.email, "left again", NOW)
    assert (await found(subscribers, ANNA.email)).evidence == "left"


async def test_subscribers_are_listed_by_address_and_counted_by_state(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await subscribers.add([(BO, "sv"), (Address("alva@example.org"), "sv")], "import", NOW)
    await change(database, "subscribe", Address("cia@example.org"))
    assert [each.address.local for each in await subscribers.all()] == ["alva", "bo", "cia"]
    assert [each.address.local for each in await subscribers.all("pending")] == ["cia"]
    assert await subscribers.counts() == {"active": 2, "pending": 1}


# --- erasing ---


async def everything(database: Database) -> str:
    """All that stands in every table, as one text in lower case."""

    def read(connection: Connection) -> str:
        rows = [
            row for table in metadata.sorted_tables for row in connection.execute(select(table))
        ]
        return "\n".join(repr(tuple(row)) for row in rows).lower()

    return await database.read(read)


async def subscription_with_letters(database: Database) -> None:
    """Anna has asked by mail and confirmed; one edition was refused, one waits, one is leased."""
    outbox, editions = StoredOutbox(database), StoredEditions(database)
    await change(database, "subscribe", ANNA)
    await change(database, "confirm", ANNA)
    key = f"confirmation/2020-09-11/{ANNA.email.lower()}"
    question = Post(key, "confirmation", ANNA, "", "c@example.org", b"Vill du?")
    await outbox.settle("nobody", [], [question], NOW)

    def message_id(subscriber_id: int) -> str:
        return f"{now.day}.{subscriber_id}@example.org"

    for number in range(3):
        now = NOW + timedelta(days=number)
        rendered = RenderedEdition(f"e{number}", now.date(), "Nytt", {"sv": b"Hej"}, "0" * 64, {})
        await editions.queue(rendered, "kontakt@example.org", message_id, now)
        decision = Settled("failed") if number == 0 else Again(LATER)
        failed = [
            Tried(due, "relay", Refused(550, f"<{due.to.email}> unknown"), decision)
            for due in await outbox.claim("first", 10, now)
        ]
        await outbox.settle("first", failed, [], now)
    await outbox.claim("second", 1, LATER)


async def test_an_erased_subscriber_stands_nowhere_any_more(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await subscription_with_letters(database)
    token = (await found(subscribers, ANNA.email)).token
    assert "anna.ek@example.org" in await everything(database)
    assert await subscribers.erase(ANNA.email.lower(), LATER)
    after_that = await everything(database)
    for trace in ("anna", "ek@", token):
        assert trace not in after_that
    assert await subscribers.find(ANNA.email) is None
    (gone,) = await subscribers.all()
    assert (gone.state, gone.evidence) == (
        "left",
        f"erased on request {LATER.isoformat()}",
    )


async def test_no_letter_to_an_erased_subscriber_is_sent_and_the_receipts_still_add_up(
    subscribers: StoredSubscribers, database: Database
) -> None:
    outbox, editions = StoredOutbox(database), StoredEditions(database)
    await subscription_with_letters(database)
    await subscribers.erase(ANNA.email, LATER)
    assert await outbox.counts() == {"failed": 2, "excluded": 2}
    assert await outbox.claim("third", 10, LATER + timedelta(days=1)) == []
    for period, state in (("e0", "failed"), ("e1", "excluded"), ("e2", "excluded")):
        receipt = await editions.receipt(period)
        assert receipt
        assert (receipt.audience, getattr(receipt, state)) == (1, 1)


async def test_an_erased_subscriber_can_come_back_and_be_erased_again(
    subscribers: StoredSubscribers,
) -> None:
    for _ in range(3):
        assert await subscribers.add([(ANNA, "sv")], "import", NOW) == 1
        assert await subscribers.erase(ANNA.email, NOW)
    assert not await subscribers.erase(ANNA.email, NOW)
    assert await subscribers.counts() == {"left": 3}


async def test_erasing_one_leaves_the_others_alone(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await subscribers.add([(BO, "sv"), (Address(f"x{ANNA.email}"), "sv")], "import", NOW)
    await subscription_with_letters(database)
    before = (await everything(database)).splitlines()
    others = [line for line in before if "bo@" in line or "xanna.ek@" in line]
    assert len(others) == 2 * (1 + 3 + 3)  # subscribers, letters, tries
    await subscribers.erase(ANNA.email, LATER)
    after_that = (await everything(database)).splitlines()
    assert [line for line in after_that if "bo@" in line or "xanna.ek@" in line] == others


async def test_on_sqlite_what_was_erased_is_gone_from_the_file(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    subscribers = StoredSubscribers(database)
    await subscribers.add([(ANNA, "sv"), (BO, "sv")], "import", NOW)
    await subscription_with_letters(database)
    await subscribers.erase(ANNA.email, LATER)
    await database.tidy()
    content = "".join(read(path) for path in (tmp_path / "mailer.db", tmp_path / "mailer.db-wal"))
    await database.close()
    assert "bo@example.org" in content
    assert "anna" not in content


def read(path: Path) -> str:
    return path.read_bytes().decode("latin-1").lower()


async def test_no_two_rows_can_have_one_address(database: Database) -> None:
    def insert(email: str, token: str) -> Callable[[Connection], object]:
        row: dict[str, object] = {"email": email, "state": "left", "evidence": "", "token": token}
        row |= {"since": NOW, "changed": NOW}
        values = metadata.tables["subscribers"].insert().values(row)
        return lambda connection: connection.execute(values)

    await database.write(insert(ANNA.email, "a"))
    with pytest.raises(StoreError, match="uq_subscribers_email"):
        await database.write(insert(ANNA.email.upper(), "b"))


IMPORT = Change("import", None, "import: list", way="import")


def entry(address: Address, line: int = 2, state: State = "active") -> Entry:
    return Entry(line, address, "sv", state)


async def test_an_import_takes_nobody_back_who_has_left(subscribers: StoredSubscribers) -> None:
    await subscribers.bring_in([entry(ANNA)], IMPORT, NOW)
    await subscribers.leave(ANNA.email, "asked to", NOW)
    (step,) = await subscribers.bring_in([entry(ANNA)], IMPORT, LATER)
    assert (step.changes, step.what) == (False, "has left, and stays so")
    assert (await found(subscribers, ANNA.email)).state == "left"
    assert await subscribers.add([(ANNA, "sv")], "asked to come back", LATER) == 1
    assert (await found(subscribers, ANNA.email)).state == "active"


async def test_an_import_takes_nobody_back_who_was_erased(database: Database) -> None:
    subscribers = StoredSubscribers(database, Fingerprint(b"secret"))
    await subscribers.bring_in([entry(ANNA)], IMPORT, NOW)
    await subscribers.erase(ANNA.email, NOW)
    shouted = Address(ANNA.email.upper())
    (step,) = await subscribers.plan([entry(shouted)])
    assert step.what == "was erased on request, and stays so"
    assert await subscribers.bring_in([entry(shouted)], IMPORT, LATER) == [step]
    assert await subscribers.find(ANNA.email) is None


async def test_a_plan_is_what_the_import_then_does(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await change(database, "subscribe", ANNA)
    entries = [entry(ANNA), entry(BO, 3), entry(Address("cia@example.org"), 4, "left")]
    planned = await subscribers.plan(entries)
    assert await subscribers.counts() == {"pending": 1}
    done: list[int] = []
    assert await subscribers.bring_in(entries, IMPORT, LATER, done.append) == planned
    assert [step.changes for step in planned] == [True, True, False]
    assert sum(done) == 3
    assert await subscribers.counts() == {"active": 2}


# --- history, pauses, what was never confirmed ---


async def test_every_change_is_in_the_history(
    subscribers: StoredSubscribers, database: Database
) -> None:
    words = Wording("sv", "Jag vill.")
    request = Change(
        "subscribe", ANNA, "form", way="web", wording=words, language="sv", confirmed_by="c" * 32
    )
    await database.write(lambda c: apply(c, request, NOW))
    await change(database, "confirm", ANNA, now=LATER)
    await subscribers.leave(ANNA.email, "removed", LATER)
    await subscribers.bring_in([entry(BO)], IMPORT, NOW)
    anna = await found(subscribers, ANNA.email)
    assert await subscribers.history(anna.id) == [
        Consent(NOW, "subscribe", "pending", "web", "Jag vill.", "form"),
        Consent(LATER, "confirm", "active", "mail", "Jag vill.", "asked to confirm"),
        Consent(LATER, "leave", "left", "command line", "", "removed"),
    ]
    bo = await found(subscribers, BO.email)
    entries = [Consent(NOW, "import", "active", "import", "", "import: list")]
    assert await subscribers.history(bo.id) == entries
    assert (await subscribers.histories())[bo.id] == entries
    assert await subscribers.history(4711) == []


async def test_a_pause_ends_on_its_day(subscribers: StoredSubscribers, database: Database) -> None:
    await subscribers.add([(ANNA, "sv"), (BO, "sv")], "import", NOW)
    day = date(2020, 10, 1)
    pause = Change("pause", ANNA, "my page", way="web", until=day)
    await database.write(lambda c: apply(c, pause, NOW))
    assert (await found(subscribers, ANNA.email)).paused_until == day
    assert await subscribers.wake(day - timedelta(days=1), NOW) == 0
    assert await subscribers.counts() == {"active": 1, "paused": 1}
    assert await subscribers.wake(day, LATER) == 1
    anna = await found(subscribers, ANNA.email)
    assert (anna.state, anna.paused_until, anna.evidence) == ("active", None, "the pause is over")
    assert (await subscribers.history(anna.id))[-1].way == "clock"


async def test_a_strangers_request_changes_nothing_of_a_pause(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await subscribers.add([(ANNA, "sv")], "import", NOW)
    pause = Change("pause", ANNA, "my page", way="web", until=date(2020, 10, 1))
    await database.write(lambda c: apply(c, pause, NOW))
    before = await found(subscribers, ANNA.email)
    assert await change(database, "subscribe", ANNA) == "paused"
    assert await found(subscribers, ANNA.email) == before


async def test_who_never_confirms_is_forgotten_after_thirty_days(
    subscribers: StoredSubscribers, database: Database
) -> None:
    await change(database, "subscribe", ANNA)
    await subscribers.add([(BO, "sv")], "import", NOW)
    assert await subscribers.forget_unconfirmed(NOW + timedelta(days=30)) == 0
    assert await subscribers.forget_unconfirmed(NOW + timedelta(days=31)) == 1
    assert ANNA.email.lower() not in await everything(database)
    assert await subscribers.counts() == {"active": 1, "left": 1}
    # Nobody asked for the erasure: an import may bring the address in.
    (step,) = await subscribers.plan([entry(ANNA)])
    assert step.changes


def test_a_fingerprint_says_nothing_of_its_key() -> None:
    assert "secret" not in repr(Fingerprint(b"secret"))
    assert Fingerprint(b"secret").of("a@b.se") == Fingerprint(b"secret").of("A@b.SE")
    assert Fingerprint(b"secret").of("a@b.se") != Fingerprint(b"other").of("a@b.se")
