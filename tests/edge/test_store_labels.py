"""Corrections, errands and sightings on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select

from mailer.edge.store.chain import StoredChain
from mailer.edge.store.database import Database
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.sightings import StoredSightings
from mailer.edge.store.tables import answered, outbox
from mailer.inquiry.correction import SETTLES, SHELF, Correction, Holding, Label, Way, step
from mailer.inquiry.record import Case, Decision, Mark, Place, RawMail
from mailer.inquiry.taught import Taught
from mailer.inquiry.verdict import Inquiry, Kind, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.post import LetterKind, Post
from mailer.organisation import COORDINATOR

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
ANNA = Address("anna@example.org")
SVEN = Address("sven@markaryd.example")
LAMP = Verdict("inquiry", "boende")
NUMBER = "IT-2020-0001"
FOLDERS = {"boende": "Boende", "drog": "Droger", COORDINATOR: "Samordnaren", SHELF: ""}


async def decided(
    database: Database,
    verdict: Verdict = LAMP,
    number: int = 1,
    folder: str = "Boende",
    message_id: str = "mail.{}@example.org",
) -> Case:
    """The case of a mail that was decided so, forwarded to Sven and acknowledged."""
    journal = StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))
    raw = f"Subject: {number}\r\n\r\n".encode()
    mail = RawMail("INBOX", 7, number, NOW, len(raw), raw)
    (case,) = await journal.record([(mail, sha256(raw).hexdigest())], NOW)
    inquiry = Inquiry(sender=ANNA, subject="Lampan", message_id=message_id.format(number))
    letters = [
        letter(case, "forward", f"forward/{case.number}/sven", SVEN),
        letter(case, "acknowledgement", f"acknowledgement/{case.number}", ANNA),
    ]
    route = Route(folder, (), acknowledge=True)
    await journal.decide([Decision(case, inquiry, verdict, route, letters)], {}, NOW)
    return case


def letter(case: Case, kind: LetterKind, key: str, to: Address) -> Post:
    return Post(key, kind, to, "", f"{key}@own.example", key.encode(), inquiry_id=case.id)


async def holding(database: Database, now: datetime = NOW, number: str = NUMBER) -> Holding:
    found = await StoredLabels(database).holding(number, now)
    assert found
    return found


async def correct(
    database: Database,
    to: str,
    *,
    now: datetime = NOW,
    way: Way = "move",
    posts: Sequence[Post] = (),
    stands: Holding | None = None,
) -> bool:
    stands = stands or await holding(database, now)
    follows = step(stands, to, now)
    assert follows != "nothing"
    correction = Correction(stands, to, follows, way, "", FOLDERS[to])
    return await StoredLabels(database).correct(correction, posts, now)


async def whole(database: Database) -> None:
    """The chain of the record tells of everything that was done."""
    examined = await StoredChain(database).examine()
    assert (examined.breaks, [*examined.differ]) == ("", [])


async def test_a_case_stands_as_it_was_decided(database: Database) -> None:
    case = await decided(database)
    stands = await holding(database)
    assert stands == Holding(
        replace(case, folder="Boende"),
        "boende",
        subject="Lampan",
        sender=ANNA,
        seen=frozenset({"sven"}),
        told="boende",
    )
    assert await StoredLabels(database).holding("IT-2020-0009", NOW) is None


async def test_a_case_that_is_not_decided_stands_nowhere(database: Database) -> None:
    journal = StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))
    mail = RawMail("INBOX", 7, 1, NOW, 2, b"\r\n")
    await journal.record([(mail, "ab")], NOW)
    assert await StoredLabels(database).holding(NUMBER, NOW) is None


@pytest.mark.parametrize(
    ("verdict", "to"),
    [
        (Verdict("inquiry", "boende"), "drog"),
        (Verdict("inquiry", "boende"), COORDINATOR),
        (Verdict("inquiry", "boende", certain=False), "boende"),
        (Verdict("spam"), "drog"),
        (Verdict("follow-up", "boende"), "drog"),
    ],
)
async def test_a_correction_is_obeyed_and_taken_back_exactly(
    database: Database, verdict: Verdict, to: str
) -> None:
    await decided(database, verdict)
    before = await holding(database)
    assert await correct(database, to)
    stands = await holding(database)
    assert (stands.holder, stands.case.folder) == (to, FOLDERS[to])
    assert stands.last == Label(before.holder, to, NOW)
    assert await correct(database, before.holder, now=NOW + timedelta(minutes=9))
    assert await holding(database) == before
    await whole(database)


async def test_what_stands_otherwise_by_now_is_left_alone(database: Database) -> None:
    await decided(database)
    before = await holding(database)
    assert await correct(database, "drog", stands=before)
    assert not await correct(database, COORDINATOR, stands=before)
    assert (await holding(database)).holder == "drog"


async def test_what_tells_the_sender_waits_and_can_be_withdrawn(database: Database) -> None:
    case = await decided(database)
    letters = StoredOutbox(database)
    first = letter(case, "notice", f"notice/{NUMBER}/sender/drog/1", ANNA)
    await correct(database, "drog", posts=[first])
    assert first.key not in {due.key for due in await letters.claim("me", 9, NOW)}
    assert (await holding(database)).told == "boende"
    second = letter(case, "notice", f"notice/{NUMBER}/sender/coordinator/2", ANNA)
    later = NOW + timedelta(minutes=5)
    await correct(database, COORDINATOR, now=later, posts=[second])
    assert (await holding(database, later)).told == "boende"
    settled = later + SETTLES
    assert (await holding(database, settled)).told == COORDINATOR
    due = {each.key for each in await letters.claim("you", 9, settled)}
    assert second.key in due
    assert first.key not in due
    states = select(outbox.c.state).where(outbox.c.key == first.key)
    assert await database.read(lambda c: c.execute(states).scalar_one()) == "excluded"


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (Verdict("inquiry", "boende"), "boende"),
        (Verdict("inquiry", "boende", certain=False), ""),
        (Verdict("inquiry"), ""),
    ],
)
async def test_whom_the_acknowledgement_named(
    database: Database, verdict: Verdict, told: str
) -> None:
    await decided(database, verdict)
    assert (await holding(database)).told == told
    await correct(database, "drog")
    assert (await holding(database)).told == told


async def test_a_mail_that_was_not_moved_by_hand_becomes_an_errand(database: Database) -> None:
    await decided(database)
    store = StoredLabels(database)
    await correct(database, "drog", way="page")
    (errand,) = await store.errands()
    assert (errand.case.number, errand.source, errand.target) == (NUMBER, "Boende", "Droger")
    # Given on before it was moved: it still lies where it lay.
    later = NOW + SETTLES
    await correct(database, COORDINATOR, now=later, way="reply")
    await store.done(errand, True, later)
    (on,) = await store.errands()
    assert (on.source, on.target) == ("Boende", "Samordnaren")
    await store.done(on, False, later)
    assert await store.errands() == []
    await whole(database)


async def test_a_leader_takes_a_case_once(database: Database) -> None:
    await decided(database)
    store = StoredLabels(database)
    for leader in ("sven", "john", "sven"):
        await store.take(await holding(database), leader, (), NOW)
    assert (await holding(database)).taken == ("sven", "john")


async def test_a_case_is_found_by_any_of_our_letters_to_leaders(database: Database) -> None:
    await decided(database)
    store = StoredLabels(database)
    assert await store.case_of([f"forward/{NUMBER}/sven@own.example", "x"]) == NUMBER
    assert await store.case_of([f"acknowledgement/{NUMBER}@own.example"]) == ""
    assert await store.case_of([]) == ""


async def test_corrections_and_answers_teach(database: Database) -> None:
    kinds: list[Verdict] = [
        Verdict("inquiry", "boende"),
        Verdict("inquiry", "boende"),
        Verdict("inquiry", "boende", certain=False),
        Verdict("follow-up", "boende"),
        Verdict("inquiry", "drog"),
    ]
    cases = [await decided(database, each, number) for number, each in enumerate(kinds, 1)]
    store = StoredLabels(database)
    none = await store.version()
    await correct(database, "drog")
    corrected = await store.version()
    signs = [
        {"inquiry_id": case.id, "source": "IT-2020-0099", "leader": "sven", "at": NOW}
        for case in cases[:4]
    ]
    await database.write(lambda c: c.execute(insert(answered), signs))
    assert await store.taught() == [
        Taught(cases[0].hash, "IT-2020-0001", "drog", "correction"),
        Taught(cases[1].hash, "IT-2020-0002", "boende", "answer"),
    ]
    confirmed = await store.version()
    assert len({none, corrected, confirmed}) == 3
    await database.write(lambda c: c.execute(delete(answered)))
    assert await store.version() == corrected
    await correct(database, "boende", now=NOW + timedelta(minutes=1))
    assert await store.version() == none


async def test_mails_that_may_be_of_the_record_are_found(database: Database) -> None:
    await decided(database, number=1)
    nameless = await decided(database, number=2, message_id="")
    store = StoredSightings(database)
    (named,) = await store.like(["mail.1@example.org"], [])
    assert (named.number, named.holder, named.folder) == (NUMBER, "boende", "Boende")
    (sized,) = await store.like(["unknown@example.org"], [nameless.size, 5])
    assert (sized.number, sized.size) == (nameless.number, nameless.size)
    assert await store.like([], []) == []


@pytest.mark.parametrize("kind", ["inquiry", "spam"])
async def test_sightings_are_noted_with_how_far_was_looked(database: Database, kind: Kind) -> None:
    await decided(database, Verdict(kind, "boende"))
    store = StoredSightings(database)
    place = Place("Droger", 4294967295, 17)
    for _ in range(2):
        await store.note("Droger", Mark(4294967295, 18), [(place, NUMBER)], NOW)
    assert await store.marks() == {"Droger": Mark(4294967295, 18)}
    (sighting,) = await store.unsettled()
    assert (sighting.place, sighting.number, sighting.seen) == (place, NUMBER, NOW)
    await store.settle(place, NOW)
    assert await store.unsettled() == []
    await store.note("Droger", Mark(9, 1), [], NOW)
    assert await store.marks() == {"Droger": Mark(9, 1)}
    await whole(database)
