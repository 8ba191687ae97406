"""Every command of the dialogue with Dovecot goes wrong once, in every way, and then goes on.

What is there afterwards must be what would be there without the fault: each mail one case, filed
once, forwarded once to each reader.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copy

import pytest

from tests.servers import Account
from tests.servers.dovecot import Dovecot
from tests.servers.imap_script import CHANGING, READING, ImapScript, imap_script
from tests.whole.mailroom import LAMPS, Mailroom, mail, open_mailroom

pytestmark = pytest.mark.anyio

MAILS = (
    mail("Lampan"),
    mail("Kniven", "Han knivhotar oss vid lampan!"),
    mail("Autosvar", "Jag är på semester.", Auto_Submitted="auto-replied"),
)
READERS = {"Lampan: sven", "Lampan: john", "Kniven: sven", "Kniven: john", "Kniven: samordnare"}

SERVERS = {
    "all": (),
    "without MOVE": ("MOVE",),
    "without MOVE and UIDPLUS": ("MOVE", "UIDPLUS", "CONDSTORE", "QRESYNC", "SPECIAL-USE"),
}
COMMANDS = {
    "all": {
        **dict.fromkeys(("CONNECT", "AUTHENTICATE", "CAPABILITY", "NAMESPACE"), READING),
        **dict.fromkeys(("SELECT", "SEARCH", "FETCH", "STATUS", "LOGOUT"), READING),
        **dict.fromkeys(("CREATE", "STORE", "MOVE"), CHANGING),
        "SUBSCRIBE": ("cut after", "NO"),
    },
    "without MOVE": {
        "EXAMINE": ("cut inside", "NO"),
        **dict.fromkeys(("COPY", "STORE"), CHANGING),
    },
    "without MOVE and UIDPLUS": {"COPY": ("cut after", "NO")},
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def room_on(
    server: Dovecot, without: tuple[str, ...], migrated: Path, folder: Path
) -> AsyncIterator[tuple[ImapScript, Account, Mailroom]]:
    """A mailroom with three mails, and the line that it works over."""
    account = server.new_account()
    for raw in MAILS:
        account.deliver(raw)
    async with imap_script(account, without) as (script, reached):
        database = copy(migrated, folder / "mailer.db")
        async with open_mailroom(database, reached, folder) as room:
            yield script, account, room


def in_folders(account: Account) -> dict[str, list[bytes]]:
    """What lies in each folder that is not empty."""
    return {name: mails for name, mails in account.folders().items() if mails}


def unmarked(account: Account) -> list[int]:
    with account.client() as client:
        client.select_folder("INBOX", readonly=True)
        return list(client.search(["UNKEYWORD", "$Filed"]))


@pytest.mark.parametrize(
    ("server", "command"), [(server, each) for server, some in COMMANDS.items() for each in some]
)
async def test_a_fault_costs_a_pass_and_nothing_else(
    dovecot_server: Dovecot, server: str, command: str, migrated: Path, tmp_path: Path
) -> None:
    without = SERVERS[server]
    for fault in COMMANDS[server][command]:
        place = tmp_path / fault
        place.mkdir()
        async with room_on(dovecot_server, without, migrated, place) as (script, account, room):
            script.faults[command] = fault
            await room.take()
            assert not script.faults or command == "LOGOUT"
            await room.settle()
            there = in_folders(account)
            if "MOVE" in without:
                assert there.pop("INBOX") == [*MAILS], fault
            assert there == {LAMPS: [*MAILS[:2]], "Autosvar": [MAILS[2]]}, fault
            assert unmarked(account) == [], fault
            assert await room.forwarded() == dict.fromkeys(READERS, 1), fault
            assert len(await room.world.cases()) == len(MAILS), fault
