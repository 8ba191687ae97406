"""Dovecot at its worst: renumbered, full, closed, restarted, its folders gone; while it is worked.

Nothing is lost and nothing is forwarded twice: each mail is one case and each of its readers has
one forward, whatever becomes of the mailbox.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copy

import pytest
from imapclient import IMAPClient

from mailer.errors import LoginRefused, MailboxError
from mailer.flows.upkeep import Upkeep
from tests.servers import Account, Dovecot
from tests.servers.imap_script import ImapScript, imap_script
from tests.whole.mailroom import DRUGS, LAMPS, Mailroom, mail, open_mailroom

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = (mail(f"Lampa {number}") for number in (1, 2, 3))
TWIN = mail("Lampa 1", "En helt annan lampa är trasig.")
NAMELESS = mail("Lampa 4", Message_ID="")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Strict(Dovecot):
    """With room for 40 kB, and obedient to access lists."""

    def configuration(self) -> str:
        return (
            super().configuration()
            + "mail_plugins = acl quota\n"
            + "plugin {\n"
            + " acl = vfile\n"
            + " quota = count:User\n quota_rule = *:storage=40K\n quota_vsizes = yes\n"
            + "}\n"
        )


class Prefixed(Dovecot):
    """Every folder below INBOX, a dot between levels."""

    def configuration(self) -> str:
        return super().configuration() + "namespace inbox {\n prefix = INBOX.\n separator = .\n}\n"


@pytest.fixture(scope="module")
def strict() -> Iterator[Dovecot]:
    with Strict() as server:
        yield server


@asynccontextmanager
async def working(
    account: Account, migrated: Path, folder: Path, *mails: bytes, without: Sequence[str] = ()
) -> AsyncIterator[tuple[Mailroom, ImapScript]]:
    """A mailroom before which these mails wait, and the line that it works over."""
    for raw in mails:
        account.deliver(raw)
    database = copy(migrated, folder / "mailer.db")
    async with (
        imap_script(account, without) as (script, reached),
        open_mailroom(database, reached, folder) as room,
    ):
        await room.look()
        script.heard.clear()
        yield room, script


async def readers(room: Mailroom, *mails: str) -> None:
    """See that each of these mails went to each leader once, and nothing else to anybody."""
    expected = {f"{each}: {reader}": 1 for each in mails for reader in ("sven", "john")}
    assert await room.forwarded() == expected


# --- other numbers


@pytest.mark.parametrize("command", ["SELECT", "SEARCH", "FETCH", "STATUS", "MOVE"])
async def test_an_inbox_that_is_renumbered_while_it_is_worked_gives_each_mail_once(
    dovecot_server: Dovecot, migrated: Path, tmp_path: Path, command: str
) -> None:
    account = dovecot_server.new_account()
    waiting = (FIRST, SECOND, TWIN, NAMELESS)
    async with working(account, migrated, tmp_path, *waiting) as (room, script):
        script.meanwhile[command] = lambda: dovecot_server.forget_uids(account)
        await room.take()
        dovecot_server.forget_uids(account)
        account.deliver(THIRD)
        for _ in range(3):
            await room.take()
        assert not script.meanwhile
        assert sorted(account.folders()[LAMPS]) == sorted([*waiting, THIRD])
        assert account.folders()["INBOX"] == []
        assert len(await room.world.cases()) == 5
        assert sorted((await room.forwarded()).values()) == [1, 1, 1, 1, 1, 1, 2, 2]  # the twins'


async def test_a_subprojects_folder_that_is_renumbered_moves_nothing_and_hides_nothing(
    dovecot_server: Dovecot, migrated: Path, tmp_path: Path
) -> None:
    account = dovecot_server.new_account()
    async with working(account, migrated, tmp_path, FIRST, SECOND) as (room, _):
        await room.take()
        await room.look()
        dovecot_server.forget_uids(account, ".Trygg boendemilj&APY-")
        with account.client() as client:
            client.create_folder(DRUGS)
        assert [await room.look() for _ in range(2)] == [0, 0]
        with account.client() as client:
            client.select_folder(LAMPS)
            client.move(client.search(["SUBJECT", "Lampa 2"]), DRUGS)
        dovecot_server.forget_uids(account, ".Trygg boendemilj&APY-")
        assert [await room.look() for _ in range(2)] == [1, 0]
        forwarded = await room.forwarded()
        assert forwarded["Lampa 2: anders"] == 1
        assert set(forwarded.values()) == {1}


# --- folders


def remove(client: IMAPClient) -> None:
    client.delete_folder(LAMPS)


def rename(client: IMAPClient) -> None:
    client.rename_folder(LAMPS, "Lampor")


def rename_in_another_case(client: IMAPClient) -> None:
    client.rename_folder(LAMPS, LAMPS.upper())


def make_a_name_only(client: IMAPClient) -> None:
    client.create_folder(f"{LAMPS}.Undermapp")
    client.delete_folder(LAMPS)


@pytest.mark.parametrize("act", [remove, rename, rename_in_another_case, make_a_name_only])
@pytest.mark.parametrize("command", ["", "STATUS", "MOVE"])
async def test_a_folder_that_is_gone_is_made_anew(
    dovecot: Account,
    migrated: Path,
    tmp_path: Path,
    act: Callable[[IMAPClient], None],
    command: str,
) -> None:
    def do() -> None:
        with dovecot.client() as client:
            act(client)

    async with working(dovecot, migrated, tmp_path, FIRST) as (room, script):
        await room.take()
        dovecot.deliver(SECOND)
        if command:
            script.meanwhile[command] = do
        else:
            do()
        for _ in range(2):
            await room.take()
        await room.look()
        assert not script.meanwhile
        assert SECOND in dovecot.folders()[LAMPS]
        assert dovecot.folders()["INBOX"] == []
        await readers(room, "Lampa 1", "Lampa 2")


@pytest.mark.parametrize("refused", ["CREATE", "MOVE"])
async def test_where_a_folder_is_refused_the_mail_stays_and_goes_on_all_the_same(
    dovecot: Account, migrated: Path, tmp_path: Path, refused: str
) -> None:
    async with working(dovecot, migrated, tmp_path, FIRST, SECOND) as (room, script):
        script.always[refused] = "NO"
        for _ in range(3):
            await room.take()
        assert dovecot.folders()["INBOX"] == [FIRST, SECOND]
        await readers(room, "Lampa 1", "Lampa 2")
        script.always.clear()
        await room.take()
        assert dovecot.folders()[LAMPS] == [FIRST, SECOND]
        await readers(room, "Lampa 1", "Lampa 2")


# --- full, closed


@pytest.mark.parametrize("where", ["a real quota", "in MOVE"])
async def test_what_has_no_room_is_forwarded_and_filed_when_there_is_room(
    strict: Dovecot, migrated: Path, tmp_path: Path, where: str
) -> None:
    account = strict.new_account()
    without = ["MOVE"] if where == "a real quota" else []
    large = mail("Lampa 1", ("Lampan " * 10 + "\n") * 250)
    with account.client() as client:
        client.create_folder("Trash")
        client.append("Trash", mail("Bort", ("x" * 70 + "\n") * 120))
    async with working(account, migrated, tmp_path, large, without=without) as (room, script):
        if not without:
            script.always["MOVE"] = "OVERQUOTA"
        for _ in range(3):
            await room.take()
        assert account.folders()["INBOX"] == [large]
        assert account.folders()[LAMPS] == []
        await readers(room, "Lampa 1")
        account.deliver(SECOND)
        await room.take()
        await readers(room, "Lampa 1", "Lampa 2")
        script.always.clear()
        with account.client() as client:
            client.delete_folder("Trash")
        await room.take()
        await room.take()
        assert sorted(account.folders()[LAMPS]) == sorted([large, SECOND])
        await readers(room, "Lampa 1", "Lampa 2")


@pytest.mark.parametrize("rights", ["lr", "lrs", "lrwst"])
@pytest.mark.parametrize("without", [[], ["MOVE"]])
async def test_an_inbox_that_may_only_be_read_is_read_and_each_mail_forwarded_once(
    strict: Dovecot, migrated: Path, tmp_path: Path, rights: str, without: list[str]
) -> None:
    account = strict.new_account()
    async with working(account, migrated, tmp_path, FIRST, without=without) as (room, script):
        access = strict.home(account) / "dovecot-acl"
        access.write_text(f"owner {rights}\n")
        for _ in range(3):
            await room.take()
        await readers(room, "Lampa 1")
        access.unlink()
        script.cut()  # or it remembers
        await room.settle()
        assert account.folders()[LAMPS] == [FIRST]
        await readers(room, "Lampa 1")


async def test_a_server_that_is_started_again_in_mid_pass_costs_that_pass(
    migrated: Path, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    with Dovecot() as server:
        account = server.new_account()
        async with working(account, migrated, tmp_path, FIRST, SECOND) as (room, script):
            for command in ("SELECT", "FETCH", "MOVE"):
                account.deliver(mail(f"Lampan före {command}", "Han knivhotar oss vid lampan!"))
                restarted = asyncio.Event()

                def restart(done: asyncio.Event = restarted) -> None:
                    server.restart()
                    loop.call_soon_threadsafe(done.set)

                script.meanwhile[command] = restart
                await room.take()
                await restarted.wait()
                for _ in range(2):
                    await room.take()
            assert account.folders()["INBOX"] == []
            assert len(account.folders()[LAMPS]) == 5
            assert set((await room.forwarded()).values()) == {1}
            assert len(await room.world.cases()) == 5


async def test_below_a_prefix_mails_are_filed_moved_and_found(
    migrated: Path, tmp_path: Path
) -> None:
    with Prefixed() as server:
        account = server.new_account()
        with account.client() as client:
            client.create_folder(f"INBOX.{DRUGS}")
        async with working(account, migrated, tmp_path, FIRST, SECOND) as (room, _):
            await room.settle()
            assert account.folders()[f"INBOX.{LAMPS}"] == [FIRST, SECOND]
            await room.look()
            with account.client() as client:
                client.select_folder(f"INBOX.{LAMPS}")
                client.move(client.search(["SUBJECT", "Lampa 2"]), f"INBOX.{DRUGS}")
            assert [await room.look() for _ in range(2)] == [1, 0]
            assert (await room.forwarded())["Lampa 2: anders"] == 1


@pytest.mark.parametrize("refusal", ["a wrong password", "NO", "BYE"])
async def test_what_waits_while_nobody_may_log_in_is_taken_when_somebody_may(
    dovecot: Account, migrated: Path, tmp_path: Path, refusal: str
) -> None:
    async with working(dovecot, migrated, tmp_path, FIRST) as (room, script):
        command = "AUTHENTICATE" if refusal != "BYE" else "CONNECT"
        script.always[command] = "NOLOGIN" if refusal == "a wrong password" else refusal
        script.cut()
        keeping = Upkeep(
            room.intake, room.world.follow_ups, room.world.correspondence, room.world.clock
        )
        for _ in range(8):
            with pytest.raises(MailboxError) as error:
                await keeping.once()
            room.world.clock.forward(minutes=10)
        assert isinstance(error.value, LoginRefused) == (refusal == "a wrong password")
        notices = [key for key in await room.world.rows() if key.startswith("notice/mailbox/")]
        assert len(notices) == 1
        script.always.clear()
        assert (await keeping.once()).moved == 1
        await readers(room, "Lampa 1")
