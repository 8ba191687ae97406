"""The page of a proof: whoever holds its link may answer, and looking changes nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mailer.edge.strings import read_strings
from mailer.edge.web.app import web
from mailer.edge.web.approval import Desk
from mailer.edge.web.layout import Layout
from tests.axe import violations
from tests.flows.conftest import OpenWorld
from tests.flows.editions import ACTIVITIES, NEWSLETTER, activity
from tests.flows.newsroom import ANNA, APPROVAL, BO, Office, office
from tests.flows.world import ORGANISATION, TEMPLATES

pytestmark = pytest.mark.anyio

TWO = replace(APPROVAL, at_least=2)
LAYOUT = Layout(
    TEMPLATES,
    read_strings(TEMPLATES),
    read_strings(TEMPLATES, "web"),
    NEWSLETTER,
    ORGANISATION,
    "https://trygghet.example",
)


@asynccontextmanager
async def asked(
    open_world: OpenWorld,
) -> AsyncIterator[tuple[Office, httpx.AsyncClient, str]]:
    """An edition that two must approve, a browser, and Anna's link."""
    async with open_world() as world:
        desk = await office(world, approval=TWO)
        await desk.until("2020-09-09T10:00")
        app = web(LAYOUT, "", [Desk(lambda: desk.approvals, LAYOUT)], dict)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as browser:
            yield desk, browser, await link(desk)


async def link(desk: Office, by: int = 0) -> str:
    proof, _ = await desk.approvals.proofs.latest("2020-09")
    assert proof
    return urlsplit(desk.approvals.link(proof, (ANNA, BO)[by])).path


async def test_looking_changes_nothing(open_world: OpenWorld) -> None:
    async with asked(open_world) as (desk, browser, page):
        for _ in range(50):
            answer = await browser.get(page)
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"] == "no-store"
            assert (await browser.head(page)).status_code == 200
        assert "0 av 2 som behövs" in answer.text
        _, answers = await desk.approvals.proofs.latest("2020-09")
        assert not answers


async def test_the_letter_is_shown_in_a_frame_that_runs_nothing(open_world: OpenWorld) -> None:
    async with asked(open_world) as (_, browser, page):
        assert f'src="{page}/brev"' in (await browser.get(page)).text
        letter = await browser.get(f"{page}/brev")
        assert "Vandring med polisen" in letter.text
        assert letter.headers["Content-Security-Policy"].startswith("sandbox")


async def test_the_buttons_answer(open_world: OpenWorld) -> None:
    async with asked(open_world) as (desk, browser, page):
        done = await browser.post(page, data={"svar": "godkann", "skal": "onödigt"})
        assert (done.status_code, done.headers["Location"]) == (303, page)
        assert "Du har godkänt utgåvan" in (await browser.get(page)).text
        bo = await link(desk, 1)
        await browser.post(bo, data={"svar": "stoppa", "skal": "fel <b>bild</b>\r\nX: y"})
        shown = (await browser.get(bo)).text
        assert "Du har stoppat utgåvan" in shown
        assert "fel &lt;b&gt;bild&lt;/b&gt; X: y" in shown
        assert "Utgåvan är stoppad" in (await browser.get(page)).text
        await browser.post(bo, data={"svar": "godkann"})
        assert "Utgåvan är godkänd" in (await browser.get(page)).text
        await desk.until("2020-09-11T10:00")
        assert len(desk.sent_to("eva@example.org")) == 1


async def test_an_old_link_says_so_and_answers_nothing(open_world: OpenWorld) -> None:
    async with asked(open_world) as (desk, browser, page):
        desk.files.save(activities=[*ACTIVITIES, activity("Ny", ACTIVITIES[0].when.first)])  # type: ignore[union-attr]
        await desk.until("2020-09-09T23:00")
        assert "har ändrats" in (await browser.get(page)).text
        await browser.post(page, data={"svar": "godkann"})
        _, answers = await desk.approvals.proofs.latest("2020-09")
        assert not answers


@pytest.mark.parametrize("spoilt", ["x", "", "/brev/mer"])
async def test_a_false_link_leads_nowhere(open_world: OpenWorld, spoilt: str) -> None:
    async with asked(open_world) as (_, browser, page):
        false = page[:-1] + ("b" if page[-1] == "a" else "a") if not spoilt else page + spoilt
        assert (await browser.get(false)).status_code == 404
        assert (await browser.post(false, data={"svar": "godkann"})).status_code in (404, 405)


@pytest.mark.parametrize(
    ("form", "status"), [({}, 400), ({"svar": "kanske"}, 400), ({"skal": "x" * 20_000}, 413)]
)
async def test_a_form_that_says_nothing_is_refused(
    open_world: OpenWorld, form: dict[str, str], status: int
) -> None:
    async with asked(open_world) as (_, browser, page):
        assert (await browser.post(page, data=form)).status_code == status


@pytest.mark.parametrize("dark", [False, True])
async def test_the_page_is_accessible(open_world: OpenWorld, tmp_path: Path, dark: bool) -> None:
    async with asked(open_world) as (_, browser, page):
        html = (await browser.get(page)).text
        assert violations(html, tmp_path, css=TEMPLATES["web/site.css"], dark=dark) == []
