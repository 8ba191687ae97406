"""The chain on both databases: written with what it tells, and whoever touches it is found out."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import Connection, delete, select, update

from mailer.edge.store.chain import StoredChain, append
from mailer.edge.store.database import Database
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.tables import chain, inquiries, journal
from mailer.errors import StoreError
from mailer.inquiry.chain import Event
from mailer.inquiry.record import Case, Decision, Place, RawMail
from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.post import LetterKind, Post

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
ANNA = Address("anna@example.org", "Anna Ek")
FOLDER = "Trygg boendemiljö"
VERDICT = Verdict("inquiry", "boende", copies=("drog",))
WRITTEN = ["recorded", "decided", "forwarded", "acknowledged", "filed"]


@pytest.fixture
def store(database: Database) -> StoredJournal:
    return StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))


def mail(uid: int = 1, folder: str = "INBOX") -> RawMail:
    raw = f"Subject: {uid}\r\n\r\n".encode()
    return RawMail(folder, 7, uid, NOW, len(raw), raw)


async def record(store: StoredJournal, *mails: RawMail) -> list[Case]:
    return list(await store.record([(m, sha256(m.raw).hexdigest()) for m in mails], NOW))


def letter(case: Case, kind: LetterKind, name: str = "") -> Post:
    key = f"{kind}/{case.number}/{name}"
    return Post(key, kind, ANNA, "", f"{kind}.{name}@x", b"Hej", inquiry_id=case.id)


async def decide(store: StoredJournal, case: Case, *posts: Post) -> None:
    inquiry = Inquiry(sender=ANNA, subject="Anna Eks lampa", message_id="anna@example.org")
    decision = Decision(case, inquiry, VERDICT, Route(FOLDER, (), True), posts)
    await store.decide([decision], {}, NOW)


async def one_case(store: StoredJournal) -> Case:
    """A case from its arrival to its folder: five rows."""
    (case,) = await record(store, mail())
    forwards = letter(case, "forward", "sven"), letter(case, "forward", "john")
    await decide(store, case, *forwards, letter(case, "acknowledgement"))
    await store.filed({FOLDER: [mail()]}, NOW)
    return case


async def rows(database: Database) -> list[Any]:
    query = select(chain).order_by(chain.c.sequence)
    return list(await database.read(lambda c: c.execute(query).all()))


async def happenings(database: Database) -> list[str]:
    return [row.happening for row in await rows(database)]


async def alter(database: Database, statement: Any) -> None:
    await database.write(lambda connection: connection.execute(statement))


# --- written


async def test_whatever_happens_to_a_case_is_in_the_chain(
    store: StoredJournal, database: Database
) -> None:
    case = await one_case(store)
    written = await rows(database)
    assert [row.happening for row in written] == WRITTEN
    assert {row.case_number for row in written} == {case.number}
    assert written[2].facts == '{"letters":["forward.sven@x","forward.john@x"]}'
    found = await StoredChain(database).examine()
    assert (found.end.sequence, found.breaks, found.differ) == (5, "", ())


async def test_an_empty_chain_is_whole(database: Database) -> None:
    found = await StoredChain(database).examine()
    assert (found.end.sequence, found.breaks, found.differ) == (0, "", ())


async def test_the_chain_says_nothing_of_who_wrote_or_what(
    store: StoredJournal, database: Database
) -> None:
    case = await one_case(store)
    await decide(store, case)
    for row in await rows(database):
        assert "anna" not in str(row).lower()
        assert "lampa" not in str(row)


async def test_what_changes_nothing_adds_nothing(store: StoredJournal, database: Database) -> None:
    case = await one_case(store)
    await record(store, mail())
    await decide(store, case, letter(case, "notice"))
    await store.filed({"Annan mapp": [mail()]}, NOW)
    assert await happenings(database) == WRITTEN


async def test_the_same_mail_at_another_place_is_recorded_again(
    store: StoredJournal, database: Database
) -> None:
    await one_case(store)
    again = replace(mail(), uid=9)
    await record(store, again, again)
    await store.note_filed([Place("INBOX", 7, 9)], FOLDER, NOW)
    assert await happenings(database) == [*WRITTEN, "recorded", "filed"]
    assert (await StoredChain(database).examine()).differ == ()


async def test_a_letter_about_a_case_is_told_whoever_queues_it(
    store: StoredJournal, database: Database
) -> None:
    case = await one_case(store)
    other = replace(letter(case, "notice", "operator"), inquiry_id=None)
    notices = [letter(case, "notice", "a"), letter(case, "notice", "b"), other]
    await StoredOutbox(database).settle("worker", [], notices, NOW)
    await StoredOutbox(database).settle("worker", [], notices, NOW)
    assert await happenings(database) == [*WRITTEN, "told"]


async def test_what_is_undone_is_not_in_the_chain(store: StoredJournal, database: Database) -> None:
    (case,) = await record(store, mail())
    unfit = replace(letter(case, "notice"), to=Address("bo@example.org", "\udce5"))
    with pytest.raises(StoreError):
        await decide(store, case, letter(case, "forward"), unfit)
    assert await happenings(database) == ["recorded"]


async def test_two_processes_at_once_write_one_chain(database_url: str) -> None:
    opened = [await Database.open(database_url) for _ in range(2)]
    stores = [StoredJournal(each, "IT", ZoneInfo("Europe/Stockholm")) for each in opened]

    async def take(uid: int) -> None:
        store = stores[uid % 2]
        (case,) = await record(store, mail(uid))
        await decide(store, case, letter(case, "forward", str(uid)))
        await store.filed({FOLDER: [mail(uid)]}, NOW)

    await asyncio.gather(*map(take, range(1, 21)))
    found = await StoredChain(opened[0]).examine()
    assert (found.end.sequence, found.breaks, found.differ) == (80, "", ())
    for database in opened:
        await database.close()


# --- tampered with


@pytest.mark.parametrize(
    ("column", "value", "breaks"),
    [
        ("sequence", 99, "row 3 is missing"),
        ("at", NOW - timedelta(seconds=1), "row 3 is not what was written"),
        ("happening", "asked", "row 3 is not what was written"),
        ("case_number", "IT-2020-0099", "row 3 is not what was written"),
        ("facts", '{"letters":[]}', "row 3 is not what was written"),
        ("previous", "0" * 64, "row 3 does not follow on row 2"),
        ("hash", "0" * 64, "row 3 is not what was written"),
    ],
)
async def test_whichever_column_is_altered_its_row_is_named(
    store: StoredJournal, database: Database, column: str, value: Any, breaks: str
) -> None:
    await one_case(store)
    await alter(database, update(chain).where(chain.c.sequence == 3).values({column: value}))
    assert (await StoredChain(database).examine()).breaks == breaks


def test_every_column_is_tampered_with_here() -> None:
    marks = test_whichever_column_is_altered_its_row_is_named.pytestmark
    assert [case[0] for case in marks[0].args[1]] == [column.name for column in chain.c]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("hash", "0" * 64),
        ("received", NOW - timedelta(days=1)),
        ("decided", None),
        ("kind", "spam"),
        ("owner", "drog"),
        ("certain", False),
        ("folder", "Arkiv"),
    ],
)
async def test_a_case_that_is_altered_past_the_chain_is_named(
    store: StoredJournal, database: Database, column: str, value: Any
) -> None:
    case = await one_case(store)
    await alter(database, update(inquiries).values({column: value}))
    found = await StoredChain(database).examine()
    (differs,) = found.differ
    assert differs.startswith(f"{case.number}: ")
    assert found.breaks == ""


async def test_rows_cut_off_at_the_end_and_cases_without_any_are_missed(
    store: StoredJournal, database: Database
) -> None:
    case = await one_case(store)
    await record(store, mail(2))
    await alter(database, delete(chain).where(chain.c.sequence >= 5))
    assert (await StoredChain(database).examine()).differ == (
        f"{case.number}: was seen 1 and filed 1 times, in the chain 1 and 0",
        "IT-2020-0002: is not in the chain",
    )


async def test_a_case_that_is_deleted_is_missed_unless_it_was_erased(
    store: StoredJournal, database: Database
) -> None:
    (case,) = await record(store, mail())
    await alter(database, delete(journal))
    await alter(database, delete(inquiries))
    assert (await StoredChain(database).examine()).differ == (
        f"{case.number}: is in the chain, and no longer among the cases",
    )
    erased = [Event("erased", case.number)]
    await database.write(lambda connection: append(connection, erased, NOW))
    found = await StoredChain(database).examine()
    assert (found.breaks, found.differ, found.erased) == ("", (), frozenset({case.number}))


# --- from before there was a chain


async def test_what_was_known_before_begins_the_chain(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, revision: upgrade(config, "0001"))
        first = await Database.open(database_url)
    await first.write(_put_old_cases)
    await first.close()
    again = await Database.open(database_url)
    written = [(row.case_number[-1], row.happening, row.at) for row in await rows(again)]
    found = await StoredChain(again).examine()
    await again.close()
    later = NOW + timedelta(minutes=1)
    assert written == [
        ("1", "recorded", NOW),
        ("1", "recorded", NOW),
        ("1", "decided", NOW),
        ("1", "filed", later),
        ("2", "recorded", NOW),
    ]
    assert (found.breaks, found.differ) == ("", ())


def _put_old_cases(connection: Connection) -> None:
    decided = {"kind": "inquiry", "owner": "boende", "certain": True, "folder": FOLDER}
    for id, case in enumerate([{**decided, "decided": NOW}, {}], start=1):
        common = {"id": id, "hash": f"{id}" * 64, "case_number": f"IT-2020-000{id}"}
        connection.execute(inquiries.insert().values(common | case | {"received": NOW}))
    filed = {"filed": NOW + timedelta(minutes=1), "filed_to": FOLDER}
    for uid, (case_id, more) in enumerate([(1, filed), (1, {}), (2, {})]):
        place = {"folder": "INBOX", "validity": 7, "uid": uid, "inquiry_id": case_id}
        seen = {"received": NOW, "size": 1, "seen": NOW}
        connection.execute(journal.insert().values(place | seen | more))
