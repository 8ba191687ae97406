"""What leaders do with mails in Dovecot, each in the ways of the mail programs that there are.

New leaders get the mail once, the old are told once, the sender only of what stands, the label is
kept; and every command of a look goes wrong once without any of that being lost or doubled.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy

import pytest
from imapclient import IMAPClient

from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.sightings import StoredSightings
from mailer.organisation import COORDINATOR
from tests.flows.doubles import START
from tests.flows.moving import corrections
from tests.servers import Account, Dovecot
from tests.servers.imap_script import CHANGING, READING, ImapScript, imap_script
from tests.whole.mailroom import DRUGS, FULL, LAMPS, SHELF, Mailroom, mail, open_mailroom

pytestmark = pytest.mark.anyio

MANY = 300 if FULL else 40
PARK = mail("Parken", "Lampan i parken är trasig.")
NEXT = mail("Parken igen", "Lampan i parken är trasig igen.")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def filed(
    account: Account, migrated: Path, folder: Path, *mails: bytes, without: Sequence[str] = ()
) -> AsyncIterator[tuple[Mailroom, ImapScript]]:
    """A mailroom that has taken these mails, all about lamps, and the line that it works over."""
    with account.client() as client:
        for name in (DRUGS, SHELF, "Trash", "Svens arkiv"):
            client.create_folder(name)
    database = copy(migrated, folder / "mailer.db")
    async with (
        imap_script(account, without) as (script, reached),
        open_mailroom(database, reached, folder) as room,
    ):
        await room.look()
        with account.client() as client:
            for raw in mails:
                client.append("INBOX", raw, msg_time=START)
        await room.take()
        yield room, script


# --- how mail programs move


def uids_of(client: IMAPClient, folder: str) -> list[int]:
    client.select_folder(folder)
    return list(client.search("UNDELETED"))


def move(client: IMAPClient, source: str, target: str) -> None:
    client.move(uids_of(client, source), target)


def copy_and_expunge(client: IMAPClient, source: str, target: str) -> None:
    uids = uids_of(client, source)
    client.copy(uids, target)
    client.delete_messages(uids)
    client.expunge()


def copy_and_mark(client: IMAPClient, source: str, target: str) -> None:
    uids = uids_of(client, source)
    client.copy(uids, target)
    client.delete_messages(uids)


def through_another_account(client: IMAPClient, source: str, target: str) -> None:
    """The same octets at another hour, as a program does that drags them from a folder to another
    account and from there back."""
    for uid in uids_of(client, source):
        raw = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        client.append(target, raw, [b"\\Seen"], datetime(2020, 10, 1, tzinfo=UTC))
        client.delete_messages([uid])
    client.expunge()


def copy_and_trash(client: IMAPClient, source: str, target: str) -> None:
    uids = uids_of(client, source)
    client.copy(uids, target)
    client.move(uids, "Trash")


Way = Callable[[IMAPClient, str, str], None]
WAYS: tuple[Way, ...] = (
    *(move, copy_and_expunge, copy_and_mark, through_another_account, copy_and_trash),
)


def drag(account: Account, way: Way, source: str, target: str) -> None:
    with account.client() as client:
        way(client, source, target)


async def notices(room: Mailroom, what: str) -> list[str]:
    """Whom letters about a correction went to, or wait for."""
    rows = await room.world.rows()
    return [
        row.recipient.partition("@")[0]
        for key, row in rows.items()
        if f"/{what}/" in key and row.state != "excluded"
    ]


async def holder(room: Mailroom, number: int = 1) -> str:
    found = await StoredLabels(room.world.database).holding(
        f"IT-2020-{number:04d}", room.world.clock.now()
    )
    assert found
    return found.holder


@pytest.mark.parametrize("way", WAYS)
async def test_a_move_in_any_programs_way_is_obeyed_once(
    dovecot: Account, migrated: Path, tmp_path: Path, way: Way
) -> None:
    async with filed(dovecot, migrated, tmp_path, PARK) as (room, _):
        drag(dovecot, way, LAMPS, DRUGS)
        assert [await room.look() for _ in range(3)] == [1, 0, 0]
        assert await room.forwarded() == dict.fromkeys(
            ("Parken: sven", "Parken: john", "Parken: anders"), 1
        )
        assert sorted(await notices(room, "moved")) == ["john", "sven"]
        assert await notices(room, "sender") == ["anna"]
        (taught,) = await StoredLabels(room.world.database).taught()
        assert (taught.holder, taught.by) == ("drog", "correction")
        room.world.clock.forward(minutes=11)
        assert await room.look() == 0
        assert await StoredSightings(room.world.database).unsettled() == []


async def test_a_copy_whose_original_goes_an_hour_later_is_a_move(
    dovecot: Account, migrated: Path, tmp_path: Path
) -> None:
    async with filed(dovecot, migrated, tmp_path, PARK) as (room, _):
        with dovecot.client() as client:
            uids = uids_of(client, LAMPS)
            client.copy(uids, DRUGS)
            assert await room.look() == 0
            room.world.clock.forward(hours=1)
            assert await room.look() == 0
            assert await holder(room) == "boende"
            client.delete_messages(uids)
            client.expunge()
        assert [await room.look() for _ in range(2)] == [1, 0]
        assert await holder(room) == "drog"


@pytest.mark.parametrize("way", [move, copy_and_expunge, copy_and_mark])
async def test_out_and_back_within_ten_minutes_counts_for_nothing(
    dovecot: Account, migrated: Path, tmp_path: Path, way: Way
) -> None:
    async with filed(dovecot, migrated, tmp_path, PARK) as (room, _):
        drag(dovecot, way, LAMPS, DRUGS)
        await room.look()
        room.world.clock.forward(minutes=9)
        drag(dovecot, way, DRUGS, LAMPS)
        assert [await room.look() for _ in range(2)] == [1, 0]
        room.world.clock.forward(hours=1)
        assert await room.look() == 0
        assert await holder(room) == "boende"
        assert await StoredLabels(room.world.database).taught() == []
        assert await notices(room, "sender") == []


@pytest.mark.parametrize("folder", ["Trash", "Svens arkiv"])
@pytest.mark.parametrize("way", [move, copy_and_mark])
async def test_a_folder_that_is_nobodys_changes_nothing(
    dovecot: Account, migrated: Path, tmp_path: Path, way: Way, folder: str
) -> None:
    async with filed(dovecot, migrated, tmp_path, PARK) as (room, _):
        drag(dovecot, way, LAMPS, folder)
        assert [await room.look() for _ in range(2)] == [0, 0]
        assert await holder(room) == "boende"
        drag(dovecot, way, folder, DRUGS)
        assert await room.look() == 1
        assert await holder(room) == "drog"


async def test_what_is_only_marked_as_deleted_stays_with_its_leaders(
    dovecot: Account, migrated: Path, tmp_path: Path
) -> None:
    async with filed(dovecot, migrated, tmp_path, PARK) as (room, _):
        with dovecot.client() as client:
            client.delete_messages(uids_of(client, LAMPS))
        assert await room.look() == 0
        assert await holder(room) == "boende"


async def test_two_leaders_at_once_end_with_one_holder_whom_the_mailbox_shows(
    dovecot: Account, migrated: Path, tmp_path: Path
) -> None:
    async with filed(dovecot, migrated, tmp_path, PARK) as (room, _):
        with dovecot.client() as first, dovecot.client() as second:
            uids = uids_of(first, LAMPS)
            uids_of(second, LAMPS)
            first.copy(uids, DRUGS)
            second.copy(uids, SHELF)
            first.delete_messages(uids)
            first.expunge()
        corrected = [await room.look() for _ in range(3)]
        assert sum(corrected) == 1
        assert await holder(room) in ("drog", COORDINATOR)
        assert set((await room.forwarded()).values()) == {1}


async def test_a_mail_that_the_sender_knows_nothing_of_tells_them_nothing(
    dovecot: Account, migrated: Path, tmp_path: Path
) -> None:
    vague = mail("Fråga", "Jag har en fråga om en sak.")
    async with filed(dovecot, migrated, tmp_path, vague) as (room, _):
        drag(dovecot, move, SHELF, DRUGS)
        assert await room.look() == 1
        assert await notices(room, "sender") == []


async def test_several_hundred_at_once_go_all_and_each_once(
    dovecot: Account, migrated: Path, tmp_path: Path
) -> None:
    mails = [mail(f"Lampa {number}") for number in range(MANY)]
    async with filed(dovecot, migrated, tmp_path, *mails) as (room, _):
        drag(dovecot, copy_and_expunge, LAMPS, DRUGS)
        assert [await room.look() for _ in range(2)] == [MANY, 0]
        forwarded = await room.forwarded()
        assert set(forwarded.values()) == {1}
        assert sum(reader.endswith(": anders") for reader in forwarded) == MANY


# --- what goes wrong meanwhile

LOOKING = ("STATUS", "EXAMINE", "SEARCH", "FETCH", "LIST", "SELECT", "CONNECT")
ERRAND = [("", "MOVE"), ("", "CREATE"), ("MOVE", "COPY")]


@pytest.mark.parametrize("command", LOOKING)
async def test_a_fault_while_looking_delays_a_move_and_no_more(
    dovecot_server: Dovecot, migrated: Path, tmp_path: Path, command: str
) -> None:
    for fault in READING:
        account = dovecot_server.new_account()
        (place := tmp_path / fault).mkdir()
        async with filed(account, migrated, place, PARK) as (room, script):
            drag(account, move, LAMPS, DRUGS)
            if command == "CONNECT":
                script.cut()
            script.faults[command] = fault
            corrected = [await room.look() for _ in range(3)]
            assert not script.faults, fault
            assert sum(corrected) == 1, fault
            assert (await room.forwarded())["Parken: anders"] == 1, fault
            assert sorted(await notices(room, "moved")) == ["john", "sven"], fault


@pytest.mark.parametrize(("missing", "command"), ERRAND)
async def test_a_fault_in_an_errand_of_ours_moves_the_mail_once_at_last(
    dovecot_server: Dovecot, migrated: Path, tmp_path: Path, missing: str, command: str
) -> None:
    for fault in CHANGING if command in ("MOVE", "COPY") else ("cut after", "NO"):
        account = dovecot_server.new_account()
        without = [missing] if missing else []
        (place := tmp_path / fault).mkdir()
        async with filed(account, migrated, place, PARK, without=without) as (room, script):
            with account.client() as client:
                client.delete_folder(DRUGS)
            labels = StoredLabels(room.world.database)
            holding = await labels.holding("IT-2020-0001", room.world.clock.now())
            assert holding
            await corrections(room.world).correct(holding, "drog", "page", "sven")
            script.faults[command] = fault
            for _ in range(3):
                await room.look()
            assert not script.faults, fault
            assert account.folders()[DRUGS] == [PARK], fault
            assert await labels.errands() == [], fault
            assert await holder(room) == "drog", fault
            assert set((await room.forwarded()).values()) == {1}, fault
