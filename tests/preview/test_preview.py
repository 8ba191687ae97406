"""The preview, asked as the editor's browser asks, over a copy of the shipped config."""

import asyncio
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from starlette.applications import Starlette

from mailer.edge.files import read_templates
from mailer.preview.page import CHOICES, page
from mailer.preview.workbench import Workbench
from tests.axe import violations
from tests.edge.browsing import Outline

CHECKOUT = Path(__file__).parents[2]
CSS = CHECKOUT / "mailer" / "preview" / "data" / "preview.css"
HERE = "http://127.0.0.1:8061"
PARTY = """\
title: Höstfest i parken
when: 2020-10-16 17:00
text: |
  Kom och *fira*!
translations:
  en:
    title: Autumn party in the park
"""


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2020, 9, 9, 6, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is shipped, with one activity more."""
    for name in ("config", "templates"):
        shutil.copytree(CHECKOUT / name, tmp_path / name)
    (tmp_path / "config" / "activities" / "fest.yaml").write_text(PARTY, "utf-8")
    return tmp_path


class Browser:
    """Asks the application as a browser on this machine does."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, host: str = "127.0.0.1:8061") -> httpx.Response:
        return asyncio.run(self._ask(path, host))

    async def _ask(self, path: str, host: str) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.get(path, headers={"Host": host})


@pytest.fixture
def browser(folder: Path) -> Browser:
    environ = {"MAILER_DATA_DIR": str(folder / "data")}
    workbench = Workbench(folder / "config", environ, StoppedClock())
    return Browser(page(workbench, read_templates(CHECKOUT / "templates")))


def save(path: Path, old: str, new: str) -> None:
    """As an editor does, a moment later than the time before."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))


def test_it_opens_with_the_edition_that_is_written_next(browser: Browser) -> None:
    html = browser.get("/").text
    assert 'value="2020-09-11"' in html
    assert 'aria-current="true">2020-09</a>' in html
    assert "Höstfest i parken" in browser.get("/brev").text


def test_where_the_next_edition_is_empty_it_opens_with_the_last(folder: Path) -> None:
    class Later:
        def now(self) -> datetime:
            return datetime(2026, 11, 23, 6, tzinfo=UTC)

    environ = {"MAILER_DATA_DIR": str(folder / "data")}
    workbench = Workbench(folder / "config", environ, Later())
    browser = Browser(page(workbench, read_templates(CHECKOUT / "templates")))
    html = browser.get("/").text
    assert 'aria-current="true">2020-09</a>' in html
    assert ">2026-12</a>" in html
    (folder / "config" / "activities" / "jul.yaml").write_text(
        PARTY.replace("2020-10-16", "2026-12-19"), "utf-8"
    )
    html = browser.get("/").text
    assert 'aria-current="true">2026-12</a>' in html
    assert "Höstfest i parken" in browser.get("/brev").text


def test_a_day_without_anything_to_tell_is_said(browser: Browser) -> None:
    assert "inget nummer skickas" in browser.get("/?datum=2030-01-11").text


def test_every_choice_is_a_link_that_keeps_the_others(browser: Browser) -> None:
    asked = {"datum": "2020-09-11", "sprak": "en", "bredd": "320"}
    html = browser.get(f"/?{urlencode(asked)}").text
    links = [each["href"].removeprefix("/?") for each in Outline(html).all("a")]
    offered = [dict(parse_qsl(link)) for link in links]
    for choice in CHOICES:
        for option in choice.options:
            assert asked | {choice.name: option} in offered
    assert all(browser.get(f"/?{link}").status_code == 200 for link in links)


@pytest.mark.parametrize("width", ["320", "600", "1200", "hela"])
def test_the_frame_has_the_width_that_was_chosen(browser: Browser, width: str) -> None:
    (frame,) = Outline(browser.get(f"/?bredd={width}").text).all("iframe")
    assert frame["class"] == f"w{width} ljust"
    assert f".w{width} {{" in CSS.read_text("utf-8")
    assert "allow-scripts" not in frame["sandbox"]


def test_a_language_that_was_given_can_be_chosen(browser: Browser) -> None:
    assert re.search(r'sprak=en" ?>en</a>', browser.get("/").text)
    letter = browser.get("/brev?sprak=en").text
    assert '<html lang="en"' in letter and "Autumn party in the park" in letter
    assert '<html lang="sv"' in browser.get("/brev?sprak=xx").text


def test_dark_is_the_letters_own_dark(browser: Browser) -> None:
    letter = browser.get("/brev?utseende=morkt").text
    assert "@media (min-width: 0)" in letter and "prefers-color-scheme" not in letter
    assert "@media (max-width: 0)" in browser.get("/brev").text


def test_images_can_be_off(browser: Browser) -> None:
    assert "img-src data:" in browser.get("/brev").headers["Content-Security-Policy"]
    off = browser.get("/brev?bilder=av").headers["Content-Security-Policy"]
    assert "img-src 'none'" in off


@pytest.mark.parametrize("images", ["inline", "web"])
def test_a_picture_stands_in_the_letter_itself(browser: Browser, folder: Path, images: str) -> None:
    paper = folder / "config" / "newsletter.yaml"
    text = re.sub(r"(?m)^images:.*\n", "", paper.read_text("utf-8"))
    paper.write_text(f"images: {images}\n{text}", "utf-8")
    (folder / "config" / "lykta.gif").write_bytes(b"GIF89a\x02\x00\x01\x00" + b"\0" * 8)
    activity = folder / "config" / "activities" / "fest.yaml"
    save(activity, "translations:", "image:\n  file: lykta.gif\n  alt: En lykta\ntranslations:")
    letter = browser.get("/brev").text
    assert 'src="data:image/gif;base64,' in letter
    assert "cid:" not in letter


def test_the_text_can_be_read(browser: Browser) -> None:
    html = browser.get("/?visa=text").text
    assert "<iframe" not in html
    assert "Vad händer framöver?" in html


def test_what_preflight_finds_is_listed_with_its_line(browser: Browser, folder: Path) -> None:
    activity = folder / "config" / "activities" / "fest.yaml"
    save(activity, "Kom och", "TODO: kom och")
    html = browser.get("/").text
    assert '<span class="error">Fel:</span> ”TODO”: här ska något mer skrivas.' in html
    assert re.search(r"fest\.yaml:[34]</code>", html)


def test_a_saved_file_gives_another_version_and_another_letter(
    browser: Browser, folder: Path
) -> None:
    before = browser.get("/version").text
    assert f'data-version="{before}"' in browser.get("/").text
    save(folder / "config" / "activities" / "fest.yaml", "Höstfest", "Lyktfest")
    assert browser.get("/version").text != before
    assert "Lyktfest i parken" in browser.get("/brev").text


@pytest.mark.parametrize("name", [".fest.yaml.swp", "fest.yaml~"])
def test_what_editors_leave_behind_is_no_new_version(
    browser: Browser, folder: Path, name: str
) -> None:
    before = browser.get("/version").text
    (folder / "config" / "activities" / name).write_text("x")
    assert browser.get("/version").text == before


def test_an_error_shows_at_its_line_and_the_last_good_edition_stays(
    browser: Browser, folder: Path
) -> None:
    activity = folder / "config" / "activities" / "fest.yaml"
    assert "Höstfest i parken" in browser.get("/brev").text
    save(activity, "when: 2020-10-16 17:00", "when: 2020-10-36 <17:00>")
    html = browser.get("/").text
    assert f"{activity}:2</code>" in html
    assert "oktober 2020 har 31 dagar." in html
    assert '<span class="here">   2  when: 2020-10-36 &lt;17:00&gt;</span>' in html
    assert "<span>   1  title: Höstfest i parken</span>" in html
    assert "Nedan står numret som det var innan." in html
    assert "Höstfest i parken" in browser.get("/brev").text
    save(activity, "2020-10-36 <17:00>", "2020-10-17")
    assert 'role="alert"' not in browser.get("/").text


def test_an_error_in_a_template_is_told_too(browser: Browser, folder: Path) -> None:
    browser.get("/")
    template = folder / "templates" / "newsletter" / "edition.txt"
    save(template, "{{ t.reach_us }}", "{{ t.reach_us }")
    assert re.search(r"edition\.txt:\d+</code>", browser.get("/").text)
    save(template, "{{ t.reach_us }", "{{ t.reach_nobody }}")
    html = browser.get("/").text
    assert "reach_nobody" in html
    assert "<iframe" in html


def test_where_nothing_was_ever_well_only_the_problem_is_told(
    browser: Browser, folder: Path
) -> None:
    (folder / "config" / "newsletter.yaml").write_text("title: [", "utf-8")
    html = browser.get("/").text
    assert "newsletter.yaml:" in html and "<iframe" not in html
    assert browser.get("/brev").status_code == 404


def test_the_lines_of_the_file_with_servers_are_not_shown(browser: Browser, folder: Path) -> None:
    mailer = folder / "config" / "mailer.yaml"
    mailer.write_text(mailer.read_text("utf-8") + "\npassword: hemligt\n", "utf-8")
    html = browser.get("/").text
    assert "mailer.yaml:" in html and "hemligt" not in html


def test_a_missing_file_is_told_without_lines(browser: Browser, folder: Path) -> None:
    (folder / "config" / "triage.yaml").unlink()
    html = browser.get("/").text
    assert "the file is missing" in html and 'class="source"' not in html


def test_looking_writes_nothing(browser: Browser, folder: Path) -> None:
    browser.get("/")
    assert not (folder / "data").exists()


def test_the_page_runs_our_script_only_and_the_letter_none(browser: Browser) -> None:
    answer = browser.get("/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert [each["src"] for each in Outline(answer.text).all("script")] == ["/preview.js"]
    letter = browser.get("/brev").headers["Content-Security-Policy"]
    assert letter.startswith("sandbox ") and "script" not in letter
    assert "default-src 'none'" in letter
    assert browser.get("/preview.js").headers["Content-Type"].startswith("text/javascript")
    assert "Ladda om" in answer.text  # for whoever runs no script


@pytest.mark.parametrize("host", ["example.org", "", "10.0.0.1:8061", "127.0.0.1.example.org"])
def test_only_a_loopback_name_is_answered(browser: Browser, host: str) -> None:
    assert browser.get("/", host=host).status_code == 400
    assert browser.get("/", host="localhost:8061").status_code == 200


@pytest.mark.parametrize("path", ["/", "/?visa=text&sprak=en"])
def test_axe_finds_no_violation(browser: Browser, path: str, tmp_path: Path) -> None:
    css = CSS.read_text("utf-8")
    assert violations(browser.get(path).text, tmp_path, css=css) == []


def test_axe_finds_no_violation_where_a_problem_is_told(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    activity = folder / "config" / "activities" / "fest.yaml"
    save(activity, "Kom och", "TODO: kom och")
    browser.get("/")
    save(activity, "when: 2020-10-16 17:00", "when: soon")
    css = CSS.read_text("utf-8")
    assert violations(browser.get("/").text, tmp_path, css=css) == []
