"""Whoever has the turn acts, and stops acting as soon as that is not sure any more."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from mailer.errors import StoreError
from mailer.flows import alone
from mailer.flows.alone import Alone

pytestmark = pytest.mark.anyio

GONE = StoreError("the connection is gone")


class Table:
    """The turn of a few processes: `taken` by one of them, or by nobody."""

    def __init__(self) -> None:
        self.taken: Seat | None = None


class Seat:
    """A process's hold on it. `fault` is what its questions meet; `silent`: they meet nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.fault: StoreError | None = None
        self.silent = False
        self.left = 0

    async def take(self) -> bool:
        await self._asked()
        self._table.taken = self._table.taken or self
        return self._table.taken is self

    async def keep(self) -> None:
        await self._asked()

    async def leave(self) -> None:
        self.left += 1
        if self._table.taken is self:
            self._table.taken = None

    async def _asked(self) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if self.fault:
            raise self.fault


class Process:
    """One of several; `doing` says whether its work is going on."""

    def __init__(self, table: Table) -> None:
        self.seat = Seat(table)
        self.alone = Alone(self.seat)
        self.doing = False
        self.ends: list[str] = []
        self.stop = asyncio.Event()
        self.running = asyncio.ensure_future(self.alone.until(self.stop, self._work))

    async def _work(self, over: asyncio.Event) -> None:
        self.doing = True
        try:
            await over.wait()
            self.ends.append("ended")
        except asyncio.CancelledError:
            self.ends.append("cut")
            raise
        finally:
            self.doing = False

    async def end(self) -> None:
        self.stop.set()
        await self.running


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PULSE", 0.01)
    monkeypatch.setattr(alone, "PATIENCE", 0.05)


async def until(effect: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not effect():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


async def test_one_acts_the_others_stand_by_and_take_over_when_it_ends() -> None:
    table = Table()
    processes = [Process(table) for _ in range(3)]
    waiting = list(processes)
    while waiting:
        await until(lambda: any(each.doing for each in processes))
        (each,) = (each for each in processes if each.doing)
        waiting.remove(each)
        assert each.alone.acting
        await each.end()
        assert (each.doing, each.alone.acting, each.ends) == (False, False, ["ended"])
    assert table.taken is None


@pytest.mark.parametrize(
    ("trouble", "said"), [("fault", "the connection is gone"), ("silent", "no answer in time")]
)
async def test_one_that_cannot_be_sure_of_its_turn_is_cut_before_another_acts(
    trouble: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    table = Table()
    first, second = Process(table), Process(table)
    await until(lambda: first.doing)
    setattr(first.seat, trouble, GONE if trouble == "fault" else True)
    while not second.doing:
        assert first.doing or first.ends == ["cut"]
        await asyncio.sleep(0)
    assert not first.doing
    assert f"turn-lost reason={said}" in caplog.text
    first.seat.fault, first.seat.silent = None, False
    await second.end()
    await until(lambda: first.doing)
    await first.end()
    assert first.ends == ["cut", "ended"]


async def test_a_turn_that_cannot_be_asked_for_is_asked_for_again_and_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    process = Process(Table())
    process.seat.fault = GONE
    await until(lambda: process.seat.left > 3)
    assert caplog.text.count("turn-not-known reason=the connection is gone") == 1
    process.seat.fault, process.seat.silent = None, True
    await until(lambda: process.seat.left > 5)
    process.seat.silent = False
    await until(lambda: process.doing)
    await process.end()


async def test_a_defect_in_the_work_ends_all_and_leaves_the_turn_to_another() -> None:
    table = Table()

    async def broken(over: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Alone(Seat(table)).until(asyncio.Event(), broken)
    assert table.taken is None


async def test_one_that_is_cancelled_takes_its_work_along() -> None:
    process = Process(Table())
    await until(lambda: process.doing)
    process.running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await process.running
    assert process.ends == ["cut"]


async def test_one_that_stands_by_ends_when_it_is_told_to() -> None:
    table = Table()
    table.taken = Seat(table)
    process = Process(table)
    await asyncio.sleep(0)
    await process.end()
    assert process.ends == []
