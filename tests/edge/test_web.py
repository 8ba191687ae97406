"""The public pages, asked as a browser, a feed reader and a calendar program ask."""

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from mailer.edge.archive import Archive
from mailer.edge.web.archive import ArchivePages
from mailer.edge.web.form import Seal
from mailer.edge.web.subscribing import SubscribingPages
from mailer.newsletter.activity import When
from mailer.newsletter.edition import Announcement
from tests.axe import violations
from tests.edge import browsing
from tests.edge.archived import (
    CALLED_OFF,
    GIF,
    MEETING,
    OCTOBER,
    PARTY,
    PICTURE,
    SOME_DAY,
    SPORT,
    filled,
    kept,
)
from tests.edge.browsing import BASE, NOW, TEMPLATES, ZONE, Browser, Desk, Outline, layout

ATOM = "{http://www.w3.org/2005/Atom}"


def browser_of(archive: Archive, base_url: str = BASE) -> Browser:
    setting = layout(base_url)
    parts = (
        ArchivePages(archive, setting, ZONE, lambda: NOW),
        SubscribingPages(setting, Desk(), Seal(b"key"), lambda: NOW),
    )
    return browsing.browser_of(setting, parts)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return filled(tmp_path / "archive")


@pytest.fixture
def browser(archive: Archive) -> Browser:
    return browser_of(archive)


PAGES = ("/nyhetsbrev/", "/nyhetsbrev/2020-09", "/nyhetsbrev/2020-10", "/nowhere")
FILES = (
    "/nyhetsbrev.atom",
    "/kalender.ics",
    "/kalender/2020-10/fest.ics",
    f"/nyhetsbrev/2020-10/bild/{PICTURE.name}",
    "/site.css",
    "/robots.txt",
)
ARABIC = "/nyhetsbrev/2020-10?sprak=ar"


# --- the list ------------------------------------------------------------------------------------


def test_the_list_has_every_edition_with_title_number_and_date(browser: Browser) -> None:
    html = browser.get("/nyhetsbrev/").text
    first, second = (
        html.index("Hösten &amp; mörkret"),
        html.index("Tryggare tillsammans, september"),
    )
    assert first < second
    assert '<time datetime="2020-10-09">fredag 9 oktober 2020</time>' in html
    assert '<time datetime="2020-09-11">Nummer 1, fredag 11 september 2020</time>' in html
    assert f"{BASE}/kalender.ics" in html


def test_an_empty_archive_has_its_pages_too(tmp_path: Path) -> None:
    browser = browser_of(Archive(tmp_path / "none"))
    assert "Det första är inte skickat än." in browser.get("/nyhetsbrev/").text
    feed = ElementTree.fromstring(browser.get("/nyhetsbrev.atom").text)  # noqa: S314 - our own
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+01:00"
    assert not Calendar.from_ical(browser.get("/kalender.ics").content).walk("VEVENT")


def test_without_its_slash_the_list_is_found_too(browser: Browser) -> None:
    assert browser.get("/nyhetsbrev").headers["Location"] == "/nyhetsbrev/"


def test_links_keep_the_path_that_the_pages_stand_under(archive: Archive) -> None:
    browser = browser_of(archive, base_url=f"{BASE}/trygghet")
    links = Outline(browser.get("/nyhetsbrev/2020-10").text).all("a", "link", "img")
    ours = [value for each in links for value in (each.get("href"), each.get("src")) if value]
    local = [url for url in ours if url.startswith("/")]
    assert local and all(url.startswith("/trygghet/") for url in local)


# --- an edition ----------------------------------------------------------------------------------


def test_an_edition_tells_all_that_its_letter_tells(browser: Browser) -> None:
    html = browser.get("/nyhetsbrev/2020-10").text
    text = " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())
    for words in (
        "Hösten & mörkret oktober 2020",
        "Tänd en lykta .",
        "Delprojekt i fokus Drogförebyggande gruppen Färre droger.",
        "Mött skolorna Traryd",
        "Anmäl dig senast måndag 12 oktober : Höstfest <i>i</i> parken",
        "Fredag 16 oktober kl. 17.00–20.00 Höstfest <i>i</i> parken Ändrad tid Ekebacken",
        "Anmäl dig senast måndag 12 oktober Kontakt: Sven <b>Holmberg</b>, sven@markaryd.example",
        "Tisdag 20 oktober kl. 18.00 Öppet möte Flyttat : Till tisdagen",
        "Anmälan stängde torsdag 1 oktober.",
        "Vecka 44 Kurs Inställt",
        "Datum kommer Trygghetsvandring Vi återkommer",
        "Leds av Sven <b>Holmberg</b>.",
        "Tryggare tillsammans!",
    ):
        assert words in text, words
    assert text.count("Lägg till i kalendern") == 2


def test_nothing_an_editor_wrote_is_markup(browser: Browser) -> None:
    html = browser.get("/nyhetsbrev/2020-10").text
    assert "<script" not in html and "<i>" not in html and "<b>" not in html
    assert 'alt="Lyktor i &#34;parken&#34;"' in html


def test_another_language_is_a_page_of_its_own(browser: Browser) -> None:
    outline = Outline(html := browser.get(ARABIC).text)
    assert outline.all("html") == [{"lang": "ar", "dir": "rtl"}]
    assert "<h1>حلّ الخريف</h1>" in html
    assert "ماذا سيحدث قريبًا؟" in html
    assert '<span lang="sv" dir="ltr">Öppet möte</span>' in html
    assert '<div class="text" lang="sv" dir="ltr"><p>Nytt.</p>' in html
    switch = {each["hreflang"]: each for each in outline.all("a") if "hreflang" in each}
    assert switch["ar"]["aria-current"] == "page"
    assert switch["sv"]["href"] == "/nyhetsbrev/2020-10"


def test_an_edition_in_one_language_has_no_switch(browser: Browser) -> None:
    assert not [a for a in Outline(browser.get("/nyhetsbrev/2020-09").text).all("a") if "lang" in a]


@pytest.mark.parametrize("path", [*PAGES, ARABIC])
def test_every_page_has_its_landmarks_and_headings_in_order(browser: Browser, path: str) -> None:
    html = browser.get(path).text
    outline = Outline(html)
    assert len(outline.all("h1")) == len(outline.all("main")) == 1
    headings = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert outline.all("a")[0] == {"class": "skip", "href": "#innehall"}
    assert not outline.all("script", "form")
    assert not [a for _, a in outline.tags if "style" in a or any(n[:2] == "on" for n in a)]


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_pages_leads_somewhere(browser: Browser, path: str) -> None:
    for each in Outline(browser.get(path).text).all("a", "link", "img"):
        url = each.get("href") or each["src"]
        if url.startswith("/"):
            assert browser.get(url).status_code == 200, url


def test_a_picture_is_served_as_it_was_sent(browser: Browser) -> None:
    answer = browser.get(f"/nyhetsbrev/2020-10/bild/{PICTURE.name}")
    assert answer.content == GIF
    assert answer.headers["Content-Type"] == "image/gif"
    assert "immutable" in answer.headers["Cache-Control"]


# --- feeds ---------------------------------------------------------------------------------------


def test_the_atom_feed_has_what_rfc_4287_requires(browser: Browser) -> None:
    answer = browser.get("/nyhetsbrev.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    assert feed.findtext(f"{ATOM}title") == "Tryggare tillsammans"
    assert feed.findtext(f"{ATOM}updated") == "2020-10-09T00:00:00+02:00"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Initiativ trygghet"
    assert feed.findtext(f"{ATOM}id") == f"{BASE}/nyhetsbrev/"
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{BASE}/nyhetsbrev.atom"
    newest, oldest = feed.findall(f"{ATOM}entry")
    assert newest.findtext(f"{ATOM}id") == f"{BASE}/nyhetsbrev/2020-10"
    assert newest.findtext(f"{ATOM}title") == "Hösten & mörkret"
    assert oldest.findtext(f"{ATOM}updated") == "2020-09-11T00:00:00+02:00"
    content = newest.find(f"{ATOM}content")
    assert content is not None and content.attrib == {"type": "html"}
    told = Outline(content.text or "")
    addresses = [each.get("href") or each["src"] for each in told.all("a", "img")]
    assert all(re.match("https://|mailto:", each) for each in addresses)
    assert f"{BASE}/nyhetsbrev/2020-10/bild/{PICTURE.name}" in addresses


def test_what_xml_cannot_hold_is_left_out_of_the_feed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.keep(kept(replace(OCTOBER, introduction="Ett\x0b två\ufffe tre ]]> &nbsp;")))
    feed = ElementTree.fromstring(browser_of(archive).get("/nyhetsbrev.atom").content)  # noqa: S314
    assert "Ett två tre ]]&gt;" in (feed.findtext(f"{ATOM}entry/{ATOM}content") or "")


def test_the_calendar_has_the_newest_edition_and_what_is_still_ahead(browser: Browser) -> None:
    answer = browser.get("/kalender.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = {str(e["SUMMARY"]): e for e in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert events.keys() == {each.title for each in (PARTY, MEETING, CALLED_OFF, SPORT)}
    assert events[PARTY.title]["SEQUENCE"] == 1
    assert events[CALLED_OFF.title]["STATUS"] == "CANCELLED"


def test_the_calendar_of_one_activity_is_found_by_its_key(browser: Browser) -> None:
    answer = browser.get("/kalender/2020-09/2020-09%2Fidrottens%20dag.ics")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == SPORT.title
    feed = Calendar.from_ical(browser.get("/kalender.ics").content).walk("VEVENT")
    assert event["UID"] in [each["UID"] for each in feed]


def test_a_link_in_an_old_letter_gives_the_date_as_it_was_last_announced(tmp_path: Path) -> None:
    archive = filled(tmp_path)
    moved = replace(PARTY, when=When(date(2020, 11, 20), date(2020, 11, 20)))
    later = replace(
        OCTOBER,
        period="2020-11",
        coming=(moved,),
        announcements={PARTY.key: Announcement(2, True)},
    )
    archive.keep(kept(later))
    answer = browser_of(archive).get("/kalender/2020-09/fest.ics")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["DTSTART"].dt == date(2020, 11, 20)
    assert event["SEQUENCE"] == 2


# --- what holds for every answer -----------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *FILES, ARABIC, "/halsa", "/favicon.ico"])
def test_every_answer_carries_the_security_headers_and_no_cookie(
    browser: Browser, path: str
) -> None:
    headers = browser.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "http" not in policy and "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", [*PAGES[:-1], *FILES, ARABIC])
def test_what_a_reader_has_is_not_sent_again(browser: Browser, path: str) -> None:
    first = browser.get(path)
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    etag = first.headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        again = browser.get(path, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
    assert browser.get(path, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/halsa"])
def test_head_is_answered_as_get(browser: Browser, path: str) -> None:
    get, head = browser.get(path), browser.get(path, method="HEAD")
    assert (head.status_code, head.headers) == (get.status_code, get.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/nyhetsbrev/2020-08",
        "/nyhetsbrev/2020-10/",
        "/nyhetsbrev/2020-10?sprak=en",
        "/nyhetsbrev/2020-10?sprak=..",
        "/nyhetsbrev/%2e%2e",
        "/nyhetsbrev/..%2f..%2fetc",
        "/nyhetsbrev/%00",
        "/nyhetsbrev/2020-10/bild/none.gif",
        "/nyhetsbrev/2020-10/bild/..%2f..%2fSHA256SUMS",
        "/nyhetsbrev/2020-10/bild/%2e%2e%2fedition.sv.eml",
        "/kalender/2020-10/none.ics",
        "/kalender/2020-08/fest.ics",
        f"/kalender/2020-10/{SOME_DAY.key}.ics",
        "/kalender/2020-10/..%2f..%2fx.ics",
    ],
)
def test_what_is_not_there_is_said_in_swedish(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_method_that_is_not_taken_is_said(browser: Browser) -> None:
    answer = browser.get("/nyhetsbrev/", method="POST")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "Det gick inte" in answer.text


def test_a_damaged_archive_is_said_without_a_path(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "archive" / "2020-10" / "edition.json").write_bytes(b"{")
    answer = browser.get("/nyhetsbrev/2020-10")
    assert answer.status_code == 503
    assert "Försök igen om en stund." in answer.text
    assert str(tmp_path) not in answer.text
    assert browser.get("/nyhetsbrev/2020-09").status_code == 200


def test_a_defect_of_ours_is_a_page_without_a_trace(
    browser: Browser, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Archive, "editions", lambda self: 1 / 0)
    answer = browser.get("/nyhetsbrev/")
    assert answer.status_code == 500
    assert "Det gick inte" in answer.text and "ZeroDivision" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_health_is_told_and_not_kept(browser: Browser) -> None:
    answer = browser.get("/halsa")
    assert json.loads(answer.text) == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_browsers_are_told_to_come_by_tls_only_where_that_is_asked_for(archive: Archive) -> None:
    setting = layout()
    parts = [ArchivePages(archive, setting, ZONE, lambda: NOW)]
    for hsts in (False, True):
        told = browsing.browser_of(setting, parts, hsts=hsts).get("/halsa").headers
        assert ("Strict-Transport-Security" in told) == hsts


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", [*PAGES, ARABIC])
def test_axe_finds_no_violation(browser: Browser, path: str, dark: bool, tmp_path: Path) -> None:
    css = browser.get("/site.css").text
    assert violations(browser.get(path).text, tmp_path, css=css, dark=dark) == []


def test_axe_is_awake(tmp_path: Path) -> None:
    bad = '<!doctype html><html><head></head><body><img src="x.png"></body></html>'
    assert any(each.startswith("image-alt: ") for each in violations(bad, tmp_path))


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((ink, "sheet") for ink in ("ink", "quiet", "head", "link", "alert")),
        *((ink, "card") for ink in ("ink", "quiet", "head", "link")),
        *((ink, "notice") for ink in ("ink", "link")),
    ],
)
def test_colours_keep_their_contrast(scheme: int, ink: str, ground: str) -> None:
    """WCAG 2.1, 1.4.3."""
    css = TEMPLATES["web/site.css"]
    blocks = re.findall(r":root \{([^}]*)\}", css)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
