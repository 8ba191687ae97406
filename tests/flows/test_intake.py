"""What becomes of each mail: its folder, its letters, and what the record says of it."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from mailer.errors import LoginRefused, MailboxError, StoreError, StoreRefused
from mailer.inquiry.record import Decision, Written
from mailer.inquiry.triage import Triage
from mailer.mail.outcome import Refused
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import Account, Recorder
from tests.flows.world import (
    ANDERS,
    COORDINATOR,
    IDENTITY,
    JOHN,
    LAMP,
    LIMIT,
    MAILBOX,
    ORGANISATION,
    RULES,
    SVEN,
    World,
    mail,
    opened,
    text_of,
)

pytestmark = pytest.mark.anyio

VAGUE = mail("Hej! Jag har en fråga om en sak.", "Fråga", number=2)
URGENT = mail("Knarkare knivhotar folk i parken!", "Hjälp", number=6)
AUTO = mail("Jag är på semester.", "Autosvar", number=3, Auto_Submitted="auto-replied")


def answer(letter: Any, text: str, sender: str = "Anna Ek <anna@example.org>") -> bytes:
    """A person's answer to one of our letters."""
    subject = f"SV: {opened(letter)['Subject']}"
    reference = opened(letter)["Message-ID"]
    return mail(text, subject, sender, number=99, In_Reply_To=reference, References=reference)


async def test_a_mail_goes_to_its_leaders_and_its_folder_and_is_answered(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail())
        taken = await world.intake().once()
        assert (len(taken.handled), taken.moved, taken.left) == (1, 1, 0)
        assert world.mailbox.contents() == {"Trygg boendemiljö": [mail()]}
        assert list(await world.rows()) == [
            "forward/IT-2020-0001/sven",
            "forward/IT-2020-0001/john",
            "acknowledgement/IT-2020-0001",
        ]
        (place,) = await world.places()
        assert (place.folder, place.validity, place.uid) == ("INBOX", 1, 1)
        assert (place.filed_to, place.filed) == ("Trygg boendemiljö", world.clock.now())


async def test_a_forward_holds_the_mail_as_it_came_and_answers_go_to_the_resident(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (letter,) = world.sent_to(SVEN)
        message = opened(letter)
        assert letter.mail_from == MAILBOX.email
        assert (
            message["Reply-To"]
            == f"Anna Ek <anna@example.org>, Initiativ trygghet <{MAILBOX.email}>"
        )
        assert message["Subject"] == "[IT-2020-0001] Lampan"
        (attached,) = message.iter_attachments()
        assert attached.get_content_type() == "message/rfc822"
        assert mail() in letter.content
        (acknowledgement,) = world.sent_to("anna@example.org")
        assert acknowledgement.mail_from == ""
        assert opened(acknowledgement)["Auto-Submitted"] == "auto-replied"
        assert opened(acknowledgement)["In-Reply-To"] == "<mail.1@example.org>"


async def test_an_uncertain_mail_goes_to_the_coordinator(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(VAGUE)
        assert world.mailbox.contents() == {"Samordnaren": [VAGUE]}
        (letter,) = world.sent_to(COORDINATOR)
        assert "Inget i mejlet pekar på något av delprojekten" in " ".join(text_of(letter).split())


async def test_a_programs_mail_is_filed_and_nobody_is_written_to(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(AUTO)
        assert world.mailbox.contents() == {"Autosvar": [AUTO]}
        assert world.relay.letters == []


async def test_the_outbox_is_woken_when_letters_were_queued(open_world: OpenWorld) -> None:
    async with open_world() as world:
        calls: list[int] = []
        intake = world.intake(queued=lambda: calls.append(1))
        world.mailbox.deliver(AUTO)
        await intake.once()
        assert not calls
        world.mailbox.deliver(mail(), VAGUE)
        await intake.once()
        assert len(calls) == 2


async def test_more_mails_than_a_batch_are_all_taken(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.mailbox.deliver(*(mail(number=number) for number in range(53)))
        taken = await world.intake().once()
        assert (len(taken.handled), taken.moved, taken.left) == (53, 53, 0)
        assert len(world.mailbox.folders["Trygg boendemiljö"]) == 53


# --- the same mail again ---


async def test_the_same_mail_twice_in_one_batch_is_one_case(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail(), mail())
        taken = await world.intake().once()
        assert (len(taken.handled), taken.moved) == (1, 2)
        assert world.mailbox.contents() == {"Trygg boendemiljö": [mail(), mail()]}
        assert len(await world.rows()) == 3
        assert len(await world.cases()) == 1


async def test_the_same_mail_later_is_only_filed(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        world.clock.forward(days=30)
        world.mailbox.deliver(mail())
        taken = await world.intake().once()
        assert (taken.handled, taken.moved, taken.left) == ([], 1, 0)
        await world.delivery().drain()
        assert world.mailbox.contents() == {"Trygg boendemiljö": [mail(), mail()]}
        assert len(world.relay.letters) == 3
        assert len(await world.cases()) == 1


async def test_a_rebuilt_inbox_leads_to_no_second_letter(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.mailbox.refused.add("Trygg boendemiljö")
        await world.take(mail())
        world.mailbox.refused.clear()
        world.mailbox.rebuild()
        await world.take()
        assert world.mailbox.contents() == {"Trygg boendemiljö": [mail()]}
        assert len(world.relay.letters) == 3
        assert [(place.validity, place.uid) for place in await world.places()] == [(1, 1), (2, 101)]


async def test_an_inbox_rebuilt_between_fetch_and_file_is_read_anew(
    open_world: OpenWorld,
) -> None:
    class Rebuilding(Account):
        async def file(self, mails: Any, folder: str) -> Any:
            if self.validity == 1:
                self.rebuild()
            return await super().file(mails, folder)

    async with open_world() as world:
        world.mailbox = Rebuilding(world.clock, LIMIT)
        world.mailbox.deliver(mail())
        await world.intake().once()
        assert world.mailbox.contents() == {"INBOX": [mail()]}
        await world.take()
        assert world.mailbox.contents() == {"Trygg boendemiljö": [mail()]}
        assert len(world.relay.letters) == 3


# --- people work in the same mailbox ---


async def test_a_mail_that_a_person_moved_meanwhile_stays_where_they_put_it(
    open_world: OpenWorld,
) -> None:
    class Shared(Account):
        async def file(self, mails: Any, folder: str) -> Any:
            self.move(1, "Arkiv")
            return await super().file(mails, folder)

    async with open_world() as world:
        world.mailbox = Shared(world.clock, LIMIT)
        world.mailbox.deliver(mail())
        taken = await world.intake().once()
        assert world.mailbox.contents() == {"Arkiv": [mail()]}
        assert (taken.moved, taken.left) == (0, 0)
        assert len(await world.rows()) == 3
        (place,) = await world.places()
        assert place.filed_to is None


async def test_a_mail_that_arrives_meanwhile_waits_for_the_next_pass(
    open_world: OpenWorld,
) -> None:
    class Busy(Account):
        async def file(self, mails: Any, folder: str) -> Any:
            self.deliver(VAGUE)
            self.move(1, "Arkiv")
            return await super().file(mails, folder)

    async with open_world() as world:
        world.mailbox = Busy(world.clock, LIMIT)
        world.mailbox.deliver(mail())
        taken = await world.intake().once()
        assert (taken.moved, taken.left) == (0, 0)
        assert world.mailbox.contents() == {"INBOX": [VAGUE], "Arkiv": [mail()]}


async def test_a_mail_that_is_gone_before_the_fetch_is_no_case(open_world: OpenWorld) -> None:
    class Quick(Account):
        async def waiting(self) -> Any:
            found = await super().waiting()
            for uid in found:
                self.move(uid, "Arkiv")
            return found

    async with open_world() as world:
        world.mailbox = Quick(world.clock, LIMIT)
        world.mailbox.deliver(mail())
        taken = await world.intake().once()
        assert (taken.moved, taken.left) == (0, 0)
        assert await world.cases() == []


async def test_a_recorded_mail_that_has_left_the_inbox_is_decided_all_the_same(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail())
        (raw,) = await world.mailbox.fetch([1])
        hashes = await world.originals.keep([raw.raw])
        await world.journal.record([(raw, hashes[0])], world.clock.now())
        world.mailbox.move(1, "Arkiv")
        await world.take()
        assert world.mailbox.contents() == {"Arkiv": [mail()]}
        assert len(world.sent_to(SVEN)) == len(world.sent_to("anna@example.org")) == 1


# --- mails and servers that make trouble ---


class Poisoned:
    """A journal that cannot write down what one subject says."""

    def __init__(self, world: World, subject: str, error: Exception) -> None:
        self._journal = world.journal
        self._subject = subject
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def decide(self, decisions: Sequence[Decision], *rest: Any) -> Sequence[Written]:
        if any(decision.inquiry.subject == self._subject for decision in decisions):
            raise self._error
        return await self._journal.decide(decisions, *rest)


@pytest.mark.parametrize("error", [StoreError("no such text"), ValueError("a defect")])
async def test_a_mail_that_cannot_be_decided_stays_and_the_next_is_taken(
    open_world: OpenWorld, error: Exception
) -> None:
    poison = mail(subject="Gift", number=5)
    async with open_world() as world:
        world.mailbox.deliver(poison, mail())
        taken = await world.intake(journal=Poisoned(world, "Gift", error)).once()
        assert (len(taken.handled), taken.moved, taken.left) == (1, 1, 1)
        assert world.mailbox.contents() == {"INBOX": [poison], "Trygg boendemiljö": [mail()]}


@pytest.mark.parametrize("error", [StoreRefused("no such text"), ValueError("a defect")])
async def test_a_mail_that_cannot_be_decided_twice_goes_to_the_coordinator_as_it_is(
    open_world: OpenWorld, error: Exception
) -> None:
    poison = mail(subject="Gift", number=5)
    async with open_world() as world:
        world.mailbox.deliver(poison)
        intake = world.intake(journal=Poisoned(world, "Gift", error))
        await intake.once()
        taken = await intake.once()
        assert (len(taken.handled), taken.moved, taken.left) == (1, 1, 0)
        assert world.mailbox.contents() == {"Oläsliga": [poison]}
        await world.delivery().drain()
        (letter,) = world.relay.letters
        assert letter.recipient == COORDINATOR.address.email
        assert "Det gick inte att läsa" in text_of(letter)
        assert poison in letter.content


async def test_while_the_store_takes_nothing_a_mail_waits_and_is_then_decided_as_it_should(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(URGENT)
        away = Poisoned(world, "Hjälp", StoreError("the disk is full"))
        for _ in range(4):
            world.clock.forward(minutes=30)
            taken = await world.intake(journal=away).once()
            assert (taken.handled, taken.moved, taken.left) == ([], 0, 1)
        await world.take()
        (letter,) = world.sent_to(ANDERS)
        assert opened(letter)["Subject"] == "BRÅDSKANDE [IT-2020-0001]"


@pytest.mark.parametrize("error", [StoreRefused("no such text"), ValueError("a defect")])
async def test_an_urgent_mail_that_cannot_be_decided_is_urgent_all_the_same(
    open_world: OpenWorld, error: Exception
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(URGENT)
        intake = world.intake(journal=Poisoned(world, "Hjälp", error))
        await intake.once()
        await intake.once()
        await world.delivery().drain()
        (letter,) = world.relay.letters
        assert opened(letter)["Subject"] == "BRÅDSKANDE [IT-2020-0001]"
        assert world.mailbox.contents() == {"Oläsliga": [URGENT]}


async def test_a_mail_whose_reading_fails_goes_to_the_coordinator_at_once(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Triage, inquiry: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Triage, "_judged", broken)
    async with open_world() as world:
        await world.take(mail())
        assert world.mailbox.contents() == {"Oläsliga": [mail()]}
        assert [letter.recipient for letter in world.relay.letters] == [COORDINATOR.address.email]


async def test_a_missing_original_holds_up_no_other_mail(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail())
        (raw,) = await world.mailbox.fetch([1])
        await world.journal.record([(raw, "0" * 64)], world.clock.now())
        world.mailbox.move(1, "Arkiv")
        await world.take(VAGUE)
        assert len(world.sent_to(COORDINATOR)) == 1
        assert "original-missing case=IT-2020-0001" in caplog.text


async def test_a_folder_that_refuses_holds_up_no_other_folder(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world() as world:
        world.mailbox.refused.add("Trygg boendemiljö")
        many = [mail(number=number) for number in range(60)]
        world.mailbox.deliver(*many, AUTO)
        taken = await world.intake().once()
        assert (taken.moved, taken.left) == (1, 60)
        assert world.mailbox.contents()["Autosvar"] == [AUTO]
        assert "file-failed folder=Trygg boendemiljö" in caplog.text
        world.mailbox.refused.clear()
        assert (await world.intake().once()).moved == 60


async def test_a_mail_that_breaks_the_line_is_left_and_the_others_are_taken(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(Account):
        async def fetch(self, uids: Any) -> Any:
            if 1 in uids:
                raise MailboxError("the line broke")
            return await super().fetch(uids)

    async with open_world() as world:
        world.mailbox = Breaking(world.clock, LIMIT)
        world.mailbox.deliver(AUTO, mail(), VAGUE)
        taken = await world.intake().once()
        assert (taken.moved, taken.left) == (2, 1)
        assert world.mailbox.contents()["INBOX"] == [AUTO]
        assert "fetch-failed uid=1" in caplog.text


@pytest.mark.parametrize("error", [MailboxError("gone"), LoginRefused("no")])
@pytest.mark.parametrize(
    ("step", "calls"),
    [
        ("fetch", ["waiting", "fetch", "waiting"]),
        ("file", ["waiting", "fetch", "file", "waiting"]),
    ],
)
async def test_a_server_that_goes_away_is_asked_once_more_and_then_left_alone(
    open_world: OpenWorld, step: str, calls: list[str], error: MailboxError
) -> None:
    class Leaving(Account):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.calls: list[str] = []

        def called(self, name: str) -> None:
            self.calls.append(name)
            if name == step:
                self.gone = error

        async def waiting(self) -> Any:
            self.called("waiting")
            return await super().waiting()

        async def fetch(self, uids: Any) -> Any:
            self.called("fetch")
            return await super().fetch(uids)

        async def file(self, mails: Any, folder: str) -> Any:
            self.called("file")
            return await super().file(mails, folder)

    async with open_world() as world:
        world.mailbox = mailbox = Leaving(world.clock, LIMIT)
        mailbox.deliver(mail(), VAGUE, AUTO)
        with pytest.raises(type(error)):
            await world.intake().once()
        assert mailbox.calls == calls
        assert len(mailbox.inbox) == 3


async def test_of_a_mail_over_the_limit_the_coordinator_hears_where_it_lies(
    open_world: OpenWorld,
) -> None:
    large = mail(LAMP + "\n" + "x" * LIMIT)
    async with open_world() as world:
        await world.take(large)
        assert world.mailbox.contents() == {"Oläsliga": [large]}
        (letter,) = world.relay.letters
        assert letter.recipient == COORDINATOR.address.email
        assert list(opened(letter).iter_attachments()) == []
        assert "i mappen Oläsliga" in " ".join(text_of(letter).split())


async def test_a_mail_over_the_limit_is_known_again(open_world: OpenWorld) -> None:
    large = mail(LAMP + "\n" + "x" * LIMIT)
    async with open_world() as world:
        world.mailbox.refused.add("Oläsliga")
        await world.take(large)
        world.mailbox.refused.clear()
        await world.take()
        assert world.mailbox.contents() == {"Oläsliga": [large]}
        assert len(world.relay.letters) == 1


# --- what follows a case ---


async def test_a_residents_answer_goes_to_the_same_leaders_without_an_acknowledgement(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (acknowledgement,) = world.sent_to("anna@example.org")
        await world.take(answer(acknowledgement, "Nu lyser den igen, knarkarna är borta. Tack!"))
        assert len(world.sent_to(SVEN)) == len(world.sent_to(JOHN)) == 2
        assert len(world.sent_to("anna@example.org")) == 1
        assert world.sent_to(ANDERS) == []
        told = " ".join(text_of(world.sent_to(SVEN)[1]).split())
        assert "fortsättning på ärende IT-2020-0001" in told


async def test_a_leaders_answer_is_filed_and_not_forwarded(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        replied = answer(forward, "Hej Anna! Vi lagar den i veckan.", "sven@markaryd.example")
        await world.take(replied)
        assert world.mailbox.contents() == {"Trygg boendemiljö": sorted([mail(), replied])}
        assert len(world.relay.letters) == 3


async def test_a_tag_in_the_subject_is_enough(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        await world.take(mail("En sak till.", "Angående [IT-2020-0001]", number=7))
        assert len(world.sent_to(SVEN)) == 2


async def test_a_tag_of_no_case_is_an_inquiry(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail(subject="SV: [IT-2019-0815] Lampan"))
        assert (await world.cases())[0].kind == "inquiry"
        assert len(world.sent_to("anna@example.org")) == 1


async def test_an_answer_in_a_case_whose_subproject_is_gone_goes_to_the_coordinator(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("Det är knarkare vid lekplatsen.", "Lekplatsen"))
        (acknowledgement,) = world.sent_to("anna@example.org")
        smaller = replace(ORGANISATION, subprojects=ORGANISATION.subprojects[:1])
        world.mailbox.deliver(answer(acknowledgement, "Nu är de där igen."))
        await world.intake(organisation=smaller).once()
        assert [key for key in await world.rows() if "IT-2020-0002" in key] == [
            "forward/IT-2020-0002/samordnare"
        ]


async def test_danger_reaches_the_coordinator_too_and_the_subject_says_nothing_of_it(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail("Knarkare knivhotar folk i parken!", "Hjälp, Kalle blir hotad"))
        for reader in (ANDERS, COORDINATOR):
            (letter,) = world.sent_to(reader)
            assert opened(letter)["Subject"] == "BRÅDSKANDE [IT-2020-0001]"
            assert "112" in text_of(letter)


async def test_spam_that_speaks_of_danger_is_seen_by_a_person(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail("Han knivhotar mig nu.", X_Spam_Flag="YES"))
        assert "Skräppost" not in world.mailbox.contents()
        assert COORDINATOR.address.email in [letter.recipient for letter in world.relay.letters]
        assert world.sent_to("anna@example.org") == []


# --- acknowledgements ---


async def test_a_sender_gets_one_acknowledgement_in_a_day(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail(number=1), mail(number=2))
        world.clock.forward(hours=23, minutes=59)
        await world.take(mail(number=3))
        assert len(world.sent_to("anna@example.org")) == 1
        world.clock.forward(minutes=1)
        await world.take(mail(number=4))
        assert len(world.sent_to("anna@example.org")) == 2
        assert len(world.sent_to(SVEN)) == 4


async def test_after_so_many_in_an_hour_none_are_sent_and_the_coordinator_hears_of_it_once(
    open_world: OpenWorld,
) -> None:
    def crowd(first: int) -> list[bytes]:
        return [
            mail(sender=f"boende.{number}@example.org", number=number)
            for number in range(first, first + 8)
        ]

    async with open_world() as world:
        await world.take(*crowd(0))
        residents = [r for r in world.relay.letters if r.recipient.startswith("boende")]
        assert len(residents) == RULES.acknowledgements_an_hour
        assert len(world.sent_to(SVEN)) == 8
        (notice,) = world.sent_to(COORDINATOR)
        assert opened(notice)["Subject"] == "Bekräftelserna är stoppade tills vidare"
        world.clock.forward(hours=1, seconds=1)
        await world.take(*crowd(100))
        assert len(world.sent_to(COORDINATOR)) == 2


async def test_no_limit_is_reached_where_the_operator_wants_no_acknowledgements(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        world.mailbox.deliver(mail())
        await world.intake(rules=replace(RULES, acknowledgements_an_hour=0)).once()
        assert list(await world.rows()) == [
            "forward/IT-2020-0001/sven",
            "forward/IT-2020-0001/john",
        ]


# --- forwards that fail ---


async def test_of_a_forward_that_failed_the_coordinator_hears_once(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.relay.answers[SVEN.address.email] = Refused(550, "5.1.1 no such user")
        await world.take(mail())
        (notice,) = world.sent_to(COORDINATOR)
        assert "sven@markaryd.example" in text_of(notice)
        assert "550 5.1.1 no such user" in text_of(notice)
        (attached,) = opened(notice).iter_attachments()
        assert mail() in notice.content
        assert attached.get_content_type() == "message/rfc822"
        await world.outbox.retry(["forward/IT-2020-0001/sven"], world.clock.now())
        await world.delivery().drain()
        assert len(world.sent_to(COORDINATOR)) == 1


async def test_no_notice_follows_a_notice_that_failed(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world() as world:
        for reader in (SVEN, COORDINATOR):
            world.relay.answers[reader.address.email] = Refused(550, "no")
        await world.take(mail())
        states = {key: row.state for key, row in (await world.rows()).items()}
        assert states == {
            "forward/IT-2020-0001/sven": "failed",
            "forward/IT-2020-0001/john": "accepted",
            "acknowledgement/IT-2020-0001": "accepted",
            "notice/IT-2020-0001/sven": "failed",
        }
        assert "letter-failed key=notice/IT-2020-0001/sven" in caplog.text


async def test_of_a_letter_that_is_too_large_to_forward_the_coordinator_hears_in_a_small_one(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Narrow(Recorder):
        async def send(self, letters: Any, known: Any = None, *others: Any) -> Any:
            await super().send(letters, known, *others)
            for place, letter in enumerate(letters):
                if len(letter.content) > 8000:
                    known[place] = Refused(552, "5.3.4 too big")

    monkeypatch.setattr("mailer.flows.correspondence._ATTACHED", 5000)
    async with open_world() as world:
        world.relay = Narrow()
        await world.take(mail("Hej! Jag har en fråga om en sak." * 150, "Fråga"))
        _, notice = world.sent_to(COORDINATOR)
        assert list(opened(notice).iter_attachments()) == []
        assert "för stort" in text_of(notice)


async def test_an_acknowledgement_that_failed_is_no_ones_business(open_world: OpenWorld) -> None:
    async with open_world() as world:
        world.relay.answers["anna@example.org"] = Refused(550, "no such user")
        await world.take(mail())
        assert world.sent_to(COORDINATOR) == []


async def test_ids_of_our_letters_are_known_again(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        ids = [opened(letter)["Message-ID"].strip("<>") for letter in world.relay.letters]
        assert [IDENTITY.kind_of(each) for each in ids] == ["forward"] * 2 + ["acknowledgement"]


async def test_a_pass_is_told_in_the_log_without_what_the_mail_says(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_world() as world:
        await world.take(mail())
        line = "decided case=IT-2020-0001 kind=inquiry owner=boende urgent=False letters=3"
        assert line in caplog.text
        assert "anna@" not in caplog.text


def bounce(forward: bytes, action: str = "failed") -> bytes:
    """What a leader's mail server sends back after our relay took the forward (RFC 3464)."""
    report = f"Final-Recipient: rfc822; {SVEN.address.email}\r\nAction: {action}\r\nStatus: 5.1.1"
    report += "\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user"
    return b"\r\n".join(
        [
            b"Return-Path: <>",
            b"From: MAILER-DAEMON@markaryd.example",
            b"To: " + MAILBOX.email.encode(),
            b"Subject: Undelivered Mail Returned to Sender",
            b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            b"",
            b"--b",
            b"Content-Type: message/delivery-status",
            b"",
            b"Reporting-MTA: dns; markaryd.example",
            b"",
            report.encode(),
            b"",
            b"--b",
            b"Content-Type: message/rfc822",
            b"",
            forward,
            b"--b--",
            b"",
        ]
    )


async def test_an_urgent_mail_is_answered_with_where_to_ring_first(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail("Min granne knivhotade mig nyss."))
        (letter,) = world.sent_to("anna@example.org")
        assert text_of(letter).split("\r\n\r\n")[1].startswith("RING 112 NU")


async def test_a_forward_that_comes_back_is_told_to_the_coordinator_once(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        await world.take(bounce(forward.content))
        await world.take(bounce(forward.content) + b"\r\n")
        (notice,) = world.sent_to(COORDINATOR)
        assert "Ärende IT-2020-0001 gick inte att lämna till sven@" in " ".join(
            text_of(notice).split()
        )
        assert "Mejlservern svarade: ”550 5.1.1 no such user”" in text_of(notice)
        assert world.mailbox.contents()["Studsar"] == [
            bounce(forward.content),
            bounce(forward.content) + b"\r\n",
        ]


@pytest.mark.parametrize("action", ["delayed", "relayed"])
async def test_a_forward_that_is_only_late_is_told_to_nobody(
    open_world: OpenWorld, action: str
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        await world.take(bounce(forward.content, action))
        assert world.sent_to(COORDINATOR) == []


async def test_a_notice_that_comes_back_leads_to_no_other(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        await world.take(bounce(forward.content))
        (notice,) = world.sent_to(COORDINATOR)
        await world.take(bounce(opened(notice).as_bytes().split(b"\n\n", 1)[0]))
        assert len(world.sent_to(COORDINATOR)) == 1
