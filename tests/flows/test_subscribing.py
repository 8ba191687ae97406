"""Subscribing and leaving by mail: what is asked, what is answered, who ends up on the list."""

import pytest

from mailer.mail.address import Address
from mailer.mail.message import Letter
from mailer.subscriber.subscription import Subscriber
from tests.flows.conftest import OpenWorld
from tests.flows.world import COORDINATOR, World, mail, opened, text_of

pytestmark = pytest.mark.anyio

EMAIL = "anna@example.org"
WISH = mail("Jag vill gärna ha nyhetsbrevet.", "Nyhetsbrevet", number=1)


async def subscriber(world: World) -> Subscriber:
    found = await world.subscribers.find(EMAIL)
    assert found is not None
    return found


async def asked(world: World) -> Letter:
    """Our question to one who wants the newsletter."""
    await world.take(WISH)
    (question,) = world.sent_to(EMAIL)
    return question


def answer(question: Letter, text: str, number: int = 50, **fields: str) -> bytes:
    reference = opened(question)["Message-ID"]
    subject = f"SV: {opened(question)['Subject']}"
    return mail(text, subject, number=number, In_Reply_To=reference, **fields)


async def test_who_asks_for_the_newsletter_is_asked_back_and_not_yet_on_the_list(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        question = await asked(world)
        assert "svara JA" in text_of(question)
        assert "https://trygg.example/bekrafta/" in text_of(question)
        assert question.mail_from == ""
        assert (await subscriber(world)).state == "pending"
        assert world.mailbox.contents() == {"Prenumerationer": [WISH]}


async def test_one_question_is_asked_a_day(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await asked(world)
        again = [mail("Jag vill ha nyhetsbrevet.", "Nyhetsbrevet", number=n) for n in (2, 3)]
        world.clock.forward(hours=2)
        await world.take(again[0])
        assert len(world.sent_to(EMAIL)) == 1
        world.clock.forward(days=1)
        await world.take(again[1])
        assert len(world.sent_to(EMAIL)) == 2


@pytest.mark.parametrize("yes", ["Ja", "JA TACK!\n\nHälsningar Anna", "ja, gärna"])
async def test_a_yes_makes_active(open_world: OpenWorld, yes: str) -> None:
    async with open_world() as world:
        question = await asked(world)
        await world.take(answer(question, yes))
        found = await subscriber(world)
        assert found.state == "active"
        assert "mail.50@example.org" in found.evidence
        assert world.sent_to(COORDINATOR) == []
        assert list(world.mailbox.contents()) == ["Prenumerationer"]


async def test_a_yes_that_says_more_makes_active_and_is_read_by_a_person(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        question = await asked(world)
        more = "Ja tack. Men lampan vid vår port är fortfarande trasig, och ingen har svarat mig."
        await world.take(answer(question, more))
        assert (await subscriber(world)).state == "active"
        (letter,) = world.sent_to(COORDINATOR)
        assert "ingen har svarat mig" in " ".join(text_of(letter).split())


async def test_a_no_goes_to_a_person(open_world: OpenWorld) -> None:
    async with open_world() as world:
        question = await asked(world)
        await world.take(answer(question, "Nej, det var inte jag som bad om det."))
        assert (await subscriber(world)).state == "pending"
        assert len(world.sent_to(COORDINATOR)) == 1
        assert len(world.sent_to(EMAIL)) == 1


async def test_a_programs_answer_confirms_nothing(open_world: OpenWorld) -> None:
    async with open_world() as world:
        question = await asked(world)
        await world.take(answer(question, "Ja", Auto_Submitted="auto-replied"))
        assert (await subscriber(world)).state == "pending"


async def test_nobody_says_yes_for_another(open_world: OpenWorld) -> None:
    async with open_world() as world:
        question = await asked(world)
        reference = opened(question)["Message-ID"]
        await world.take(mail("Ja", "SV: Nyhetsbrev", "eva@example.org", In_Reply_To=reference))
        assert (await subscriber(world)).state == "pending"
        assert await world.subscribers.find("eva@example.org") is None


async def test_a_yes_to_no_question_is_an_inquiry(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail("Ja", "SV: Hej"))
        assert await world.subscribers.find(EMAIL) is None
        assert len(world.sent_to(COORDINATOR)) == 1


async def test_a_wish_that_must_not_be_answered_by_a_program_goes_to_the_coordinator(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("Jag vill gärna ha nyhetsbrevet.", "Nyhetsbrevet", List_Id="<x.y>"))
        assert world.sent_to(EMAIL) == []
        assert await world.subscribers.find(EMAIL) is None
        (letter,) = world.sent_to(COORDINATOR)
        assert "vill ha nyhetsbrevet" in text_of(letter)


async def test_a_subscriber_who_asks_for_the_newsletter_reaches_the_coordinator(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.subscribers.add([(Address(EMAIL), "sv")], "test", world.clock.now())
        await world.take(mail("", "Prenumerera"))
        (letter,) = world.sent_to(COORDINATOR)
        assert "prenumererar redan" in text_of(letter)


async def test_a_token_ends_the_subscription_it_belongs_to(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.subscribers.add([(Address(EMAIL), "sv")], "test", world.clock.now())
        token = (await subscriber(world)).token
        await world.take(mail("", f"avsluta {token}", "privat@example.net"))
        assert (await subscriber(world)).state == "left"
        assert world.relay.letters == []
        assert list(world.mailbox.contents()) == ["Prenumerationer"]


async def test_a_second_click_on_the_same_link_is_no_question_to_anyone(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.subscribers.add([(Address(EMAIL), "sv")], "test", world.clock.now())
        token = (await subscriber(world)).token
        for number in (1, 2):
            await world.take(mail("", f"avsluta {token}", number=number))
        assert (await subscriber(world)).state == "left"
        assert world.relay.letters == []


async def test_without_a_token_it_is_the_sender_who_leaves(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.subscribers.add([(Address("Anna@Example.org"), "sv")], "", world.clock.now())
        await world.take(mail("", "Avsluta"))
        assert (await subscriber(world)).state == "left"
        assert world.relay.letters == []


async def test_who_wants_to_leave_and_is_not_on_the_list_reaches_the_coordinator(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("", "Avsluta"))
        (letter,) = world.sent_to(COORDINATOR)
        assert "adressen prenumererar inte" in text_of(letter)
        assert len(world.sent_to(EMAIL)) == 1
        assert list(world.mailbox.contents()) == ["Samordnaren"]
