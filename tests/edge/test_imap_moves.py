"""What people do in the folders, on real servers: a mail program moves, copies, marks, expunges."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from imapclient import IMAPClient

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_moves import ImapFolders
from mailer.errors import MailboxError
from mailer.inquiry.record import Case, Mark, News, Place
from mailer.mail.server import read_server
from tests.edge.imap_line import line_to
from tests.servers import Account

pytestmark = pytest.mark.anyio

LAMPS, DRUGS, SCHOOL = "Trygg boendemiljö", "Drogförebyggande gruppen", "Hem/skola"
OURS = (LAMPS, DRUGS, SCHOOL)
LIMIT = 1000
ARRIVED = datetime(2020, 9, 11, tzinfo=UTC)


@pytest.fixture(params=["dovecot", "basic_dovecot", "pymap_server"])
def account(request: pytest.FixtureRequest) -> Account:
    """One mailbox after the other: on Dovecot, on Dovecot without MOVE, on pymap."""
    found: Account = request.getfixturevalue(request.param)
    return found


def mail(number: int, body: str = "Det är mörkt vid torget.") -> bytes:
    lines = f"From: anna@example.org\r\nMessage-ID: <mail.{number}@example.org>\r\n\r\n{body}\r\n"
    return lines.encode()


def case_of(raw: bytes) -> Case:
    return Case(1, sha256(raw).hexdigest(), "IT-2020-0001", ARRIVED, len(raw), LAMPS)


def mailbox(account: Account) -> ImapMailbox:
    return ImapMailbox(read_server(account.url, "imap"), limit=LIMIT, timeout=5)


def folders_of(box: ImapMailbox) -> ImapFolders:
    return ImapFolders(box, "INBOX", OURS, LIMIT)


def marks(news: Sequence[News]) -> Mapping[str, Mark]:
    return {each.folder: each.mark for each in news}


def filled(account: Account, folder: str, *mails: bytes) -> None:
    with account.client() as client:
        name = folder.replace("/", "-")
        if not client.folder_exists(name):
            client.create_folder(name)
        for raw in mails:
            client.append(name, raw)


def select(client: IMAPClient, folder: str) -> list[int]:
    client.select_folder(folder)
    found: list[int] = client.search("UNDELETED")
    return found


async def test_at_the_first_look_every_folder_gets_its_mark_and_nothing_came(
    account: Account,
) -> None:
    filled(account, LAMPS, mail(1))
    async with mailbox(account) as box:
        found = await folders_of(box).news({})
        assert {each.folder for each in found} >= {"INBOX", LAMPS}
        assert all(each.sights == () for each in found)
        assert list(await folders_of(box).news(marks(found))) == []


async def test_what_came_into_a_folder_is_given_with_its_size_and_message_id(
    account: Account,
) -> None:
    filled(account, LAMPS, mail(1))
    async with mailbox(account) as box:
        known = dict(marks(await folders_of(box).news({})))
        filled(account, LAMPS, mail(2), mail(3))
        account.deliver(mail(4))
        (news,) = await folders_of(box).news(known)
        assert news.folder == LAMPS
        assert [sight.size for sight in news.sights] == [len(mail(2)), len(mail(3))]
        assert b"mail.2@example.org" in news.sights[0].header
        assert b"torget" not in news.sights[0].header
        assert news.mark.next_uid == news.sights[-1].uid + 1
        assert list(await folders_of(box).news(known | marks([news]))) == []


async def test_all_is_new_in_a_folder_that_is_new_or_was_rebuilt(account: Account) -> None:
    async with mailbox(account) as box:
        known = dict(marks(await folders_of(box).news({})))
        filled(account, SCHOOL, mail(1))
        (news,) = await folders_of(box).news(known)
        assert (news.folder, len(news.sights)) == (SCHOOL, 1)
        rebuilt = {SCHOOL: Mark(news.mark.validity + 1, 99)}
        (again,) = await folders_of(box).news(known | rebuilt)
        assert len(again.sights) == 1


async def test_a_person_moves_by_copy_and_expunge(account: Account) -> None:
    filled(account, LAMPS, mail(1))
    filled(account, DRUGS)
    async with mailbox(account) as box:
        folders = folders_of(box)
        known = marks(await folders.news({}))
        with account.client() as client:
            uids = select(client, LAMPS)
            client.copy(uids, DRUGS)
            (news,) = await folders.news(known)
            (sight,) = news.sights
            place = Place(DRUGS, news.mark.validity, sight.uid)
            (found,) = await folders.read(DRUGS, news.mark.validity, [sight.uid])
            assert (found.folder, found.raw) == (DRUGS, mail(1))
            assert await folders.lies(place)
            assert await folders.holds(LAMPS, case_of(mail(1)), mail(1))
            client.delete_messages(uids)
            assert not await folders.holds(LAMPS, case_of(mail(1)), mail(1))
            client.expunge()
            assert not await folders.holds(LAMPS, case_of(mail(1)), mail(1))
            assert await folders.holds(DRUGS, case_of(mail(1)), mail(1))


async def test_a_person_moves_by_move(dovecot: Account) -> None:
    filled(dovecot, LAMPS, mail(1))
    filled(dovecot, DRUGS)
    async with mailbox(dovecot) as box:
        folders = folders_of(box)
        known = marks(await folders.news({}))
        with dovecot.client() as client:
            client.move(select(client, LAMPS), DRUGS)
        news = {each.folder: each for each in await folders.news(known)}
        assert len(news[DRUGS].sights) == 1
        assert not await folders.holds(LAMPS, case_of(mail(1)), mail(1))


async def test_what_is_marked_as_deleted_came_nowhere(account: Account) -> None:
    filled(account, DRUGS)
    async with mailbox(account) as box:
        folders = folders_of(box)
        known = marks(await folders.news({}))
        filled(account, DRUGS, mail(1))
        with account.client() as client:
            client.delete_messages(select(client, DRUGS))
        (news,) = await folders.news(known)
        assert news.sights == ()
        assert not await folders.lies(Place(DRUGS, news.mark.validity, news.mark.next_uid - 1))


async def test_a_place_of_a_folder_that_is_gone_or_rebuilt_is_empty(account: Account) -> None:
    filled(account, LAMPS, mail(1))
    async with mailbox(account) as box:
        folders = folders_of(box)
        mark = marks(await folders.news({}))[LAMPS]
        assert await folders.lies(Place(LAMPS, mark.validity, mark.next_uid - 1))
        assert not await folders.lies(Place(LAMPS, mark.validity + 1, mark.next_uid - 1))
        assert not await folders.lies(Place(DRUGS, mark.validity, 1))
        assert await folders.read(LAMPS, mark.validity + 1, [1]) == []
        assert not await folders.holds(DRUGS, case_of(mail(1)), mail(1))


async def test_our_own_move_takes_the_very_mail_and_leaves_the_others(account: Account) -> None:
    twin = mail(1, "Det är mörkt vid porten.")
    assert len(twin) == len(mail(1))
    filled(account, LAMPS, twin, mail(1))
    async with mailbox(account) as box:
        folders = folders_of(box)
        for _ in range(2):  # once more, as after a crash
            await folders.refile(LAMPS, SCHOOL, case_of(mail(1)), mail(1))
    there = account.folders()
    assert there[SCHOOL.replace("/", "-")] == [mail(1)]
    assert twin in there[LAMPS]


async def test_a_mail_that_is_not_there_is_not_moved(account: Account) -> None:
    filled(account, LAMPS)
    async with mailbox(account) as box:
        assert not await folders_of(box).refile(LAMPS, DRUGS, case_of(mail(1)), mail(1))
        assert not await folders_of(box).refile(SCHOOL, DRUGS, case_of(mail(1)), mail(1))


async def test_a_mail_over_the_limit_is_known_by_its_beginning(account: Account) -> None:
    large = mail(1, "x" * 2 * LIMIT)
    beginning = large[:LIMIT]
    filled(account, LAMPS, large)
    async with mailbox(account) as box:
        folders = folders_of(box)
        assert await folders.holds(LAMPS, case_of(large), beginning)
        mark = marks(await folders.news({}))[LAMPS]
        (found,) = await folders.read(LAMPS, mark.validity, [mark.next_uid - 1])
        assert found.raw == beginning


async def test_looking_leaves_seen_as_it_was(account: Account) -> None:
    filled(account, LAMPS)
    async with mailbox(account) as box:
        folders = folders_of(box)
        known = marks(await folders.news({}))
        filled(account, LAMPS, mail(1))
        (news,) = await folders.news(known)
        await folders.read(LAMPS, news.mark.validity, [news.sights[0].uid])
        await folders.holds(LAMPS, case_of(mail(1)), mail(1))
    with account.client() as client:
        client.select_folder(LAMPS, readonly=True)
        assert len(client.search("UNSEEN")) == 1


async def test_a_folder_that_may_not_be_looked_at_hides_no_other(
    dovecot: Account, caplog: pytest.LogCaptureFixture
) -> None:
    filled(dovecot, LAMPS)
    async with mailbox(dovecot) as box:
        folders = folders_of(box)
        known = marks(await folders.news({}))
        filled(dovecot, LAMPS, mail(1))
        real = IMAPClient.folder_status

        def status(client: IMAPClient, folder: str, what: list[str]) -> dict[bytes, int]:
            return real(client, "nothing of the kind" if folder == DRUGS else folder, what)

        filled(dovecot, DRUGS, mail(2))
        with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
            patch.setattr(IMAPClient, "folder_status", status)
            (news,) = await folders.news(known)
        assert news.folder == LAMPS
        assert f"look: {DRUGS}" in caplog.text


async def test_a_line_that_is_cut_is_said_and_opened_anew(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account), mailbox(account) as box:
        folders = folders_of(box)
        known = marks(await folders.news({}))
        filled(dovecot, LAMPS, mail(1))
        cut = 0
        for octets in range(100, 1500, 100):
            line.cut_after = octets
            try:
                await folders.news(known)
            except MailboxError:
                cut += 1
            line.cut_after = None
            (news,) = await folders.news(known)
            assert len(news.sights) == 1
        assert cut


async def test_a_folder_that_was_made_anew_is_looked_through_again(dovecot: Account) -> None:
    filled(dovecot, LAMPS, mail(1), mail(2))
    async with mailbox(dovecot) as box:
        known = marks(await folders_of(box).news({}))
    with dovecot.client() as client:
        client.rename_folder(LAMPS, "Undan")
        client.create_folder(LAMPS)
        client.copy(select(client, "Undan"), LAMPS)
    async with mailbox(dovecot) as box:
        news = {each.folder: each for each in await folders_of(box).news(known)}
        assert news[LAMPS].mark.validity != known[LAMPS].validity
        assert len(news[LAMPS].sights) == 2
