"""Subscribers' machines answer the newsletter: nobody is answered, and no leader reads it."""

import asyncio
from datetime import date

from mailer.app import press
from mailer.mail.address import Address
from tests.servers.town import Town
from tests.whole.installation import MAILBOX, Place
from tests.whole.robots import Answers, Reports
from tests.whole.scenes import ROUNDS, SceneClock, play

AWAY = "Hej! Jag är på semester till och med den 20 september och läser inte min e-post."

ROBOTS = {
    "marked@example.org": Answers("Autosvar", AWAY, {"Auto-Submitted": "auto-replied"}),
    "exchange@example.org": Answers("Autosvar: {subject}", AWAY, {"X-Autoreply": "yes"}),
    "apple@example.org": Answers("Re: {subject}", AWAY, {"X-Apple-Action": "vacation"}),
    "words@example.org": Answers("Autosvar: {subject}", AWAY, refers=True),
    "full@example.org": Reports("5.2.2", "552 5.2.2 mailbox full"),
    "slow@example.org": Reports("4.4.1", "451 4.4.1 no answer from host"),
}


def test_a_machine_that_answers_an_edition_is_no_inquiry(town: Town, place: Place) -> None:
    town.accounts[MAILBOX] = place.account
    town.robots |= ROBOTS
    asyncio.run(publish(town, place))


async def publish(town: Town, place: Place) -> None:
    clock = SceneClock()
    async with place.installed(clock, {}) as installation:
        service = installation.service
        people = [(Address(each), "sv") for each in ROBOTS]
        await service.subscribers.add(people, "they asked for it", clock.now())
        await press.publish(service, date(2020, 9, 11))
        await service.delivery().drain()
        assert await play(town, [installation], clock) < ROUNDS
        sent = sorted((each.kind, each.to) for each in await installation.sent())
        assert [each for each in sent if each[1] in ROBOTS] == [
            ("edition", each) for each in sorted(ROBOTS)
        ]
        assert {kind for kind, _ in sent} == {"edition"}
        folders = place.account.folders()
        assert (len(folders["Autosvar"]), len(folders["Studsar"])) == (4, 2)
