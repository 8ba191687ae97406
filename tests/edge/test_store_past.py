"""What was done with past mail, looked up on both databases."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from mailer.edge.store.chain import append
from mailer.edge.store.database import Database
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.past import StoredPast, Wanted
from mailer.edge.store.tables import labels
from mailer.inquiry.chain import Event
from mailer.inquiry.hindsight import Decided
from mailer.inquiry.reconciliation import Listed
from mailer.inquiry.record import Case, Decision, Place, RawMail
from mailer.inquiry.verdict import Inquiry, Reason, Route, Verdict

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
FOLDER = "Trygg boendemiljö"
WHY = Reason("boende", "”lampan”", 4.0)


def mail(uid: int) -> RawMail:
    raw = f"Subject: {uid}\r\n\r\n".encode()
    return RawMail("INBOX", 7, uid, NOW + timedelta(days=uid), 100 + uid, raw)


async def take(database: Database, uid: int, *verdicts: Verdict) -> Case:
    """A mail that is recorded, and decided where there is a verdict."""
    store = StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))
    (case,) = await store.record([(mail(uid), sha256(mail(uid).raw).hexdigest())], NOW)
    for verdict in verdicts:
        route = Route(FOLDER, (), acknowledge=False)
        await store.decide([Decision(case, Inquiry(), verdict, route)], {}, NOW)
    return case


async def test_a_case_is_listed_with_the_places_from_which_nobody_noted_that_it_was_filed(
    database: Database,
) -> None:
    first = await take(database, 1, Verdict("inquiry", "boende"))
    second = await take(database, 2)
    store = StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))
    past = StoredPast(database)
    assert await past.listed() == [
        Listed(first.number, first.hash, FOLDER, (Place("INBOX", 7, 1),)),
        Listed(second.number, second.hash, "", (Place("INBOX", 7, 2),)),
    ]
    await store.note_filed([Place("INBOX", 7, 1), Place("Arkiv", 7, 1)], FOLDER, NOW)
    assert (await past.listed())[0].unnoted == ()


async def test_what_triage_decided_is_known_whatever_people_changed_since(
    database: Database,
) -> None:
    await take(database, 1, Verdict("inquiry", "boende"))
    case = await take(database, 2, Verdict("inquiry", "boende", urgent=True, reasons=(WHY,)))
    await take(database, 3)
    for slug, owner in (("drog", "skola"), ("samverkan", "drog")):
        before = {"kind": "inquiry", "owner": owner, "certain": False, "folder": FOLDER}
        label = {"inquiry_id": case.id, "slug": slug, "before": before, "way": "move", "by": ""}
        insert = labels.insert().values(label | {"at": NOW})
        await database.write(lambda connection, insert=insert: connection.execute(insert))  # type: ignore[misc]
    assert await StoredPast(database).decided(NOW + timedelta(days=2)) == [
        Decided(
            number=case.number,
            hash=case.hash,
            received=NOW + timedelta(days=2),
            size=102,
            verdict=Verdict("inquiry", "skola", certain=False, urgent=True),
            first=WHY,
            label="samverkan",
        )
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [3, 2, 1]),
        (Wanted(since=NOW + timedelta(days=2)), [3, 2]),
        (Wanted(until=NOW + timedelta(days=2)), [1]),
        (Wanted(owner="drog"), [2]),
        (Wanted(NOW, NOW + timedelta(days=2), "drog"), []),
    ],
)
async def test_an_export_takes_the_cases_of_a_time_and_an_owner(
    database: Database, wanted: Wanted, found: list[int]
) -> None:
    for uid, owner in ((1, "boende"), (2, "drog"), (3, None)):
        await take(database, uid, Verdict("inquiry", owner))
    rows = await StoredPast(database).find(wanted)
    assert [row.size - 100 for row in rows] == found


async def test_what_was_erased_is_not_judged_again_and_exported_as_such(
    database: Database,
) -> None:
    first, second = [await take(database, uid, Verdict("inquiry", "boende")) for uid in (1, 2)]
    erased = [Event("erased", first.number)]
    await database.write(lambda connection: append(connection, erased, NOW))
    past = StoredPast(database)
    assert [each.number for each in await past.decided(NOW)] == [second.number]
    assert [bool(row.destroyed) for row in await past.find(Wanted())] == [False, True]
