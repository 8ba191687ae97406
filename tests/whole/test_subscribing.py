"""A resident subscribes, reads and leaves, in a real browser: by keyboard, at a phone's width."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.axe import violations
from tests.servers import Account, Sink
from tests.servers.running import free_port
from tests.whole.program import CHECKOUT, Program, until
from tests.whole.residents import opened

playwright = pytest.importorskip("playwright.sync_api")

EMAIL = "anna.ek@example.org"
OTHER = "bo@example.org"
SEPTEMBER = ("send", "--date", "2020-09-11")
OCTOBER = ("send", "--date", "2020-10-09")
CSS = (CHECKOUT / "templates" / "web" / "site.css").read_text("utf-8")


class Site:
    """The program with its pages, and the letters that one resident got."""

    def __init__(self, program: Program, sink: Sink, base: str) -> None:
        self.program = program
        self.sink = sink
        self.base = base

    def letters(self, email: str = EMAIL) -> list[str]:
        return [letter.raw.decode() for letter in self.sink.letters if email in letter.recipients]

    def link(self, page: str) -> str:
        """The link to such a page in the resident's last letter."""
        message = opened(self.letters()[-1].encode())
        body = message.get_body(("plain",))
        assert body
        found = re.search(rf"{re.escape(self.base)}/{page}/[0-9a-f]{{32}}", body.get_content())
        assert found, body.get_content()
        return found[0]

    def state(self) -> object:
        (found,) = self.program.json("subscribers", "show", EMAIL)
        return found["state"]


@pytest.fixture
def site(tmp_path: Path, dovecot: Account, sink: Sink) -> Iterator[Site]:
    listen = f"127.0.0.1:{free_port()}"
    base = f"http://{listen}"
    program = Program(
        tmp_path,
        MAILER_IMAP_URL=dovecot.url,
        MAILER_SMTP_URL=sink.url,
        MAILER_WEB_LISTEN=listen,
        MAILER_BASE_URL=base,
    )
    with program.started("run") as running:
        running.until(lambda: _answers(base))
        yield Site(program, sink, base)
        assert "Traceback" not in running.said()
        assert not re.search(r"[0-9a-f]{32}", running.said()), "a token stands in the log"


@contextmanager
def browsing(**how: object) -> Iterator["playwright.Page"]:
    """A page in Debian's Chromium, with scripts off and a phone's width."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        settings = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
        yield browser.new_context(**{**settings, **how}).new_page()
        browser.close()


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_from_the_form_to_the_first_edition_and_out_again(
    site: Site, language: str, tmp_path: Path
) -> None:
    program = site.program
    with browsing(locale=language) as page:

        def looks_right() -> None:
            assert violations(page.content(), tmp_path, css=CSS) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            assert page.locator("html").get_attribute("lang") == language

        page.goto(site.base)
        looks_right()
        tab_to(page, "epost")
        page.keyboard.type(EMAIL)
        page.keyboard.press("Enter")
        page.wait_for_url("**/prenumerera")
        looks_right()
        assert EMAIL in page.content()
        assert site.state() == "pending"

        until(lambda: site.letters())
        page.goto(site.link("bekrafta"))
        looks_right()
        assert site.state() == "pending"
        press_the_button(page)
        looks_right()
        assert site.state() == "active"
        page.goto(site.link("bekrafta"))

        program.call("subscribers", "add", OTHER)
        program.call(*SEPTEMBER)
        until(lambda: len(site.letters()) == 2)
        page.goto(site.link("min-sida"))
        looks_right()
        page.goto(site.link("avsluta"))
        looks_right()
        assert site.state() == "active"

    header = opened(site.letters()[-1].encode())["List-Unsubscribe"]
    (address,) = re.findall(r"<(http[^>]*)>", header)
    sent = httpx.post(address, data={"List-Unsubscribe": "One-Click"})
    assert sent.status_code == 200
    assert site.state() == "left"

    program.call(*OCTOBER)
    until(lambda: len(site.letters(OTHER)) == 2)
    assert len(site.letters()) == 2


def test_by_keyboard_out_of_the_newsletter_and_erased(site: Site) -> None:
    program = site.program
    program.call("subscribers", "add", EMAIL)
    program.call(*SEPTEMBER)
    until(lambda: site.letters())
    with browsing() as page:
        page.goto(site.link("avsluta"))
        press_the_button(page)
        assert site.state() == "left"
        page.goto(site.link("min-sida"))
        tab_to(page, "saker")
        page.keyboard.press("Space")
        press_the_button(page)
        assert "borta" in page.content()
    program.call("subscribers", "show", EMAIL, code=1)


def test_the_form_is_as_easy_with_scripts_on(site: Site) -> None:
    with browsing(java_script_enabled=True, viewport={"width": 1200, "height": 800}) as page:
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.goto(f"{site.base}/?sprak=sv")
        page.get_by_label("E-postadress").fill(EMAIL)
        page.get_by_label("Språk", exact=True).select_option("so")
        page.get_by_role("button", name="Prenumerera").click()
        page.wait_for_url("**/prenumerera")
        assert problems == []
    until(lambda: site.letters())
    (found,) = site.program.json("subscribers", "show", EMAIL)
    assert (found["state"], found["language"]) == ("pending", "so")


def tab_to(page: "playwright.Page", name: str) -> None:
    """Press Tab until the field of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("name") == name:
            return
    raise AssertionError(f"{name} is not reached by keyboard")


def press_the_button(page: "playwright.Page") -> None:
    """Press Tab until a button has the focus, and then Enter."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("button:focus").count():
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError("no button is reached by keyboard")


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/halsa").status_code == 200
    except httpx.HTTPError:
        return False
