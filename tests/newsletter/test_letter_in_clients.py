"""The letter as mail programs take it: strict parsers, old renderers, and readers of text only."""

import asyncio
from collections.abc import Mapping
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import strict
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mailer.app.composing import write_edition
from mailer.edge.clock import SystemClock
from mailer.newsletter.edition import Edition
from mailer.newsletter.item import item
from mailer.newsletter.render import Renderer
from mailer.organisation import Organisation
from mailer.settings import load
from tests.caniemail import unsupported

CONFIG = Path(__file__).parents[2] / "config"
LANGUAGES = ("sv", "en", "ar", "fi", "uk", "so")
PROGRAMS = ("outlook.windows", "gmail.*", "apple-mail.*", "samsung-email.*", "yahoo.*")

WITHOUT_MEANING: Mapping[str, str] = {
    "<style> element": "what is needed stands inline; the styles add dark mode and the narrow page",
    "@media": "without it the letter is light, and two columns on a phone",
    "Chaining selectors": "only in styles, of which none is needed",
    "Child combinator": "the same",
    "Class selector": "the same",
    "Descendant combinator": "the same",
    "ID selector": "mrml's own reset for Outlook on the web",
    "Type selector": "only in styles, of which none is needed",
    ":last-child": "a little more space below a text",
    "<body> element": "the letter's first element has its language, direction and colour as well",
    "aria-label attribute": "the link's own words are heard, below the heading that they belong to",
    "display:none": "the preview line is a pixel high and without height where it is not hidden",
    "overflow": "the same; and long code is cut by the page's edge",
    "height property": "read as the least height, which is what the stripes need",
    "outline": "mrml's own reset of pictures that are links, of which we have none",
    "overflow-wrap": "a very long link is wider than the page",
    "table-layout": "the columns have their widths as attributes, too",
    "word-break": "the same",
    "word-spacing": "mrml's own reset to what is normal",
}
"""Features that a mail program leaves out and nothing is lost: by name, with the reason."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `compose` writes of the shipped edition, a folder for each language."""
    folder = tmp_path_factory.mktemp("shipped")
    settings = load(CONFIG, {"MAILER_DATA_DIR": str(folder / "data")})
    for language in LANGUAGES:
        asyncio.run(
            write_edition(settings, SystemClock(), date(2020, 9, 11), language, folder / language)
        )
    return folder


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_no_mail_program_leaves_out_what_carries_meaning(
    renderer: Renderer, october: Edition, shipped: Path, language: str
) -> None:
    everything = renderer.render(october, language).html
    for html in ((shipped / language / "edition.html").read_text("utf-8"), everything):
        found = unsupported(html, PROGRAMS)
        assert {
            program: lost
            for program, titles in found.items()
            if (lost := titles - WITHOUT_MEANING.keys())
        } == {}
        assert set().union(*found.values()) == WITHOUT_MEANING.keys()  # nothing is listed in vain


def test_caniemail_is_awake() -> None:
    found = unsupported("<p style='position:fixed'>Hej</p>", ["outlook.windows"])
    assert found == {"outlook.windows": {"position"}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_strict_parser_opens_the_mail(shipped: Path, language: str) -> None:
    raw = (shipped / language / "edition.eml").read_bytes()
    message = message_from_bytes(raw, policy=strict)  # raises at a defect of the structure
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert [defect for value in part.values() for defect in value.defects] == []
    assert {part.get_content_type() for part in message.iter_parts()} == {"text/plain", "text/html"}
    assert all(len(line) <= 78 for line in raw.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["september", "october"])
def test_text_and_html_say_the_same_facts(
    request: pytest.FixtureRequest,
    renderer: Renderer,
    organisation: Organisation,
    which: str,
    language: str,
) -> None:
    edition: Edition = request.getfixturevalue(which)
    rendered = renderer.render(edition, language)
    facts = facts_of(edition, organisation, language)
    assert [fact for fact in facts if fact not in squeezed(rendered.text)] == []
    assert [fact for fact in facts if fact not in words_in(rendered.html)] == []


def facts_of(edition: Edition, organisation: Organisation, language: str) -> list[str]:
    """What a reader acts on: what, when, where, until when, and whom to ask."""
    facts = [organisation.mailbox.email]
    for subproject in organisation.subprojects:
        facts += [subproject.name, *(leader.titled for leader in subproject.leaders)]
    for activity in (*edition.done, *edition.coming):
        told = item(activity, edition.date, language, organisation)
        facts += [told.title.text, " ".join(told.when), told.place.text]
        if activity in edition.coming:
            facts += [told.contact, told.deadline.by if told.deadline else ""]
    assert any(facts)
    return list(filter(None, facts))


def squeezed(text: str) -> str:
    return " ".join(text.split())


class _Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.told: list[str] = []
        self._unshown = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unshown += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._unshown -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self.told.append(data)


def words_in(html: str) -> str:
    return squeezed("".join(_Words(html).told))
