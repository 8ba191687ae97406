"""The whole mailbox, counted on Dovecot and pymap: every mail once, and nothing is changed."""

from collections.abc import Sequence
from hashlib import sha256

import pytest

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_census import ImapCensus
from mailer.errors import MailboxError
from mailer.inquiry.reconciliation import Lying
from mailer.mail.server import read_server
from tests.servers import Account, Dovecot

pytestmark = pytest.mark.anyio

LAMPS = "Trygg/boendemiljö"
LIMIT = 1000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["dovecot", "basic_dovecot", "pymap_server"])
def account(request: pytest.FixtureRequest) -> Account:
    """One mailbox after the other: on Dovecot, on Dovecot without MOVE, on pymap."""
    found: Account = request.getfixturevalue(request.param)
    return found


def mail(number: int, *fields: str, body: str = "Det är mörkt.") -> bytes:
    lines = ("From: anna@example.org", f"Message-ID:\r\n <m{number}@example.org>", *fields)
    return ("\r\n".join(lines) + f"\r\n\r\n{body}\r\n").encode()


def digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


async def census(account: Account) -> Sequence[Lying]:
    box = ImapMailbox(read_server(account.url, "imap"), timeout=5, limit=LIMIT)
    async with box:
        return await ImapCensus(box, "INBOX", [LAMPS], LIMIT, "X-Edition").mails()


async def test_an_empty_mailbox_has_no_mail(account: Account) -> None:
    assert await census(account) == []


async def test_every_mail_of_every_folder_is_there_once_the_inbox_first(account: Account) -> None:
    with account.client() as client:
        client.create_folder("Arkiv")
        client.append("Arkiv", mail(1))
        client.create_folder("Trygg-boendemiljö")
        client.append("Trygg-boendemiljö", mail(2))
        client.append("INBOX", mail(3))
        client.append("INBOX", mail(3))
    found = await census(account)
    by_place = {(each.place.folder, each.place.uid): each for each in found}
    assert len(by_place) == len(found) == 4
    assert [each.place.folder for each in found][:2] == ["INBOX", "INBOX"]
    assert {each.place.folder for each in found} == {"INBOX", "Arkiv", LAMPS}
    assert sorted(each.hash for each in found) == sorted(
        digest(raw) for raw in (mail(1), mail(2), mail(3), mail(3))
    )
    (archived,) = [each for each in found if each.place.folder == "Arkiv"]
    assert (archived.message_id, archived.edition, archived.waits) == ("m1@example.org", "", False)


async def test_what_a_mail_claims_to_be_is_read(account: Account) -> None:
    account.deliver(mail(1, "X-Edition: 2020-09 list.example"))
    account.deliver(b"Subject: no id\r\n\r\nHej\r\n")
    one, other = await census(account)
    assert (one.edition, one.message_id) == ("2020-09 list.example", "m1@example.org")
    assert (other.edition, other.message_id) == ("", "")


async def test_only_what_lies_unmarked_in_the_inbox_waits(account: Account) -> None:
    for number in (1, 2, 3):
        account.deliver(mail(number))
    with account.client() as client:
        client.select_folder("INBOX")
        client.add_flags(client.search()[1:2], [b"\\Deleted"])
    assert [each.waits for each in await census(account)] == [True, False, True]


async def test_a_mail_that_was_filed_by_copying_waits_no_more(basic_dovecot: Account) -> None:
    basic_dovecot.deliver(mail(1))
    async with ImapMailbox(read_server(basic_dovecot.url, "imap"), limit=LIMIT) as box:
        await box.file(await box.fetch(await box.waiting()), LAMPS)
    found = await census(basic_dovecot)
    assert [(each.place.folder, each.waits) for each in found] == [("INBOX", False), (LAMPS, False)]


async def test_a_mail_over_the_limit_is_known_by_its_beginning(account: Account) -> None:
    large = mail(1, body="mörkt " * LIMIT)
    account.deliver(large)
    async with ImapMailbox(read_server(account.url, "imap"), limit=LIMIT) as box:
        (kept,) = await box.fetch(await box.waiting())
    (found,) = await census(account)
    assert found.hash == digest(kept.raw) != digest(large)


async def test_looking_changes_nothing(account: Account) -> None:
    account.deliver(mail(1))
    before = await census(account)
    with account.client() as client:
        client.select_folder("INBOX", readonly=True)
        (flags,) = client.get_flags(client.search()).values()
        assert b"\\Seen" not in flags
    assert await census(account) == before


class WithSent(Dovecot):
    """A Dovecot that says which folder is for what was sent (RFC 6154)."""

    def configuration(self) -> str:
        sent = "namespace inbox {\n mailbox Skickat {\n special_use = \\Sent\n }\n}\n"
        return super().configuration() + sent


async def test_what_is_written_from_the_mailbox_is_told_apart() -> None:
    with WithSent() as server:
        account = server.new_account()
        with account.client() as client:
            client.create_folder("Skickat")
            client.append("Skickat", mail(1))
            client.append("INBOX", mail(2))
        found = await census(account)
    assert [(each.place.folder, each.written) for each in found] == [
        ("INBOX", False),
        ("Skickat", True),
    ]


async def test_a_server_that_is_gone_is_told() -> None:
    box = ImapMailbox(read_server("imap://a:b@127.0.0.1:1", "imap"), timeout=1)
    with pytest.raises(MailboxError):
        await ImapCensus(box, "INBOX", [LAMPS], LIMIT, "X-Edition").mails()
    await box.close()
