"""What was told of servers in trouble, until it is over, on both databases."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailer.edge.store.database import Database
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.troubles import Told, mailbox_notice, relay_notice
from mailer.inquiry.record import RawMail
from mailer.mail.address import Address
from mailer.mail.outcome import Accepted
from mailer.mail.post import Post, Tried
from mailer.mail.retry import Settled

pytestmark = pytest.mark.anyio

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def notice(about: str) -> Post:
    key = f"notice/{about}"
    content = f"Subject: x\r\n\r\nHej!\r\n\r\n{about}:\r\nnekad\r\n".encode()
    return Post(key, "notice", Address("a@example.org"), "", f"{key}@example.org", content)


async def test_nothing_was_told(database: Database) -> None:
    assert await relay_notice(database) is None
    assert await mailbox_notice(database) is None


async def test_the_newest_of_each_is_given_a_line_for_each_paragraph(database: Database) -> None:
    outbox = StoredOutbox(database)
    names = ("relay/1", "relay/2", "mailbox/1", "unfiled/mailbox")
    for minute, name in enumerate(names):
        await outbox.settle("", (), [notice(name)], NOON + minute * MINUTE)
    relay, mailbox = await relay_notice(database), await mailbox_notice(database)
    assert relay == Told(NOON + MINUTE, ["Hej!", "relay/2: nekad"])
    assert mailbox == Told(NOON + 2 * MINUTE, ["Hej!", "mailbox/1: nekad"])


async def test_a_letter_that_the_relay_takes_ends_its_trouble_and_no_other(
    database: Database,
) -> None:
    outbox = StoredOutbox(database)
    await outbox.settle("", (), [notice("relay/1"), notice("mailbox/1")], NOON)
    (due, *_) = await outbox.claim("me", 1, NOON)
    taken = Tried(due, "relay", Accepted("Ok"), Settled("accepted"))
    await outbox.settle("me", [taken], (), NOON + MINUTE)
    assert await relay_notice(database) is None
    assert await mailbox_notice(database)


async def test_a_mail_that_is_seen_ends_the_mailboxs_trouble_and_no_other(
    database: Database,
) -> None:
    outbox = StoredOutbox(database)
    await outbox.settle("", (), [notice("relay/1"), notice("mailbox/1")], NOON)
    mail = RawMail("INBOX", 7, 1, NOON, 1, b"x")
    journal = StoredJournal(database, "IT", ZoneInfo("Europe/Stockholm"))
    await journal.record([(mail, "0" * 64)], NOON + MINUTE)
    assert await mailbox_notice(database) is None
    assert await relay_notice(database)
