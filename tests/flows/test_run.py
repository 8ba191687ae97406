"""Workers run until they are told to stop, and no longer than the grace."""

import asyncio
import logging
from typing import Any

import pytest

from mailer.errors import LoginRefused, MailboxError
from mailer.flows import run
from mailer.flows.run import Bells, all_until, deliver_until, take_mail_until
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import nothing
from tests.flows.world import mail

pytestmark = pytest.mark.anyio


async def until_told(stop: asyncio.Event) -> None:
    await stop.wait()


async def test_both_journeys_run_until_they_are_told_to_stop(open_world: OpenWorld) -> None:
    async with open_world() as world:
        stop, bells = asyncio.Event(), Bells()
        world.mailbox.deliver(mail())

        async def stop_after_three() -> None:
            if len(world.relay.letters) == 3:
                stop.set()

        world.relay.taken = stop_after_three
        intake = world.intake(queued=bells.letters_due.set)
        bells.mail_waits.set()
        await all_until(
            stop,
            bells,
            {
                "outbox": lambda stop: deliver_until(stop, world.delivery(), bells),
                "mailbox": lambda stop: take_mail_until(stop, intake, bells),
            },
        )
        assert len(world.relay.letters) == 3
        assert await world.leases() == set()


async def test_a_worker_that_does_not_end_is_cut_short(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(run, "GRACE_SECONDS", 0)
    stop = asyncio.Event()
    ended = []

    async def stubborn(stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("stubborn")

    stop.set()
    await all_until(stop, Bells(), {"stubborn": stubborn, "good": until_told})
    assert ended == ["stubborn"]
    assert "cut-short=1" in caplog.text


async def test_a_worker_that_is_cut_short_in_mid_letter_sends_none_again_that_was_taken(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "GRACE_SECONDS", 0)
    async with open_world() as world:
        world.mailbox.deliver(mail())
        await world.intake().once()
        stop, bells = asyncio.Event(), Bells()

        async def hang_after_two() -> None:
            if len(world.relay.letters) == 2:
                stop.set()
                await asyncio.Event().wait()

        world.relay.taken = hang_after_two
        await all_until(
            stop, bells, {"outbox": lambda stop: deliver_until(stop, world.delivery(), bells)}
        )
        assert [row.tries for row in (await world.rows()).values()] == [1, 1, 0]
        assert await world.leases() == set()
        world.relay.taken = nothing
        await world.delivery("second").drain()
        assert len({letter.recipient for letter in world.relay.letters}) == 3
        assert len(world.relay.letters) == 3


async def test_a_worker_that_dies_of_a_defect_ends_the_others_and_is_raised() -> None:
    ended = []

    async def good(stop: asyncio.Event) -> None:
        await stop.wait()
        ended.append("good")

    async def broken(stop: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await all_until(asyncio.Event(), Bells(), {"good": good, "broken": broken})
    assert ended == ["good"]


async def test_stopping_wakes_those_who_sleep() -> None:
    bells = Bells()
    ended = []

    async def sleeper(stop: asyncio.Event) -> None:
        await bells.letters_due.wait()
        await bells.mail_waits.wait()
        ended.append("sleeper")

    stop = asyncio.Event()
    stop.set()
    await all_until(stop, bells, {"sleeper": sleeper})
    assert ended == ["sleeper"]


class Script:
    """An intake that raises what it is told to, one thing a pass, and then sets `stop`."""

    def __init__(self, stop: asyncio.Event, bells: Bells, *errors: Exception) -> None:
        self.passes = 0
        self.passed = asyncio.Event()
        self._stop = stop
        self._bells = bells
        self._errors = iter(errors)

    async def once(self) -> Any:
        self.passes += 1
        self.passed.set()
        error = next(self._errors, None)
        if error:
            raise error
        self._stop.set()
        self._bells.mail_waits.set()


async def test_a_mailbox_that_is_away_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "RETRY_SECONDS", 0)
    stop, bells = asyncio.Event(), Bells()
    intake: Any = Script(stop, bells, MailboxError("gone"), MailboxError("gone"))
    bells.mail_waits.set()
    await take_mail_until(stop, intake, bells)
    assert intake.passes == 3
    assert "intake-failed reason=gone" in caplog.text


async def test_a_refused_login_is_not_tried_again_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "RETRY_SECONDS", 0)
    stop, bells = asyncio.Event(), Bells()
    intake: Any = Script(stop, bells, LoginRefused("wrong password"))
    bells.mail_waits.set()
    task = asyncio.create_task(take_mail_until(stop, intake, bells))
    await intake.passed.wait()
    for _ in range(5):  # enough for a timer of no seconds to ring, and for a pass
        await asyncio.sleep(0)
    assert (intake.passes, bells.mail_waits.is_set()) == (1, False)
    bells.mail_waits.set()
    await task
    assert intake.passes == 2
    assert "mailbox-refused reason=wrong password" in caplog.text


async def test_a_defect_in_a_pass_is_not_hidden() -> None:
    stop, bells = asyncio.Event(), Bells()
    intake: Any = Script(stop, bells, ZeroDivisionError())
    bells.mail_waits.set()
    with pytest.raises(ZeroDivisionError):
        await take_mail_until(stop, intake, bells)
