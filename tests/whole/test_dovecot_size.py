"""Thousands of mails that wait, and one that is larger than all: taken in order, little by little.

At their full size (10,000 mails; 60 MB) where MAILER_TEST_FULL=1, and they then print what memory
and time that took; else much smaller, and the same in kind.
"""

import os
import time
from pathlib import Path
from shutil import copy

import pytest

from tests.flows.world import LIMIT, text_of
from tests.servers import Account, Dovecot
from tests.whole.mailroom import FULL, LAMPS, mail, open_mailroom

pytestmark = pytest.mark.anyio

WAITING = 10_000 if FULL else 300
LARGE = 60 * 2**20 if FULL else 10 * LIMIT
GROWTH = 100 * 2**20
"""Octets: as much as a few batches of mails and the letters about them."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def resident() -> int:
    """Octets of memory that this process has."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_what_waits_is_taken_in_the_order_of_arrival_in_bounded_memory(
    dovecot_server: Dovecot,
    migrated: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account = dovecot_server.new_account()
    text = "Lampan vid vår port är trasig.\n" * 60
    mails = (mail(f"Lampa {n}", text, f"boende.{n}@example.org") for n in range(WAITING))
    dovecot_server.lay(account, mails)
    sizes: list[int] = []
    async with open_mailroom(
        copy(migrated, tmp_path / "mailer.db"), account, tmp_path, timeout=30
    ) as room:
        record = room.world.journal.record

        async def recorded(*arguments: object) -> object:
            sizes.append(resident())
            return await record(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(room.world.journal, "record", recorded)
        began = time.monotonic()
        taken = await room.intake.once()
        lasted = time.monotonic() - began
        assert (len(taken.handled), taken.moved, taken.left) == (WAITING, WAITING, 0)
        cases = [case.subject for case in await room.world.cases()]
        assert cases == [f"Lampa {n}" for n in range(WAITING)]
        assert set((await room.forwarded()).values()) == {1}
    with account.client() as client:
        assert client.folder_status(LAMPS, ["MESSAGES"])[b"MESSAGES"] == WAITING
    assert max(sizes) - sizes[0] < GROWTH
    with capsys.disabled():
        if FULL:
            grown = (max(sizes) - sizes[0]) / 2**20
            print(  # noqa: T201 - what the full size is run for
                f"\n{WAITING} mails in {lasted:.1f} s, {WAITING / lasted:.0f} a second;"
                f" memory grew by {grown:.0f} MB to {max(sizes) / 2**20:.0f} MB"
            )


async def test_a_mail_of_sixty_megabytes_is_forwarded_by_its_text_and_stops_no_other(
    dovecot: Account, migrated: Path, tmp_path: Path
) -> None:
    film = (
        b"From: Anna Ek <anna@example.org>\r\nTo: trygghet@markaryd.example\r\n"
        b"Subject: Filmen\r\nMessage-ID: <film@example.org>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "Här är en film om den trasiga lampan.\r\n".encode()
        + b"--x\r\nContent-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + (b"AAAA" * 18 + b"\r\n") * (LARGE // 74)
        + b"--x--\r\n"
    )
    before, after = mail("Lampa 1"), mail("Lampa 2")
    for raw in (before, film, after):
        dovecot.deliver(raw)
    del film
    async with open_mailroom(
        copy(migrated, tmp_path / "mailer.db"), dovecot, tmp_path, timeout=30
    ) as room:
        await room.look()
        at_first = resident()
        taken = await room.take()
        assert resident() - at_first < GROWTH
        assert (taken.moved, taken.left) == (3, 0)
        subjects = ("Lampa 1", "Filmen", "Lampa 2")
        expected = {f"{each}: {leader}": 1 for each in subjects for leader in ("sven", "john")}
        assert await room.forwarded() == expected
        await room.world.delivery().drain()
        letters = [" ".join(text_of(each).split()) for each in room.world.relay.letters]
        forward, _ = [each for each in letters if "en film om den trasiga lampan" in each]
        assert f"för stort för att bifogas. Det ligger i brevlådan, i mappen {LAMPS}" in forward
        assert await room.look() == 0
