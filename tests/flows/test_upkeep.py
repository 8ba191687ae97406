"""What the operator hears of a mailbox that does not do as asked: what lasts, and that once."""

from collections.abc import Sequence
from contextlib import suppress

import pytest

from mailer.errors import LoginRefused, MailboxError
from mailer.flows.intake import Taken
from mailer.flows.upkeep import Upkeep
from tests.flows.conftest import OpenWorld
from tests.flows.world import OPERATOR, World, mail, opened, text_of

pytestmark = pytest.mark.anyio

LAMPS = "Trygg boendemiljö"


class Passes:
    """In place of `Intake`: every pass ends so."""

    def __init__(self, end: MailboxError | Taken) -> None:
        self.end = end

    async def once(self) -> Taken:
        if isinstance(self.end, MailboxError):
            raise self.end
        return self.end


def upkeep(world: World, passes: Passes | None = None) -> Upkeep:
    intake = passes or world.intake()
    return Upkeep(intake, world.follow_ups, world.correspondence, world.clock)


async def told(world: World, upkeep: Upkeep, *hours: float) -> Sequence[str]:
    """The subjects of what the operator has got, after passes so many hours after each other."""
    for each in hours:
        world.clock.forward(hours=each)
        with suppress(MailboxError):
            await upkeep.once()
    await world.delivery().drain()
    return [opened(letter)["Subject"] for letter in world.sent_to(OPERATOR.email)]


async def test_a_mailbox_that_is_away_is_told_after_an_hour_and_once_a_day(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        keeping = upkeep(world, Passes(MailboxError("imap://example: no answer in time")))
        assert await told(world, keeping, 0, 0.5, 0.4) == []
        assert await told(world, keeping, 0.1, 1, 5) == [
            "Brevlådan trygghet@markaryd.example går inte att läsa"
        ]
        (letter,) = world.sent_to(OPERATOR.email)
        words = " ".join(text_of(letter).split())
        assert "inte läsa brevlådan trygghet@markaryd.example sedan 11 september 2020" in words
        assert "imap://example: no answer in time" in words
        assert len(await told(world, keeping, 24)) == 2


async def test_a_refused_login_is_told_at_once(open_world: OpenWorld) -> None:
    async with open_world() as world:
        keeping = upkeep(world, Passes(LoginRefused("the login was refused")))
        assert len(await told(world, keeping, 0)) == 1
        assert len(await told(world, upkeep(world, Passes(LoginRefused("no"))), 0.1)) == 1


async def test_what_ends_within_the_hour_is_no_news(open_world: OpenWorld) -> None:
    async with open_world() as world:
        passes = Passes(MailboxError("the line was cut"))
        keeping = upkeep(world, passes)
        assert await told(world, keeping, 0, 0.9) == []
        passes.end = Taken()
        await told(world, keeping, 0.2)
        passes.end = MailboxError("the line was cut")
        assert await told(world, keeping, 0.2, 0.9) == []


async def test_a_folder_that_takes_no_mail_is_told_and_the_mail_forwarded_once(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.mailbox.refused.add(LAMPS)
        world.mailbox.deliver(mail(number=1), mail(subject="Lampan igen", number=2))
        keeping = upkeep(world)
        assert await told(world, keeping, 0, 0.5) == []
        assert await told(world, keeping, 0.5, 1) == [
            f"Mejl går inte att flytta till mappen {LAMPS}"
        ]
        (letter,) = world.sent_to(OPERATOR.email)
        assert "Nu ligger 2 sådana mejl kvar i inkorgen." in " ".join(text_of(letter).split())
        assert len([key for key in await world.rows() if key.startswith("forward/")]) == 4
        world.mailbox.refused.clear()
        await told(world, keeping, 24)
        assert world.mailbox.inbox == {}
        assert len(world.sent_to(OPERATOR.email)) == 1
