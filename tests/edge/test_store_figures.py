"""The figures of the outbox, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.edge.store.database import Database
from mailer.edge.store.figures import Outgoing, outgoing
from mailer.edge.store.outbox import StoredOutbox
from mailer.mail.address import Address
from mailer.mail.outcome import Accepted, Refused
from mailer.mail.post import LetterKind, Post, Tried
from mailer.mail.retry import Again, Settled

pytestmark = pytest.mark.anyio

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def post(kind: LetterKind, number: int) -> Post:
    key = f"{kind}/{number}"
    return Post(key, kind, Address("anna@example.org"), "", f"{key}@example.org", b"Hej")


async def test_an_empty_outbox_has_nothing_to_tell(database: Database) -> None:
    assert await outgoing(database, NOON) == Outgoing({}, 0, None, 0, 0, None)


async def test_letters_are_counted_by_state_and_kind_and_by_when_they_went(
    database: Database,
) -> None:
    outbox = StoredOutbox(database)
    posts = [post("edition", number) for number in range(5)] + [post("forward", 1)]
    await outbox.settle("", [], posts, NOON)
    for minute, each in enumerate(await outbox.claim("me", 5, NOON)):
        now = NOON + 20 * minute * MINUTE
        match minute:
            case 0:
                tried = Tried(each, "relay", Refused(550, "No"), Settled("failed"))
            case 1:
                tried = Tried(each, "relay", Refused(450, "Later"), Again(NOON + 300 * MINUTE))
            case _:
                tried = Tried(each, "relay", Accepted("Ok"), Settled("accepted"))
        await outbox.settle("me", [tried], [], now)
    await outbox.settle("", [], [post("notice", 1)], NOON + 90 * MINUTE)
    assert await outgoing(database, NOON + 100 * MINUTE + timedelta(seconds=30)) == Outgoing(
        letters={
            ("failed", "forward"): 1,
            ("accepted", "edition"): 3,
            ("pending", "edition"): 2,
            ("pending", "notice"): 1,
        },
        due=2,
        oldest=NOON,
        last_minute=0,
        last_hour=2,
        since=None,
    )
    just_after = await outgoing(database, NOON + 80 * MINUTE + timedelta(seconds=30))
    assert (just_after.last_minute, just_after.since) == (1, NOON + 80 * MINUTE)
