"""The operator is told of a late edition, once, whatever it was that failed."""

from datetime import timedelta

import pytest

from mailer.errors import MailboxError, MailerError, RelayError, StoreError
from mailer.flows.watchdog import Watchdog
from mailer.mail.outcome import Unreached
from mailer.newsletter.receipt import Receipt
from mailer.rendering import Words
from tests.flows.conftest import OpenWorld
from tests.flows.newsroom import APPROVAL, Office, office
from tests.flows.world import World

pytestmark = pytest.mark.anyio


class Operator:
    def __init__(self) -> None:
        self.letters: list[Words] = []
        self.fault: MailerError | None = None

    async def mail(self, words: Words) -> None:
        if self.fault:
            raise self.fault
        self.letters.append(words)


async def watched(world: World, desk: Office, hours: int) -> Operator:
    """Look every ten minutes for so many hours from the edition's."""
    operator = Operator()
    watchdog = Watchdog(desk.newsroom, world.editions.receipt, operator.mail, world.clock)
    for _ in range(6 * hours):
        await desk.newsroom.tick()
        await watchdog.look()
        world.clock.forward(minutes=10)
    return operator


async def test_an_edition_on_its_way_is_not_late(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        await desk.until("2020-09-11T10:00")
        assert not (await watched(world, desk, 3)).letters


async def test_one_that_waits_to_be_approved_is_not_late(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world, approval=APPROVAL)
        await desk.until("2020-09-11T10:00")
        assert not (await watched(world, desk, 3)).letters


async def test_a_mailbox_that_cannot_be_asked_makes_it_late(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        desk.mailbox.gone = MailboxError("imap: no answer in time")
        await desk.until("2020-09-11T10:00")
        (told,) = (await watched(world, desk, 3)).letters
        assert told.subject == ("Tryggare tillsammans för september 2020 är över en timme sen")
        assert "imap: no answer in time" in told.text


async def test_a_relay_that_takes_nothing_makes_it_late(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        world.relay.answers["eva@example.org"] = Unreached("no connection")
        await desk.until("2020-09-11T10:00")
        (told,) = (await watched(world, desk, 3)).letters
        assert "inget av 1 brev" in told.text


async def test_a_schedule_that_has_stopped_makes_it_late(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        operator = Operator()
        watchdog = Watchdog(desk.newsroom, world.editions.receipt, operator.mail, world.clock)
        desk.sleep_until("2020-09-11T11:01")
        operator.fault = RelayError("no connection")
        await watchdog.look()
        operator.fault = None
        await watchdog.look()
        await watchdog.look()
        (told,) = operator.letters
        assert "schemat har stannat" in told.text


async def test_a_store_that_fails_makes_it_late_and_old_news_are_none(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world)

        async def broken(period: str) -> Receipt | None:
            raise StoreError("the database is locked")

        operator = Operator()
        watchdog = Watchdog(desk.newsroom, broken, operator.mail, world.clock)
        desk.sleep_until("2020-09-11T11:01")
        desk.newsroom.looked = world.clock.now()
        await watchdog.look()
        assert "the database is locked" in operator.letters[0].text
        world.clock.forward(days=1, minutes=1)
        late = Watchdog(desk.newsroom, broken, operator.mail, world.clock)
        desk.newsroom.looked = world.clock.now() - timedelta(hours=1)
        await late.look()
        assert len(operator.letters) == 1
