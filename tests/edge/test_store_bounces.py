"""What came back, on both databases: found again, noted once, and told from the start anew."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mailer.edge.store.bounces import StoredBounces
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.store.tables import bounces as table
from mailer.edge.store.tables import editions, subscribers
from mailer.inquiry.record import Case, RawMail
from mailer.mail.address import Address
from mailer.mail.diagnosis import diagnosed
from mailer.mail.post import Post
from mailer.newsletter.receipt import RenderedEdition
from mailer.subscriber.suppression import Bounce, CameBack, Weight
from tests.flows.world import ZONE

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GONE = diagnosed("failed", "", "550 5.1.1 User unknown")
ANNA, BO = "anna@example.org", "Bo@example.org"


@pytest.fixture
async def bounces(database: Database) -> StoredBounces:
    """With two subscribers, and two editions a month apart."""
    people = [(Address(email), "sv") for email in (ANNA, BO)]
    await StoredSubscribers(database).add(people, "test", NOW - 90 * DAY)
    for month, ago in ((8, 30), (9, 0)):
        edition = RenderedEdition(
            f"2020-{month:02}", date(2020, month, 11), "Nyheter", {"sv": b"Hej"}, "0" * 64, {}
        )
        await StoredEditions(database).queue(
            edition, "kontakt@example.org", _message_ids(edition.period), NOW - ago * DAY
        )
    return StoredBounces(database)


def _message_ids(period: str) -> Callable[[int], str]:
    return lambda subscriber: f"{period}.{subscriber}@example.org"


async def case(database: Database, number: int, received: datetime = NOW) -> Case:
    mail = RawMail("INBOX", 1, number, received, 10, b"")
    (found,) = await StoredJournal(database, "IT", ZONE).record([(mail, f"{number:064}")], received)
    return found


async def token(database: Database, email: str) -> str:
    found = await StoredSubscribers(database).find(email)
    assert found
    return found.token


async def found_by(
    bounces: StoredBounces, ids: Collection[str], recipients: Collection[str], now: datetime
) -> CameBack | None:
    (found,) = await bounces.letters([(ids, recipients)], now)
    return found


async def note(
    bounces: StoredBounces, seen: Case, came: CameBack, weight: Weight
) -> Sequence[Bounce]:
    (known,) = await bounces.note([(seen, came, GONE, weight)])
    return known


async def letter(bounces: StoredBounces, message_id: str) -> CameBack:
    found = await found_by(bounces, {message_id}, (), NOW)
    assert found
    return found


async def test_a_letter_is_known_by_its_message_id(
    bounces: StoredBounces, database: Database
) -> None:
    found = await found_by(bounces, {"2020-08.1@example.org", "other@example.org"}, (BO,), NOW)
    assert found is not None
    assert (found.token, found.proven) == (await token(database, ANNA), True)


async def test_else_by_the_address_that_the_last_edition_went_to(
    bounces: StoredBounces, database: Database
) -> None:
    found = await found_by(bounces, (), ("other@example.org", BO.lower()), NOW + 13 * DAY)
    assert found is not None
    assert (found.token, found.proven) == (await token(database, BO), False)
    assert found.outbox_id == (await letter(bounces, "2020-09.2@example.org")).outbox_id


async def test_of_several_reports_each_is_told_its_own_letter(bounces: StoredBounces) -> None:
    first, second = "2020-08.1@example.org", "2020-09.2@example.org"
    asked = [((second,), ()), ((), (ANNA,)), ((), ("other@example.org",)), ((first, second), (BO,))]
    assert await bounces.letters(asked, NOW) == [
        await letter(bounces, second),
        replace(await letter(bounces, "2020-09.1@example.org"), proven=False),
        None,
        await letter(bounces, second),  # the newest of those it names
    ]


@pytest.mark.parametrize(
    ("ids", "recipients", "days"),
    [
        ((), (), 0),
        (("other@example.org",), ("other@example.org",), 0),
        ((), (ANNA,), 14),  # long after the edition
    ],
)
async def test_what_is_about_none_of_our_letters_is_known_as_such(
    bounces: StoredBounces, ids: tuple[str, ...], recipients: tuple[str, ...], days: int
) -> None:
    assert await found_by(bounces, ids, recipients, NOW + days * DAY) is None


async def test_a_report_is_noted_once_a_case(bounces: StoredBounces, database: Database) -> None:
    came, seen = await letter(bounces, "2020-09.1@example.org"), await case(database, 1)
    for _ in range(2):
        known = await note(bounces, seen, came, "hard")
        assert known == [Bounce(NOW, "edition/2020-09/1", "hard")]


async def test_all_reports_about_a_subscribers_letters_are_told(
    bounces: StoredBounces, database: Database
) -> None:
    reports: tuple[tuple[str, Weight], ...] = (
        ("2020-08.1@", "soft"),
        ("2020-09.2@", "hard"),
        ("2020-09.1@", "hard"),
    )
    for number, (id, weight) in enumerate(reports):
        came = await letter(bounces, f"{id}example.org")
        seen = await case(database, number, NOW - (3 - number) * DAY)
        known = await note(bounces, seen, came, weight)
    assert sorted(known, key=lambda bounce: bounce.at) == [
        Bounce(NOW - 3 * DAY, "edition/2020-08/1", "soft"),
        Bounce(NOW - DAY, "edition/2020-09/1", "hard"),
    ]


async def test_what_was_before_the_subscription_changed_last_is_forgiven(
    bounces: StoredBounces, database: Database
) -> None:
    came = await letter(bounces, "2020-09.1@example.org")
    await note(bounces, await case(database, 1, NOW - 2 * DAY), came, "hard")
    renewed = update(subscribers).where(subscribers.c.email == ANNA).values(changed=NOW - DAY)
    await database.write(lambda c: c.execute(renewed))
    known = await note(bounces, await case(database, 2), came, "soft")
    assert known == [Bounce(NOW, "edition/2020-09/1", "soft")]


async def test_a_report_about_a_letter_that_is_no_subscribers_is_noted_too(
    bounces: StoredBounces, database: Database
) -> None:
    post = Post("forward/IT-2020-0001/sven", "forward", Address(ANNA), "", "x@example.org", b"")
    await StoredOutbox(database).settle("nobody", [], [post], NOW)
    came = await letter(bounces, "x@example.org")
    assert came.token == ""
    assert await note(bounces, await case(database, 1), came, "hard") == []
    (row,) = await bounces.about(post.key)
    assert (row.at, row.permanence, row.status) == (NOW, "permanent", "5.1.1")


async def test_an_edition_tells_who_did_not_get_it_in_the_end(
    bounces: StoredBounces, database: Database
) -> None:
    came = await letter(bounces, "2020-09.2@example.org")
    await note(bounces, await case(database, 1), came, "hard")
    (row,) = await bounces.of_edition("2020-09")
    assert (row.recipient, row.permanence, row.diagnostic) == (
        BO,
        "permanent",
        "550 5.1.1 User unknown",
    )
    assert await bounces.of_edition("2020-08") == []


async def test_what_servers_said_of_a_subscriber_goes_with_an_erasure(
    bounces: StoredBounces, database: Database
) -> None:
    came = await letter(bounces, "2020-09.1@example.org")
    await note(bounces, await case(database, 1), came, "hard")
    await StoredSubscribers(database).erase(ANNA, NOW)
    said = await database.read(lambda c: c.execute(select(table.c.diagnostic)).scalars().all())
    assert said == [""]


async def test_the_last_edition_is_the_one_that_was_claimed_last(
    bounces: StoredBounces, database: Database
) -> None:
    late = update(editions).where(editions.c.period == "2020-08").values(claimed=NOW + DAY)
    await database.write(lambda c: c.execute(late))
    found = await found_by(bounces, (), (ANNA,), NOW + DAY)
    assert found == CameBack(
        (await letter(bounces, "2020-08.1@example.org")).outbox_id,
        await token(database, ANNA),
        proven=False,
    )
