"""The letter as its readers see it."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from mailer.errors import EditionError
from mailer.mail.template import LEAVE, MY_PAGE, without_marks
from mailer.newsletter.activity import Activity, Image, Registration, Translation, When
from mailer.newsletter.edition import Announcement, Edition, EditionWords, Newsletter
from mailer.newsletter.picture import Picture
from mailer.newsletter.render import Rendered, Renderer, bullet, languages_of
from mailer.organisation import Organisation
from tests.axe import violations

GOLDEN = Path(__file__).parent / "golden"
SOURCE = Path(__file__).parents[3] / "shared" / "source" / "newsletter-2020-09.txt"
FRIDAY = date(2020, 9, 18)
LANGUAGES = ("sv", "en", "ar", "fi", "uk", "so")
CLIPPED = 102_000  # octets of HTML, after which Gmail shows no more

Render = Callable[[Edition], Rendered]
Strings = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="session")
def render(renderer: Renderer) -> Render:
    return renderer.render


def squeezed(text: str) -> str:
    return " ".join(text.split())


def coming(edition: Edition, *activities: Activity, changed: bool = False) -> Edition:
    announcements = {activity.key: Announcement(0, changed) for activity in activities}
    return replace(edition, coming=activities, announcements=announcements)


class Reading(HTMLParser):
    """What stands in an HTML document: its elements, its links, and its text."""

    VOID = frozenset({"meta", "br", "hr", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def hrefs(self) -> set[str | None]:
        return {attrs.get("href") for attrs in self.all("a")}

    @property
    def text(self) -> str:
        return squeezed("".join(self.words))


# --- as it was approved --------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize(
    ("which", "language"), [("september", "sv"), ("october", "sv"), ("october", "ar")]
)
def test_an_edition_looks_as_it_was_approved(
    request: pytest.FixtureRequest, renderer: Renderer, which: str, language: str, part: str
) -> None:
    """GOLDEN=write writes the files anew; read them before they are committed."""
    rendered = getattr(renderer.render(request.getfixturevalue(which), language), part)
    golden = GOLDEN / f"{which}.{language}.{'html' if part == 'html' else 'txt'}"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.skipif(not SOURCE.exists(), reason="the shared newsletter of 2020 is not here")
def test_every_entry_of_the_newsletter_of_2020_is_told(render: Render, september: Edition) -> None:
    rendered = render(september)
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    entries = [re.sub(r" \d+ september\.$", "", line[2:]) for line in lines if line[:2] == "- "]
    assert len(entries) == 9
    for entry in (*entries, *re.findall(r"\*\*(.+?)\*\*", "\n".join(lines))):
        assert entry in squeezed(rendered.text)
        assert entry in Reading(rendered.html).text


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["sv", "ar"])
def test_axe_finds_nothing_to_complain_of(
    renderer: Renderer, october: Edition, language: str, dark: bool, tmp_path: Path
) -> None:
    assert violations(renderer.render(october, language).html, tmp_path, dark=dark) == []


# --- what it tells -------------------------------------------------------------------------------


def test_the_subject_names_the_newsletter_and_the_edition(
    renderer: Renderer, september: Edition, newsletter: Newsletter
) -> None:
    def subject(edition: Edition, language: str = "sv") -> str:
        return renderer.render(edition, language).subject

    assert subject(september) == "Tryggare tillsammans: Vad är Initiativ trygghet?"
    untitled = replace(september, title=newsletter.title)
    assert subject(untitled) == "Tryggare tillsammans, september 2020"
    assert subject(untitled, "en") == "Tryggare tillsammans, September 2020"
    weekly = replace(untitled, period="2020-W37")
    assert subject(weekly) == "Tryggare tillsammans, vecka 37 2020"
    named = replace(untitled, translations={"en": EditionWords(title="Autumn")})
    assert subject(named, "en") == "Tryggare tillsammans: Autumn"


FULL = Activity(
    "a/b",
    "Trygghetsvandring",
    When(FRIDAY, FRIDAY, time(18), time(20)),
    text="Vi går **tillsammans**. Se [kartan](https://example.org/karta).",
    place="Torget i Traryd",
    link="https://example.org/vandring",
    contact="Anna Ek, anna.ek@example.org",
    registration=Registration(date(2020, 9, 15), "https://example.org/anmalan"),
)
CALENDAR = ["  Lägg till i kalendern:", "  https://trygg.example/kalender/2020-09/a%2Fb.ics"]


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        (
            {},
            [
                "– Fredag 18 september kl. 18.00–20.00",
                "  Trygghetsvandring",
                "  Torget i Traryd",
                "  Vi går tillsammans. Se kartan (https://example.org/karta).",
                "  Läs mer: https://example.org/vandring",
                "  Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
                "  Kontakt: Anna Ek, anna.ek@example.org",
                *CALENDAR,
            ],
        ),
        (
            {"title": "Vandring från torget i Traryd", "text": "", "link": "", "contact": ""},
            [
                "– Fredag 18 september kl. 18.00–20.00",
                "  Vandring från torget i Traryd",
                "  Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
                *CALENDAR,
            ],
        ),
        (
            {"status": "cancelled", "text": "", "contact": ""},
            [
                "– Fredag 18 september kl. 18.00–20.00",
                "  Trygghetsvandring",
                "  Inställt",
                "  Torget i Traryd",
                "  Läs mer: https://example.org/vandring",
            ],
        ),
        (
            {"status": "moved", "note": "Från torsdag.", "text": "", "contact": "", "link": ""},
            [
                "– Fredag 18 september kl. 18.00–20.00",
                "  Trygghetsvandring",
                "  Flyttat: Från torsdag.",
                "  Torget i Traryd",
                "  Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
                *CALENDAR,
            ],
        ),
        (
            {"status": "moved", "note": "Flyttad från torsdag.", "text": "", "contact": ""}
            | {"link": "", "registration": None},
            [
                "– Fredag 18 september kl. 18.00–20.00",
                "  Trygghetsvandring",
                "  Flyttad från torsdag.",
                "  Torget i Traryd",
                *CALENDAR,
            ],
        ),
        (
            {"when": None, "note": "Ta med fika.", "text": "", "contact": "", "link": ""}
            | {"registration": Registration(date(2020, 9, 10))},
            [
                "– Datum kommer",
                "  Trygghetsvandring",
                "  Ta med fika.",
                "  Torget i Traryd",
                "  Anmälan stängde torsdag 10 september.",
            ],
        ),
        (
            {"when": None, "place": "", "text": "", "contact": "", "link": "mailto:a@example.org"}
            | {"registration": Registration(date(2020, 9, 11))},
            [
                "– Datum kommer",
                "  Trygghetsvandring",
                "  Läs mer: a@example.org",
                "  Anmäl dig senast fredag 11 september.",
            ],
        ),
        (
            {"when": None, "place": "", "text": "", "contact": "projektledningen", "link": ""}
            | {"registration": Registration(link="mailto:a@example.org")},
            [
                "– Datum kommer",
                "  Trygghetsvandring",
                "  Anmäl dig: a@example.org",
                "  Kontakt: Projektledningen, leader@markaryd.example",
            ],
        ),
    ],
)
def test_a_coming_activity_tells_all_that_is_known_in_both_letters(
    render: Render, september: Edition, fields: dict[str, object], lines: list[str]
) -> None:
    rendered = render(coming(september, replace(FULL, **fields)))
    _, _, after = rendered.text.partition("Vad händer framöver?\n\n")
    assert after.split("\n\n")[0].splitlines() == lines
    html = Reading(rendered.html)
    for line in lines:
        for url in re.findall(r"https://[^\s).]+\.(?:org|example)/[\w/%-]+(?:\.ics)?", line):
            assert url in html.hrefs
        words = re.sub(r"\(?(https://\S+|\S+@\S+?)\)?\.?$", "", line).strip("– :")
        assert words in html.text


def test_an_announced_date_that_is_now_another_is_told_so(
    render: Render, september: Edition
) -> None:
    for changed in (False, True):
        rendered = render(coming(september, FULL, changed=changed))
        assert ("Ändrad tid" in rendered.text) is changed
        assert ("Ändrad tid" in Reading(rendered.html).text) is changed


def test_the_deadlines_come_first_in_their_order(render: Render, september: Edition) -> None:
    later = replace(
        FULL, key="c", title="Kurs", registration=Registration(date(2020, 9, 14)), contact=""
    )
    closed = replace(FULL, key="d", title="Fest", registration=Registration(date(2020, 9, 10)))
    without = replace(FULL, key="e", title="Kafé", registration=Registration(link="mailto:a@b.se"))
    rendered = render(coming(september, FULL, later, closed, without))
    _, _, after = rendered.text.partition("\n\nAnmäl dig senast\n\n")
    listed, rest = after.split("\n\n\n", 1)
    assert listed.splitlines() == [
        "– måndag 14 september: Kurs",
        "– tisdag 15 september: Trygghetsvandring",
        "  https://example.org/anmalan",
    ]
    assert rest.startswith("Vad händer framöver?")
    text = Reading(rendered.html).text
    assert text.index("måndag 14 september: Kurs") < text.index("tisdag 15 september: Tryggh")


def test_a_done_activity_is_told_without_what_was_needed_before_it(
    render: Render, september: Edition
) -> None:
    rendered = render(replace(september, done=(FULL,), coming=()))
    for text in (rendered.text, Reading(rendered.html).text):
        assert "Fredag 18 september" in text
        assert "Läs mer" in text
        assert "Anmäl" not in text
        assert "Anna Ek" not in text
        assert "Lägg till" not in text


def test_the_subproject_in_focus_is_told_with_what_comes_next_in_it(
    render: Render, october: Edition
) -> None:
    rendered = render(october)
    for text in (squeezed(rendered.text), Reading(rendered.html).text):
        assert "Härnäst: Trygghetsvandring i Traryd. Tisdag 20 oktober kl. 18.00–20.00." in text
        assert text.count("Här ligger fokus på") == 1
        assert text.count("Leds av Sven Holmberg och John Karlsson.") == 2
        assert "Läs mer ovan, under ”Delprojekt i fokus”." in text
    nobody = render(replace(october, spotlight=""))
    for text in (squeezed(nobody.text), Reading(nobody.html).text):
        assert "i fokus" not in text
        assert text.count("Här ligger fokus på") == 1


def test_what_is_not_there_leaves_no_heading_behind(
    render: Render, september: Edition, newsletter: Newsletter
) -> None:
    bare = replace(
        september,
        title=newsletter.title,
        number=None,
        introduction="",
        news="",
        closing="",
        spotlight="",
        done=(),
        coming=(),
    )
    rendered = render(bare)
    html = Reading(rendered.html)
    for heading in ("Vad har vi gjort?", "Vad händer framöver?", "Nummer", "i fokus", "senast"):
        assert heading not in rendered.text
        assert heading not in html.text
    assert rendered.text.count("Tryggare tillsammans\n") == 1
    assert newsletter.tagline in html.text


def test_a_project_without_subprojects_still_says_how_it_is_reached(
    templates: dict[str, str],
    strings: Strings,
    newsletter: Newsletter,
    organisation: Organisation,
    september: Edition,
) -> None:
    alone = replace(organisation, subprojects=())
    rendered = Renderer(templates, strings, newsletter, alone, "").render(september)
    assert "Leds av" not in rendered.text + rendered.html
    assert "Skriv till initiativtrygghet@markaryd.se." in Reading(rendered.html).text


def test_both_letters_say_how_to_leave_and_where_to_read_on(
    render: Render, september: Edition
) -> None:
    rendered = render(september)
    html = Reading(rendered.html)
    for text in (squeezed(rendered.text), html.text):
        assert "Du får det här brevet för att du prenumererar på Tryggare tillsammans." in text
        assert "”avsluta”" in text
        assert "Skriv till initiativtrygghet@markaryd.se." in text
    for path in ("nyhetsbrev/2020-09", "nyhetsbrev/", "kalender.ics"):
        assert f"https://trygg.example/{path}" in html.hrefs
        assert f": https://trygg.example/{path}\n" in rendered.text
    # Anybody may see it: nobody's own page stands in it.
    assert "https://trygg.example/" in html.hrefs
    assert squeezed(rendered.text).count("till https://trygg.example/ ") == 1
    assert squeezed(rendered.text).endswith("till https://trygg.example/")


def test_a_letter_that_copies_are_made_of_has_marks_for_the_readers_own_pages(
    renderer: Renderer, september: Edition
) -> None:
    rendered = renderer.render(september, marks=True)
    public = renderer.render(september)
    hrefs = Reading(rendered.html).hrefs
    for mark in (LEAVE, MY_PAGE):
        assert f"https://trygg.example/{mark}" in hrefs
        assert f"https://trygg.example/{mark}\n" in rendered.text
    assert without_marks(rendered.html) == public.html
    assert squeezed(without_marks(rendered.text)) == squeezed(public.text)


# --- how it is built -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plain_letter_keeps_to_72_columns(
    renderer: Renderer, october: Edition, language: str
) -> None:
    text = renderer.render(coming(october, FULL, *october.coming), language).text
    assert [line for line in text.splitlines() if len(line) > 72 and " " in line.strip("– ")] == []
    assert "\n\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_letter_can_be_read_by_a_screen_reader(
    renderer: Renderer, october: Edition, language: str
) -> None:
    html = Reading(renderer.render(october, language).html)
    assert html.open == []
    (root,) = html.all("html")
    assert (root["lang"], root["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert len(html.all("title")) == len(html.all("h1")) == 1
    assert all(table["role"] == "presentation" for table in html.all("table"))
    assert html.all("img") == html.all("script") == html.all("link") == []
    levels = [int(tag[1]) for tag, _ in html.elements if re.fullmatch("h[1-6]", tag)]
    assert all(low - high <= 1 for high, low in pairwise(levels))
    assert len(html.text.encode()) < CLIPPED


def test_headings_in_texts_fall_in_with_the_letters_own(render: Render, september: Edition) -> None:
    headed = replace(FULL, text="# Ett\n\n### Två")
    html = render(replace(coming(september, headed), introduction="### Tre\n\n# Fyra")).html
    for heading in ("<h2>Tre</h2>", "<h2>Fyra</h2>", "<h4>Ett</h4>", "<h5>Två</h5>"):
        assert heading in html


TITLES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %}",
    "</mj-text><mj-include path='x' />]]>",
    "Hej\r\nBcc: eve@example.org\r\n\r\nx",
    "rad\u2028till\x00\x01\x85\ufffe & <b>fet</b> &amp;",
]


@pytest.mark.parametrize("language", ["sv", "ar"])
@pytest.mark.parametrize("evil", TITLES)
def test_no_words_become_markup_or_code(
    renderer: Renderer, september: Edition, evil: str, language: str
) -> None:
    activity = Activity(
        "a",
        evil,
        text=evil,
        place=f"i {evil}",
        note=evil,
        contact=evil,
        status="moved",
        link="javascript:alert(1)",
        registration=Registration(date(2020, 9, 20), link=f"https://example.org/{evil}"),
    )
    edition = replace(
        coming(september, activity),
        title=evil,
        introduction=evil,
        news=evil,
        closing=evil,
        done=(activity,),
    )
    rendered = renderer.render(edition, language)
    html = Reading(rendered.html)
    assert html.open == []
    assert html.all("script") == html.all("img") == html.all("b") == []
    assert "49" not in rendered.text
    assert "javascript:" not in rendered.html
    assert "mj-" not in re.sub(r"&lt;.*?&gt;|mj-(outlook|column|full)-\S+", "", rendered.html)
    assert "&amp;amp;" not in rendered.html.replace("&amp;amp;", "", rendered.html.count("fet"))
    assert "\n" not in rendered.subject
    assert rendered.subject.startswith("Tryggare tillsammans: ")


def test_words_come_out_as_they_were_written(render: Render, september: Edition) -> None:
    title = "Mat & \"dryck\" <3 'fika' å → ; 1 < 2"
    text = Reading(render(coming(september, replace(FULL, title=title))).html).text
    assert title in text
    joined = replace(FULL, text="**ett**\n*två* [tre](https://example.org/)\nfyra")
    assert "ett två tre fyra" in Reading(render(coming(september, joined)).html).text


def test_a_template_that_is_no_mjml_is_refused(
    templates: dict[str, str],
    strings: Strings,
    newsletter: Newsletter,
    organisation: Organisation,
    september: Edition,
) -> None:
    broken = {**templates, "newsletter/edition.mjml": "<mjml><mj-body></mjml>"}
    with pytest.raises(EditionError, match=r"edition\.mjml does not give MJML"):
        Renderer(broken, strings, newsletter, organisation, "").render(september)


# --- languages -----------------------------------------------------------------------------------


def test_every_language_has_the_same_words_with_the_same_gaps(strings: Strings) -> None:
    assert set(strings) == set(LANGUAGES)
    gaps = {name: set(re.findall(r"{\w+}", text)) for name, text in strings["sv"].items()}
    for language, words in strings.items():
        assert {name: set(re.findall(r"{\w+}", text)) for name, text in words.items()} == gaps, (
            language
        )
        assert all(words.values())


def test_a_language_needs_its_words(renderer: Renderer, september: Edition) -> None:
    assert renderer.languages == set(LANGUAGES)
    with pytest.raises(EditionError, match="no language 'de'"):
        renderer.render(september, "de")


def test_an_edition_is_in_swedish_and_in_what_the_editor_translated(
    september: Edition, october: Edition
) -> None:
    assert languages_of(september) == ("sv",)
    assert languages_of(october) == ("sv", "ar")
    walk = replace(FULL, translations={"en": Translation("Walk"), "de": Translation("Gang")})
    more = replace(october, done=(walk,))
    assert languages_of(more) == ("sv", "ar", "en")
    assert languages_of(more, {"sv", "en"}) == ("sv", "en")


def test_translated_words_stand_in_for_the_editors_own(
    renderer: Renderer, september: Edition
) -> None:
    translated = replace(
        FULL, translations={"en": Translation(title="Safety walk", place="The square")}
    )
    rendered = renderer.render(coming(september, translated), "en")
    assert (
        "– Friday 18 September at 18:00–20:00\n  Safety walk\n  The square\n"
        "  Vi går tillsammans." in rendered.text
    )
    assert '<h3 style="' in rendered.html
    assert ">Safety walk</h3>" in rendered.html


def test_what_nobody_translated_is_marked_as_swedish(
    renderer: Renderer, september: Edition
) -> None:
    html = renderer.render(coming(september, FULL), "ar").html
    assert '<span lang="sv" dir="ltr">Trygghetsvandring</span>' in html
    assert '<div class="text" lang="sv" dir="ltr" style="text-align:left;"><p>Nu är' in html
    assert '<span lang="sv"' not in renderer.render(september).html


# --- pictures ------------------------------------------------------------------------------------

PICTURE = Picture("0123.png", "image/png", 800, 450, b"")


@pytest.mark.parametrize(
    ("images", "address"),
    [
        ("inline", "cid:0123.png@markaryd.se"),
        ("web", "https://trygg.example/nyhetsbrev/2020-09/bild/0123.png"),
    ],
)
def test_a_picture_is_shown_with_its_words_and_never_wider_than_its_column(
    templates: dict[str, str],
    strings: Strings,
    newsletter: Newsletter,
    organisation: Organisation,
    september: Edition,
    images: str,
    address: str,
) -> None:
    renderer = Renderer(
        templates,
        strings,
        replace(newsletter, images=images),
        organisation,
        "https://trygg.example",
        {"a.png": PICTURE, "small.png": replace(PICTURE, name="4567.png", width=100)},
    )
    shown = replace(FULL, image=Image("a.png", 'Folk & "lyktor"'))
    small = replace(FULL, key="s", image=Image("small.png", "Liten"))
    gone = replace(FULL, key="g", image=Image("gone.png", "Borta"))
    rendered = renderer.render(replace(coming(september, shown, gone), done=(shown, small)))
    first, tiny, second = Reading(rendered.html).all("img")
    assert (first["src"], first["alt"], first["width"]) == (address, 'Folk & "lyktor"', "500")
    assert (tiny["width"], second["width"]) == ("100", "368")
    assert [each.name for each in rendered.pictures] == ["0123.png", "4567.png"]


def test_an_entry_hangs_under_its_dash() -> None:
    assert bullet(["Titel", "", "ord " * 30, "ett\n\ntvå"]).splitlines() == [
        "– Titel",
        "  " + " ".join(["ord"] * 17),
        "  " + " ".join(["ord"] * 13),
        "  ett",
        "",
        "  två",
    ]
