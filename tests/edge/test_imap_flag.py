"""The star of urgent mail, on Dovecot with and without MOVE, and on pymap."""

from dataclasses import replace

import pytest

from mailer.edge import imap_filing
from mailer.edge.imap import ImapMailbox
from mailer.errors import MailboxError
from mailer.mail.server import read_server
from tests.servers import Account

pytestmark = pytest.mark.anyio

FOLDER = "Trygg boendemiljö"
CALM, URGENT = (
    f"From: anna@example.org\r\nSubject: {subject}\r\n\r\nHej!\r\n".encode()
    for subject in ("Lampan", "Knivhot")
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["dovecot", "basic_dovecot", "pymap_server"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue(request.param)
    return found


def mailbox(account: Account) -> ImapMailbox:
    return ImapMailbox(read_server(account.url, "imap"), timeout=5)


def starred(account: Account, folder: str) -> list[bytes]:
    with account.client() as client:
        client.select_folder(folder, readonly=True)
        found = client.fetch(client.search(["FLAGGED"]), ["BODY.PEEK[]"])
        return [one[b"BODY[]"] for one in found.values()]


async def test_a_star_goes_with_the_mail_into_its_folder(account: Account) -> None:
    account.deliver(CALM)
    account.deliver(URGENT)
    async with mailbox(account) as box:
        mails = await box.fetch(await box.waiting())
        await box.flag([mail for mail in mails if mail.raw == URGENT])
        assert len(await box.waiting()) == 2
        assert len(await box.file(mails, FOLDER)) == 2
        assert await box.waiting() == []
    assert starred(account, FOLDER) == [URGENT]


async def test_a_mail_that_somebody_has_moved_is_no_error(account: Account) -> None:
    account.deliver(CALM)
    account.deliver(URGENT)
    async with mailbox(account) as box:
        mails = await box.fetch(await box.waiting())
        await box.file(mails[:1], FOLDER)
        await box.flag(mails)
    assert URGENT in starred(account, "INBOX")


async def test_in_a_rebuilt_inbox_nothing_is_starred(account: Account) -> None:
    account.deliver(CALM)
    async with mailbox(account) as box:
        mails = await box.fetch(await box.waiting())
        with pytest.raises(MailboxError, match="rebuilt"):
            await box.flag([replace(mail, validity=mail.validity + 1) for mail in mails])
    assert starred(account, "INBOX") == []


async def test_where_a_star_is_the_mark_of_filed_mail_none_is_set(
    basic_dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_filing, "KEYWORD", imap_filing.FLAGGED)
    basic_dovecot.deliver(URGENT)
    async with mailbox(basic_dovecot) as box:
        mails = await box.fetch(await box.waiting())
        await box.flag(mails)
        assert len(await box.waiting()) == 1
