"""The letter as its readers see it."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mailer.errors import EditionError
from mailer.newsletter.activity import Activity, Registration, Translation, When
from mailer.newsletter.edition import Edition, Newsletter
from mailer.newsletter.render import Rendered, Renderer, bullet, names, one_line, web_link
from mailer.organisation import Organisation

GOLDEN = Path(__file__).parent / "golden"
SOURCE = Path(__file__).parents[3] / "shared" / "source" / "newsletter-2020-09.txt"
FRIDAY = date(2020, 9, 18)

Render = Callable[[Edition], Rendered]


@pytest.fixture(scope="session")
def renderer(
    templates: dict[str, str], newsletter: Newsletter, organisation: Organisation
) -> Renderer:
    return Renderer(templates, newsletter, organisation)


@pytest.fixture(scope="session")
def render(renderer: Renderer) -> Render:
    return renderer.render


def squeezed(text: str) -> str:
    return " ".join(text.split())


class Reading(HTMLParser):
    """What stands in an HTML document: its elements, its links, and its text."""

    VOID = frozenset({"meta", "br", "hr"})

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
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def text(self) -> str:
        return squeezed("".join(self.words))


@pytest.mark.parametrize("part", ["html", "text"])
def test_the_first_edition_looks_as_it_was_approved(
    render: Render, september: Edition, part: str
) -> None:
    """GOLDEN=write writes the files anew; read them before they are committed."""
    rendered = getattr(render(september), part)
    golden = GOLDEN / {"html": "edition.html", "text": "edition.txt"}[part]
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.skipif(not SOURCE.exists(), reason="the shared newsletter of 2020 is not here")
def test_every_entry_of_the_newsletter_of_2020_is_told(render: Render, september: Edition) -> None:
    rendered = render(september)
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    entries = [re.sub(r" \d+ september\.$", "", line[2:]) for line in lines if line[:2] == "- "]
    assert len(entries) == 9
    for entry in entries:
        assert entry in squeezed(rendered.text)
        assert entry in Reading(rendered.html).text


def test_the_subject_names_the_newsletter_and_the_edition(
    render: Render, september: Edition, newsletter: Newsletter
) -> None:
    assert render(september).subject == "Tryggare tillsammans: Vad är Initiativ trygghet?"
    untitled = replace(september, title=newsletter.title)
    assert render(untitled).subject == "Tryggare tillsammans, september 2020"
    weekly = replace(untitled, period="2020-W37")
    assert render(weekly).subject == "Tryggare tillsammans, vecka 37 2020"


FULL = Activity(
    "a",
    "Trygghetsvandring",
    When(FRIDAY, FRIDAY, time(18), time(20)),
    text="Vi går **tillsammans**. Se [kartan](https://example.org/karta).",
    place="Torget i Traryd",
    link="https://example.org/vandring",
    contact="Anna Ek, anna.ek@example.org",
    registration=Registration(date(2020, 9, 15), "https://example.org/anmalan"),
)


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        (
            {},
            [
                "– Trygghetsvandring",
                "  Fredag 18 september kl. 18.00–20.00, Torget i Traryd",
                "  Vi går tillsammans. Se kartan (https://example.org/karta).",
                "  Läs mer: https://example.org/vandring",
                "  Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
                "  Kontakt: Anna Ek, anna.ek@example.org",
            ],
        ),
        (
            {"title": "Vandring från torget i Traryd", "text": "", "link": "", "contact": ""},
            [
                "– Vandring från torget i Traryd",
                "  Fredag 18 september kl. 18.00–20.00",
                "  Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
            ],
        ),
        (
            {"status": "cancelled", "text": "", "contact": ""},
            [
                "– Trygghetsvandring",
                "  Inställt",
                "  Fredag 18 september kl. 18.00–20.00, Torget i Traryd",
                "  Läs mer: https://example.org/vandring",
            ],
        ),
        (
            {"status": "moved", "note": "från torsdag", "text": "", "contact": "", "link": ""},
            [
                "– Trygghetsvandring",
                "  Flyttat: från torsdag",
                "  Fredag 18 september kl. 18.00–20.00, Torget i Traryd",
                "  Anmäl dig senast tisdag 15 september: https://example.org/anmalan",
            ],
        ),
        (
            {"when": None, "note": "Ta med fika.", "text": "", "contact": "", "link": ""}
            | {"registration": Registration(date(2020, 9, 10))},
            [
                "– Trygghetsvandring",
                "  Ta med fika.",
                "  Torget i Traryd",
                "  Anmälan stängde torsdag 10 september.",
            ],
        ),
        (
            {"when": None, "place": "", "text": "", "contact": "", "link": "mailto:a@example.org"}
            | {"registration": Registration(date(2020, 9, 11))},
            [
                "– Trygghetsvandring",
                "  Läs mer: a@example.org",
                "  Anmäl dig senast fredag 11 september.",
            ],
        ),
        (
            {"when": None, "place": "", "text": "", "contact": "", "link": ""}
            | {"registration": Registration(link="mailto:a@example.org")},
            ["– Trygghetsvandring", "  Anmäl dig: a@example.org"],
        ),
    ],
)
def test_a_coming_activity_tells_all_that_is_known_in_both_letters(
    render: Render, september: Edition, fields: dict[str, object], lines: list[str]
) -> None:
    rendered = render(replace(september, coming=(replace(FULL, **fields),)))
    _, _, after = rendered.text.partition("Vad händer framöver?\n\n")
    assert after.split("\n\n")[0].splitlines() == lines
    html = Reading(rendered.html)
    hrefs = {attrs.get("href") for attrs in html.all("a")}
    for line in lines:
        for url in re.findall(r"https://[^\s).]+\.org/\w+", line):
            assert url in hrefs
        words = re.sub(r"\(?(https://\S+|\S+@\S+?)\)?\.?$", "", line).strip("– :")
        assert words in html.text


def test_a_done_activity_is_told_without_what_was_needed_before_it(
    render: Render, september: Edition
) -> None:
    rendered = render(replace(september, done=(FULL,), coming=()))
    for text in (rendered.text, Reading(rendered.html).text):
        assert "Fredag 18 september" in text
        assert "Läs mer" in text
        assert "Anmäl" not in text
        assert "Anna Ek" not in text


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
        done=(),
        coming=(),
    )
    rendered = render(bare)
    html = Reading(rendered.html)
    for heading in ("Vad har vi gjort?", "Vad händer framöver?", "Nummer"):
        assert heading not in rendered.text
        assert heading not in html.text
    assert rendered.text.count("Tryggare tillsammans\n") == 1
    assert newsletter.tagline in html.text


def test_a_project_without_subprojects_has_no_heading_for_them(
    templates: dict[str, str],
    newsletter: Newsletter,
    organisation: Organisation,
    september: Edition,
) -> None:
    rendered = Renderer(templates, newsletter, replace(organisation, subprojects=())).render(
        september
    )
    assert "delprojekt" not in rendered.text.replace("fyra delprojekt", "")
    assert "Våra delprojekt" not in rendered.html


def test_leaders_are_named_with_their_titles(organisation: Organisation) -> None:
    assert names(organisation.subprojects[3].leaders, "sv") == (
        "Anna-Karin Pålsson och kommunpolis Anders Buene"
    )
    assert names(organisation.leaders[:3], "sv") == (
        "Viktor Tagesson, Anna-Karin Pålsson och Elisabeth Fock"
    )


def test_the_plain_letter_keeps_to_72_columns(render: Render, september: Edition) -> None:
    rendered = render(replace(september, coming=(FULL, *september.coming)))
    assert max(map(len, rendered.text.splitlines())) <= 72
    assert "\n\n\n\n" not in rendered.text
    assert all(line == line.rstrip() for line in rendered.text.splitlines())


def test_both_letters_say_how_to_leave(render: Render, september: Edition) -> None:
    rendered = render(september)
    html = Reading(rendered.html)
    assert "mailto:initiativtrygghet@markaryd.se?subject=avsluta" in {
        attrs["href"] for attrs in html.all("a")
    }
    assert "”avsluta”" in html.text
    assert "”avsluta”" in rendered.text
    assert "Kontakt: initiativtrygghet@markaryd.se" in html.text
    assert "Kontakt: initiativtrygghet@markaryd.se" in rendered.text


def test_the_html_letter_can_be_read_by_a_screen_reader(render: Render, september: Edition) -> None:
    html = Reading(render(replace(september, coming=(FULL,))).html)
    assert html.open == []
    assert html.all("html") == [{"lang": "sv"}]
    assert len(html.all("title")) == len(html.all("h1")) == 1
    assert all(table["role"] == "presentation" for table in html.all("table"))
    assert html.all("img") == html.all("script") == html.all("link") == []


TITLES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %}",
    "Hej\r\nBcc: eve@example.org\r\n\r\nx",
    "rad\u2028till\x00\x85 & <b>fet</b>",
]


@pytest.mark.parametrize("evil", TITLES)
def test_no_words_become_markup_or_code(render: Render, september: Edition, evil: str) -> None:
    activity = Activity(
        "a",
        evil,
        text=evil,
        place=f"i {evil}",
        note=evil,
        contact=evil,
        status="moved",
        link="javascript:alert(1)",
        registration=Registration(link=f"https://example.org/{evil}"),
    )
    edition = replace(
        september,
        title=evil,
        introduction=evil,
        news=evil,
        closing=evil,
        done=(activity,),
        coming=(activity,),
    )
    rendered = render(edition)
    html = Reading(rendered.html)
    assert html.open == []
    assert html.all("script") == html.all("img") == html.all("b") == []
    assert "49" not in rendered.text
    assert "javascript:" not in rendered.html
    assert rendered.subject == one_line(rendered.subject)
    assert "\n" not in rendered.subject
    assert not any(line.startswith("Bcc:") for line in rendered.subject.splitlines())
    assert rendered.subject.startswith("Tryggare tillsammans: ")


def test_another_language_is_refused_until_it_has_templates(
    templates: dict[str, str],
    renderer: Renderer,
    newsletter: Newsletter,
    organisation: Organisation,
    september: Edition,
) -> None:
    assert renderer.languages == {"sv"}
    with pytest.raises(EditionError, match="no language 'en'"):
        renderer.render(september, "en")
    half = {name: source for name, source in templates.items() if not name.endswith(".html")}
    assert Renderer(half, newsletter, organisation).languages == frozenset()


def test_translated_words_stand_in_for_the_editors_own(render: Render, september: Edition) -> None:
    translated = replace(
        FULL,
        title="Safety walk",
        place="Main square",
        translations={"sv": Translation(title="Trygghetsvandring", place="Torget", text="Kom!")},
    )
    text = render(replace(september, coming=(translated,))).text
    assert "– Trygghetsvandring\n  Fredag 18 september kl. 18.00–20.00, Torget\n  Kom!\n" in text
    assert "Anna Ek" in text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ett", "ett"),
        (" ett\r\n två\t tre\x00", "ett två tre"),
        ("hårt\u00a0mellanslag", "hårt\u00a0mellanslag"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("\u2028", ""),
    ],
)
def test_a_line_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_an_entry_hangs_under_its_dash() -> None:
    assert bullet(["Titel", "", "ord " * 30, "ett\n\ntvå"]).splitlines() == [
        "– Titel",
        "  " + " ".join(["ord"] * 17),
        "  " + " ".join(["ord"] * 13),
        "  ett",
        "",
        "  två",
    ]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("mailto:anna@example.org", True),
        ("", False),
        ("example.org", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://example.org/\r\nX: y", False),
        ('https://example.org/"onclick=', False),
    ],
)
def test_a_letter_links_to_the_web_or_to_a_mailbox_only(url: str, kept: bool) -> None:
    assert web_link(url) == (url if kept else "")
