"""The flag \\Answered against Dovecot and pymap: which mails of the folders have it."""

from hashlib import sha256

import pytest

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_answered import ImapFlags
from mailer.errors import MailboxError
from mailer.inquiry.record import Case
from mailer.mail.server import read_server
from tests.edge.test_imap import RECEIVED, mail
from tests.servers import Account

pytestmark = pytest.mark.anyio

LIMIT = 500
LAMPS, DRUGS = "Trygg boendemiljö", "Drogförebyggande"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["dovecot", "basic_dovecot", "pymap_server"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue(request.param)
    return found


def put(account: Account, raw: bytes, folder: str, *flags: bytes) -> None:
    with account.client() as client:
        if folder not in {name for _, _, name in client.list_folders()}:
            client.create_folder(folder)
        client.append(folder, raw, flags)


def case(number: int, raw: bytes, folder: str) -> Case:
    kept = raw[:LIMIT]
    digest = sha256(kept).hexdigest()
    return Case(number, digest, f"IT-2020-{number:04d}", RECEIVED, len(raw), folder)


async def answered(account: Account, *cases: Case) -> list[int]:
    """The ids of those that are."""
    async with ImapMailbox(read_server(account.url, "imap"), limit=LIMIT, timeout=5) as mailbox:
        return sorted(each.id for each in await ImapFlags(mailbox, LIMIT).answered(cases))


async def test_a_mail_that_was_answered_in_its_folder_is_found(account: Account) -> None:
    lamp, other, park = mail("Lampan"), mail("Skylten"), mail("Parken")
    put(account, lamp, LAMPS, b"\\Answered", b"\\Seen")
    put(account, other, LAMPS, b"\\Seen", b"\\Flagged")
    put(account, park, DRUGS, b"\\Answered")
    cases = [case(1, lamp, LAMPS), case(2, other, LAMPS), case(3, park, DRUGS)]
    assert await answered(account, *cases) == [1, 3]
    assert await answered(account) == []


async def test_another_mail_of_its_size_is_not_taken_for_it(account: Account) -> None:
    put(account, mail("Lampan"), LAMPS, b"\\Answered")
    assert await answered(account, case(1, mail("Lampor"), LAMPS)) == []


async def test_where_it_does_not_lie_it_was_not_answered(account: Account) -> None:
    put(account, mail("Lampan"), DRUGS, b"\\Answered")
    cases = [case(1, mail("Lampan"), LAMPS), case(2, mail("Lampan"), "Samordnaren")]
    assert await answered(account, *cases) == []
    put(account, mail("Parken"), LAMPS, b"\\Answered", b"\\Deleted")
    assert await answered(account, case(3, mail("Parken"), LAMPS)) == []


async def test_a_mail_over_the_limit_is_known_by_its_beginning(account: Account) -> None:
    large = mail("Lampan", "Det är mörkt vid torget. " * 40)
    put(account, large, LAMPS, b"\\Answered")
    assert await answered(account, case(1, large, LAMPS)) == [1]


async def test_nothing_in_the_mailbox_is_changed(account: Account) -> None:
    put(account, mail("Lampan"), LAMPS, b"\\Answered")
    await answered(account, case(1, mail("Lampan"), LAMPS))
    with account.client() as client:
        client.select_folder(LAMPS, readonly=True)
        (flags,) = client.get_flags(client.search()).values()
    assert set(flags) - {b"\\Recent"} == {b"\\Answered"}


async def test_a_server_that_is_away_is_said_to_be_so(dovecot: Account) -> None:
    mailbox = ImapMailbox(read_server("imap://a:b@127.0.0.1:1", "imap"), timeout=5)
    with pytest.raises(MailboxError):
        await ImapFlags(mailbox, LIMIT).answered([case(1, mail("Lampan"), LAMPS)])
    await mailbox.close()
