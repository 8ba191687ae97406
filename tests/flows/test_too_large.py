"""A forward that is larger than the relay takes: the leader gets it without the mail itself."""

import pytest

from mailer.mail.outcome import Refused
from tests.flows.conftest import OpenWorld
from tests.flows.world import COORDINATOR, JOHN, SVEN, mail, opened, text_of

pytestmark = pytest.mark.anyio

REPLY = Refused(552, "5.3.4 Message size exceeds fixed limit")


@pytest.mark.parametrize(
    "reply", [REPLY, Refused(552, "too big"), Refused(550, "5.2.3 the limit is 10 MB")]
)
async def test_a_leader_gets_the_words_and_may_answer_them(
    open_world: OpenWorld, reply: Refused
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail())
        await world.intake().once()
        world.relay.answers[SVEN.address.email] = reply

        async def next_one() -> None:
            world.relay.answers.clear()

        world.relay.taken = next_one
        await world.delivery().drain()
        (short,) = world.sent_to(SVEN)
        (whole,) = world.sent_to(JOHN)
        assert mail() in whole.content
        assert mail() not in short.content
        assert "Lampan vid vår port är trasig" in text_of(short)
        words = " ".join(text_of(short).split())
        assert "för stort för mejlservern, som svarade" in words
        assert "ligger i brevlådan trygghet@markaryd.example" in words
        for field in ("Subject", "Reply-To", "References"):
            assert opened(short)[field] == opened(whole)[field]
        assert world.sent_to(COORDINATOR) == []


async def test_where_that_fails_too_the_coordinator_is_told(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail())
        await world.intake().once()
        world.relay.answers[SVEN.address.email] = REPLY
        for _ in range(2):
            await world.delivery().drain()
        (notice,) = world.sent_to(COORDINATOR)
        assert "sven@markaryd.example har alltså INTE fått ärendet" in " ".join(
            text_of(notice).split()
        )
        forwards = [key for key in await world.rows() if key.startswith("forward/")]
        assert len(forwards) == 3
