"""The demo's page, asked as a browser asks, with a source that is played here."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette

from mailer.demo.page import Routed, page
from mailer.demo.people import EXAMPLES, inquiries
from mailer.edge.local import Captured
from mailer.errors import StoreError
from mailer.inquiry.verdict import Kind, Reason, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.message import Draft, own_lines, shared
from mailer.organisation import Leader, Organisation, Subproject
from tests.edge.browsing import Outline

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
CSS = Path(__file__).parent.parent.parent / "mailer" / "demo" / "data" / "demo.css"
MAILBOX = Address("initiativtrygghet@markaryd.se", "Initiativ trygghet")
SVEN = Leader("sven", "Sven Holmberg", Address("sven@markaryd.example"))
BUENE = Leader("buene", "Anders Buene", Address("buene@markaryd.example"), "kommunpolis")
ORGANISATION = Organisation(
    municipality="Markaryd",
    mailbox=MAILBOX,
    subprojects=(
        Subproject("trygg-boendemiljo", "Trygg boendemiljö", "", (SVEN,), "Boende"),
        Subproject("drogforebyggande", "Drogförebyggande gruppen", "", (BUENE,), "Droger"),
    ),
    coordinator=SVEN,
    coordinator_folder="Samordning",
)
HERE = "http://127.0.0.1:8925"
GOOD = {"name": "Åsa", "email": "asa@example.org", "subject": "Lyktan", "text": "Den är <släckt>"}
HOSTILE = '<html><head lang="sv"></head><body><script>alert(1)</script><p>Hej</p></body></html>'
VERDICT = Verdict(
    "inquiry",
    "trygg-boendemiljo",
    copies=("drogforebyggande",),
    confidence=0.87,
    reasons=(
        Reason("trygg-boendemiljo", "ordet ”lykta”", 2.34),
        Reason("coordinator", "inlärt av <tidigare> brev", -1.17),
    ),
)
ROUTED = Routed(VERDICT, Route("Boende", (SVEN, BUENE), True), "Hej Åsa!\n\nTack för brevet.")


def letter(to: str, draft: Draft) -> Captured:
    lines = own_lines(Address(to, "Anna <b>Ek"), "1@markaryd.se")
    return Captured(MAILBOX.email, (to,), lines + shared(draft))


NOW = datetime(2020, 9, 11, 6, tzinfo=UTC)
LETTERS = [
    letter(
        "anna@example.org",
        Draft(MAILBOX, "Nyheter", "Texten", NOW, html=HOSTILE, list_id="<tt.markaryd.se>"),
    ),
    letter("sven@markaryd.example", Draft(MAILBOX, "Nytt", "Se", NOW, original=b"A: b\r\n\r\nc")),
]


class Played:
    """A source that remembers what was written, and answers as told."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str, str, str]] = []
        self.answer: Routed | Exception = ROUTED
        self.sent: Sequence[Captured] = LETTERS

    def letters(self) -> Sequence[Captured]:
        return self.sent

    async def folders(self) -> Mapping[str, Sequence[bytes]]:
        return {"INBOX": [], "Åtgärdat/klart & så": [mail.raw for mail in inquiries()]}

    async def write(self, name: str, email: str, subject: str, text: str) -> Routed:
        self.written.append((name, email, subject, text))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def source() -> Played:
    return Played()


class Browser:
    """Asks the application as a browser on this machine does."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **options))

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app),
            base_url=HERE,
            headers={"Origin": HERE},
            follow_redirects=True,
        ) as client:
            return await client.request(method, path, **options)


@pytest.fixture
def browser(source: Played) -> Browser:
    files = TEMPLATES.rglob("*.html")
    templates = {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in files}
    return Browser(page(source, ORGANISATION, templates, ZoneInfo("Europe/Stockholm")))


def every_page(browser: Browser) -> list[str]:
    """The address of every page, found by following the links from the start."""
    browser.post("/skriv", data=GOOD)
    found, waiting = [], ["/", "/skriv/1"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.append(path)
        answer = browser.get(path)
        assert answer.status_code == 200, path
        links = Outline(answer.text).all("a")
        waiting += [link["href"] for link in links if link["href"].startswith("/")]
    return found


def test_every_link_leads_somewhere_and_every_mail_can_be_reached(browser: Browser) -> None:
    found = every_page(browser)
    assert {"/utskick/1", "/utskick/1/text", "/utskick/1/kalla", "/utskick/2"} <= set(found)
    mails = [path for path in found if re.fullmatch(r"/brevlada/.+/\d+", path)]
    assert len(mails) == 12


def test_every_page_is_accessible_and_has_no_script(browser: Browser) -> None:
    for path in [*every_page(browser), "/nowhere"]:
        html = browser.get(path).text
        outline = Outline(html)
        assert outline.all("html") == [{"lang": "sv"}]
        assert len(outline.all("h1")) == 1, path
        assert "<title>" in html and "<title> –" not in html
        headings = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(headings))
        ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
        assert len(set(ids)) == len(ids)
        assert outline.all("a")[0] == {"class": "skip", "href": "#innehall"}
        assert "innehall" in ids
        labelled = {label["for"] for label in outline.all("label")}
        assert {field["id"] for field in outline.all("input", "textarea")} == labelled
        assert all(frame["title"] for frame in outline.all("iframe"))
        assert all(image["alt"] for image in outline.all("img"))
        assert not outline.all("script")
        assert not [a for _, a in outline.tags if "style" in a or any(n[:2] == "on" for n in a)]


def test_the_start_page_counts_what_there_is(browser: Browser) -> None:
    html = browser.get("/").text
    assert "<dt>Nyhetsbrev</dt><dd>1</dd>" in html
    assert "<dt>Till projektledare</dt><dd>1</dd>" in html
    assert "Övrigt" not in html
    assert "<dt>Brev</dt><dd>12</dd>" in html


def test_letters_stand_by_sort_and_nothing_sent_is_said(browser: Browser, source: Played) -> None:
    html = browser.get("/utskick").text
    assert html.index("Nyhetsbrev <span") < html.index("Till projektledare <span")
    assert "<bdi>Anna &lt;b&gt;Ek</bdi>" in html
    source.sent = []
    assert "Inget har skickats än." in browser.get("/utskick").text


def test_a_letter_shows_its_header_its_envelope_and_its_html_in_a_frame(
    browser: Browser,
) -> None:
    html = browser.get("/utskick/1").text
    assert "11 september 2020 kl. 08.00" in html
    assert "initiativtrygghet@markaryd.se → anna@example.org" in html
    (frame,) = Outline(html).all("iframe")
    assert frame["src"] == "/utskick/1/ruta"
    assert frame["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert "Texten" in browser.get("/utskick/1/text").text
    assert "List-Id: &lt;tt.markaryd.se&gt;" in browser.get("/utskick/1/kalla").text


def test_the_frame_runs_no_script_loads_nothing_and_opens_links_in_new_tabs(
    browser: Browser,
) -> None:
    answer = browser.get("/utskick/1/ruta")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; ")
    assert "default-src 'none'" in policy
    assert "script" not in policy and "allow-same-origin" not in policy
    assert '<head lang="sv"><base target="_blank"></head>' in answer.text


def test_a_mail_without_a_head_gets_the_base_first(browser: Browser, source: Played) -> None:
    raw = b"Content-Type: text/html\r\n\r\n<p>Hej</p>"
    source.sent = [Captured("", ("a@example.org",), raw)]
    assert browser.get("/utskick/1/ruta").text == '<base target="_blank"><p>Hej</p>'


def test_an_attached_photo_is_shown_and_what_cannot_be_read_still_has_its_source(
    browser: Browser,
) -> None:
    folder = "/brevlada/Åtgärdat/klart & så"
    assert 'src="data:image/png;base64,iVBOR' in browser.get(f"{folder}/4").text
    assert "Okänd avsändare" in browser.get(f"{folder}/8").text


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/utskick/0",
        "/utskick/3",
        "/utskick/1/nowhere",
        "/utskick/2/ruta",
        "/brevlada/INBOX/1",
        "/brevlada/Ingen/1",
        "/skriv/1",
    ],
)
def test_what_is_not_there_is_said_in_swedish(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.text


def test_a_resident_sees_who_gets_it_why_and_the_answer(browser: Browser, source: Played) -> None:
    answer = browser.post("/skriv", data=GOOD)
    assert source.written == [tuple(GOOD.values())]
    assert str(answer.url) == f"{HERE}/skriv/1"
    for words in (
        "en fråga eller synpunkt",
        '<p class="owner">Trygg boendemiljö</p>',
        "kommunpolis Anders Buene",
        "Drogförebyggande gruppen",
        "87 %",
        "talar för Trygg boendemiljö",
        "vikt 2,3",
        "talar emot samordnaren",
        "vikt 1,2",
        "inlärt av &lt;tidigare&gt; brev",
        "Tack för brevet.",
        "Den är &lt;släckt&gt;",
    ):
        assert words in answer.text
    assert "Brådskande" not in answer.text


def test_loading_the_answer_again_does_not_write_in_again(browser: Browser, source: Played) -> None:
    browser.post("/skriv", data=GOOD)
    browser.get("/skriv/1")
    assert len(source.written) == 1


def test_an_urgent_and_uncertain_mail_says_both(browser: Browser, source: Played) -> None:
    suggestions = ("drogforebyggande", "coordinator")
    verdict = Verdict("inquiry", "drogforebyggande", (), suggestions, 0.4, False, True)
    source.answer = Routed(verdict, Route("Samordning", (SVEN,), True), "Tack")
    text = browser.post("/skriv", data=GOOD).text
    assert "Brådskande." in text
    assert '<p class="owner">Samordnaren</p>' in text
    assert "Drogförebyggande gruppen eller samordnaren" in text
    assert "talade för något särskilt delprojekt" in text


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_a_name_and_silence_its_reason(
    browser: Browser, source: Played, kind: Kind
) -> None:
    source.answer = Routed(Verdict(kind), Route("Mapp", (), False, "det är sagt"))
    text = browser.post("/skriv", data=GOOD).text
    assert "Ingen behöver göra något" in text
    assert "Inget svar går ut: det är sagt." in text


def test_an_example_fills_the_form_and_an_unknown_one_does_not(browser: Browser) -> None:
    for number, example in enumerate(EXAMPLES, 1):
        assert example.text in browser.get(f"/skriv?exempel={number}").text
    assert browser.get("/skriv?exempel=x").status_code == 200


def test_a_form_that_cannot_be_sent_comes_back_filled_in(browser: Browser, source: Played) -> None:
    answer = browser.post("/skriv", data=GOOD | {"email": "åsa"})
    assert answer.status_code == 422
    assert source.written == []
    outline = Outline(answer.text)
    (email,) = (field for field in outline.all("input") if field["id"] == "email")
    assert (email["value"], email["aria-invalid"]) == ("åsa", "true")
    assert email["aria-describedby"] == "fel-email"
    assert {"id": "fel-email", "class": "wrong"} in outline.all("p")
    assert "Den är &lt;släckt&gt;</textarea>" in answer.text


def test_a_form_as_multipart_is_read_too(browser: Browser, source: Played) -> None:
    fields = {name: (None, value) for name, value in GOOD.items()}
    assert browser.post("/skriv", files=fields).status_code == 200
    assert source.written == [tuple(GOOD.values())]


def test_a_form_that_is_too_large_is_refused(browser: Browser, source: Played) -> None:
    assert browser.post("/skriv", data=GOOD | {"text": "x" * 200_000}).status_code == 400
    assert browser.post("/skriv", data={str(n): "x" for n in range(20)}).status_code == 400
    assert browser.post("/skriv", files={"text": ("x.txt", b"x")}).status_code == 400
    assert source.written == []


def test_an_error_of_the_world_is_told(browser: Browser, source: Played) -> None:
    source.answer = StoreError("the database is gone")
    answer = browser.post("/skriv", data=GOOD)
    assert answer.status_code == 502
    assert "the database is gone" in answer.text


@pytest.mark.parametrize(
    "host", ["localhost:8925", "127.0.0.1:8925", "[::1]:8925", "LOCALHOST:8925", "127.0.0.1"]
)
def test_a_loopback_name_is_answered(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["example.org:8925", "127.0.0.1.example.org", "", "10.0.0.1:8925"])
def test_any_other_name_is_refused(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://127.0.0.1:8926", ""])
def test_a_form_from_elsewhere_is_refused(browser: Browser, source: Played, origin: str) -> None:
    answer = browser.post("/skriv", data=GOOD, headers={"Origin": origin})
    assert answer.status_code == 403
    assert source.written == []


@pytest.mark.parametrize("path", ["/", "/demo.css", "/nowhere", "/utskick/1/ruta"])
def test_every_answer_carries_the_security_headers(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        *((ink, ground, 4.5) for ink in ("ink", "quiet", "link") for ground in ("ground", "sheet")),
        ("link", "mark", 4.5),
        ("quiet", "mark", 4.5),
        ("band-ink", "band", 4.5),
        ("warn", "warn-ground", 4.5),
        ("warn", "ground", 4.5),
        ("bar", "sheet", 3.0),
        ("bar-against", "sheet", 3.0),
    ],
)
def test_colours_keep_their_contrast(scheme: int, ink: str, ground: str, least: float) -> None:
    """WCAG 2.1, 1.4.3 and 1.4.11."""
    blocks = re.findall(r":root \{([^}]*)\}", CSS.read_text("utf-8"))
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= least
