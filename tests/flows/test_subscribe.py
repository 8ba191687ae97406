"""Subscribing by the web: one letter a day, two yeses for a move, and what is forgotten."""

import re
from datetime import date

import pytest

from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.subscriptions import StoredSubscriptions
from mailer.flows.subscribe import Subscribing
from mailer.mail.address import Address
from mailer.mail.message import Letter
from mailer.subscriber.subscription import Subscriber
from tests.flows.conftest import OpenWorld
from tests.flows.world import COORDINATOR, INVITATIONS, World, mail, opened, text_of

pytestmark = pytest.mark.anyio

ANNA = Address("anna@example.org", "Anna Ek")
NEW = Address("anna.ny@example.net", "Anna Ek")
NOBODYS = "0" * 32


class Resident:
    """What one resident does by the web, and the letters that follow."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rung = 0
        self.desk = Subscribing(
            StoredSubscriptions(world.database, Fingerprint(b"secret")),
            INVITATIONS,
            world.clock,
            self.ring,
        )

    def ring(self) -> None:
        self.rung += 1

    async def asks(self, address: Address = ANNA, language: str = "sv") -> Letter | None:
        """Asks for the newsletter; the letter that comes, if one comes."""
        before = len(self.world.relay.letters)
        await self.desk.ask(address, language)
        await self.world.delivery().drain()
        letters = self.world.relay.letters[before:]
        assert len(letters) <= 1
        return letters[0] if letters else None

    async def subscribes(self, address: Address = ANNA) -> Subscriber:
        letter = await self.asks(address)
        assert letter
        assert await self.desk.confirm(token_in(letter, "bekrafta"))
        return await self.stored(address)

    async def moves(self, subscriber: Subscriber, to: Address = NEW) -> tuple[str, str]:
        """Asks to move; the tokens that the old address gets, and the new one."""
        before = len(self.world.relay.letters)
        await self.desk.move(subscriber, to)
        await self.world.delivery().drain()
        sent = {each.recipient: each for each in self.world.relay.letters[before:]}
        return (
            token_in(sent[subscriber.address.email], "bekrafta"),
            token_in(sent[to.email], "bekrafta"),
        )

    async def stored(self, address: Address = ANNA) -> Subscriber:
        found = await self.world.subscribers.find(address.email)
        assert found
        return found

    async def states(self) -> dict[str, str]:
        return {
            each.address.email: each.state
            for each in await self.world.subscribers.all()
            if not each.is_erased
        }


def token_in(letter: Letter, page: str) -> str:
    found = re.search(rf"https://trygg\.example/{page}/([0-9a-f]{{32}})\s", text_of(letter))
    assert found, text_of(letter)
    return found[1]


async def test_who_asks_is_asked_back_and_confirms_by_the_link(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks()
        assert letter and letter.mail_from == ""
        assert opened(letter)["Auto-Submitted"] == "auto-generated"
        assert anna.rung == 1
        assert (await anna.stored()).state == "pending"
        token = token_in(letter, "bekrafta")
        asked = await anna.desk.asked(token)
        assert asked and (asked.purpose, asked.progress) == ("confirm", "open")
        assert (asked.email, asked.language) == (ANNA.email, "sv")
        assert asked.agree == INVITATIONS.letters.wordings["sv"].text
        assert (await anna.stored()).state == "pending"
        done = await anna.desk.confirm(token)
        assert done and done.progress == "done"
        stored = await anna.stored()
        assert (stored.state, stored.language) == ("active", "sv")
        wording = INVITATIONS.letters.wordings["sv"].text
        history = await world.subscribers.history(stored.id)
        assert [(each.act, each.way, each.wording) for each in history] == [
            ("subscribe", "web", wording),
            ("confirm", "web", wording),
        ]


async def test_the_letter_and_the_subscription_are_in_the_language_of_the_form(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks(language="ar")
        assert letter and opened(letter)["Content-Language"] == "ar"
        assert "افتح الرابط" in text_of(letter)
        assert (await anna.stored()).language == "ar"


async def test_one_letter_a_day_goes_to_an_address_however_many_ask(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        assert await anna.asks()
        for shouted in (ANNA, Address("ANNA@example.org"), ANNA):
            assert await anna.asks(shouted) is None
        await world.take(mail("", "Prenumerera"))
        assert len(world.sent_to(ANNA.email)) == 1
        assert anna.rung == 1
        world.clock.forward(days=1)
        assert await anna.asks()


async def test_who_subscribes_already_is_told_so_by_mail_only(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        before = await anna.subscribes()
        world.clock.forward(days=1)
        letter = await anna.asks(language="en")
        assert letter and "already" in opened(letter)["Subject"]
        assert token_in(letter, "avsluta") == before.token
        assert await anna.stored() == before


async def test_a_link_that_was_used_says_so_and_does_nothing_more(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks()
        assert letter
        token = token_in(letter, "bekrafta")
        await anna.desk.confirm(token)
        again = await anna.desk.confirm(token)
        assert again and again.progress == "done"
        assert await anna.desk.leave((await anna.stored()).token)
        assert await anna.desk.confirm(token) is None
        assert (await anna.stored()).state == "left"


async def test_who_leaves_before_confirming_is_not_brought_back_by_the_link(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks()
        assert letter
        await world.take(mail("", "Avsluta"))
        assert await anna.desk.confirm(token_in(letter, "bekrafta")) is None
        assert (await anna.stored()).state == "left"


async def test_a_link_lasts_thirty_days(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks()
        assert letter
        world.clock.forward(days=31)
        assert await anna.desk.asked(token_in(letter, "bekrafta")) is None
        assert await anna.desk.confirm(token_in(letter, "bekrafta")) is None
        assert (await anna.stored()).state == "pending"


async def test_the_yes_by_mail_does_for_a_request_by_the_web(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks()
        assert letter
        fields = {"In_Reply_To": opened(letter)["Message-ID"]}
        await world.take(mail("Ja", f"SV: {opened(letter)['Subject']}", **fields))
        stored = await anna.stored()
        assert stored.state == "active"
        assert (await world.subscribers.history(stored.id))[-1].wording
        asked = await anna.desk.asked(token_in(letter, "bekrafta"))
        assert asked and asked.progress == "done"


async def test_the_link_does_for_a_request_by_mail(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail("", "Prenumerera"))
        (letter,) = world.sent_to(ANNA.email)
        anna = Resident(world)
        assert await anna.desk.confirm(token_in(letter, "bekrafta"))
        assert (await anna.stored()).state == "active"


async def test_leaving_needs_no_confirmation_and_a_second_click_is_none_the_worse(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        anna = Resident(world)
        token = (await anna.subscribes()).token
        assert await anna.desk.leave(token, one_click=True)
        stored = await anna.stored()
        assert (stored.state, stored.evidence) == ("left", "one click in the mail program")
        assert await anna.desk.leave(token)
        assert await anna.stored() == stored


@pytest.mark.parametrize("token", [NOBODYS, "", "x", "å" * 32])
async def test_a_token_of_nobody_does_nothing(open_world: OpenWorld, token: str) -> None:
    async with open_world() as world:
        anna = Resident(world)
        before = await anna.subscribes()
        assert not await anna.desk.leave(token)
        assert await anna.desk.confirm(token) is None
        assert await anna.desk.own(token) is None
        await anna.desk.resume(token)
        assert await anna.stored() == before


async def test_each_token_opens_only_what_it_is_for(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        letter = await anna.asks()
        assert letter
        asking, own = token_in(letter, "bekrafta"), (await anna.stored()).token
        assert await anna.desk.confirm(own) is None
        assert await anna.desk.own(asking) is None
        assert not await anna.desk.leave(asking)
        assert (await anna.stored()).state == "pending"


async def test_a_pause_is_taken_and_ended(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        token = (await anna.subscribes()).token
        await anna.desk.pause(token, date(2020, 12, 1))
        stored = await anna.stored()
        assert (stored.state, stored.paused_until) == ("paused", date(2020, 12, 1))
        await anna.desk.resume(token)
        stored = await anna.stored()
        assert (stored.state, stored.paused_until) == ("active", None)


async def test_a_language_is_changed(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        await anna.desk.speak(await anna.subscribes(), "uk")
        assert (await anna.stored()).language == "uk"


# --- moving ---


@pytest.mark.parametrize("old_first", [True, False])
async def test_a_move_needs_a_yes_from_both_ends(open_world: OpenWorld, old_first: bool) -> None:
    async with open_world() as world:
        anna = Resident(world)
        before = await anna.subscribes()
        old, new = await anna.moves(before)
        first, second = (old, new) if old_first else (new, old)
        half = await anna.desk.confirm(first)
        assert half and (half.progress, half.email) == ("waiting", NEW.email)
        assert await anna.desk.confirm(first) == half
        assert await anna.states() == {ANNA.email: "active"}
        done = await anna.desk.confirm(second)
        assert done and done.progress == "done"
        assert await anna.states() == {NEW.email: "active"}
        moved = await anna.stored(NEW)
        assert moved.id == before.id
        history = await world.subscribers.history(moved.id)
        assert (history[-1].act, history[-1].way) == ("move", "web")


async def test_after_a_move_old_letters_end_the_subscription_and_open_no_page(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        anna = Resident(world)
        old_token = (await anna.subscribes()).token
        for token in await anna.moves(await anna.stored()):
            await anna.desk.confirm(token)
        assert await anna.desk.own(old_token) is None
        await anna.desk.pause(old_token, date(2020, 12, 1))
        assert (await anna.stored(NEW)).state == "active"
        world.clock.forward(days=400)
        assert await anna.desk.leave(old_token)
        assert (await anna.stored(NEW)).state == "left"
        assert await anna.desk.leave(old_token)


async def test_a_mail_with_an_old_token_ends_the_subscription_too(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        old_token = (await anna.subscribes()).token
        for token in await anna.moves(await anna.stored()):
            await anna.desk.confirm(token)
        await world.take(mail("", f"avsluta {old_token}"))
        assert (await anna.stored(NEW)).state == "left"
        assert world.sent_to(COORDINATOR) == []


@pytest.mark.parametrize("left", [True, False])
async def test_a_move_to_one_who_subscribes_or_did_leaves_one_subscription(
    open_world: OpenWorld, left: bool
) -> None:
    async with open_world() as world:
        anna = Resident(world)
        other = await anna.subscribes(NEW)
        if left:
            await anna.desk.leave(other.token)
        for token in await anna.moves(await anna.subscribes()):
            await anna.desk.confirm(token)
        assert await anna.states() == {ANNA.email: "left", NEW.email: "active"}


async def test_a_move_is_asked_once_a_day(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        subscriber = await anna.subscribes()
        await anna.moves(subscriber)
        before = len(world.relay.letters)
        for to in (NEW, Address("eva@example.org"), Address("bo@example.org")):
            await anna.desk.move(subscriber, to)
        await world.delivery().drain()
        assert len(world.relay.letters) == before


async def test_who_leaves_is_not_moved(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        subscriber = await anna.subscribes()
        tokens = await anna.moves(subscriber)
        await anna.desk.leave(subscriber.token)
        assert [await anna.desk.confirm(token) for token in tokens] == [None, None]
        assert await anna.states() == {ANNA.email: "left"}


# --- what is stored ---


async def test_a_record_tells_all_and_an_erasure_leaves_nothing_of_it(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        anna = Resident(world)
        subscriber = await anna.subscribes()
        await anna.moves(subscriber)
        told = await anna.desk.record(subscriber)
        assert told["email"] == ANNA.email
        assert [each["what"] for each in told["history"]] == ["subscribe", "confirm"]
        await anna.desk.erase(subscriber)
        assert await anna.states() == {}
        assert await anna.desk.own(subscriber.token) is None
        left = repr(await world.rows())
        assert "anna" not in left.lower()
        assert (await world.subscribers.counts()) == {"left": 1}


async def test_who_was_erased_can_subscribe_again(open_world: OpenWorld) -> None:
    async with open_world() as world:
        anna = Resident(world)
        await anna.desk.erase(await anna.subscribes())
        assert (await anna.subscribes()).state == "active"
