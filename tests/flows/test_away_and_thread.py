"""Leaders who are away, danger, and mails that follow others: who gets what, and is told what."""

import logging
from contextlib import suppress
from typing import Any

import pytest

from mailer.errors import MailboxError, StoreError
from mailer.mail.message import Letter
from mailer.organisation import Leader
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import Account, Fault, Killed
from tests.flows.world import (
    ANDERS,
    COORDINATOR,
    IDENTITY,
    JOHN,
    LAMP,
    LIMIT,
    SVEN,
    mail,
    opened,
    text_of,
)

pytestmark = pytest.mark.anyio

DANGER = mail("Lampan är trasig, och nu knivhotar de folk på torget!", "Lampan", number=5)
ON_LEAVE = "Jag är på semester, åter 16 september. Hälsningar Sven"


def words_of(letter: Letter) -> str:
    return " ".join(text_of(letter).split())


def out_of_office(
    letter: Letter, text: str = ON_LEAVE, of: Leader | str = SVEN, number: int = 70, **more: str
) -> bytes:
    """What a mail program answers by itself to one of our letters."""
    reference = opened(letter)["Message-ID"]
    fields = {"Auto_Submitted": "auto-replied", "In_Reply_To": reference, **more}
    sender = of if isinstance(of, str) else of.address.email
    return mail(text, f"Automatiskt svar: {opened(letter)['Subject']}", sender, number, **fields)


# --- away ---


async def test_who_says_to_be_away_has_a_stand_in_until_the_day_of_return(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (first,) = world.sent_to(SVEN)
        assert opened(first)["X-Auto-Response-Suppress"] == "DR, RN, NRN, AutoReply"
        await world.take(out_of_office(first))
        await world.take(mail(subject="Lampan igen", number=2))
        assert world.sent_to(SVEN) == [first]
        told = words_of(world.sent_to(JOHN)[1])
        assert (
            "Sven Holmberg är borta till och med den 15 september 2020. I stället går det till"
            " John Karlsson, som leder samma delprojekt." in told
        )
        world.clock.forward(days=5)
        await world.take(mail(subject="Lampan, en tredje gång", number=3))
        assert len(world.sent_to(SVEN)) == 2
        assert "borta" not in text_of(world.sent_to(JOHN)[2])


async def test_where_all_who_lead_it_are_away_the_coordinator_has_it_and_the_resident_knows(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        for number, leader in enumerate((SVEN, JOHN), start=70):
            (letter,) = world.sent_to(leader)
            await world.take(out_of_office(letter, of=leader, number=number))
        await world.take(mail(subject="Lampan igen", sender="Bo <bo@example.org>", number=2))
        assert len(world.sent_to(SVEN)) == len(world.sent_to(JOHN)) == 1
        (letter,) = world.sent_to(COORDINATOR)
        assert words_of(letter).count("I stället går det till Projektledningen") == 2
        (acknowledgement,) = world.sent_to("bo@example.org")
        assert "– Projektledningen\r\n" in text_of(acknowledgement)
        assert "Sven" not in text_of(acknowledgement)
        assert "”Trygg boendemiljö”" in text_of(acknowledgement)
        assert world.mailbox.folders["Trygg boendemiljö"]


async def test_an_answer_that_is_read_twice_counts_once(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        away = out_of_office(world.sent_to(SVEN)[0])
        await world.take(away, away)
        await world.take(away)
        day = world.clock.now().date()
        assert [*await world.absences.on(day)] == ["sven"]
        assert len(world.mailbox.folders["Autosvar"]) == 3


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [StoreError, None])
async def test_an_absence_is_known_also_where_noting_it_failed_once(
    open_world: OpenWorld, error: type[StoreError] | None, after: bool
) -> None:
    async with open_world() as world:
        await world.take(mail())
        away = out_of_office(world.sent_to(SVEN)[0])
        world.mailbox.deliver(away)
        fault = Fault(1, error, after=after)
        ports = {name: fault.beside(getattr(world, name)) for name in ("mailbox", "journal")}
        with suppress(Killed):
            await world.intake(absences=fault.on(world.absences), **ports).once()
        assert fault.struck == "note"
        await world.take()
        assert [*await world.absences.on(world.clock.now().date())] == ["sven"]
        assert world.mailbox.contents()["Autosvar"] == [away]


@pytest.mark.parametrize(
    "more",
    [
        {"of": "stranger@example.org"},
        {"of": JOHN},  # it did not go to him
        {"In_Reply_To": "<other@example.org>"},
        {"text": "Tack för ditt mejl!"},
    ],
)
async def test_only_a_machine_that_got_the_forward_can_tell_of_an_absence(
    open_world: OpenWorld, more: Any
) -> None:
    async with open_world() as world:
        await world.take(mail())
        await world.take(out_of_office(world.sent_to(SVEN)[0], **more))
        assert await world.absences.on(world.clock.now().date()) == {}


# --- danger ---


async def test_danger_is_starred_and_goes_before_everything_else(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail(), DANGER)
        await world.intake().once()
        assert world.mailbox.flagged == [DANGER]
        await world.delivery().drain()
        assert [letter.recipient for letter in world.relay.letters][:3] == [
            leader.address.email for leader in (SVEN, JOHN, COORDINATOR)
        ]
        for leader in (SVEN, JOHN, COORDINATOR):
            assert opened(world.sent_to(leader)[0])["Subject"] == "BRÅDSKANDE [IT-2020-0002]"


async def test_a_star_that_cannot_be_set_holds_up_nothing(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    class Starless(Account):
        async def flag(self, mails: Any) -> None:
            raise MailboxError("no flags here")

    async with open_world() as world:
        world.mailbox = Starless(world.clock, LIMIT)
        with caplog.at_level(logging.ERROR):
            await world.take(DANGER)
        assert world.mailbox.contents() == {"Trygg boendemiljö": [DANGER]}
        assert "flag-failed mails=1 reason=no flags here" in caplog.text


async def test_danger_that_was_decided_before_is_starred_when_it_is_filed(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.mailbox.refused.add("Trygg boendemiljö")
        await world.take(DANGER)
        world.mailbox.flagged.clear()
        world.mailbox.refused.clear()
        await world.take()
        assert world.mailbox.contents() == {"Trygg boendemiljö": [DANGER]}
        assert world.mailbox.flagged == [DANGER]


# --- one conversation ---


async def test_a_mail_with_the_same_sender_and_subject_goes_where_the_first_went(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail(subject="En fråga"))
        world.clock.forward(days=3)
        await world.take(mail("Har ni hunnit titta på det?", "Sv: en fråga", number=2))
        told = world.sent_to(SVEN)[1]
        assert (
            "Det är en fortsättning på ärende IT-2020-0001, som kom den 11 september 2020."
            in words_of(told)
        )
        first = " ".join(LAMP.split())
        assert f"Så stod det i ärende IT-2020-0001: ”{first}”" in words_of(told)
        assert opened(told)["References"].split() == [
            f"<{IDENTITY.message_id('forward/IT-2020-0001/sven')}>",
            "<mail.2@example.org>",
        ]
        assert len(world.sent_to("anna@example.org")) == 2


async def test_a_mail_that_surely_is_anothers_goes_there_whatever_its_subject(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail(subject="En fråga"))
        await world.take(mail("Nu säljer de knark vid skolan.", "En fråga", number=2))
        (letter,) = world.sent_to(ANDERS)
        assert "fortsättning" not in text_of(letter)


MAYBE_A_MACHINE = (
    "Hej! Jag är på semester till den 3 augusti och läser inte min e-post. Vid brådskande ärenden, "
    "ring växeln. Vänliga hälsningar Anna"
)


async def test_an_answer_in_a_case_that_only_sounds_like_a_machines_reaches_who_has_it(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        letters = len(world.relay.letters)
        subject = "SV: [IT-2020-0001] Lampan"
        await world.take(mail(MAYBE_A_MACHINE, subject, number=2))
        _, case = await world.cases()
        assert (case.kind, case.owner) == ("follow-up", "boende")
        assert len(world.relay.letters) == letters + 2  # to the leaders, and no acknowledgement
        await world.take(mail(MAYBE_A_MACHINE, subject, str(SVEN.address), number=3))
        assert (await world.cases())[-1].kind == "auto-reply"


async def test_a_case_whose_original_is_gone_is_followed_up_without_its_words(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        for case in await world.cases():
            world.originals.path(case.hash).unlink()
        await world.take(mail("Och nu?", "SV: [IT-2020-0001]", number=2))
        told = words_of(world.sent_to(SVEN)[1])
        assert "fortsättning på ärende IT-2020-0001" in told
        assert "Så stod det" not in told


# --- the resident's language ---


async def test_a_resident_is_answered_in_the_language_of_the_mail(open_world: OpenWorld) -> None:
    text = "Dzień dobry, lampa przy placu zabaw jest zepsuta i dzieci się boją. Pozdrawiam"
    async with open_world() as world:
        await world.take(mail(text, "Lampa"))
        (letter,) = world.sent_to("anna@example.org")
        assert opened(letter)["Content-Language"] == "pl"
        assert opened(letter)["Subject"] == "Otrzymaliśmy Twoją wiadomość [IT-2020-0001]"
        assert "piątek, 18 września 2020" in words_of(letter)
        assert "114 14" in text_of(letter)
