"""A year of editions: on time, approved, held, missed, empty, and never sent twice."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailer.errors import (
    EditionError,
    LoginRefused,
    MailboxError,
    NotApproved,
    Problem,
    SettingsError,
)
from mailer.newsletter.activity import Activity
from mailer.newsletter.approval import Missed
from mailer.newsletter.finding import Finding
from tests.flows.conftest import OpenWorld
from tests.flows.editions import ACTIVITIES, activity
from tests.flows.newsroom import ANNA, APPROVAL, BO, office
from tests.flows.world import COORDINATOR, MAILBOX, mail, opened

pytestmark = pytest.mark.anyio

EVA = "eva@example.org"
MINUTE = timedelta(minutes=1)
ERROR = Finding("error", "a.yaml", 3, "wrong", "Datumet är fel.", "weekday")


def every_month(*, but: int = 0) -> list[Activity]:
    """Something to tell in each edition of a year from September 2020, but in one month."""
    months = [(2020 + (month > 12), (month - 1) % 12 + 1) for month in range(9, 21)]
    return [
        activity(f"Vandring {year}-{month:02}", date(year, month, 5))
        for year, month in months
        if month != but
    ]


async def test_a_year_of_editions(open_world: OpenWorld) -> None:
    # 02:30 on the last Sunday: it does not exist in March, and comes twice in October.
    async with open_world() as world:
        desk = await office(
            world, cron="day=last sun; hour=2; minute=30", approval=APPROVAL,
            missed=Missed("within", timedelta(days=3)), horizon=timedelta(days=1),
        )  # fmt: skip
        desk.files.save(activities=[a for a in every_month(but=7) if "2020-09" not in a.title])

        async def approve(period: str) -> None:
            proof, _ = await desk.approvals.proofs.latest(period)
            assert proof
            await desk.approvals.answer(proof, ANNA, "approve", "")
            await world.delivery().drain()

        await desk.until("2020-10-24T00:00")
        assert desk.sent_to(COORDINATOR.address.email) == []
        assert desk.sent_to(ANNA.email)[0] == (
            "Tryggare tillsammans för september 2020: inget nytt, inget skickat"
        )
        await approve("2020-10")
        await desk.until("2020-10-25T00:29", MINUTE * 30)
        sent = len(desk.sent_to(EVA))
        await desk.until("2020-10-25T04:00", MINUTE * 5)
        assert (sent, len(desk.sent_to(EVA))) == (0, 1)  # once, though the hour came twice

        for period, asked in [("2020-11", "27"), ("2020-12", "26"), ("2021-01", "30")]:
            await desk.until(f"{period}-{asked}T12:00")
            await approve(period)
        await desk.until("2021-02-27T00:00")
        await approve("2021-02")
        desk.sleep_until("2021-03-02T02:00")  # two days of outage, over the hour
        desk.restart()
        await desk.until("2021-03-02T02:10", MINUTE * 5)
        assert len(desk.sent_to(EVA)) == 5
        assert desk.sent_to(EVA)[-1] == "Tryggare tillsammans, februari 2021"

        await desk.until("2021-03-27T12:00")
        await approve("2021-03")
        await desk.until("2021-03-28T03:29", MINUTE)
        assert len(desk.sent_to(EVA)) == 5
        await desk.until("2021-03-28T03:30", MINUTE)
        assert len(desk.sent_to(EVA)) == 6

        await desk.until("2021-04-24T12:00")
        await approve("2021-04")
        # Edited after the approval: asked anew, held over the hour, sent when approved.
        desk.files.save(activities=[*desk.files.activities, activity("Ny", date(2021, 4, 6))])
        await desk.until("2021-04-25T12:00")
        assert len(desk.sent_to(EVA)) == 6
        proof, answers = await desk.approvals.proofs.latest("2021-04")
        assert proof and proof.number == 2 and not answers
        await approve("2021-04")
        await desk.until("2021-04-25T12:01", MINUTE)
        assert len(desk.sent_to(EVA)) == 7

        for period, asked in [("2021-05", "29"), ("2021-06", "26")]:
            await desk.until(f"{period}-{asked}T12:00")
            await approve(period)
        await desk.until("2021-08-28T00:00")  # July is empty
        assert len(desk.sent_to(EVA)) == 9
        assert "Tryggare tillsammans för juli 2021: inget nytt, inget skickat" in desk.sent_to(
            BO.email
        )
        assert len([key for key in await world.rows() if key.startswith("edition/")]) == 9
        assert len(desk.mailbox.copies) == 9
        assert not desk.sent_to(MAILBOX.email)


async def test_nobody_need_approve(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        await desk.until("2020-09-11T09:59", timedelta(days=1))
        assert not desk.sent_to(EVA)
        await desk.until("2020-09-11T10:00", MINUTE)
        assert len(desk.sent_to(EVA)) == 1
        desk.restart()
        await desk.until("2020-09-12T10:00")
        assert len(desk.sent_to(EVA)) == 1


async def test_the_proof_shows_the_edition_and_is_answered_by_mail(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world, approval=APPROVAL)
        await desk.until("2020-09-09T10:00")
        (proof,) = world.sent_to(ANNA.email)
        letter = opened(proof)
        assert letter["Subject"] == "Godkänn Tryggare tillsammans för september 2020"
        html = letter.get_body(("html",))
        assert html and "Vandring med polisen" in html.get_content()
        asked = letter["Message-ID"].strip("<>")

        async def reply(text: str, sender: str, reference: str = asked, number: int = 1) -> str:
            raw = mail(text, "Sv: Godkänn", sender, number, In_Reply_To=f"<{reference}>")
            world.mailbox.deliver(raw)
            taken = await world.intake(answered=desk.approvals.take).once()
            await world.delivery().drain()
            return taken.handled[0].route.folder

        assert await reply("Vem är det på bilden?", ANNA.email) != "Egna utskick"
        assert await reply("Godkänn", "dan@example.org", number=2) != "Egna utskick"
        assert await reply("Godkänn", BO.email, number=3) != "Egna utskick"  # it was Anna's letter
        assert await reply("Godkänn", ANNA.email, "x@markaryd.example", 4) != "Egna utskick"
        await desk.until("2020-09-11T10:01")
        assert not desk.sent_to(EVA)
        assert await reply("Stoppa: fel bild", ANNA.email, number=5) == "Egna utskick"
        assert desk.sent_to(BO.email)[-1] == (
            "Tryggare tillsammans för september 2020: stoppad av Anna Ek"
        )
        await desk.until("2020-09-11T11:01")
        assert not desk.sent_to(EVA)
        assert await reply("Godkänn, allt är rätt ändå", ANNA.email, number=6) == "Egna utskick"
        await desk.until("2020-09-11T11:02", MINUTE)
        assert len(desk.sent_to(EVA)) == 1
        assert not [x for x in desk.sent_to(ANNA.email) if "tagit emot" in x][2:]


async def test_an_answer_to_what_was_changed_since_counts_for_nothing(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world, approval=APPROVAL)
        await desk.until("2020-09-09T10:00")
        asked = opened(world.sent_to(ANNA.email)[0])["Message-ID"]
        desk.files.save(activities=[*ACTIVITIES, activity("Ny", date(2020, 9, 5))])
        await desk.until("2020-09-09T10:20", MINUTE * 5)
        assert len(desk.sent_to(ANNA.email)) == 2
        assert "+" in desk.texts_to(ANNA.email)[1]
        world.mailbox.deliver(mail("Godkänn", "Sv:", ANNA.email, In_Reply_To=asked))
        await world.intake(answered=desk.approvals.take).once()
        await desk.until("2020-09-11T10:00")
        assert not desk.sent_to(EVA)
        assert "har ändrats" in desk.sent_to(ANNA.email)[2]


async def test_what_is_saved_over_and_over_is_asked_about_when_it_rests(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world, approval=APPROVAL)
        await desk.until("2020-09-09T10:00")
        for minute in range(5, 60, 5):
            desk.files.save(activities=[*ACTIVITIES, activity(f"N{minute}", date(2020, 9, 5))])
            await desk.until(f"2020-09-09T10:{minute:02}", MINUTE)
        assert len(desk.sent_to(ANNA.email)) == 1
        await desk.until("2020-09-09T11:10", MINUTE)
        assert len(desk.sent_to(ANNA.email)) == 2


async def test_a_missed_edition_is_dropped_and_told_once(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        desk.files.save(activities=every_month())
        await desk.until("2020-09-11T10:00")
        desk.sleep_until("2020-10-12T10:00")
        for _ in range(2):
            desk.restart()
            await desk.until("2020-10-12T10:30", MINUTE)
        assert len(desk.sent_to(EVA)) == 1
        assert desk.sent_to(COORDINATOR.address.email) == [
            "Tryggare tillsammans för oktober 2020 gick inte ut"
        ]


async def test_a_missed_edition_may_be_asked_about(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world, missed=Missed("ask"))
        desk.sleep_until("2020-09-14T10:00")
        await desk.until("2020-09-14T10:30", MINUTE)
        (asked,) = desk.texts_to(COORDINATOR.address.email)
        assert "Ska den skickas ändå?" in asked
        assert not desk.sent_to(EVA)
        proof, _ = await desk.approvals.proofs.latest("2020-09")
        assert proof
        await desk.approvals.answer(proof, COORDINATOR.address, "approve", "")
        await desk.until("2020-09-14T10:31", MINUTE)
        assert len(desk.sent_to(EVA)) == 1


async def test_an_edition_with_errors_is_held_and_the_editors_told_once(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world)
        desk.files.save(findings=(ERROR,))
        await desk.until("2020-09-11T10:20", MINUTE * 10)
        desk.restart()
        await desk.until("2020-09-11T10:30", MINUTE * 10)
        assert desk.newsroom.trouble.startswith("a.yaml:3: wrong")
        (told,) = desk.texts_to(COORDINATOR.address.email)
        assert "Datumet är fel. (a.yaml:3)" in told
        desk.files.save(findings=(replace(ERROR, severity="warning"),))
        await desk.until("2020-09-11T10:31", MINUTE)
        assert len(desk.sent_to(EVA)) == 1
        assert desk.newsroom.trouble == ""


async def test_files_that_cannot_be_read_hold_the_edition_at_its_hour(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world)
        desk.files.broken = SettingsError((Problem("a.yaml", 1, "is no YAML"),))
        await desk.until("2020-09-11T09:59")
        assert desk.newsroom.trouble == ""
        await desk.until("2020-09-11T10:05", MINUTE)
        assert desk.newsroom.trouble == "a.yaml:1: is no YAML"
        await world.delivery().drain()
        assert len(desk.sent_to(COORDINATOR.address.email)) == 1
        desk.files.broken = None
        await desk.until("2020-09-11T10:06", MINUTE)
        assert len(desk.sent_to(EVA)) == 1
        desk.files.broken = SettingsError((Problem("a.yaml", 1, "is no YAML"),))
        await desk.until("2020-09-12T10:06")
        assert desk.newsroom.trouble == ""  # it does not matter any more


async def test_what_the_store_forgot_is_not_sent_again(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world)
        desk.mailbox.copies.add("2020-09 tryggare-tillsammans.markaryd.example")
        await desk.until("2020-09-11T10:05", MINUTE * 5)
        assert "the contact mailbox holds a copy" in desk.newsroom.trouble
        with pytest.raises(EditionError, match="went out before"):
            await desk.newsroom.publish(date(2020, 9, 11))
        assert not desk.sent_to(EVA)


async def test_what_the_archive_has_is_not_sent_again(open_world: OpenWorld) -> None:
    async with open_world() as lost:
        desk = await office(lost)
        await desk.until("2020-09-11T10:00")
        async with open_world() as restored:
            again = await office(restored)
            again.newsroom.archive = desk.newsroom.archive
            await again.until("2020-09-11T10:00")
            assert "the archive holds a copy" in again.newsroom.trouble
            assert not again.sent_to(EVA)


async def test_a_mailbox_that_is_gone_holds_the_schedule_but_not_a_person(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world)
        desk.mailbox.gone = MailboxError("imap: no answer in time")
        await desk.until("2020-09-11T10:10", MINUTE * 5)
        assert desk.newsroom.trouble == "imap: no answer in time"
        queued = await desk.newsroom.publish(date(2020, 9, 11))
        assert queued.letters == 1
        await desk.until("2020-09-11T11:00", MINUTE * 10)
        assert not desk.mailbox.copies
        desk.mailbox.gone = None
        await desk.until("2020-09-11T11:10", MINUTE * 10)
        assert desk.mailbox.copies == {"2020-09 tryggare-tillsammans.markaryd.example"}


async def test_after_a_refused_login_the_copy_waits_for_five_minutes(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world)
        await desk.until("2020-09-11T09:59", MINUTE)
        await desk.newsroom.publish(date(2020, 9, 11))
        desk.mailbox.copies.clear()
        desk.mailbox.gone, desk.mailbox.asked = LoginRefused("imap: wrong password"), 0
        await desk.until("2020-09-11T10:20", MINUTE)
        assert 2 <= desk.mailbox.asked <= 5
        desk.mailbox.gone = None
        await desk.until("2020-09-11T10:30", MINUTE)
        assert desk.mailbox.copies


async def test_by_hand_an_edition_must_be_approved_too(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world, approval=replace(APPROVAL, at_least=2))

        async def refused() -> str:
            with pytest.raises(NotApproved) as caught:
                await desk.newsroom.publish(date(2020, 9, 11))
            return str(caught.value)

        assert "the approvers are asked now" in await refused()
        await world.delivery().drain()
        assert "2 av er behöver" in desk.texts_to(ANNA.email)[0]
        proof, _ = await desk.approvals.proofs.latest("2020-09")
        assert proof
        assert await desk.approvals.answer(proof, ANNA, "approve", "")
        assert not await desk.approvals.answer(proof, ANNA, "approve", "")
        assert "has 1 of 2 approvals" in await refused()
        await desk.approvals.answer(proof, BO, "stop", "fel")
        assert f"was stopped by {BO.email}" in await refused()
        await desk.approvals.answer(proof, BO, "approve", "")
        assert (await desk.newsroom.publish(date(2020, 9, 11))).letters == 1
        assert (await desk.newsroom.publish(date(2020, 9, 11))).again


async def test_errors_stop_a_person_too_and_nothing_to_tell_is_said(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        desk = await office(world, approval=APPROVAL)
        desk.files.save(findings=(ERROR,))
        with pytest.raises(EditionError, match="mend this first"):
            await desk.newsroom.publish(date(2020, 9, 11))
        desk.files.save(findings=(), activities=())
        with pytest.raises(EditionError, match="nothing done and nothing to come"):
            await desk.newsroom.publish(date(2020, 9, 11))
        assert not await world.rows()


async def test_when_empty_nobody_need_be_told(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world, when_empty="skip")
        desk.files.save(activities=())
        await desk.until("2020-09-12T10:00")
        assert not await world.rows()


async def test_a_link_is_for_one_approver_and_one_proof(open_world: OpenWorld) -> None:
    async with open_world() as world:
        desk = await office(world, approval=APPROVAL)
        await desk.until("2020-09-09T10:00")
        proof, _ = await desk.approvals.proofs.latest("2020-09")
        assert proof
        link = desk.approvals.link(proof, ANNA)
        assert link in desk.texts_to(ANNA.email)[0]
        *_, period, number, name, seal = link.split("/")
        assert desk.approvals.approver_of(period, number, name, seal) == ANNA
        other = desk.approvals.link(proof, BO).split("/")[-2]
        for false in ((period, "2", name, seal), (period, number, other, seal)):
            assert desk.approvals.approver_of(*false) is None
        desk.files.save(
            newsletter=replace(desk.files.newsletter, approval=replace(APPROVAL, by=(BO,)))
        )
        assert desk.approvals.approver_of(period, number, name, seal) is None
