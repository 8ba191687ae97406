"""The record of received mail on both databases: one case a mail, decided once, found again."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from mailer.edge.store.absences import StoredAbsences
from mailer.edge.store.background import ACKNOWLEDGEMENT
from mailer.edge.store.database import Database
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.store.tables import inquiries, journal, outbox
from mailer.errors import StoreRefused
from mailer.inquiry.record import Background, Case, Decision, Earlier, Opened, RawMail
from mailer.inquiry.verdict import Inquiry, Kind, Reason, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.post import LetterKind, Post
from mailer.organisation import Absence
from mailer.subscriber.subscription import Change

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
ANNA = Address("Anna@example.org", "Anna Ek")
VERDICT = Verdict(
    kind="inquiry",
    owner="boende",
    copies=("drog",),
    suggestions=("boende", "coordinator"),
    confidence=0.75,
    certain=True,
    urgent=True,
    reasons=(Reason("boende", "skriver om lampor", 1.5), Reason("urgent", "hot", 4.0)),
)
ROUTE = Route("Trygg boendemiljö", (), acknowledge=True, silence="")


@pytest.fixture
def store(database: Database) -> StoredJournal:
    return StoredJournal(database, "IT", ZONE)


def mail(
    uid: int = 1, raw: bytes = b"", folder: str = "INBOX", validity: int = 7, when: datetime = NOW
) -> RawMail:
    raw = raw or f"Subject: {uid}\r\n\r\n".encode()
    return RawMail(folder, validity, uid, when, len(raw), raw)


async def record(store: StoredJournal, *mails: RawMail) -> list[Case]:
    pairs = [(one, sha256(one.raw).hexdigest()) for one in mails]
    return list(await store.record(pairs, NOW))


def letter(
    case: Case, kind: LetterKind, to: Address = ANNA, message_id: str = "", key: str = ""
) -> Post:
    key = key or f"{kind}/{case.number}"
    message_id = message_id or f"{key}@example.org"
    return Post(key, kind, to, "", message_id, b"Hej", inquiry_id=case.id)


async def decide(
    store: StoredJournal,
    case: Case,
    *posts: Post,
    inquiry: Inquiry | None = None,
    verdict: Verdict = VERDICT,
    change: Change | None = None,
    now: datetime = NOW,
) -> None:
    inquiry = inquiry or Inquiry(sender=ANNA, subject="Lampan")
    changes = {case.id: change} if change else {}
    await store.decide([Decision(case, inquiry, verdict, ROUTE, posts)], changes, now)


async def background_of(
    store: StoredJournal, inquiry: Inquiry, case: Case, tagged: str = "", now: datetime = NOW
) -> Background:
    (found,) = await store.background([Opened(case, inquiry, tagged)], now)
    return found


async def background(
    store: StoredJournal, inquiry: Inquiry, tagged: str = "", now: datetime = NOW
) -> Background:
    """What is known about a mail that has just come."""
    (case,) = await record(store, mail(9999))
    return await background_of(store, inquiry, case, tagged, now)


# --- seen ---


async def test_a_new_mail_is_a_new_case(store: StoredJournal) -> None:
    one = replace(mail(), size=2**32 - 1, uid=2**32 - 1, validity=2**32 - 1)
    (case,) = await record(store, one)
    digest = sha256(one.raw).hexdigest()
    assert case == Case(case.id, digest, "IT-2020-0001", NOW, 2**32 - 1, "")


async def test_the_same_bytes_are_the_same_case_wherever_they_are_seen(
    store: StoredJournal, database: Database
) -> None:
    first = mail()
    moved = replace(first, folder="Arkiv", uid=5)
    renumbered = replace(first, validity=8)
    (case,) = await record(store, first)
    assert await record(store, first, moved, renumbered, first) == [case] * 4
    places = select(journal.c.folder, journal.c.validity, journal.c.uid).order_by(journal.c.id)
    rows = await database.read(lambda c: c.execute(places).all())
    assert [tuple(row) for row in rows] == [("INBOX", 7, 1), ("Arkiv", 7, 5), ("INBOX", 8, 1)]


async def test_cases_come_in_the_order_of_the_mails(store: StoredJournal) -> None:
    cases = await record(store, *(mail(uid) for uid in (3, 1, 2)))
    assert [case.number for case in cases] == ["IT-2020-0001", "IT-2020-0002", "IT-2020-0003"]
    again = await record(store, *(mail(uid) for uid in (1, 2, 4, 3)))
    assert [case.number[-1] for case in again] == ["2", "3", "4", "1"]


async def test_numbers_are_of_the_year_in_which_the_mail_arrived_here(store: StoredJournal) -> None:
    midnight = datetime(2020, 12, 31, 23, 0, tzinfo=UTC)  # in Stockholm
    moments = [midnight - timedelta(seconds=1), midnight, midnight - timedelta(days=1), midnight]
    cases = await record(
        store, *(mail(uid, when=when) for uid, when in enumerate(moments, start=1))
    )
    assert [case.number for case in cases] == [
        "IT-2020-0001",
        "IT-2021-0001",
        "IT-2020-0002",
        "IT-2021-0002",
    ]


async def test_numbers_go_on_after_9999(store: StoredJournal, database: Database) -> None:
    for number in ("IT-2020-9998", "ITX-2020-12345"):
        row = {"hash": number, "case_number": number, "received": NOW}
        await database.write(lambda c, row=row: c.execute(insert(inquiries).values(row)))  # type: ignore[misc]
    cases = await record(store, *(mail(uid) for uid in range(1, 4)))
    assert [case.number for case in cases] == ["IT-2020-9999", "IT-2020-10000", "IT-2020-10001"]


async def test_two_readers_at_once_never_give_one_number_twice(database_url: str) -> None:
    opened = [await Database.open(database_url) for _ in range(2)]
    stores = [StoredJournal(database, "IT", ZONE) for database in opened]
    batches = [[mail(uid) for uid in range(start, start + 5)] for start in range(1, 41, 5)]
    found = await asyncio.gather(
        *(record(stores[place % 2], *batch) for place, batch in enumerate(batches * 2))
    )
    cases = {case for batch in found for case in batch}
    assert sorted(case.number for case in cases) == [f"IT-2020-{n:04}" for n in range(1, 41)]
    for database in opened:
        await database.close()


# --- decided ---


async def test_a_decision_is_written_whole(store: StoredJournal, database: Database) -> None:
    (case,) = await record(store, mail())
    inquiry = Inquiry(sender=ANNA, subject="Lampan", message_id="m1@example.org", language="fi")
    change = Change("subscribe", ANNA, "mail")
    posts = [letter(case, "forward"), letter(case, "acknowledgement")]
    await decide(store, case, *posts, inquiry=inquiry, change=change)
    found = await store.show("it-2020-0001")
    assert found
    row, letters = found
    assert row._asdict() == {
        "id": case.id,
        "hash": case.hash,
        "case_number": "IT-2020-0001",
        "received": NOW,
        "decided": NOW,
        "kind": "inquiry",
        "sender": ANNA.email,
        "subject": "Lampan",
        "message_id": "m1@example.org",
        "language": "fi",
        "owner": "boende",
        "copies": ["drog"],
        "suggestions": ["boende", "coordinator"],
        "confidence": 0.75,
        "certain": True,
        "urgent": True,
        "reasons": [
            {"for": "boende", "what": "skriver om lampor", "weight": 1.5},
            {"for": "urgent", "what": "hot", "weight": 4.0},
        ],
        "folder": "Trygg boendemiljö",
        "silence": "",
        "erased": None,
    }
    assert [one.kind for one in letters] == ["forward", "acknowledgement"]
    assert await StoredSubscribers(database).counts() == {"pending": 1}


async def test_a_case_is_decided_once(store: StoredJournal, database: Database) -> None:
    (case,) = await record(store, mail())
    await decide(store, case, letter(case, "forward"))
    other = replace(VERDICT, kind="spam", owner=None)
    change = Change("subscribe", ANNA, "mail")
    await decide(store, case, letter(case, "notice"), verdict=other, change=change)
    found = await store.show(case.number)
    assert found
    assert (found[0].kind, [one.kind for one in found[1]]) == ("inquiry", ["forward"])
    assert await StoredSubscribers(database).all() == []
    assert await store.counts() == {"inquiry": 1}
    (known,) = await record(store, mail())
    assert known.folder == "Trygg boendemiljö"


async def test_a_decision_that_cannot_be_written_leaves_nothing(
    store: StoredJournal, database: Database
) -> None:
    (case,) = await record(store, mail())
    unfit = replace(letter(case, "acknowledgement"), to=Address("bo@example.org", "\udce5"))
    with pytest.raises(StoreRefused, match="did not do as asked"):
        await decide(store, case, letter(case, "forward"), unfit)
    assert await store.undecided() == [case]
    assert await StoredOutbox(database).counts() == {}
    await decide(store, case, letter(case, "forward"))
    assert await store.undecided() == []


async def test_undecided_cases_are_found_oldest_first(store: StoredJournal) -> None:
    cases = await record(store, *(mail(uid) for uid in range(1, 6)))
    await record(store, replace(mail(2), folder="Arkiv"))
    for case in (cases[0], cases[3]):
        await decide(store, case)
    assert await store.undecided() == [cases[1], cases[2], cases[4]]
    assert await store.counts() == {"inquiry": 2, "undecided": 3}


async def test_where_a_mail_was_filed_is_noted_for_that_mail_alone(
    store: StoredJournal, database: Database
) -> None:
    mails = [mail(1), mail(2), replace(mail(1), validity=8), replace(mail(1), folder="Arkiv")]
    await record(store, *mails)
    later = NOW + timedelta(minutes=1)
    await store.filed({"Trygg boendemiljö": [mails[0], mails[3]]}, later)
    await store.filed({"Skräppost": []}, later)
    query = select(journal.c.filed_to, journal.c.filed).order_by(journal.c.id)
    filed, nowhere = ("Trygg boendemiljö", later), (None, None)
    rows = await database.read(lambda c: c.execute(query).all())
    assert [tuple(row) for row in rows] == [filed, nowhere, nowhere, filed]


# --- what is known about a mail that comes ---


async def test_of_a_stranger_nothing_is_known(store: StoredJournal) -> None:
    assert await background(store, Inquiry(sender=ANNA)) == Background()
    assert await background(store, Inquiry()) == Background()


@pytest.mark.parametrize("way", ["mail", "letter", "tag"])
async def test_the_earlier_case_is_found(store: StoredJournal, way: str) -> None:
    (case,) = await record(store, mail())
    original = Inquiry(sender=ANNA, message_id="m1@example.org")
    post = letter(case, "acknowledgement", message_id="ours@example.org")
    await decide(store, case, post, inquiry=original)
    referred = {"mail": ("x@example.org", "m1@example.org"), "letter": ("ours@example.org",)}
    inquiry = Inquiry(sender=ANNA, references=referred.get(way, ()))
    found = await background(store, inquiry, tagged=case.number if way == "tag" else "")
    assert found.earlier == Earlier(case.number, "boende", True, case.hash, case.received)


async def test_the_newest_of_earlier_cases_counts_and_never_the_mail_itself(
    store: StoredJournal,
) -> None:
    first, second, undecided = await record(store, mail(1), mail(2), mail(3))
    for case, message_id in ((first, "m1@x"), (second, "m2@x")):
        await decide(store, case, inquiry=Inquiry(message_id=message_id))
    inquiry = Inquiry(message_id="m3@x", references=("m1@x", "m2@x", "m3@x"))
    found = await background_of(store, inquiry, undecided)
    assert found.earlier == Earlier(second.number, "boende", True, second.hash, second.received)
    itself = await background_of(store, Inquiry(references=("m1@x",)), first, first.number)
    assert itself.earlier is None


SAME = Inquiry(sender=Address("ANNA@example.org"), subject="Sv: lampan  vid porten")


@pytest.mark.parametrize(
    ("sender", "subject", "kind", "days", "found"),
    [
        (ANNA, "Lampan vid porten", "inquiry", 0, True),
        (ANNA, "Lampan vid porten", "follow-up", 29, True),
        (ANNA, "Lampan vid porten", "inquiry", 30, False),
        (ANNA, "Lampan", "inquiry", 0, False),
        (ANNA, "Lampan vid porten", "subscribe", 0, False),
        (Address("bo@example.org"), "Lampan vid porten", "inquiry", 0, False),
        (None, "Lampan vid porten", "inquiry", 0, False),
    ],
)
async def test_an_earlier_case_has_the_same_sender_and_subject_within_30_days(
    store: StoredJournal, sender: Address | None, subject: str, kind: Kind, days: int, found: bool
) -> None:
    (case,) = await record(store, mail(1, when=NOW - timedelta(days=days)))
    verdict = replace(VERDICT, kind=kind)
    await decide(store, case, inquiry=Inquiry(sender=sender, subject=subject), verdict=verdict)
    earlier = (await background(store, SAME)).earlier
    assert earlier == (
        Earlier(case.number, "boende", True, case.hash, case.received, named=False)
        if found
        else None
    )


async def test_a_case_that_is_named_counts_before_a_newer_one_that_is_alike(
    store: StoredJournal,
) -> None:
    named, alike = await record(store, mail(1), mail(2))
    await decide(store, named)
    await decide(store, alike, inquiry=replace(SAME, sender=ANNA))
    found = await background(store, SAME, tagged=named.number)
    assert found.earlier
    assert (found.earlier.number, found.earlier.named) == (named.number, True)


@pytest.mark.parametrize("inquiry", [replace(SAME, subject="SV:"), Inquiry(subject="Lampan")])
async def test_no_subject_and_no_sender_are_no_likeness(
    store: StoredJournal, inquiry: Inquiry
) -> None:
    (case,) = await record(store, mail(1))
    await decide(store, case, inquiry=inquiry)
    assert (await background(store, inquiry)).earlier is None


@pytest.mark.parametrize(
    ("kind", "sender", "answers"),
    [
        ("forward", "ANNA@example.org", True),
        ("forward", "bo@example.org", False),
        ("notice", "anna@example.org", False),
    ],
)
async def test_an_answer_to_a_forward_is_one_from_where_it_went(
    store: StoredJournal, kind: LetterKind, sender: str, answers: bool
) -> None:
    (case,) = await record(store, mail())
    await decide(store, case, letter(case, kind, message_id="ours@example.org"))
    inquiry = Inquiry(sender=Address(sender), references=("ours@example.org",))
    assert (await background(store, inquiry)).answers_forward == answers


async def test_who_told_of_being_away_is_away_by_the_day_here(
    store: StoredJournal, database: Database
) -> None:
    friday = date(2020, 9, 11)
    await StoredAbsences(database).note("sven", Absence(friday, friday), "IT-2020-0001")
    midnight = datetime(2020, 9, 11, 22, 0, tzinfo=UTC)  # in Stockholm
    before = await background(store, Inquiry(), now=midnight - timedelta(seconds=1))
    assert before.away == {"sven": friday}
    assert (await background(store, Inquiry(), now=midnight)).away == {}


async def test_a_decided_case_knows_that_it_is_urgent(store: StoredJournal) -> None:
    calm, urgent = await record(store, mail(1), mail(2))
    await decide(store, calm, verdict=replace(VERDICT, urgent=False))
    await decide(store, urgent)
    known = await record(store, mail(1), mail(2), mail(3))
    assert [case.urgent for case in known] == [False, True, False]


async def test_an_undecided_case_or_an_unknown_number_is_nothing_earlier(
    store: StoredJournal,
) -> None:
    (case,) = await record(store, mail())
    for tag in (case.number, "IT-2020-4711"):
        assert (await background(store, Inquiry(), tagged=tag)).earlier is None


async def test_a_mail_with_a_great_many_references_is_no_problem(store: StoredJournal) -> None:
    inquiry = Inquiry(sender=ANNA, references=tuple(f"{n}@x" for n in range(5000)))
    assert (await background(store, inquiry)).earlier is None


@pytest.mark.parametrize(
    ("ago", "acknowledged", "counted"),
    [
        (timedelta(0), True, 1),
        (timedelta(minutes=59, seconds=59), True, 1),
        (timedelta(hours=1), True, 0),
        (timedelta(hours=23, minutes=59, seconds=59), True, 0),
        (timedelta(hours=24), False, 0),
    ],
)
async def test_one_acknowledgement_in_24_hours_whatever_the_case_of_the_letters(
    store: StoredJournal, ago: timedelta, acknowledged: bool, counted: int
) -> None:
    (case,) = await record(store, mail())
    await decide(store, case, letter(case, "acknowledgement"), now=NOW - ago)
    anna = Inquiry(sender=Address("ANNA@example.org"))
    found = await background(store, anna)
    assert (found.acknowledged, found.acknowledgements) == (acknowledged, counted)
    other = await background(store, Inquiry(sender=Address("bo@example.org")))
    assert (other.acknowledged, other.acknowledgements) == (False, counted)
    itself = await background_of(store, anna, case)
    assert not itself.acknowledged


async def test_only_acknowledgements_are_counted(store: StoredJournal) -> None:
    (case,) = await record(store, mail())
    await decide(store, case, letter(case, "forward"), letter(case, "confirmation"))
    found = await background(store, Inquiry(sender=ANNA))
    assert (found.acknowledged, found.acknowledgements) == (False, 0)


@pytest.mark.parametrize(
    ("kind", "sender", "confirms"),
    [
        ("confirmation", "anna@EXAMPLE.org", True),
        ("confirmation", "bo@example.org", False),
        ("acknowledgement", "anna@example.org", False),
    ],
)
async def test_only_who_was_asked_can_confirm(
    store: StoredJournal, kind: LetterKind, sender: str, confirms: bool
) -> None:
    (case,) = await record(store, mail())
    await decide(store, case, letter(case, kind, message_id="ours@example.org"))
    inquiry = Inquiry(sender=Address(sender), references=("ours@example.org",))
    assert (await background(store, inquiry)).confirms == confirms


async def test_who_subscribes_is_known_by_address_or_token(
    store: StoredJournal, database: Database
) -> None:
    subscribers = StoredSubscribers(database)
    await subscribers.add([(ANNA, "sv")], "import", NOW)
    anna = await subscribers.find(ANNA.email)
    assert anna
    by_address = Inquiry(sender=Address(ANNA.email.upper()))
    by_token = Inquiry(sender=Address("bo@example.org"), subject=f"avsluta {anna.token}")
    stranger = Inquiry(sender=Address("bo@example.org"), subject="avsluta")
    for inquiry, known in ((by_address, True), (by_token, True), (stranger, False)):
        assert (await background(store, inquiry)).subscribed == known
    await subscribers.leave(ANNA.email, "left", NOW)
    # A second click on the link in a letter is still a subscriber's.
    for inquiry, known in ((by_address, False), (by_token, True), (stranger, False)):
        assert (await background(store, inquiry)).subscribed == known


# --- what the command line shows ---


async def test_the_newest_cases_are_listed_and_all_when_asked_for(store: StoredJournal) -> None:
    await record(store, *(mail(uid) for uid in range(1, 6)))
    numbers = [row.case_number[-1] for row in await store.find(2)]
    assert numbers == ["5", "4"]
    assert len(await store.find()) == 5
    assert await store.show("IT-2020-0009") is None


async def test_acknowledgements_are_counted_by_an_index(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    query = select(outbox.c.id).where(ACKNOWLEDGEMENT, outbox.c.queued > NOW)
    statement = f"EXPLAIN QUERY PLAN {query}".replace(":queued_1", "?")
    plan = await database.read(lambda c: c.exec_driver_sql(statement, ("a",)).all())
    await database.close()
    assert "ix_outbox_acknowledgement_queued (queued>?)" in str(plan)


async def test_earlier_mails_of_a_sender_are_found_by_an_index(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    query = select(inquiries.c.id).where(func.lower(inquiries.c.sender) == "a")
    statement = f"EXPLAIN QUERY PLAN {query}".replace(":lower_1", "?")
    plan = await database.read(lambda c: c.exec_driver_sql(statement, ("a",)).all())
    await database.close()
    assert "ix_inquiries_sender (<expr>=?)" in str(plan)
