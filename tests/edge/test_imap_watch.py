"""Waiting for mail: real notices, cut and hung lines, and the end of it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mailer.edge import imap_watch
from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_watch import LONGEST, SHORTEST, pause
from mailer.mail.server import read_server
from tests.edge.imap_line import line_to
from tests.servers import Account

pytestmark = pytest.mark.anyio

MAIL = b"From: anna@example.org\r\nSubject: Hej\r\n\r\nEn rad.\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def watching(
    account: Account, *, patience: float = 5, poll: float = 60
) -> AsyncIterator[Callable[[int], "asyncio.Future[None]"]]:
    """Watch; gives a function that waits until `changed` was called at least so many times."""
    calls = 0
    called = asyncio.Event()
    stop = asyncio.Event()

    def changed() -> None:
        nonlocal calls
        calls += 1
        called.set()

    async def at_least(number: int) -> None:
        async with asyncio.timeout(10):
            while calls < number:
                called.clear()
                await called.wait()

    box = ImapMailbox(read_server(account.url, "imap"), timeout=patience, poll=poll)
    watch = asyncio.create_task(box.watch(changed, stop))
    try:
        yield lambda number: asyncio.ensure_future(at_least(number))
    finally:
        stop.set()
        began = time.monotonic()
        await watch
        assert time.monotonic() - began < 1
        await box.close()


@pytest.fixture(params=["dovecot", "pymap_server"])
def idling(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue(request.param)
    return found


async def test_a_delivery_is_noticed_while_idling_and_stopping_is_prompt(idling: Account) -> None:
    async with watching(idling) as changed:
        await changed(1)
        began = time.monotonic()
        await asyncio.to_thread(idling.deliver, MAIL)
        await changed(2)
        assert time.monotonic() - began < 5


async def test_without_idle_the_inbox_is_looked_at_every_so_often(basic_dovecot: Account) -> None:
    async with watching(basic_dovecot, poll=0.1) as changed:
        await changed(1)
        await asyncio.to_thread(basic_dovecot.deliver, MAIL)
        await changed(2)


async def test_stopping_is_prompt_while_waiting_to_look_again(basic_dovecot: Account) -> None:
    async with watching(basic_dovecot, poll=60) as changed:
        await changed(1)


async def test_idle_is_renewed_and_each_renewal_is_a_look(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_watch, "RENEW", 0.2)
    async with line_to(dovecot) as (line, account), watching(account) as changed:
        await changed(3)
        assert line.opened == 1
        assert line.heard.count(b"DONE\r\n") >= 2


async def test_after_a_cut_line_another_is_opened(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account), watching(account) as changed:
        await changed(1)
        line.cut()
        await changed(2)
        assert line.opened == 2
        await asyncio.to_thread(dovecot.deliver, MAIL)
        await changed(3)


async def test_a_line_that_hangs_is_dropped_and_another_is_opened(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_watch, "RENEW", 0.2)
    async with line_to(dovecot) as (line, account), watching(account, patience=0.5) as changed:
        await changed(1)
        line.hung = True
        await asyncio.sleep(1)
        line.hung = False
        seen = line.opened
        assert seen >= 1
        await changed(4)
        assert line.opened >= 2


async def test_stopping_is_prompt_while_the_server_hangs(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account):
        line.hung = True
        async with watching(account, patience=30):
            await asyncio.sleep(0.2)


async def test_a_server_that_is_not_there_yet_is_tried_again(dovecot: Account) -> None:
    async with line_to(dovecot) as (line, account):
        line.refusing = True
        async with watching(account) as changed:
            await asyncio.sleep(0.3)
            line.refusing = False
            await changed(1)


async def test_a_refused_login_is_told_and_not_soon_tried_again(
    dovecot: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "mailer.imap")
    async with line_to(dovecot) as (line, account):
        async with watching(replace(account, password="fel-ord")):  # noqa: S106
            await asyncio.sleep(1.5)
        assert line.opened == 1
    (record,) = caplog.records
    assert f"trying again in {LONGEST} s" in record.getMessage()
    assert "the login was refused" in record.getMessage()
    assert "fel-ord" not in caplog.text


async def test_a_defect_in_the_thread_comes_out(
    dovecot: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(self: imap_watch.Watch) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(imap_watch.Watch, "run", defect)
    box = ImapMailbox(read_server(dovecot.url, "imap"))
    with pytest.raises(KeyError, match="a defect"):
        await box.watch(lambda: None, asyncio.Event())
    await box.close()


@pytest.mark.parametrize(
    ("failures", "least", "most"),
    [(1, 1, 2), (2, 2, 4), (5, 16, 32), (8, 128, 256), (9, 150, 300), (10_000, 150, 300)],
)
def test_pauses_grow_within_their_bounds(failures: int, least: float, most: float) -> None:
    assert (pause(failures, 0), pause(failures, 1)) == (least, most)
    assert SHORTEST <= least <= most <= LONGEST
