"""What returned mail does to a subscription: twice gone, once complained of, or nothing."""

from contextlib import suppress
from datetime import date

import pytest

from mailer.errors import MailerError, StoreError
from mailer.flows.returned import Returns
from mailer.mail.address import Address
from mailer.subscriber.subscription import Subscriber
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import Killed
from tests.flows.editions import activity, composer
from tests.flows.test_faults import faults
from tests.flows.test_intake import bounce
from tests.flows.world import COORDINATOR, MAILBOX, SVEN, World, mail

pytestmark = pytest.mark.anyio

ANNA = "anna@example.org"
EDITIONS = {
    date(2020, 9, 11): composer(),
    date(2020, 10, 9): composer([activity("Höstmarknad", date(2020, 10, 20))]),
}


async def subscribe(world: World) -> None:
    await world.subscribers.add([(Address(ANNA), "sv")], "test", world.clock.now())


async def publish(world: World, day: date) -> bytes:
    """Send an edition; the header of Anna's letter, which servers send back. Four weeks pass."""
    await world.publish(day, EDITIONS[day])
    await world.delivery().drain()
    world.clock.forward(days=28)
    return world.sent_to(ANNA)[-1].content.partition(b"\r\n\r\n")[0]


async def anna(world: World) -> Subscriber:
    found = await world.subscribers.find(ANNA)
    assert found
    return found


def report(letter: bytes, status: str = "5.1.1", words: str = "550 5.1.1 User unknown") -> bytes:
    said = f"smtp; {words}".encode()
    raw = bounce(letter).replace(b"smtp; 550 5.1.1 no such user", said)
    return raw.replace(b"Status: 5.1.1", f"Status: {status}".encode())


def complaint(letter: bytes) -> bytes:
    told = b"Feedback-Type: abuse\r\nVersion: 1"
    raw = bounce(letter).replace(b"delivery-status", b"feedback-report")
    return raw.replace(b"Reporting-MTA: dns; markaryd.example", told)


async def test_an_address_that_is_gone_twice_is_suppressed_with_the_reason(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world)
        for day in EDITIONS:
            assert (await anna(world)).state == "active"
            await world.take(report(await publish(world, day)))
        found = await anna(world)
        assert found.state == "suppressed"
        assert found.evidence == (
            "2 letters came back: there is no such address (mail IT-2020-0002)"
        )
        assert len(world.mailbox.contents()["Studsar"]) == 2


async def test_reports_that_come_together_each_count_for_their_own_letter(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world)
        letters = [await publish(world, day) for day in EDITIONS]
        await world.take(*map(report, letters), report(b"Subject: something else"))
        for key in ("edition/2020-09/1", "edition/2020-10/1"):
            assert len(await world.bounces.about(key)) == 1
        assert [case.kind for case in await world.cases()] == ["bounce"] * 3
        assert (await anna(world)).state == "active"  # two reports within a day count as one


async def test_several_reports_about_one_letter_count_once(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world)
        letter = await publish(world, date(2020, 9, 11))
        for number in range(3):
            world.clock.forward(days=2)
            await world.take(report(letter) + b"\r\n" * number)
        assert (await anna(world)).state == "active"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full"),
        ("5.7.1", "550 5.7.1 blocked"),
        ("4.4.7", "421 4.4.7 Message expired"),
    ],
)
async def test_what_is_no_proof_of_a_dead_address_suppresses_nobody_soon(
    open_world: OpenWorld, status: str, words: str
) -> None:
    async with open_world() as world:
        await subscribe(world)
        for day in EDITIONS:
            await world.take(report(await publish(world, day), status, words))
        assert (await anna(world)).state == "active"
        for key in ("edition/2020-09/1", "edition/2020-10/1"):
            (row,) = await world.bounces.about(key)
            assert (row.weight, row.status) == ("soft", status)


async def test_whoever_complains_gets_no_more_at_once(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await subscribe(world)
        letter = await publish(world, date(2020, 9, 11))
        await world.take(complaint(letter))
        assert (await anna(world)).state == "left"
        assert len(world.sent_to(COORDINATOR)) == 1  # a person sees every complaint


async def test_a_report_without_a_message_id_of_ours_could_be_anybodys(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world)
        for day in EDITIONS:
            await publish(world, day)
            forged = report(b"Subject: Nyheter").replace(SVEN.address.email.encode(), ANNA.encode())
            await world.take(forged + str(day).encode())
        await world.take(complaint(f"To: {ANNA}".encode()))
        assert (await anna(world)).state == "active"


async def test_a_report_about_no_letter_of_ours_is_filed_and_counts_nowhere(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world)
        await publish(world, date(2020, 9, 11))
        await world.take(report(b"Subject: something else"))
        assert (await anna(world)).state == "active"
        assert await world.bounces.of_edition("2020-09") == []
        assert list(world.mailbox.contents()) == ["Studsar"]


async def test_the_letter_counts_that_came_back_and_not_one_that_it_answers(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world)
        await publish(world, date(2020, 9, 11))
        id = (await world.rows())["edition/2020-09/1"].message_id
        await world.take(mail(In_Reply_To=f"<{id}>"))
        (forward,) = world.sent_to(SVEN)
        assert id.encode() in forward.content
        await world.take(report(forward.content))
        assert await world.bounces.about("edition/2020-09/1") == []
        assert len(await world.bounces.about("forward/IT-2020-0001/sven")) == 1
        assert len(world.sent_to(COORDINATOR)) == 1


async def test_an_id_of_ours_in_the_words_of_a_report_will_do_if_it_is_the_only_one(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await subscribe(world)
        await publish(world, date(2020, 9, 11))
        id = (await world.rows())["edition/2020-09/1"].message_id
        await world.take(report(f"X-Original: {id}".encode()))
        (row,) = await world.bounces.about("edition/2020-09/1")
        assert row.weight == "hard"


async def test_what_triage_takes_for_a_bounce_and_nobody_can_read_is_only_filed(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        raw = b"From: MAILER-DAEMON@example.org\r\nTo: " + MAILBOX.email.encode()
        deep = b'\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n' + b"boundary=\r\n" * 50
        await world.take(raw + b"\r\nSubject: Returned mail: see transcript" + deep)
        assert list(world.mailbox.contents()) == ["Studsar"]


@pytest.mark.parametrize("port", ["bounces", "journal"])
async def test_a_report_counts_once_whatever_fails(open_world: OpenWorld, port: str) -> None:
    async for fault in faults([StoreError, None]):
        async with open_world() as world:
            await subscribe(world)
            await world.take(report(await publish(world, date(2020, 9, 11))))
            world.mailbox.deliver(report(await publish(world, date(2020, 10, 9))))
            struck = {
                name: fault.on(each) if name == port else fault.beside(each)
                for name, each in (("bounces", world.bounces), ("journal", world.journal))
            }
            returns = Returns(struck["bounces"], struck["journal"], world.correspondence)
            with suppress(Killed, MailerError):
                await world.intake(journal=struck["journal"], returns=returns).once()
            await world.take()
            assert (await anna(world)).state == "suppressed", str(fault)
            assert len(await world.bounces.of_edition("2020-10")) == 1, str(fault)
            assert len(world.mailbox.contents()["Studsar"]) == 2, str(fault)
