"""Inquiries that nobody answers, over weeks with holidays: who is told, when, and never twice."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import getaddresses
from typing import Any

import pytest

from mailer.edge.store.labels import StoredLabels
from mailer.errors import LoginRefused, MailboxError, MailerError, StoreError
from mailer.flows.run import follow_until
from mailer.mail.message import Letter
from mailer.organisation import Absence, Leader
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import Fault, Killed
from tests.flows.following import OPERATOR, Flagged, follow_up, look, look_at
from tests.flows.moving import corrections
from tests.flows.test_faults import faults
from tests.flows.world import (
    ANDERS,
    COORDINATOR,
    IDENTITY,
    JOHN,
    MAILBOX,
    ORGANISATION,
    SVEN,
    ZONE,
    World,
    mail,
    opened,
    text_of,
)

pytestmark = pytest.mark.anyio

THREAT = mail("En man med kniv: knivhot vid torget! Det knarkas.", "Torget")
LAMPS = "Trygg boendemiljö"


def subjects(letters: Sequence[Letter]) -> list[str]:
    return [opened(letter)["Subject"] for letter in letters]


def plain(letter: Letter) -> str:
    return " ".join(text_of(letter).split())


def reminders(world: World, reader: Leader) -> list[Letter]:
    """What the reader got but the first letter, the forward; digests left out."""
    return [
        letter
        for letter in world.sent_to(reader)
        if opened(letter)["Subject"].startswith(("Påminnelse", "Ingen har", "Fortfarande"))
    ]


def answer(letter: Letter, sender: Leader, number: int = 90, **fields: str) -> bytes:
    """What a mail program makes of "reply" to a letter, as the mailbox gets it."""
    got = opened(letter)
    references = f"{got['References'] or ''} {got['Message-ID']}".strip()
    raw = mail(
        "Hej! Vi lagar den i morgon.",
        f"SV: {got['Subject']}",
        f"{sender.name} <{sender.address.email}>",
        number,
        **{"In_Reply_To": got["Message-ID"], "References": references, **fields},
    )
    to = ", ".join(email for _, email in getaddresses([got["Reply-To"]]))
    return raw.replace(f"To: {MAILBOX.email}".encode(), f"To: {to}".encode(), 1)


async def is_open(world: World, number: str = "IT-2020-0001") -> bool:
    return number in {each.case.number for each in await world.follow_ups.waiting()}


# --- what is an answer ---


async def test_a_leaders_answer_to_the_forward_is_seen_and_filed_with_the_case(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        assert await is_open(world)
        sent = len(world.relay.letters)
        await world.take(answer(forward, SVEN))
        assert not await is_open(world)
        _, case = await world.cases()
        assert (case.kind, case.folder, case.owner) == ("follow-up", LAMPS, "boende")
        assert len(world.relay.letters) == sent
        assert await look_at(world, "2020-10-12T08:00") == 0


@pytest.mark.parametrize("to", ["acknowledgement", "mail", "forward of the other leader"])
async def test_it_is_an_answer_whatever_letter_about_the_case_it_refers_to(
    open_world: OpenWorld, to: str
) -> None:
    ids = {
        "acknowledgement": IDENTITY.message_id("acknowledgement/IT-2020-0001"),
        "mail": "mail.1@example.org",
        "forward of the other leader": IDENTITY.message_id("forward/IT-2020-0001/john"),
    }
    async with open_world() as world:
        await world.take(mail())
        sender = f"Samordnaren <{COORDINATOR.address.email.upper()}>"
        fields = {"Cc": "Anna@example.org", "In_Reply_To": f"<{ids[to]}>"}
        await world.take(mail("Klart.", "Lampan", sender, 2, **fields))
        assert not await is_open(world)


@pytest.mark.parametrize("to", ["", "John <john@markaryd.example>", "parken@markaryd.example"])
async def test_what_does_not_go_to_the_resident_answers_nobody(
    open_world: OpenWorld, to: str
) -> None:
    async with open_world() as world:
        await world.take(mail())
        reference = opened(world.sent_to(SVEN)[0])["Message-ID"]
        fields = {"In_Reply_To": reference, **({"Cc": to} if to else {})}
        await world.take(mail("Kan du ta den?", "SV: Lampan", str(SVEN.address), 2, **fields))
        assert await is_open(world)


async def test_an_answer_to_whom_a_web_form_wrote_for_is_one(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail(sender="noreply@markaryd.example", Reply_To="anna@example.org"))
        await world.take(answer(world.sent_to(SVEN)[0], SVEN))
        assert not await is_open(world)


async def test_what_answers_the_second_mail_of_a_thread_answers_both(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        acknowledgement = IDENTITY.message_id("acknowledgement/IT-2020-0001")
        await world.take(mail("Den är trasig än.", number=2, In_Reply_To=f"<{acknowledgement}>"))
        assert await is_open(world, "IT-2020-0002")
        first, second = world.sent_to(SVEN)
        await world.take(answer(second, SVEN))
        assert await world.follow_ups.waiting() == []
        assert opened(first)["Message-ID"] in opened(second)["References"]


async def test_what_answers_the_first_mail_leaves_the_second_open(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        acknowledgement = IDENTITY.message_id("acknowledgement/IT-2020-0001")
        await world.take(mail("Den är trasig än.", number=2, In_Reply_To=f"<{acknowledgement}>"))
        await world.take(answer(world.sent_to(SVEN)[0], SVEN))
        assert not await is_open(world)
        assert await is_open(world, "IT-2020-0002")


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"List_Id": "<alla.markaryd.example>"},
    ],
)
async def test_what_a_machine_sends_for_a_leader_is_no_answer(
    open_world: OpenWorld, fields: dict[str, str]
) -> None:
    async with open_world() as world:
        await world.take(mail())
        await world.take(answer(world.sent_to(SVEN)[0], SVEN, **fields))
        assert await is_open(world)


async def test_nobody_else_can_answer_by_naming_our_letters(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        stranger = Leader("x", "Anna Ek", replace(SVEN.address, email="anna@example.org"))
        await world.take(answer(world.sent_to(SVEN)[0], stranger))
        assert await is_open(world)


async def test_a_leader_who_wrote_in_as_a_resident_does_not_answer_by_writing_again(
    open_world: OpenWorld,
) -> None:
    sender = f"{ANDERS.name} <{ANDERS.address.email}>"
    async with open_world() as world:
        await world.take(mail(sender=sender))
        again = mail("Hur går det?", "SV: Lampan", sender, 2, References="<mail.1@example.org>")
        await world.take(again)
        assert await is_open(world)


async def test_mails_that_share_a_message_id_are_not_answered_together(
    open_world: OpenWorld,
) -> None:
    other = mail("Lampan vid min port lyser inte.", "Port", "Bo Ek <bo@example.org>")
    async with open_world() as world:
        await world.take(mail(), other)
        fields = {"Cc": "anna@example.org", "In_Reply_To": "<mail.1@example.org>"}
        answered = mail("Klart.", "Lampan", SVEN.address.email, 2, **fields)
        await world.take(answered)
        assert await is_open(world)
        assert not await is_open(world, "IT-2020-0002")


async def test_an_answer_is_learned_from_before_the_next_mail_waits_for_it(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags, renewed = Flagged(), 0

    async def renew() -> None:
        nonlocal renewed
        renewed += 1

    async with open_world() as world:
        await world.take(mail())
        monkeypatch.setattr(world.triage, "renew", renew)
        await look(world, flags=flags)
        assert renewed == 0
        flags.numbers.add("IT-2020-0001")
        await look(world, flags=flags)
        assert renewed == 1
        await world.intake().once()
        assert renewed == 2
        world.mailbox.deliver(mail("Tack, det är lagat.", "Lampan", SVEN.address.email, 7))
        await world.intake().once()
        assert renewed == 4


async def test_a_flag_in_the_mailbox_is_an_answer(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mailer.follow-up")
    flags = Flagged()
    async with open_world() as world:
        await world.take(mail())
        await look(world, flags=flags)
        assert await is_open(world)
        flags.numbers.add("IT-2020-0001")
        assert await look_at(world, "2020-09-16T07:30", flags=flags) == 0
        assert not await is_open(world)
        assert "answered case=IT-2020-0001 by=flag" in caplog.text


async def test_whoever_takes_it_by_the_button_is_left_in_peace(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        labels = StoredLabels(world.database)
        holding = await labels.holding("IT-2020-0001", world.clock.now())
        assert holding
        await labels.take(holding, "sven", (), world.clock.now())
        assert not await is_open(world)
        assert await look_at(world, "2020-09-21T07:30") == 0


async def test_who_gets_it_from_others_is_reminded_though_those_had_answered(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        flags = Flagged()
        await world.take(mail())
        flags.numbers.add("IT-2020-0001")
        await look(world, flags=flags)
        await world.take(answer(world.sent_to(SVEN)[0], SVEN))
        assert not await is_open(world)
        world.clock.forward(hours=1)
        holding = await StoredLabels(world.database).holding("IT-2020-0001", world.clock.now())
        assert holding
        await corrections(world).goes(holding, "drog", SVEN)
        assert await is_open(world)
        assert await look_at(world, "2020-09-16T07:30", flags=flags) == 1
        assert subjects(reminders(world, ANDERS)) == ["Påminnelse [IT-2020-0001] Lampan"]
        assert reminders(world, SVEN) == []


async def test_mail_that_nobody_is_to_answer_never_waits(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(
            mail("Jag är på semester.", "Autosvar", number=2, Auto_Submitted="auto-replied"),
            mail("Ja", "Prenumerera på nyhetsbrevet", number=3),
            mail("Köp nu!", "Erbjudande", number=4, X_Spam_Flag="YES"),
        )
        assert await world.follow_ups.waiting() == []


# --- reminders ---


async def test_leaders_are_reminded_once_then_the_coordinator_then_nobody(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())  # Friday 11 September, 09.30
        told = []
        moment = datetime(2020, 9, 11, 10, tzinfo=ZONE)
        while moment < datetime(2020, 10, 12, tzinfo=ZONE):
            if await look_at(world, f"{moment:%Y-%m-%dT%H:%M}"):
                told.append(f"{moment:%m-%d %H:%M}")
            moment += timedelta(minutes=30)
        assert told == ["09-16 07:30", "09-21 07:30"]
        for leader in (SVEN, JOHN):
            assert subjects(reminders(world, leader)) == ["Påminnelse [IT-2020-0001] Lampan"]
        (told_last,) = reminders(world, COORDINATOR)
        assert opened(told_last)["Subject"] == "Ingen har svarat på ärende [IT-2020-0001]"


async def test_a_reminder_is_answered_like_the_forward(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail(Reply_To="hemma@example.org"))
        await look_at(world, "2020-09-16T07:30")
        (reminder,) = reminders(world, SVEN)
        got = opened(reminder)
        assert getaddresses([got["Reply-To"]]) == [
            ("", "hemma@example.org"),
            (MAILBOX.name, MAILBOX.email),
        ]
        assert got["Auto-Submitted"] == "auto-generated"
        assert mail(Reply_To="hemma@example.org") in reminder.content
        assert "https://trygg.example/arende/IT-2020-0001/sven/x" in plain(reminder)
        assert "senast den 18 september 2020" in plain(reminder)
        await world.take(answer(reminder, SVEN))
        assert not await is_open(world)


async def test_the_coordinator_is_told_without_a_way_to_answer_the_sender_by_mistake(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        await look_at(world, "2020-09-21T07:30")
        (told,) = reminders(world, COORDINATOR)
        assert getaddresses([opened(told)["Reply-To"]]) == [(MAILBOX.name, MAILBOX.email)]
        assert opened(told)["References"] is None
        await world.take(answer(told, COORDINATOR))
        assert await is_open(world)


async def test_the_deputy_is_reminded_in_the_place_of_who_is_away(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        friday = date(2020, 9, 18)
        for leader in ("sven", "john"):
            await world.absences.note(leader, Absence(friday - timedelta(days=9), friday), leader)
        await look_at(world, "2020-09-16T07:30")
        assert len(reminders(world, COORDINATOR)) == 1
        assert reminders(world, SVEN) == []


async def test_one_who_answers_while_the_letter_is_written_is_not_reminded(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (waiting,) = await world.follow_ups.waiting()
        await world.take(answer(world.sent_to(SVEN)[0], SVEN))
        letter = world.correspondence.breaker(1, world.clock.now())
        assert not await world.follow_ups.send(waiting, letter, world.clock.now())
        assert not any(key.startswith("notice/") for key in await world.rows())


async def test_a_mail_whose_original_is_gone_is_reminded_of_all_the_same(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        originals = Fault(1, StoreError, after=False).on(world.originals)
        assert await look_at(world, "2020-09-16T07:30", originals=originals) == 1
        (reminder,) = reminders(world, SVEN)
        assert "Hela mejlet ligger i brevlådan, i mappen Trygg boendemiljö." in plain(reminder)
        assert getaddresses([opened(reminder)["Reply-To"]])[0] == ("", "anna@example.org")


async def test_a_mail_that_is_too_large_to_read_waits_for_the_coordinator(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("Lampan! " * 4000))
        await look_at(world, "2020-09-16T07:30")
        (told,) = reminders(world, COORDINATOR)
        assert "Hela mejlet ligger i brevlådan, i mappen Oläsliga." in plain(told)
        assert getaddresses([opened(told)["Reply-To"]])[0] == ("Anna Ek", "anna@example.org")


async def test_what_breaks_on_one_inquiry_stops_no_other(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaks:
        async def renew(self) -> None: ...

        def judge(self, raw: bytes, *, too_large: int = 0) -> Any:
            if b"mail.1@" in raw:
                raise ValueError("as the test has it")
            return world.triage.judge(raw, too_large=too_large)

    async with open_world() as world:
        await world.take(mail(), mail("Lampan på torget.", "Torget", "bo@example.org", 2))
        assert await look_at(world, "2020-09-16T07:30", triage=Breaks()) == 1
        assert subjects(reminders(world, SVEN)) == ["Påminnelse [IT-2020-0002] Torget"]
        assert "not-followed-up case=IT-2020-0001 step=reminder" in caplog.text


# --- urgent ---


async def test_an_urgent_inquiry_is_told_of_again_after_half_an_hour_and_after_an_hour(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(THREAT)
        first = {letter.recipient for letter in world.relay.letters}
        assert {ANDERS.address.email, COORDINATOR.address.email} <= first
        world.clock.forward(minutes=29)
        assert await look(world) == 0
        world.clock.forward(minutes=1)
        assert await look(world) == 1
        for reader in (ANDERS, COORDINATOR):
            (second,) = reminders(world, reader)
            assert opened(second)["Subject"] == (
                "Ingen har svarat på det brådskande ärendet IT-2020-0001"
            )
            assert THREAT in second.content
            assert "knivhot vid torget" in plain(second)
        assert world.sent_to(OPERATOR.email) == []
        world.clock.forward(minutes=30)
        assert await look(world) == 1
        (operators,) = world.sent_to(OPERATOR.email)
        assert len(reminders(world, COORDINATOR)) == 2
        assert len(reminders(world, ANDERS)) == 1
        for word in ("kniv", "anna", "torget", "/arende/"):
            assert word not in operators.content.decode().lower()
        world.clock.forward(hours=20)
        assert await look(world) == 0
        rows = await world.rows()
        assert {row.priority for key, row in rows.items() if "-notice/" in key} == {-1}


async def test_a_coordinator_who_is_the_operator_gets_one_letter(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(THREAT)
        world.clock.forward(hours=1)
        await look(world, operator=COORDINATOR.address)
        assert len(reminders(world, COORDINATOR)) == 1


async def test_deputies_of_an_urgent_inquiry_get_the_mail_itself(open_world: OpenWorld) -> None:
    deputised = replace(
        ORGANISATION,
        subprojects=(
            ORGANISATION["boende"],
            replace(ORGANISATION["drog"], leaders=(replace(ANDERS, deputy="john"),)),
        ),
    )
    async with open_world() as world:
        await world.take(THREAT)
        assert world.sent_to(JOHN) == []
        world.clock.forward(minutes=30)
        await look(world, organisation=deputised)
        (second,) = world.sent_to(JOHN)
        assert THREAT in second.content
        await world.take(answer(second, JOHN))
        assert not await is_open(world)


async def test_the_second_notice_goes_to_whoever_had_a_danger_that_no_subproject_owns(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("Någon knivhotar mig på torget!", "Hjälp"))
        (case,) = await world.cases()
        assert not case.certain or case.owner is None
        first = {letter.recipient for letter in world.relay.letters} - {"anna@example.org"}
        assert len(first) > 1
        world.clock.forward(minutes=30)
        await look(world)
        again = {each.recipient for each in world.relay.letters[-len(first) :]}
        assert again == first


async def test_suspected_spam_with_danger_in_it_does_not_lie_unanswered(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("Knivhot vid torget!", "Torget", X_Spam_Flag="YES"))
        (case,) = await world.cases()
        assert (case.kind, case.urgent) == ("inquiry", True)
        world.clock.forward(minutes=30)
        assert await look(world) == 1
        assert len(reminders(world, COORDINATOR)) == 1
        assert await look_at(world, "2020-09-16T07:30") == 1  # its leaders have it
        assert await look_at(world, "2020-09-21T07:30") == 1


async def test_a_mailbox_that_cannot_be_reached_holds_up_no_notice(open_world: OpenWorld) -> None:
    flags = Flagged()
    async with open_world() as world:
        await world.take(THREAT)
        world.clock.forward(minutes=30)
        for gone in (MailboxError("the line was cut"), LoginRefused("check the password")):
            flags.gone = gone
            with pytest.raises(type(gone)):
                await follow_up(world, flags=flags).look()
            await world.delivery().drain()
            assert len(reminders(world, ANDERS)) == 1


# --- the digest ---


def digests(world: World) -> list[Letter]:
    return [
        letter
        for letter in world.sent_to(COORDINATOR)
        if opened(letter)["Subject"].startswith("Brevlådan")
    ]


async def test_the_coordinator_gets_a_digest_each_working_morning_there_is_something(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(
            mail(),  # Friday 11 September, 09.30
            mail("Köp nu!", "Erbjudande", "x@y.example", 2, X_Spam_Flag="YES"),
            mail("Jag är på semester.", "Autosvar", number=3, Auto_Submitted="auto-replied"),
        )
        for hour in ("11T23:59", "12T12:00", "13T12:00", "14T07:29"):
            await look_at(world, f"2020-09-{hour}")
            assert digests(world) == []
        await look_at(world, "2020-09-14T07:30")
        await look_at(world, "2020-09-14T07:31")
        (monday,) = digests(world)
        assert opened(monday)["Subject"] == (
            "Brevlådan den 14 september 2020: 1 nya, 1 väntar på svar"
        )
        text = plain(monday)
        assert "har det kommit 3 mejl: – 1 gick vidare till någon av er – 0 tog programmet" in text
        assert "2 lades i sin mapp: 1 misstänkt skräppost och 1 automatiskt svar" in text
        assert "IT-2020-0001 hos Trygg boendemiljö: ”Lampan” från anna@example.org" in text
        assert "IT-2020-0002 (misstänkt skräppost): ”Erbjudande” från x@y.example" in text
        await world.take(answer(world.sent_to(SVEN)[0], SVEN, 91))
        await look_at(world, "2020-09-15T07:30")
        await look_at(world, "2020-09-16T18:00")
        assert len(digests(world)) == 1  # a colleague's answer is nothing to look at


async def test_over_the_holidays_no_digest_comes_and_the_next_leaves_nothing_out(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await look_at(world, "2020-12-23T09:00")
        await world.take(mail(number=1))
        await look_at(world, "2020-12-27T12:00")
        await world.take(mail("Lampan!", "Port", "bo@example.org", 2))
        await look_at(world, "2020-12-28T07:30")
        (first,) = digests(world)
        assert "den 23 december 2020 kl. 07.30 har det kommit 2 mejl" in plain(first)
        await look_at(world, "2020-12-28T20:00")
        await world.take(mail("Lampan!", "Gård", "ulla@example.org", 3))
        await look_at(world, "2021-01-07T09:15")  # nothing ran meanwhile
        _, second = digests(world)
        assert opened(second)["Subject"].startswith("Brevlådan den 7 januari 2021: 1 nya, 3 väntar")
        assert "den 28 december 2020 kl. 07.30 har det kommit 1 mejl" in plain(second)


async def test_what_comes_after_the_morning_is_told_the_next(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await look_at(world, "2020-09-14T07:31")
        await world.take(mail())
        assert digests(world) == []
        one = follow_up(world)
        for _ in range(2):
            await one.look()
        await look_at(world, "2020-09-14T16:00")
        assert digests(world) == []
        await look_at(world, "2020-09-15T07:30")
        assert len(digests(world)) == 1


async def test_forwards_that_came_back_stand_in_the_digest(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        report = (
            b"From: MAILER-DAEMON@relay.example\r\nTo: " + MAILBOX.email.encode() + b"\r\n"
            b"Subject: Undelivered Mail Returned to Sender\r\n"
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            b"Reporting-MTA: dns; relay.example\r\n\r\n"
            b"Final-Recipient: rfc822; " + SVEN.address.email.encode() + b"\r\n"
            b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"
            b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            b"Message-ID: " + opened(forward)["Message-ID"].encode() + b"\r\n\r\n--b--\r\n"
        )
        await world.take(report)
        await look_at(world, "2020-09-14T07:30")
        (digest,) = digests(world)
        assert f"IT-2020-0001 till {SVEN.address.email}" in plain(digest)


async def test_the_stand_in_reads_it_where_the_coordinator_is_away(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        day = date(2020, 9, 14)
        await world.absences.note("samordnare", Absence(day, day), "IT-2020-0099")
        await look_at(world, "2020-09-14T07:30")
        assert digests(world) == []
        assert any(subject.startswith("Brevlådan") for subject in subjects(world.sent_to(SVEN)))


# --- again and again ---


async def test_the_first_look_leaves_time_to_take_the_answers_that_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = []

    class Followed:
        async def look(self) -> int:
            looks.append(1)
            if len(looks) == 2:
                stop.set()
            return 0

    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    await follow_until(stop, Followed())
    assert looks == []
    stop.clear()
    monkeypatch.setattr("mailer.flows.run.FOLLOW_SECONDS", 0.01)
    await follow_until(stop, Followed())
    assert looks == [1, 1]


# --- whatever fails ---


@pytest.mark.parametrize("error", [StoreError, None])
@pytest.mark.parametrize(
    ("port", "calls"),
    [
        ("follow_ups", {"waiting", "flagged", "send", "last_digest", "happened", "tell"}),
        ("originals", {"get"}),
        ("absences", {"on"}),
    ],
)
async def test_nobody_is_told_twice_and_nobody_is_left_out_whatever_fails(
    open_world: OpenWorld, port: str, calls: set[str], error: type[MailerError] | None
) -> None:
    async def morning(world: World, **ports: Any) -> None:
        await look_at(world, "2020-09-16T07:30", flags=flags, **ports)

    flags = Flagged()
    flags.numbers.add("IT-2020-0003")
    mails = (THREAT, *(mail(f"Lampan {n}.", f"Nr {n}", f"r{n}@example.org", n) for n in (2, 3)))
    async with open_world() as world:
        await world.take(*mails)
        await morning(world)
        expected = set(await world.rows())
        assert sum(key.startswith("notice/") for key in expected) == 4
    struck = set()
    async for fault in faults((error,)):
        async with open_world() as world:
            await world.take(*mails)
            every = {name: getattr(world, name) for name in ("follow_ups", "originals", "absences")}
            ports = {name: fault.beside(each) for name, each in every.items()}
            ports[port] = fault.on(every[port])
            with suppress(StoreError, Killed):
                await morning(world, **ports)
            await morning(world)
            assert set(await world.rows()) == expected, str(fault)
            sent = [opened(letter)["Message-ID"] for letter in world.relay.letters]
            assert len(sent) == len(set(sent))
        struck.add(fault.struck)
    assert struck == {*calls, ""}
