"""People and their mail programs in the middle of our work: they move, delete, flag and expunge.

Each does so just before the server hears a certain command of ours. A mail that is still there, in
whatever folder, ends as one case, forwarded once to each of those who have it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copy

import pytest
from imapclient import IMAPClient

from mailer.edge.imap import ImapMailbox
from mailer.errors import MailboxError
from mailer.mail.server import read_server
from tests.flows.doubles import START
from tests.servers import Account
from tests.servers.imap_script import ImapScript, imap_script
from tests.whole.mailroom import DRUGS, LAMPS, SHELF, Mailroom, mail, open_mailroom

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = (
    mail(f"Lampa {number}", "Han knivhotar oss vid lampan!") for number in (1, 2, 3)
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def working(
    account: Account, migrated: Path, folder: Path
) -> AsyncIterator[tuple[Mailroom, ImapScript]]:
    """A mailroom that has looked once and before which three mails wait."""
    with account.client() as client:
        for name in (LAMPS, DRUGS, SHELF, "Svens arkiv"):
            client.create_folder(name)
    database = copy(migrated, folder / "mailer.db")
    async with (
        imap_script(account) as (script, reached),
        open_mailroom(database, reached, folder) as room,
    ):
        await room.look()
        for raw in (FIRST, SECOND, THIRD):
            account.deliver(raw, START)
        yield room, script


def move(client: IMAPClient) -> None:
    client.move(client.search(["SUBJECT", "Lampa 2"]), DRUGS)


def copy_and_expunge(client: IMAPClient) -> None:
    uids = client.search(["SUBJECT", "Lampa 2"])
    client.copy(uids, DRUGS)
    client.delete_messages(uids)
    client.expunge()


def mark_and_move(client: IMAPClient) -> None:
    uids = client.search(["SUBJECT", "Lampa 2"])
    client.add_flags(uids, [b"\\Seen", b"\\Flagged", b"\\Answered"])
    client.move(uids, DRUGS)


def expunge(client: IMAPClient) -> None:
    client.delete_messages(client.search(["SUBJECT", "Lampa 2"]))
    client.expunge()


def mark_deleted(client: IMAPClient) -> None:
    client.delete_messages(client.search(["SUBJECT", "Lampa 2"]))


def flag(client: IMAPClient) -> None:
    client.add_flags(client.search(), [b"\\Seen", b"\\Flagged", b"\\Answered", b"Viktigt"])


def take_away(client: IMAPClient) -> None:
    client.move(client.search(["SUBJECT", "Lampa 2"]), "Svens arkiv")


Act = Callable[[IMAPClient], None]
COMMANDS = ("SEARCH", "FETCH", "STORE", "STATUS", "MOVE")


async def beside(
    account: Account, room: Mailroom, script: ImapScript, command: str, act: Act
) -> None:
    """Work until all is done, while somebody acts before the server hears that command."""

    def do() -> None:
        with account.client() as client:
            client.select_folder("INBOX")
            act(client)

    script.meanwhile[command] = do
    for _ in range(3):
        await room.take()
        await room.look()
    assert not script.meanwhile
    assert account.folders()["INBOX"] == [] or act is mark_deleted


@pytest.mark.parametrize("act", [move, copy_and_expunge, mark_and_move])
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_mail_that_a_person_moves_meanwhile_goes_to_the_leaders_of_that_folder(
    dovecot: Account, migrated: Path, tmp_path: Path, command: str, act: Act
) -> None:
    async with working(dovecot, migrated, tmp_path) as (room, script):
        await beside(dovecot, room, script, command, act)
        there = dovecot.folders()
        assert (there[DRUGS], there[LAMPS]) == ([SECOND], [FIRST, THIRD])
        assert len(await room.world.cases()) == 3
        forwarded = await room.forwarded()
        assert set(forwarded.values()) == {1}
        assert {each for each in forwarded if "Lampa 2" in each} >= {
            "Lampa 2: anders",
            "Lampa 2: samordnare",
        }
        owners = {case.subject: case.owner for case in await room.world.cases()}
        assert owners == {"Lampa 1": "boende", "Lampa 2": "drog", "Lampa 3": "boende"}


@pytest.mark.parametrize("act", [expunge, mark_deleted, take_away])
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_mail_that_a_person_takes_away_meanwhile_holds_up_no_other(
    dovecot: Account, migrated: Path, tmp_path: Path, command: str, act: Act
) -> None:
    async with working(dovecot, migrated, tmp_path) as (room, script):
        await beside(dovecot, room, script, command, act)
        there = dovecot.folders()[LAMPS]
        assert FIRST in there
        assert THIRD in there
        forwarded = await room.forwarded()
        assert set(forwarded.values()) == {1}
        for subject in ("Lampa 1", "Lampa 3"):
            assert forwarded[f"{subject}: sven"] == 1


@pytest.mark.parametrize("command", COMMANDS)
async def test_flags_that_people_set_meanwhile_hide_nothing_and_stay(
    dovecot: Account, migrated: Path, tmp_path: Path, command: str
) -> None:
    async with working(dovecot, migrated, tmp_path) as (room, script):
        await beside(dovecot, room, script, command, flag)
        assert dovecot.folders()[LAMPS] == [FIRST, SECOND, THIRD]
        assert set((await room.forwarded()).values()) == {1}
        with dovecot.client() as client:
            client.select_folder(LAMPS, readonly=True)
            assert len(client.search(["SEEN", "ANSWERED", "KEYWORD", "Viktigt"])) == 3


@pytest.mark.parametrize("fault", ["cut before", "cut after", "cut inside", "NO", "BAD", "BYE"])
@pytest.mark.parametrize("command", ["CONNECT", "AUTHENTICATE", "EXAMINE", "IDLE", "DONE"])
async def test_waiting_outlives_every_fault_and_hears_of_the_next_mail(
    dovecot: Account, command: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.edge.imap_watch.LONGEST", 0.05)
    monkeypatch.setattr("mailer.edge.imap_watch.SHORTEST", 0.01)
    monkeypatch.setattr("mailer.edge.imap_watch.RENEW", 0.3)
    heard, stop = asyncio.Event(), asyncio.Event()
    async with imap_script(dovecot) as (script, reached):
        box = ImapMailbox(read_server(reached.url, "imap"), timeout=2)
        script.faults[command] = fault
        watching = asyncio.create_task(box.watch(heard.set, stop))
        async with asyncio.timeout(20):
            while script.faults or "IDLE" not in script.heard:
                heard.clear()
                await heard.wait()
            heard.clear()
            await asyncio.to_thread(dovecot.deliver, FIRST)
            await heard.wait()
        stop.set()
        await watching
        await box.close()


@pytest.mark.parametrize("fault", ["cut before", "cut inside", "silent before", "NO", "BAD", "BYE"])
async def test_what_is_put_in_a_folder_is_there_or_is_said_not_to_be(
    dovecot: Account, fault: str
) -> None:
    async with imap_script(dovecot) as (script, reached):
        async with ImapMailbox(read_server(reached.url, "imap"), timeout=0.5) as box:
            script.faults["APPEND"] = fault
            with pytest.raises(MailboxError):
                await box.append(FIRST, LAMPS)
            await box.append(SECOND, LAMPS)
        assert dovecot.folders()[LAMPS] == [SECOND]
