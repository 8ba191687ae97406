"""The operator hears of a secret that expires at each step, once, whoever starts how often."""

from datetime import date, timedelta

import pytest

from mailer.errors import StoreError
from mailer.flows.expiring import Expiring
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import START
from tests.flows.world import ZONE, World, text_of

pytestmark = pytest.mark.anyio

EXPIRES = START.date() + timedelta(days=40)


def watching(world: World, expires: date = EXPIRES) -> Expiring:
    async def put(posts, now):  # type: ignore[no-untyped-def]
        await world.outbox.settle("", [], posts, now)

    letter = world.correspondence.secret_expires
    return Expiring({"client-1": expires}, letter, put, world.clock, ZONE)


async def test_each_step_is_told_once_though_it_is_looked_at_each_day_by_a_new_process(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        for _ in range(60):
            await watching(world).look()
            await watching(world).look()
            world.clock.forward(days=1)
        keys = [key for key in await world.rows() if key.startswith("notice/secret/")]
        assert keys == [f"notice/secret/client-1/{EXPIRES}/{step}" for step in (30, 7, 1, 0)]


async def test_what_is_told_says_when_and_what_to_do(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await watching(world, START.date() + timedelta(days=5)).look()
        await watching(world, START.date() - timedelta(days=5)).look()
        await world.delivery().drain()
        soon, passed = world.relay.letters
        assert "går ut 2020-09-16. Efter det" in text_of(soon)
        assert "gick ut 2020-09-06, så nu" in text_of(passed)
        for each in (soon, passed):
            assert each.recipient == world.correspondence.operator.email
            assert "programmet client-1 i Entra ID" in text_of(each)


async def test_a_store_that_is_away_is_logged_and_asked_again(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world() as world:

        async def put(posts, now):  # type: ignore[no-untyped-def]
            raise StoreError("the disk is full")

        letter = world.correspondence.secret_expires
        await Expiring({"client-1": START.date()}, letter, put, world.clock, ZONE).look()
        assert "expiry-not-told reason=the disk is full" in caplog.text
