"""What leaders say of a case by a button or in their answer, and what becomes of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mailer.app.cases import case_links
from mailer.edge.store.labels import StoredLabels
from mailer.edge.strings import read_strings
from mailer.edge.web.app import web
from mailer.edge.web.case import CasePage
from mailer.edge.web.layout import Layout
from mailer.inquiry.correction import Holding
from mailer.mail.address import Address
from mailer.mail.message import Letter
from mailer.organisation import Leader
from tests.axe import violations
from tests.flows.conftest import OpenWorld
from tests.flows.editions import NEWSLETTER
from tests.flows.moving import Cabinet, corrections, moves
from tests.flows.world import (
    ANDERS,
    COORDINATOR,
    IDENTITY,
    JOHN,
    ORGANISATION,
    SVEN,
    TEMPLATES,
    World,
    mail,
    opened,
    text_of,
)

pytestmark = pytest.mark.anyio

SITE = "https://trygghet.example"
LAMPS, DRUGS = "Trygg boendemiljö", "Drogförebyggande"
LAYOUT = Layout(
    TEMPLATES,
    read_strings(TEMPLATES),
    read_strings(TEMPLATES, "web"),
    NEWSLETTER,
    ORGANISATION,
    SITE,
)


def link(leader: Leader, number: str = "IT-2020-0001") -> str:
    ((_, page),) = case_links(SITE, IDENTITY)(number, leader)
    return urlsplit(page).path


async def holding(world: World) -> Holding:
    found = await StoredLabels(world.database).holding("IT-2020-0001", world.clock.now())
    assert found
    return found


def answer(letter: Letter, text: str, leader: Leader) -> bytes:
    """A leader's answer to a letter, as mail programs thread it."""
    message = opened(letter)
    references = f"{message['References'] or ''} {message['Message-ID']}".strip()
    return mail(
        text,
        f"SV: {message['Subject']}",
        str(leader.address),
        number=77,
        In_Reply_To=message["Message-ID"],
        References=references,
    )


async def take(world: World, *mails: bytes) -> None:
    world.mailbox.deliver(*mails)
    await world.intake(answered=corrections(world).take).once()
    await world.delivery().drain()


# --- the answer to a forward


async def test_an_answer_that_begins_so_sends_it_to_others_and_moves_the_mail(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        reply = answer(world.sent_to(SVEN)[0], "Fel: drog\n\n/Sven", SVEN)
        await take(world, reply)
        assert "flyttat hit av Sven Holmberg" in " ".join(text_of(world.sent_to(ANDERS)[0]).split())
        assert len(world.sent_to(JOHN)) == 2
        assert len(world.sent_to(SVEN)) == 1  # who said so need not be told
        assert world.mailbox.contents() == {LAMPS: [mail()], "Egna utskick": [reply]}
        await moves(world, Cabinet(world.mailbox)).look()
        assert world.mailbox.contents() == {DRUGS: [mail()], "Egna utskick": [reply]}
        assert (await holding(world)).holder == "drog"


async def test_an_answer_that_quotes_the_subject_with_its_number_counts_as_well(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        forward = world.sent_to(SVEN)[0]
        quoted = (
            "\n\n________________________________\nFrån: Trygghet <trygghet@example.se>\n"
            "Skickat: den 10 september 2020 17:11\nTill: Sven Ek <sven@example.se>\n"
            f"Ämne: {opened(forward)['Subject']}\n\n{text_of(forward)}"
        )
        await take(world, answer(forward, f"Fel: drog{quoted}", SVEN))
        assert (await holding(world)).holder == "drog"


async def test_an_answer_that_names_nobody_is_answered_with_the_choices(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        await take(world, answer(world.sent_to(SVEN)[0], "Fel: parken", SVEN))
        assert (await holding(world)).holder == "boende"
        _, choices = world.sent_to(SVEN)
        said = text_of(choices)
        assert "Du svarade ”Fel: parken”" in said
        assert "Fel: Drogförebyggande gruppen\r\n" in said
        assert "Fel: samordnaren\r\n" in said
        await take(world, answer(choices, "Fel: samordnaren", SVEN))
        assert (await holding(world)).holder == "coordinator"
        assert len(world.sent_to(COORDINATOR)) == 1


async def test_it_counts_only_from_a_leader_about_a_letter_of_ours(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        (forward,) = world.sent_to(SVEN)
        resident = Leader("anna", "Anna Ek", Address("anna@example.org"))
        obey = corrections(world)
        for stranger in (
            answer(forward, "Fel: drog", resident),
            mail("Fel: drog", "SV: [IT-2020-0001]", str(SVEN.address), number=5),
            answer(forward, "Nu är lampan lagad.", SVEN),
        ):
            assert await obey.take(world.triage.judge(stranger).inquiry) == ""
        assert (await holding(world)).holder == "boende"


async def test_the_same_answer_taken_twice_changes_nothing_more(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        inquiry = world.triage.judge(answer(world.sent_to(SVEN)[0], "Fel: drog", SVEN)).inquiry
        for _ in range(2):
            assert "IT-2020-0001" in await corrections(world).take(inquiry)
        keys = list(await world.rows())
        assert len([key for key in keys if "/moved/" in key]) == 1


# --- the page


@asynccontextmanager
async def browsing(
    open_world: OpenWorld, *mails: bytes
) -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    async with open_world() as world:
        await world.take(*(mails or (mail(),)))
        app = web(LAYOUT, "", [CasePage(corrections(world), LAYOUT)], dict)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as browser:
            yield world, browser


async def test_looking_changes_nothing(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        before = await holding(world)
        for _ in range(20):
            answer = await browser.get(link(SVEN))
            assert answer.status_code == 200
            assert (await browser.head(link(SVEN))).status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Ärende IT-2020-0001" in answer.text
        assert "Lampan" in answer.text
        assert "<strong>Trygg boendemiljö</strong>" in answer.text
        assert await holding(world) == before


async def test_a_leader_takes_it_and_the_others_see_that(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        for _ in range(2):
            done = await browser.post(link(SVEN), data={"gor": "ta"})
            assert (done.status_code, done.headers["Location"]) == (303, link(SVEN))
        assert (await holding(world)).taken == ("sven",)
        assert "Jag tar den" not in (await browser.get(link(SVEN))).text
        shown = (await browser.get(link(JOHN))).text
        assert "Sven Holmberg har tagit ärendet" in shown
        assert "Jag tar den" in shown
        await world.delivery().drain()
        told = [opened(each) for each in world.sent_to(JOHN)]
        assert [str(each["Subject"]) for each in told[1:]] == [
            "[IT-2020-0001] Sven Holmberg tar ärendet"
        ]
        assert len(world.sent_to(SVEN)) == 1
        await browser.post(link(JOHN), data={"gor": "ta"})
        await world.delivery().drain()
        assert (len(world.sent_to(SVEN)), len(world.sent_to(JOHN))) == (1, 2)


async def test_who_gave_a_case_away_hears_no_more_of_who_takes_it(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        await browser.post(link(SVEN), data={"gor": "ta"})
        await browser.post(link(SVEN), data={"gor": "flytta", "till": "drog"})
        await browser.post(link(ANDERS), data={"gor": "ta"})
        await world.delivery().drain()
        subjects = [
            str(opened(letter)["Subject"])
            for each in (SVEN, JOHN)
            for letter in world.sent_to(each)
        ]
        assert "[IT-2020-0001] Sven Holmberg tar ärendet" in subjects
        assert "[IT-2020-0001] Anders Buene tar ärendet" not in subjects


async def test_a_case_whose_original_is_lost_can_be_taken(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        world.originals.path((await holding(world)).case.hash).unlink()
        assert (await browser.post(link(SVEN), data={"gor": "ta"})).status_code == 303
        assert (await holding(world)).taken == ("sven",)


async def test_a_leader_gives_it_to_others(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        done = await browser.post(link(SVEN), data={"gor": "flytta", "till": "drog"})
        assert done.status_code == 303
        await world.delivery().drain()
        assert len(world.sent_to(ANDERS)) == 1
        assert "<strong>Drogförebyggande gruppen</strong>" in (await browser.get(link(SVEN))).text
        cabinet = Cabinet(world.mailbox)
        await moves(world, cabinet).look()
        assert world.mailbox.contents() == {DRUGS: [mail()]}
        assert await moves(world, cabinet).look() == 0
        assert (await holding(world)).holder == "drog"


async def test_given_away_and_back_before_the_mail_was_moved_it_stays(
    open_world: OpenWorld,
) -> None:
    async with browsing(open_world) as (world, browser):
        await browser.post(link(SVEN), data={"gor": "flytta", "till": "drog"})
        world.clock.forward(minutes=2)
        await browser.post(link(ANDERS), data={"gor": "flytta", "till": "boende"})
        await moves(world, Cabinet(world.mailbox)).look()
        assert world.mailbox.contents() == {LAMPS: [mail()]}
        assert await StoredLabels(world.database).taught() == []
        assert await StoredLabels(world.database).errands() == []


async def test_a_mail_that_cannot_be_moved_yet_is_moved_later(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        cabinet = Cabinet(world.mailbox)
        await moves(world, cabinet).look()
        await browser.post(link(SVEN), data={"gor": "flytta", "till": "drog"})
        world.mailbox.refused.add(DRUGS)
        cabinet.rebuild()
        assert await moves(world, cabinet).look() == 0
        world.mailbox.refused.clear()
        assert await moves(world, cabinet).look() == 0
        assert world.mailbox.contents() == {DRUGS: [mail()]}
        assert (await holding(world)).holder == "drog"


async def test_a_mail_that_somebody_has_put_away_stays_where_they_put_it(
    open_world: OpenWorld,
) -> None:
    async with browsing(open_world) as (world, browser):
        cabinet = Cabinet(world.mailbox)
        await moves(world, cabinet).look()
        cabinet.move(LAMPS, "Svens arkiv")
        await browser.post(link(SVEN), data={"gor": "flytta", "till": "drog"})
        await moves(world, cabinet).look()
        assert world.mailbox.contents() == {"Svens arkiv": [mail()]}
        assert await StoredLabels(world.database).errands() == []


async def test_a_case_that_lies_on_a_shelf_is_no_subprojects(open_world: OpenWorld) -> None:
    spam = mail(X_Spam_Flag="YES")
    async with browsing(open_world, spam) as (_, browser):
        assert "ligger inte hos något delprojekt" in (await browser.get(link(COORDINATOR))).text


@pytest.mark.parametrize("spoilt", ["seal", "leader", "number", "unknown case"])
async def test_a_false_link_leads_nowhere(open_world: OpenWorld, spoilt: str) -> None:
    async with browsing(open_world) as (world, browser):
        page = link(SVEN)
        false = {
            "seal": page[:-1] + ("b" if page[-1] == "a" else "a"),
            "leader": page.replace("/sven/", "/john/"),
            "number": page.replace("0001", "0002"),
            "unknown case": link(SVEN, "IT-2020-0009"),
        }[spoilt]
        assert (await browser.get(false)).status_code == 404
        assert (await browser.post(false, data={"gor": "ta"})).status_code == 404
        assert (await holding(world)).taken == ()


async def test_who_leads_no_longer_has_no_page(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (_, browser):
        assert (await browser.get(link(Leader("eva", "Eva", SVEN.address)))).status_code == 404


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"gor": "radera"}, 400),
        ({"gor": "flytta"}, 400),
        ({"gor": "flytta", "till": "okänt"}, 400),
        ({"gor": "flytta", "till": ""}, 400),
        ({"gor": "x" * 20_000}, 413),
    ],
)
async def test_a_form_that_says_nothing_is_refused(
    open_world: OpenWorld, form: dict[str, str], status: int
) -> None:
    async with browsing(open_world) as (world, browser):
        before = await holding(world)
        assert (await browser.post(link(SVEN), data=form)).status_code == status
        assert await holding(world) == before


async def test_a_form_on_another_site_is_refused(open_world: OpenWorld) -> None:
    async with browsing(open_world) as (world, browser):
        sent = await browser.post(
            link(SVEN), data={"gor": "ta"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert sent.status_code == 403
        assert (await holding(world)).taken == ()


@pytest.mark.parametrize("dark", [False, True])
async def test_the_page_is_accessible(open_world: OpenWorld, tmp_path: Path, dark: bool) -> None:
    urgent = mail("Lampan är trasig och det är ett knivhot här.", "")
    async with browsing(open_world, urgent) as (_, browser):
        await browser.post(link(JOHN), data={"gor": "ta"})
        html = (await browser.get(link(SVEN))).text
        assert violations(html, tmp_path, css=TEMPLATES["web/site.css"], dark=dark) == []
