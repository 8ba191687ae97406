"""The page of one subscriber: what it shows, and what each of its buttons does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from mailer.edge.web.own import OwnPage
from tests.axe import violations
from tests.edge.browsing import (
    NOW,
    PHRASES,
    TEMPLATES,
    ZONE,
    Browser,
    Desk,
    Outline,
    browser_of,
    layout,
)
from tests.edge.subscribers import ANNA, TOKEN

PAGE = f"/min-sida/{TOKEN}"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.subscriber = ANNA
    return desk


@pytest.fixture
def browser(desk: Desk) -> Browser:
    setting = layout()
    return browser_of(setting, [OwnPage(setting, desk, ZONE, lambda: NOW)])


@pytest.fixture
def press(browser: Browser) -> Callable[..., httpx.Response]:
    """Press the button `gor` with the fields of its form."""

    def press(gor: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        return browser.post(PAGE, {"gor": gor, **fields}, **(headers or {}))

    return press


Press = Callable[..., httpx.Response]


def test_looking_at_the_page_does_nothing(browser: Browser, desk: Desk) -> None:
    for _ in range(50):
        answer = browser.get(PAGE)
    assert answer.status_code == 200
    assert "Nyhetsbrevet kommer till anna@example.org." in answer.text
    assert desk.calls == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["0" * 32, "x", "%00", "A" * 32])
def test_a_link_of_nobody_opens_nothing(browser: Browser, method: str, token: str) -> None:
    answer = browser.get(f"/min-sida/{token}", method)
    assert answer.status_code == 404
    assert "anna" not in answer.text


def test_a_form_on_another_sites_page_does_nothing(press: Press, desk: Desk) -> None:
    answer = press("radera", {"Sec_Fetch_Site": "cross-site"}, saker="ja")
    assert answer.status_code == 403
    assert desk.calls == []


@pytest.mark.parametrize("gor", ["", "x", "radera allt", "__class__"])
def test_a_button_that_is_not_there_does_nothing(press: Press, desk: Desk, gor: str) -> None:
    assert press(gor).status_code == 200
    assert desk.calls == []


def test_the_language_is_changed_and_the_page_is_in_it(press: Press, desk: Desk) -> None:
    answer = press("sprak", sprak="ar")
    assert desk.calls == [("speak", "ar")]
    assert Outline(answer.text).all("html")[0]["dir"] == "rtl"
    assert PHRASES["ar"]["saved"] in answer.text


def test_a_language_that_there_is_not_is_refused(press: Press, desk: Desk) -> None:
    assert press("sprak", sprak="xx").status_code == 400
    assert desk.calls == []


def test_a_pause_is_taken_and_ended(press: Press, desk: Desk) -> None:
    answer = press("paus", till="2020-12-01")
    assert desk.calls == [("pause", date(2020, 12, 1))]
    assert "till anna@example.org igen från och med tisdag 1 december." in answer.text
    answer = press("fortsatt")
    assert desk.calls[-1] == ("resume",)
    assert "Nyhetsbrevet kommer till anna@example.org." in answer.text


@pytest.mark.parametrize("day", ["", "x", "2020-09-20", "2020-09-19", "2021-09-22", "9999-99-99"])
def test_a_pause_ends_within_a_year(press: Press, desk: Desk, day: str) -> None:
    answer = press("paus", till=day)
    assert answer.status_code == 422
    assert "Välj en dag från i morgon till ett år framåt." in answer.text
    assert desk.calls == []


@pytest.mark.parametrize("days", [1, 366])
def test_tomorrow_and_a_year_from_now_are_within(press: Press, desk: Desk, days: int) -> None:
    day = date(2020, 9, 20) + timedelta(days=days)
    assert press("paus", till=day.isoformat()).status_code == 200
    assert desk.calls == [("pause", day)]


def test_a_new_address_is_asked_about(press: Press, desk: Desk) -> None:
    answer = press("flytta", epost="ny@Example.net")
    assert desk.calls == [("move", "ny@example.net")]
    assert "Vi har skrivit till båda adresserna." in answer.text


@pytest.mark.parametrize("email", ["", "x", "a@b.se\r\nBcc: c@d.se", "<script>@x.se"])
def test_what_is_no_address_is_asked_for_again(press: Press, desk: Desk, email: str) -> None:
    answer = press("flytta", epost=email)
    assert answer.status_code == 422
    assert "Skriv en hel e-postadress" in answer.text
    assert "<script>" not in answer.text
    assert desk.calls == []


def test_new_addresses_are_asked_about_twenty_times_an_hour(press: Press) -> None:
    answers = [press("flytta", epost=f"p{number}@example.org") for number in range(22)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2


def test_what_is_stored_comes_as_a_file(press: Press) -> None:
    answer = press("hamta")
    assert answer.json() == {"email": "anna@example.org"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="prenumeration.json"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_erasure_needs_the_tick(press: Press, desk: Desk) -> None:
    answer = press("radera")
    assert answer.status_code == 200
    assert "Kryssa i rutan" in answer.text
    assert desk.calls == []
    answer = press("radera", saker="ja")
    assert desk.calls == [("erase",)]
    assert "Din adress och allt annat om prenumerationen är borta." in answer.text
    assert press("hamta").status_code == 404


@pytest.mark.parametrize("state", ["left", "suppressed", "pending"])
def test_who_gets_no_letters_sees_that_and_can_still_erase(
    browser: Browser, desk: Desk, state: str
) -> None:
    desk.subscriber = replace(ANNA, state=state)
    html = browser.get(PAGE).text
    assert "Nyhetsbrevet kommer inte till anna@example.org." in html
    buttons = {each["value"] for each in Outline(html).all("button")}
    assert buttons == {"hamta", "radera"}


def test_the_page_is_in_the_subscribers_language_unless_another_is_asked_for(
    browser: Browser, desk: Desk
) -> None:
    desk.subscriber = replace(ANNA, language="so")
    assert Outline(browser.get(PAGE).text).all("html")[0]["lang"] == "so"
    assert Outline(browser.get(f"{PAGE}?sprak=fi").text).all("html")[0]["lang"] == "fi"
    desk.subscriber = replace(ANNA, language="de")
    html = browser.get(PAGE, Accept_Language="en").text
    assert Outline(html).all("html")[0]["lang"] == "en"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["sv", "ar"])
@pytest.mark.parametrize("state", ["active", "paused", "left", "wrong"])
def test_axe_finds_no_violation(
    browser: Browser, desk: Desk, state: str, language: str, dark: bool, tmp_path: Path
) -> None:
    known = "active" if state == "wrong" else state
    until = date(2020, 12, 1) if state == "paused" else None
    desk.subscriber = replace(ANNA, state=known, language=language, paused_until=until)
    form = {"gor": "paus", "till": "x"}
    answer = browser.post(PAGE, form) if state == "wrong" else browser.get(PAGE)
    css = TEMPLATES["web/site.css"]
    assert violations(answer.text, tmp_path, css=css, dark=dark) == []
