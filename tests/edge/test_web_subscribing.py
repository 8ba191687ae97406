"""The pages where people subscribe, confirm and leave, as a browser meets them."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from mailer.edge.web import subscribing
from mailer.edge.web.form import Seal
from mailer.edge.web.subscribing import SubscribingPages
from mailer.subscriber.asking import Asked
from tests.axe import violations
from tests.edge.browsing import (
    NOW,
    PHRASES,
    TEMPLATES,
    Desk,
    Outline,
    browser_of,
    layout,
)
from tests.edge.subscribers import ANNA, TOKEN

SEAL = Seal(b"key")
ASKED = Asked("confirm", ANNA.address.email, "sv", "open", TOKEN, "Jag vill få <nyhetsbrevet>.")
MOVE = replace(ASKED, purpose="move-to", email="ny@example.net", agree="")
SPOKEN = tuple(PHRASES)


class Site:
    """The pages at a moment that can be moved, and what was done at them."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.desk = Desk()
        setting = layout()
        self.pages = SubscribingPages(setting, self.desk, SEAL, lambda: self.now)
        self.browser = browser_of(setting, [self.pages])

    def subscribe(self, email: str = "anna@example.org", **others: str) -> httpx.Response:
        """Send the form as a person would, a minute after the page was made."""
        form = {
            "epost": email,
            "sprak": "sv",
            "webbplats": "",
            "sigill": SEAL.of(self.now - timedelta(minutes=1)),
        }
        headers = {name: others.pop(name) for name in list(others) if name[0].isupper()}
        return self.browser.post("/prenumerera", {**form, **others}, **headers)


@pytest.fixture
def site() -> Iterator[Site]:
    yield Site()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without waiting."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(subscribing, "sleep", sleep)
    return waits


# --- the form ---


def test_the_form_says_what_is_agreed_to_and_needs_no_script(site: Site) -> None:
    answer = site.browser.get("/")
    assert answer.status_code == 200
    text = unescape(answer.text)
    assert "Jag vill få nyhetsbrevet Tryggare tillsammans från Markaryds kommun" in text
    outline = Outline(answer.text)
    (form,) = outline.all("form")
    assert (form["method"], form["action"]) == ("post", "/prenumerera")
    fields = {each["name"]: each for each in outline.all("input", "select")}
    assert fields["epost"]["type"] == "email" and "required" in fields["epost"]
    assert not outline.all("script")
    assert SEAL.age(fields["sigill"]["value"], NOW) == timedelta(0)


def test_the_form_can_be_kept_for_a_while_by_language(site: Site) -> None:
    headers = site.browser.get("/").headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Vary"] == "Accept-Language"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("path", "accept", "language"),
    [
        ("/", "", "sv"),
        ("/", "ar-SA,ar;q=0.9,en;q=0.8", "ar"),
        ("/", "de, en;q=0.5, fi;q=0.7", "fi"),
        ("/", "de", "sv"),
        ("/", "*", "sv"),
        ("/", "so;q=x, uk;q=0.1", "uk"),
        ("/?sprak=so", "en", "so"),
        ("/?sprak=xx", "en", "en"),
        ("/?sprak=<script>", "", "sv"),
    ],
)
def test_a_page_is_in_the_readers_language(
    site: Site, path: str, accept: str, language: str
) -> None:
    html = site.browser.get(path, Accept_Language=accept).text
    (page,) = Outline(html).all("html")
    assert page["lang"] == language
    assert page["dir"] == ("rtl" if language == "ar" else "ltr")


def test_who_subscribes_is_asked_to_look_in_the_mail(site: Site) -> None:
    answer = site.subscribe("Anna@Example.ORG", sprak="uk")
    assert answer.status_code == 200
    assert site.desk.calls == [("ask", "Anna@example.org", "uk")]
    assert "Anna@example.org" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_language_it_is_the_browsers(site: Site) -> None:
    site.subscribe(sprak="xx", Accept_Language="fi")
    assert site.desk.calls == [("ask", "anna@example.org", "fi")]


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a@b", "a@b.se\nBcc: c@d.se", "å@b.se"])
def test_what_is_no_address_is_asked_for_again(site: Site, email: str) -> None:
    answer = site.subscribe(email)
    assert answer.status_code == 422
    assert site.desk.calls == []
    assert "Skriv en hel e-postadress" in answer.text
    assert "<title>Det blev inte rätt: " in answer.text
    (field,) = [each for each in Outline(answer.text).all("input") if each["name"] == "epost"]
    assert field["aria-invalid"] == "true" and field["aria-describedby"] == "fel"
    assert field["value"] == email.strip()


def test_what_was_written_comes_back_escaped(site: Site) -> None:
    answer = site.subscribe('"><script>alert(1)</script>{{ 7 * 7 }}')
    assert "<script>" not in answer.text
    assert "{{ 7 * 7 }}" in answer.text


def test_a_field_that_only_programs_fill_in_is_said_to_whom_it_happens(site: Site) -> None:
    answer = site.subscribe(webbplats="https://spam.example")
    assert answer.status_code == 422
    assert "Lämna det här fältet tomt" in answer.text
    assert "spam.example" not in answer.text
    assert site.desk.calls == []


@pytest.mark.parametrize("seal", ["", "x", "1600000000.0", Seal(b"other").of(NOW)])
def test_a_form_that_is_not_ours_is_shown_again(site: Site, seal: str) -> None:
    answer = site.subscribe(sigill=seal)
    assert answer.status_code == 422
    assert "tryck en gång till" in answer.text
    fields = {
        each["name"]: each["value"] for each in Outline(answer.text).all("input") if "value" in each
    }
    assert fields["epost"] == "anna@example.org"
    site.now += timedelta(minutes=1)
    assert site.subscribe(sigill=fields["sigill"]).status_code == 200


def test_a_page_that_lay_open_for_a_day_is_shown_again(site: Site) -> None:
    answer = site.subscribe(sigill=SEAL.of(NOW - timedelta(days=1)))
    assert answer.status_code == 422
    assert site.desk.calls == []


def test_what_comes_sooner_than_a_person_writes_waits_until_then(
    site: Site, slept: list[float]
) -> None:
    for age in (0, 1, 2, 60):
        site.subscribe(f"anna.{age}@example.org", sigill=SEAL.of(NOW - timedelta(seconds=age)))
    assert slept == [2, 1, 0, 0]
    assert len(site.desk.calls) == 4


@pytest.mark.parametrize(
    "headers", [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_a_form_on_another_sites_page_does_nothing(site: Site, headers: dict[str, str]) -> None:
    assert site.subscribe(**headers).status_code == 403
    assert site.browser.post(f"/bekrafta/{TOKEN}", {}, **headers).status_code == 403
    assert site.desk.calls == []


# --- allowances ---


def test_one_address_is_asked_about_five_times_an_hour(site: Site) -> None:
    answers = [site.subscribe(email).status_code for email in ["a@b.se", "A@b.se"] * 4]
    assert answers == [200] * 5 + [429] * 3
    assert site.subscribe("b@b.se").status_code == 200
    site.now += timedelta(hours=1)
    assert site.subscribe("a@b.se").status_code == 200


def test_one_network_is_let_through_a_hundred_times_an_hour(site: Site) -> None:
    answers = [site.subscribe(f"p{number}@example.org") for number in range(120)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429] * 20
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "prenumerera" in answers[-1].text
    assert len(site.desk.calls) == 100


def test_a_flood_from_everywhere_ends_and_the_other_pages_stay(site: Site) -> None:
    async def flood() -> list[int]:
        answers = []
        for number in range(1200):
            client = (f"10.{number // 250}.{number % 250}.1", 1)
            transport = httpx.ASGITransport(site.browser._app, client=client)
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as browser:
                seal = SEAL.of(NOW - timedelta(seconds=9))
                form = {"epost": f"p{number}@example.org", "sigill": seal}
                answers.append((await browser.post("/prenumerera", data=form)).status_code)
        return answers

    answers = asyncio.run(flood())
    assert answers == [200] * 1000 + [429] * 200
    assert site.browser.get("/").status_code == 200


# --- confirming ---


def test_looking_at_a_link_does_nothing(site: Site) -> None:
    site.desk.question = ASKED
    for _ in range(50):
        answer = site.browser.get(f"/bekrafta/{TOKEN}")
    assert answer.status_code == 200
    assert site.desk.calls == []
    assert ANNA.address.email in answer.text
    assert "Jag vill få &lt;nyhetsbrevet&gt;." in answer.text
    assert TOKEN not in answer.text
    (form,) = Outline(answer.text).all("form")
    assert form == {"method": "post"}


def test_the_button_confirms(site: Site) -> None:
    site.desk.question = replace(ASKED, progress="done")
    answer = site.browser.post(f"/bekrafta/{TOKEN}", {})
    assert answer.status_code == 200
    assert site.desk.calls == [("confirm", TOKEN)]
    assert "Klart, välkommen!" in answer.text
    assert f'href="/min-sida/{TOKEN}"' in answer.text


def test_a_link_that_was_used_says_how_it_went(site: Site) -> None:
    site.desk.question = replace(ASKED, progress="done")
    assert "Klart, välkommen!" in site.browser.get(f"/bekrafta/{TOKEN}").text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (MOVE, "Ska nyhetsbrevet komma till ny@example.net i fortsättningen?"),
        (replace(MOVE, progress="waiting"), "Tack, en adress kvar"),
        (replace(MOVE, progress="done"), "Adressen är bytt"),
    ],
)
def test_a_move_says_how_far_it_has_come_and_gives_nobody_the_page(
    site: Site, asked: Asked, said: str
) -> None:
    site.desk.question = asked
    html = site.browser.get(f"/bekrafta/{TOKEN}").text
    assert said in html
    assert "/min-sida/" not in html


def test_a_question_is_asked_in_the_subscribers_language(site: Site) -> None:
    site.desk.question = replace(ASKED, language="so")
    answer = site.browser.get(f"/bekrafta/{TOKEN}", Accept_Language="en")
    assert Outline(answer.text).all("html")[0]["lang"] == "so"
    site.desk.question = replace(ASKED, language="xx")
    answer = site.browser.get(f"/bekrafta/{TOKEN}", Accept_Language="en")
    assert Outline(answer.text).all("html")[0]["lang"] == "en"


# --- leaving ---


def test_the_page_before_leaving_looks_nothing_up(site: Site) -> None:
    answer = site.browser.get(f"/avsluta/{TOKEN}")
    assert answer.status_code == 200
    assert "Tryck på knappen, så får du inga fler brev." in answer.text
    assert f'href="/min-sida/{TOKEN}"' in answer.text
    other = site.browser.get(f"/avsluta/{'0' * 32}")
    assert other.text.replace("0" * 32, TOKEN) == answer.text
    assert site.desk.calls == []


@pytest.mark.parametrize(
    ("body", "kind", "one_click"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", True),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            b"One-Click\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
            True,
        ),
        (b"", "application/x-www-form-urlencoded", False),
        (b"", "", False),
    ],
)
def test_a_post_leaves_in_either_encoding_from_anywhere(
    site: Site, body: bytes, kind: str, one_click: bool
) -> None:
    site.desk.subscriber = ANNA
    headers = {
        "Content_Type": kind,
        "Origin": "https://mail.example",
        "Sec_Fetch_Site": "cross-site",
    }
    answer = site.browser.post(f"/avsluta/{TOKEN}", body, **headers)
    assert answer.status_code == 200
    assert site.desk.calls == [("leave", TOKEN, one_click)]
    assert "Du är avanmäld" in answer.text


@pytest.mark.parametrize("page", ["bekrafta", "avsluta"])
@pytest.mark.parametrize("token", ["0" * 32, "x", "0" * 31, "0" * 33, "A" * 32, "%00", "å" * 32])
def test_a_link_of_nobody_says_what_to_do(site: Site, page: str, token: str) -> None:
    answer = site.browser.post(f"/{page}/{token}", {})
    assert answer.status_code == 404
    assert "Länken gäller inte" in answer.text
    assert "avsluta" in answer.text


@pytest.mark.parametrize("path", ["/prenumerera", "/bekrafta/x/y", "/bekrafta/"])
def test_nothing_is_found_where_there_is_no_page(site: Site, path: str) -> None:
    assert site.browser.get(path).status_code in (404, 405)


# --- what holds for all of these pages ---


@pytest.mark.parametrize("language", SPOKEN)
def test_every_page_is_there_in_every_language(site: Site, language: str) -> None:
    site.desk.subscriber = ANNA
    pages = [site.browser.get(f"/?sprak={language}"), site.subscribe("x", sprak=language)]
    pages += [
        site.subscribe(sprak=language),
        site.browser.get(f"/avsluta/{TOKEN}?sprak={language}"),
    ]
    pages.append(site.browser.post(f"/avsluta/{TOKEN}?sprak={language}", {}))
    pages.append(site.browser.post(f"/avsluta/{'0' * 32}?sprak={language}", {}))
    for purpose in ("confirm", "move-to"):
        for progress in ("open", "waiting", "done"):
            site.desk.question = replace(
                ASKED, purpose=purpose, progress=progress, language=language
            )
            pages.append(site.browser.get(f"/bekrafta/{TOKEN}"))
    for page in pages:
        assert Outline(page.text).all("html")[0]["lang"] == language
        assert not re.search(r"[{}]", page.text)


@pytest.mark.parametrize("path", [f"/bekrafta/{TOKEN}", f"/avsluta/{TOKEN}"])
def test_pages_behind_links_are_kept_and_found_by_nobody(site: Site, path: str) -> None:
    site.desk.question = ASKED
    headers = site.browser.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["sv", "ar"])
@pytest.mark.parametrize("page", ["form", "again", "question", "leave", "said"])
def test_axe_finds_no_violation(
    site: Site, page: str, language: str, dark: bool, tmp_path: Path
) -> None:
    site.desk.subscriber = ANNA
    site.desk.question = replace(ASKED, language=language)
    shown = {
        "form": lambda: site.browser.get(f"/?sprak={language}"),
        "again": lambda: site.subscribe("x", sprak=language),
        "question": lambda: site.browser.get(f"/bekrafta/{TOKEN}"),
        "leave": lambda: site.browser.get(f"/avsluta/{TOKEN}?sprak={language}"),
        "said": lambda: site.subscribe(sprak=language),
    }[page]()
    assert violations(shown.text, tmp_path, css=TEMPLATES["web/site.css"], dark=dark) == []


def test_the_strings_of_every_language_are_the_same() -> None:
    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    for words in PHRASES.values():
        assert {name: holes(text) for name, text in words.items()} == {
            name: holes(text) for name, text in PHRASES["sv"].items()
        }
