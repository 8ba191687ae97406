"""What the outbox's worker does when relays say no, say nothing, or are away."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailer.errors import NotNow, RelayError, StoreError, TemplateFault
from mailer.flows import deliver
from mailer.mail.address import Address
from mailer.mail.message import Draft, Letter, shared
from mailer.mail.outcome import Outcome, Refused, RelayRefused, Uncertain, Unreached
from mailer.mail.pace import Given, pace, room
from mailer.mail.post import Due, Post
from mailer.mail.retry import GIVE_UP, PAUSES
from mailer.mail.template import LEAVE
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import START, Recorder
from tests.flows.world import (
    COORDINATOR,
    IDENTITY,
    MAILBOX,
    SVEN,
    World,
    mail,
    opened,
    text_of,
)

pytestmark = pytest.mark.anyio

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105


def post(number: int) -> Post:
    key = f"edition/2020-09/{number}"
    return Post(
        key=key,
        kind="edition",
        to=Address(email(number)),
        mail_from=MAILBOX.email,
        message_id=IDENTITY.message_id(key),
        content=shared(Draft(MAILBOX, "Nyheter", f"Hej!\n\nhttps://x.example/{LEAVE}", START)),
        token=TOKEN,
    )


def email(number: int) -> str:
    return f"reader.{number}@example.org"


async def queue(world: World, *numbers: int) -> None:
    await world.outbox.settle("", [], [post(number) for number in numbers], world.clock.now())


def notice(world: World, why: str) -> list[Post]:
    key = f"notice/relay/{world.clock.now():%Y-%m-%dT%H}"
    message_id = IDENTITY.message_id(key)
    return [Post(key, "notice", COORDINATOR.address, MAILBOX.email, message_id, why.encode())]


async def states(world: World) -> list[tuple[str, int]]:
    return [(row.state, row.tries) for row in (await world.rows()).values()]


async def test_a_letter_is_the_recipients_own_lines_and_what_all_share(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        await world.delivery().drain()
        (letter,) = world.relay.letters
        message = opened(letter)
        assert (letter.mail_from, letter.recipient) == (MAILBOX.email, email(1))
        assert message["To"] == email(1)
        assert message["Message-ID"] == f"<{post(1).message_id}>"
        assert text_of(letter).split() == ["Hej!", f"https://x.example/avsluta/{TOKEN}"]
        assert letter.dotless


async def test_every_batch_is_sent_and_told_of(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, *range(deliver.IN_HAND + 1))
        seen: list[int] = []
        delivery = world.delivery(progress=lambda tally: seen.append(tally.accepted))
        tally = await delivery.drain()
        count = deliver.IN_HAND + 1
        assert (tally.accepted, tally.failed, tally.postponed, tally.problem) == (count, 0, 0, "")
        assert seen == sorted(set(seen))
        assert seen[-1] == count
        assert len({letter.recipient for letter in world.relay.letters}) == count


async def test_each_recipient_fails_alone(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, 1, 2, 3, 4, 5)
        world.relay.answers = {
            email(1): Refused(550, "no such user"),
            email(2): Refused(451, "later"),
            email(3): Unreached("the line was cut"),
            email(4): Uncertain("cut after the letter"),
        }
        tally = await world.delivery().drain()
        assert (tally.accepted, tally.failed, tally.postponed) == (1, 1, 3)
        pending = ("pending", 1)
        assert await states(world) == [("failed", 1), pending, pending, pending, ("accepted", 1)]
        assert {row.due for row in (await world.rows()).values() if row.state == "pending"} == {
            world.clock.now() + PAUSES[0]
        }


async def test_a_letter_that_is_put_off_for_two_days_has_failed(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, 1)
        world.relay.answers[email(1)] = Refused(451, "later")
        (row,) = (await world.rows()).values()
        while row.state == "pending":
            world.clock.forward(seconds=(row.due - world.clock.now()).total_seconds())
            await world.delivery().drain()
            (row,) = (await world.rows()).values()
        assert GIVE_UP - PAUSES[-1] < world.clock.now() - START <= GIVE_UP
        assert (row.state, row.reply) == ("failed", "451 later")


async def test_a_relay_that_takes_nothing_loses_nothing(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, 1, 2)
        world.relay.down = RelayError("connection refused")
        tally = await world.delivery().drain()
        assert tally.problem == "connection refused"
        assert await states(world) == [("pending", 0), ("pending", 0)]
        assert await world.leases() == set()
        world.relay.down = None
        assert (await world.delivery("second").drain()).accepted == 2


async def test_a_relay_that_refuses_us_is_left_alone_and_told_of_once_an_hour(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await queue(world, 1, 2)
        refused = RelayRefused(554, "5.7.1 relay access denied")
        world.relay.answers = {email(1): refused, email(2): refused}
        delivery = world.delivery(trouble=lambda why: notice(world, why))
        for _ in range(2):
            tally = await delivery.drain()
            assert tally.problem == "relay.example.org:25: 554 5.7.1 relay access denied"
            assert (tally.failed, await world.leases()) == (0, set())
            world.clock.forward(minutes=20)
        assert [row.state for row in (await world.rows()).values()] == [
            *["pending"] * 2,
            "accepted",
        ]
        assert [letter.recipient for letter in world.relay.letters] == [COORDINATOR.address.email]
        world.clock.forward(hours=1)
        await delivery.drain()
        world.relay.answers.clear()
        world.clock.forward(hours=1)
        await delivery.drain()
        kinds = Counter(row.kind for row in (await world.rows()).values())
        assert kinds == {"edition": 2, "notice": 2}
        assert {row.state for row in (await world.rows()).values()} == {"accepted"}


async def test_where_the_relay_takes_others_its_refusal_is_one_recipients(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await queue(world, 1, 2)
        world.relay.answers[email(1)] = RelayRefused(554, "5.7.1 relay access denied")
        told: list[str] = []
        tally = await world.delivery(trouble=told.append).drain()
        assert (tally.accepted, tally.postponed, tally.problem, told) == (1, 1, "", [])


async def test_a_relay_that_stays_away_is_told_of_and_a_slow_one_is_not(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        wake, stop = asyncio.Event(), asyncio.Event()
        told: list[tuple[str, timedelta]] = []
        waits: list[float] = []

        async def wait(event: asyncio.Event, seconds: float) -> None:
            waits.append(seconds)
            world.clock.forward(seconds=seconds)
            world.relay.down = RelayError("gone")
            if len(waits) == 130:
                stop.set()

        def trouble(why: str) -> list[Post]:
            told.append((why, world.clock.now() - START))
            return []

        monkeypatch.setattr(deliver, "_wait", wait)
        world.relay.down = NotNow("enough for now", START + timedelta(seconds=90))
        await world.delivery(trouble=trouble).run(wake, stop, idle=30)
        assert waits[:8] == [90.0, 1, 2, 5, 10, 30, 60, 60]
        first = timedelta(seconds=90 + 1 + 2 + 5 + 10 + 30)
        assert told == [("gone", first + hours * timedelta(hours=1)) for hours in range(3)]


class InPace(Recorder):
    """A relay that takes ten letters a minute by the clock of `world`, one of them pressing."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._given: list[Given] = []

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
        pressing: int = 0,
        via: dict[int, str] | None = None,
    ) -> Sequence[Outcome]:
        now = self._world.clock.now()
        found = room(self._given, pace(None, 10, None), len(letters), now, pressing)
        self._given.append(Given(now, found.letters))
        outcomes = await super().send(letters[: found.letters], known, stop)
        if found.letters < len(letters):
            went = found.letters >= pressing
            raise NotNow("enough", now + timedelta(minutes=1), pressing_may_go=went)
        return outcomes


async def test_a_forward_goes_while_an_edition_waits_for_the_relays_pace(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, *range(20))
        relay = world.relay = InPace(world)
        wake, stop = asyncio.Event(), asyncio.Event()
        taken: list[int] = []

        async def wait(event: asyncio.Event, seconds: float) -> None:
            taken.append(len(relay.letters))
            if len(taken) == 1:
                forward = replace(post(99), key="forward/1/anna", kind="forward", token="")
                await world.outbox.settle("", [], [forward], world.clock.now())
                world.clock.forward(seconds=1)
            else:
                world.clock.forward(seconds=seconds)
            if len(relay.letters) == 21:
                stop.set()

        monkeypatch.setattr(deliver, "_wait", wait)
        await world.delivery().run(wake, stop, idle=30)
        assert taken[:2] == [9, 10]
        assert relay.letters[9].recipient == email(99)
        assert len(relay.letters) == 21


async def test_draining_waits_for_the_relays_pace(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, *range(20))
        waits: list[float] = []

        async def wait(event: asyncio.Event, seconds: float) -> None:
            waits.append(seconds)
            world.clock.forward(seconds=seconds)

        monkeypatch.setattr(deliver, "_wait", wait)
        world.relay = InPace(world)
        tally = await world.delivery().drain()
        assert (tally.accepted, tally.problem) == (20, "")
        assert waits == [60.0, 60.0]


async def test_in_doubt_a_letter_is_held_for_a_person_who_is_told(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, 1)
        world.relay.answers[email(1)] = Uncertain("the line was cut")
        told: list[tuple[str, str]] = []

        def report(due: Due, reply: str) -> list[Post]:
            told.append((due.key, reply))
            return []

        await world.delivery(on_doubt="hold", report=report).drain()
        assert await states(world) == [("uncertain", 1)]
        assert told == [("edition/2020-09/1", "")]


async def test_letters_are_signed(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, 1)
        await world.delivery(sign=lambda content, shared=b"": b"Signed: yes\r\n").drain()
        (letter,) = world.relay.letters
        assert letter.content.startswith(b"Signed: yes\r\nTo: ")


async def test_what_a_slow_relay_took_is_settled_while_it_goes_on(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, 1, 2)
        monkeypatch.setattr(deliver, "_SETTLE_AFTER", 0.01)
        go_on = asyncio.Event()

        async def wait_after_one() -> None:
            if len(world.relay.letters) == 1:
                await go_on.wait()

        world.relay.taken = wait_after_one
        seen = asyncio.Event()
        delivery = world.delivery(progress=lambda tally: seen.set())
        drain = asyncio.create_task(delivery.drain())
        await seen.wait()
        assert await states(world) == [("accepted", 1), ("pending", 0)]
        go_on.set()
        await drain
        assert await states(world) == [("accepted", 1)] * 2


async def test_the_pauses_grow_while_the_relay_is_away_and_shrink_when_it_is_back(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        wake, stop = asyncio.Event(), asyncio.Event()
        waits: list[tuple[bool, float]] = []

        async def wait(event: asyncio.Event, seconds: float) -> None:
            waits.append((event is wake, seconds))
            if len(waits) == 8:
                world.relay.down = None
            if len(waits) == 9:
                await queue(world, 2)
                world.relay.down = RelayError("gone again")
            if len(waits) == 10:
                stop.set()

        monkeypatch.setattr(deliver, "_wait", wait)
        world.relay.down = RelayError("connection refused")
        await world.delivery().run(wake, stop, idle=30)
        held = [(False, seconds) for seconds in (1, 2, 5, 10, 30, 60, 60, 60)]
        assert waits == [*held, (True, 30), (False, 1)]


async def test_a_refused_login_is_told_once_and_tried_again_when_that_locks_no_account(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        stop = asyncio.Event()
        waits: list[float] = []
        told: list[int] = []

        async def wait(event: asyncio.Event, seconds: float) -> None:
            waits.append(seconds)
            notices = await world.outbox.find("pending", 10)
            told.append(sum(row.kind == "notice" for row in notices))
            if len(waits) == 3:
                stop.set()

        monkeypatch.setattr(deliver, "_wait", wait)
        world.relay.down = RelayError("the login was refused", 300)
        delivery = world.delivery(trouble=lambda why: notice(world, why))
        await delivery.run(asyncio.Event(), stop, idle=30)
        assert waits == [300, 300, 300]
        assert told == [1, 1, 1]


async def test_the_store_may_be_away_for_a_while_too(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        async def claim(self, *arguments: Any) -> Any:
            raise StoreError("the disk is full")

        async def release(self, worker: str) -> None:
            raise StoreError("the disk is full")

    async with open_world() as world:
        wake, stop = asyncio.Event(), asyncio.Event()

        async def wait(event: asyncio.Event, seconds: float) -> None:
            stop.set()

        monkeypatch.setattr(deliver, "_wait", wait)
        await world.delivery(outbox=Away()).run(wake, stop, idle=30)
        assert "delivery-held pause=1s reason=the disk is full" in caplog.text


class Forgetful:
    """An outbox whose `settle` raises the first `times` times."""

    def __init__(self, outbox: Any, times: int) -> None:
        self.times = times
        self.claim = outbox.claim
        self.release = outbox.release
        self._settle = outbox.settle

    async def settle(self, *arguments: Any) -> Sequence[Due]:
        self.times -= 1
        if self.times >= 0:
            raise StoreError("the disk is full")
        due: Sequence[Due] = await self._settle(*arguments)
        return due


async def test_what_became_of_letters_is_told_to_the_store_until_it_listens(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await queue(world, 1, 2)
        outbox = Forgetful(world.outbox, times=3)
        tally = await world.delivery(outbox=outbox, settle_pauses=(0, 0, 0)).drain()
        assert (tally.accepted, len(world.relay.letters)) == (2, 2)
        assert await states(world) == [("accepted", 1)] * 2


async def test_letters_whose_end_could_not_be_written_down_stay_leased(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        outbox = Forgetful(world.outbox, times=99)
        with pytest.raises(StoreError):
            await world.delivery(outbox=outbox, settle_pauses=(0,)).drain()
        assert "leases-kept reason=the disk is full" in caplog.text
        assert await world.leases() == {"first"}
        await world.delivery("second").drain()
        assert len(world.relay.letters) == 1


async def test_a_worker_that_runs_on_tells_the_store_before_it_takes_more(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        wake, stop = asyncio.Event(), asyncio.Event()
        outbox = Forgetful(world.outbox, times=5)

        async def wait(event: asyncio.Event, seconds: float) -> None:
            if event is wake:
                stop.set()

        monkeypatch.setattr(deliver, "_wait", wait)
        await world.delivery(outbox=outbox, settle_pauses=()).run(wake, stop, idle=30)
        assert await states(world) == [("accepted", 1)]
        assert len(world.relay.letters) == 1


async def test_a_stop_in_mid_batch_begins_no_letter_and_counts_no_try(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await queue(world, 1, 2, 3)
        wake, stop = asyncio.Event(), asyncio.Event()

        async def stop_after_one() -> None:
            stop.set()
            wake.set()

        world.relay.taken = stop_after_one
        await world.delivery().run(wake, stop, idle=30)
        assert len(world.relay.letters) == 1
        assert await states(world) == [("accepted", 1), ("pending", 0), ("pending", 0)]
        assert await world.leases() == set()


async def test_a_run_that_is_cancelled_while_it_settles_settles_once(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await queue(world, 1)
        settling, go_on = asyncio.Event(), asyncio.Event()
        settled = []

        class Slow(Forgetful):
            async def settle(self, *arguments: Any) -> Sequence[Due]:
                settling.set()
                await go_on.wait()
                due = await super().settle(*arguments)
                settled.append(arguments)
                return due

        task = asyncio.create_task(world.delivery(outbox=Slow(world.outbox, times=0)).drain())
        await settling.wait()
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(settled) == 1
        assert await states(world) == [("accepted", 1)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TemplateFault("letters/sv/undelivered.txt", 3, "no such name"), "templates/letters/"),
        (ValueError(email(1)), "ValueError"),
    ],
)
async def test_a_notice_that_cannot_be_written_stops_no_letter_from_being_settled(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture, error: Exception, reason: str
) -> None:
    def report(due: Due, reply: str) -> Any:
        raise error

    async with open_world() as world:
        await queue(world, 1, 2)
        world.relay.answers[email(1)] = Refused(550, "no such user")
        await world.delivery(report=report).drain()
        assert await states(world) == [("failed", 1), ("accepted", 1)]
        assert f"notice-failed key=edition/2020-09/1 reason={reason}" in caplog.text
        assert email(1) not in caplog.text


async def test_a_letter_that_may_have_arrived_ends_as_uncertain_and_is_told_of(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.relay.answers[SVEN.address.email] = Uncertain("the line was cut")
        world.mailbox.deliver(mail())
        await world.intake().once()
        world.clock.forward(seconds=GIVE_UP.total_seconds())
        tally = await world.delivery().drain()
        assert (tally.accepted, tally.failed) == (3, 1)
        assert (await world.rows())["forward/IT-2020-0001/sven"].state == "uncertain"
        (notice,) = world.sent_to(COORDINATOR)
        assert "har kanske inte fått ärendet" in " ".join(text_of(notice).split())
        assert "Mejlservern svarade" not in text_of(notice)


async def test_a_cancelled_run_gives_the_leases_back(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await queue(world, 1)
        sending = asyncio.Event()

        class Slow:
            name = "slow"

            async def send(self, *arguments: Any) -> Any:
                sending.set()
                await asyncio.Event().wait()

        delivery = world.delivery(relay=Slow())
        task = asyncio.create_task(delivery.run(asyncio.Event(), asyncio.Event(), idle=30))
        await sending.wait()
        assert await world.leases() == {"first"}
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await world.leases() == set()


async def test_queueing_wakes_a_worker_that_sleeps(open_world: OpenWorld) -> None:
    async with open_world() as world:
        wake, stop, sent = asyncio.Event(), asyncio.Event(), asyncio.Event()
        world.relay.sending = sent.set
        task = asyncio.create_task(world.delivery().run(wake, stop, idle=3600))
        await queue(world, 1)
        wake.set()
        await sent.wait()
        stop.set()
        wake.set()
        await task
        assert await states(world) == [("accepted", 1)]


async def test_the_log_names_letters_by_their_keys_only(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_world() as world:
        await queue(world, 1)
        world.relay.answers[email(1)] = Refused(550, f"{email(1)}: no such user")
        await world.delivery().drain()
        assert "letter-failed key=edition/2020-09/1" in caplog.text
        assert email(1) not in caplog.text
