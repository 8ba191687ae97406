"""Mails that people move in the mailbox: obeyed, told, taken back, and never obeyed twice."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, cast

import pytest

from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.sightings import StoredSightings
from mailer.errors import LoginRefused, MailboxError, StoreError
from mailer.flows import run
from mailer.flows.moves import Moves
from mailer.inquiry.correction import Holding
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import Fault, Killed
from tests.flows.moving import Cabinet, moves
from tests.flows.world import (
    ANDERS,
    COORDINATOR,
    JOHN,
    SVEN,
    World,
    mail,
    opened,
    text_of,
)

pytestmark = pytest.mark.anyio

LAMPS, DRUGS = "Trygg boendemiljö", "Drogförebyggande"
VAGUE = mail("Hej! Jag har en fråga om en sak.", "Fråga")
ANNA = "anna@example.org"


@asynccontextmanager
async def filed(open_world: OpenWorld, *mails: bytes) -> AsyncIterator[tuple[World, Cabinet]]:
    """A world that has looked once, and has then taken these mails, or one about a lamp."""
    async with open_world() as world:
        cabinet = Cabinet(world.mailbox)
        await moves(world, cabinet).look()
        await world.take(*(mails or (mail(),)))
        yield world, cabinet


async def look(world: World, cabinet: Cabinet) -> int:
    """Look, and send what follows."""
    corrected = await moves(world, cabinet).look()
    await world.delivery().drain()
    return corrected


async def holding(world: World) -> Holding:
    found = await StoredLabels(world.database).holding("IT-2020-0001", world.clock.now())
    assert found
    return found


def plain(letter: Any) -> str:
    return " ".join(text_of(letter).split())


async def test_a_mail_that_was_moved_goes_to_the_leaders_of_that_folder(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        assert await look(world, cabinet) == 1
        (forward,) = world.sent_to(ANDERS)
        assert "flyttat hit av en kollega" in plain(forward)
        assert mail() in forward.content
        (case,) = await world.cases()
        assert (case.owner, case.certain, case.folder) == ("drog", True, DRUGS)
        (taught,) = await StoredLabels(world.database).taught()
        assert (taught.number, taught.holder) == ("IT-2020-0001", "drog")


async def test_who_had_it_is_told_in_a_line_and_does_not_get_the_mail_again(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        for leader in (SVEN, JOHN):
            _, line = world.sent_to(leader)
            assert opened(line)["Subject"] == (
                "[IT-2020-0001] har flyttats till Drogförebyggande gruppen"
            )
            assert "Nu är det Anders Buene som svarar, så du behöver inte göra något mer" in plain(
                line
            )
            assert mail() not in line.content


async def test_the_sender_is_told_once_it_has_stood_for_ten_minutes(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        assert len(world.sent_to(ANNA)) == 1  # the acknowledgement
        world.clock.forward(minutes=10)
        await look(world, cabinet)
        _, letter = world.sent_to(ANNA)
        assert "hör till delprojektet ”Drogförebyggande gruppen”" in plain(letter)
        assert "Anders Buene" in plain(letter)
        assert letter.mail_from == ""
        assert opened(letter)["Auto-Submitted"] == "auto-replied"
        assert opened(letter)["In-Reply-To"] == "<mail.1@example.org>"


async def test_a_sender_who_was_told_of_nobody_is_told_nothing(open_world: OpenWorld) -> None:
    async with filed(open_world, VAGUE) as (world, cabinet):
        cabinet.move("Samordnaren", DRUGS)
        assert await look(world, cabinet) == 1
        assert len(world.sent_to(ANDERS)) == 1
        assert len(world.sent_to(COORDINATOR)) == 2
        world.clock.forward(minutes=11)
        cabinet.move(DRUGS, LAMPS)
        assert await look(world, cabinet) == 1
        world.clock.forward(minutes=11)
        await look(world, cabinet)
        assert len(world.sent_to(ANNA)) == 1


async def test_a_mail_can_go_to_the_coordinator(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, "Samordnaren")
        assert await look(world, cabinet) == 1
        assert "flyttat hit av en kollega" in plain(world.sent_to(COORDINATOR)[0])
        (case,) = await world.cases()
        assert (case.owner, case.certain) == (None, True)
        world.clock.forward(minutes=10)
        await look(world, cabinet)
        assert "så att rätt person läser det" in plain(world.sent_to(ANNA)[1])


async def test_dragged_out_and_back_counts_for_nothing(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        before = await world.cases()
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        world.clock.forward(minutes=9)
        cabinet.move(DRUGS, LAMPS)
        assert await look(world, cabinet) == 1
        assert await world.cases() == before
        assert await StoredLabels(world.database).taught() == []
        assert "är tillbaka hos Trygg boendemiljö" in opened(world.sent_to(ANDERS)[1])["Subject"]
        assert "Du har redan fått mejlet" in plain(world.sent_to(SVEN)[2])
        world.clock.forward(hours=1)
        await look(world, cabinet)
        assert len(world.sent_to(ANNA)) == 1


async def test_moved_back_later_is_a_correction_of_its_own(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        for source, target, slug in ((LAMPS, DRUGS, "drog"), (DRUGS, LAMPS, "boende")):
            cabinet.move(source, target)
            assert await look(world, cabinet) == 1
            world.clock.forward(minutes=10)
            await look(world, cabinet)
            (taught,) = await StoredLabels(world.database).taught()
            assert taught.holder == slug
        _, first, second = world.sent_to(ANNA)
        assert "Anders Buene" in plain(first)
        assert "Sven Holmberg" in plain(second)
        assert len([each for each in world.sent_to(SVEN) if mail() in each.content]) == 1


async def test_moved_on_at_once_the_sender_hears_of_the_last_only(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        world.clock.forward(minutes=5)
        cabinet.move(DRUGS, "Samordnaren")
        await look(world, cabinet)
        world.clock.forward(minutes=10)
        await look(world, cabinet)
        _, letter = world.sent_to(ANNA)
        assert "Projektledningen" in plain(letter)


async def test_out_and_back_between_two_looks_is_never_seen(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        letters = len(world.relay.letters)
        cabinet.move(LAMPS, DRUGS)
        cabinet.move(DRUGS, LAMPS)
        assert await look(world, cabinet) == 0
        assert len(world.relay.letters) == letters


async def test_a_mail_program_that_copies_and_marks_is_obeyed_when_both_are_done(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        uid = cabinet.uid_in(LAMPS)
        cabinet.copy(LAMPS, DRUGS)
        assert await look(world, cabinet) == 0
        cabinet.mark_deleted(LAMPS, uid)
        assert await look(world, cabinet) == 1
        del world.mailbox.folders[LAMPS][uid]
        assert await look(world, cabinet) == 0
        assert len(world.sent_to(ANDERS)) == 1


async def test_a_copy_that_stays_a_copy_is_no_correction(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        uid = cabinet.uid_in(LAMPS)
        cabinet.copy(LAMPS, DRUGS)
        assert await look(world, cabinet) == 0
        world.clock.forward(days=1)
        assert await look(world, cabinet) == 0
        cabinet.mark_deleted(LAMPS, uid)
        assert await look(world, cabinet) == 0
        assert world.sent_to(ANDERS) == []


async def test_moved_on_before_a_look_only_the_last_place_counts(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.copy(LAMPS, "Samordnaren")
        cabinet.mark_deleted(LAMPS, cabinet.uid_in(LAMPS))
        assert await StoredSightings(world.database).unsettled() == []
        first = cabinet.uid_in("Samordnaren")
        looking = moves(world, cabinet)
        for news in await cabinet.news(await looking.sightings.marks()):
            await looking._note(news)
        cabinet.copy("Samordnaren", DRUGS)
        cabinet.mark_deleted("Samordnaren", first)
        assert await look(world, cabinet) == 1
        assert (await holding(world)).holder == "drog"
        assert world.sent_to(COORDINATOR) == []


async def test_a_persons_own_archive_is_noted_and_means_nothing(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, "Svens arkiv")
        assert await look(world, cabinet) == 0
        assert (await holding(world)).holder == "boende"
        assert await StoredSightings(world.database).unsettled() == []
        cabinet.move("Svens arkiv", DRUGS)
        assert await look(world, cabinet) == 1
        assert (await holding(world)).holder == "drog"


async def test_what_lay_there_before_the_first_look_is_left_alone(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        cabinet = Cabinet(world.mailbox)
        cabinet.move(LAMPS, DRUGS)
        assert await look(world, cabinet) == 0
        assert await look(world, cabinet) == 0
        assert world.sent_to(ANDERS) == []


async def test_spam_that_is_none_becomes_an_inquiry_and_back(open_world: OpenWorld) -> None:
    spam = mail("Det knarkas i parken.", "Parken", X_Spam_Flag="YES")
    async with filed(open_world, spam) as (world, cabinet):
        assert (await holding(world)).holder == ""
        cabinet.move("Skräppost", DRUGS)
        assert await look(world, cabinet) == 1
        assert len(world.sent_to(ANDERS)) == 1
        assert [case.kind for case in await world.cases()] == ["inquiry"]
        cabinet.move(DRUGS, "Skräppost")
        assert await look(world, cabinet) == 1
        assert [case.kind for case in await world.cases()] == ["spam"]
        assert len(world.sent_to(ANDERS)) == 2
        assert world.sent_to(COORDINATOR) == []


async def test_an_inquiry_moved_to_a_shelf_stays_with_its_leaders(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, "Skräppost")
        assert await look(world, cabinet) == 0
        assert (await holding(world)).holder == "boende"


async def test_what_lies_among_the_spam_for_ten_minutes_needs_no_answer(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, "Skräppost")
        for minutes in (0, 9):
            world.clock.forward(minutes=minutes)
            await look(world, cabinet)
            assert len(await world.follow_ups.waiting()) == 1
        world.clock.forward(minutes=1)
        await look(world, cabinet)
        assert await world.follow_ups.waiting() == []


async def test_what_is_thrown_away_and_taken_back_waits_for_its_answer(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, "Skräppost")
        await look(world, cabinet)
        cabinet.move("Skräppost", LAMPS)
        world.clock.forward(minutes=10)
        await look(world, cabinet)
        assert len(await world.follow_ups.waiting()) == 1


async def test_a_mail_that_is_moved_while_it_is_being_decided_waits_for_that(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        cabinet = Cabinet(world.mailbox)
        world.mailbox.deliver(mail("Ett annat brev.", number=9))
        await world.intake().once()
        await look(world, cabinet)
        world.mailbox.deliver(mail())
        recorded = await world.mailbox.fetch(await world.mailbox.waiting())
        hashes = await world.originals.keep([each.raw for each in recorded])
        await world.journal.record(list(zip(recorded, hashes, strict=True)), world.clock.now())
        cabinet.move("INBOX", DRUGS)
        assert await look(world, cabinet) == 0
        await world.intake().once()
        assert await look(world, cabinet) == 1
        assert len(world.sent_to(ANDERS)) == 1


async def test_rebuilt_folders_mean_nothing_by_themselves(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        letters = len(world.relay.letters)
        cabinet.rebuild()
        assert await look(world, cabinet) == 0
        assert len(world.relay.letters) == letters
        cabinet.move(DRUGS, "Samordnaren")
        assert await look(world, cabinet) == 1


async def test_a_mail_without_a_message_id_is_known_by_its_bytes(open_world: OpenWorld) -> None:
    nameless = mail().replace(b"Message-ID: <mail.1@example.org>\r\n", b"")
    async with filed(open_world, nameless) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        assert await look(world, cabinet) == 1


async def test_another_mail_with_the_same_message_id_is_another(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        world.mailbox._put(mail("Något helt annat."), DRUGS)
        assert await look(world, cabinet) == 0
        assert world.sent_to(ANDERS) == []
        assert len(cabinet.whole) == 1


async def test_what_was_filed_by_us_is_not_read_again(open_world: OpenWorld) -> None:
    mails = [mail(number=number) for number in range(230)]
    async with filed(open_world, *mails) as (world, cabinet):
        assert await look(world, cabinet) == 0
        assert cabinet.whole == []


async def test_an_urgent_mail_stays_urgent(open_world: OpenWorld) -> None:
    urgent = mail("Lampan är trasig och det är ett knivhot här.")
    async with filed(open_world, urgent) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        (forward,) = world.sent_to(ANDERS)
        assert opened(forward)["Subject"] == "BRÅDSKANDE [IT-2020-0001]"


async def test_follow_ups_go_where_the_case_went(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        await world.take(mail("Hej igen!", "SV: [IT-2020-0001]", number=2))
        assert len(world.sent_to(ANDERS)) == 2


async def test_a_case_whose_original_is_gone_holds_up_no_other(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    second = mail("Lampan på torget är trasig.", number=2)
    async with filed(open_world, mail()) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        (case,) = await world.cases()
        world.originals.path(case.hash).unlink()
        await world.take(second)
        cabinet.move(LAMPS, DRUGS)
        with caplog.at_level(logging.ERROR, "mailer.moves"):
            assert await look(world, cabinet) == 1
        assert "move-not-settled case=IT-2020-0001" in caplog.text


async def test_a_mailbox_that_is_away_is_said(open_world: OpenWorld) -> None:
    async with filed(open_world) as (world, cabinet):
        world.mailbox.gone = MailboxError("the line was cut")
        with pytest.raises(MailboxError):
            await look(world, cabinet)


@pytest.mark.parametrize("port", ["folders", "labels", "sightings", "originals"])
@pytest.mark.parametrize("killed", [False, True])
async def test_a_move_is_obeyed_exactly_once_whatever_fails(
    open_world: OpenWorld, port: str, killed: bool
) -> None:
    error = MailboxError if port == "folders" else StoreError
    for after in (False, True):
        for at in count(1):
            fault = Fault(at, None if killed else error, after=after)
            async with filed(open_world) as (world, cabinet):
                cabinet.move(LAMPS, DRUGS)
                ports: dict[str, Any] = {
                    "folders": cabinet,
                    "labels": StoredLabels(world.database),
                    "sightings": StoredSightings(world.database),
                    "originals": world.originals,
                }
                struck = {name: fault.beside(each) for name, each in ports.items()}
                struck[port] = fault.on(ports[port])
                with suppress(MailboxError, StoreError, Killed):
                    await moves(world, cabinet, **struck).look()
                await look(world, cabinet)
                await look(world, cabinet)
                keys = list(await world.rows())
                assert len([key for key in keys if "/moved/" in key]) == 2, str(fault)
                assert len([key for key in keys if "/sender/" in key]) == 1, str(fault)
                assert len(world.sent_to(ANDERS)) == 1, str(fault)
                assert len(await StoredLabels(world.database).taught()) == 1
            if not fault.struck:
                break


class Looks:
    """In place of `Moves`: each look does the next of `ends`, and the last sets `stop`."""

    def __init__(self, stop: asyncio.Event, *ends: Exception | None) -> None:
        self.stop = stop
        self.ends = [*ends]

    async def look(self) -> int:
        end = self.ends.pop(0)
        if not self.ends:
            self.stop.set()
        if end:
            raise end
        return 0


async def test_the_folders_are_looked_at_again_and_again_whatever_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "REFUSED_SECONDS", 0.01)
    stop = asyncio.Event()
    looks = Looks(stop, None, MailboxError("cut"), LoginRefused("no"), StoreError("full"), None)
    await run.look_until(stop, cast(Moves, looks), 0.01)
    assert looks.ends == []
    for said in ("look-failed reason=cut", "look-refused reason=no", "look-failed reason=full"):
        assert said in caplog.text


async def test_who_waits_for_the_next_look_stops_at_once() -> None:
    stop = asyncio.Event()
    looking = asyncio.create_task(run.look_until(stop, cast(Moves, Looks(stop, None, None))))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(looking, 5)


async def test_a_mail_that_a_person_put_away_before_it_was_seen_is_decided_and_obeyed(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        cabinet.move(LAMPS, DRUGS)
        await look(world, cabinet)
        world.mailbox._put(mail("Lampan på torget är trasig.", number=2), DRUGS)
        assert await look(world, cabinet) == 0
        assert await look(world, cabinet) == 0
        await world.intake().once()
        assert await look(world, cabinet) == 1
        assert [case.owner for case in await world.cases()] == ["drog", "drog"]
        forwards = [key for key in await world.rows() if key.startswith("forward/IT-2020-0002/")]
        assert len(forwards) == len({*forwards}) == 3
        assert await look(world, cabinet) == 0


@pytest.mark.parametrize(
    ("folder", "sender"),
    [
        (DRUGS, "sven@markaryd.example"),
        (DRUGS, "trygghet@markaryd.example"),
        ("Skräppost", ANNA),
        ("Svens arkiv", ANNA),
    ],
)
async def test_what_colleagues_keep_in_folders_is_no_inquiry(
    open_world: OpenWorld, folder: str, sender: str
) -> None:
    async with filed(open_world) as (world, cabinet):
        for name in (DRUGS, "Skräppost", "Svens arkiv"):
            world.mailbox.folders[name] = {}
        await look(world, cabinet)
        world.mailbox._put(mail("Lampan är lagad nu.", sender=sender, number=2), folder)
        assert await look(world, cabinet) == 0
        assert len(await world.cases()) == 1


async def test_what_lies_in_a_folder_that_is_new_or_renumbered_is_left_alone(
    open_world: OpenWorld,
) -> None:
    async with filed(open_world) as (world, cabinet):
        world.mailbox._put(mail("Ett gammalt brev om lampan.", number=2), DRUGS)
        await look(world, cabinet)
        cabinet.rebuild()
        await look(world, cabinet)
        assert len(await world.cases()) == 1
