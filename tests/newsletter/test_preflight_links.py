"""What preflight says of links and images."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailer.mail.address import address
from mailer.newsletter.activity import Activity, Image
from mailer.newsletter.checks_links import kind_of, links_of
from mailer.newsletter.edition import Newsletter, plan
from mailer.newsletter.finding import Place
from mailer.newsletter.preflight import preflight
from mailer.newsletter.sheet import Sheet, sheet_of
from mailer.organisation import Leader, Organisation

BASE = "https://trygg.example/kommun"
PAPER = Newsletter("Trygg", "", "trygg.example", "month", timedelta(45), "", timedelta(1))
NOBODY = Leader("coordinator", "Projektledningen", address("p@trygg.example"))
PEOPLE = Organisation("Markaryd", address("trygg@trygg.example"), (), NOBODY, "Samordnare")


def sheet(words: str = "", answers: Mapping[str, str] | None = None, **fields: object) -> Sheet:
    told = replace(Activity("a", "Träff", text=words, filed="2020-09"), **fields)
    coming = Activity("b", "Städdag", filed="2020-09", status="planned")
    edition = plan(
        date(2020, 9, 11),
        newsletter=PAPER,
        activities=(told, coming),
        text=None,
        last=None,
        told=frozenset(),
    )
    made = sheet_of(
        edition,
        None,
        place=Place("config/activities"),
        organisation=PEOPLE,
        base_url=BASE,
        html={"sv": '<p id="program">Hej</p>', "en": "<p id='programme'>Hi</p>"},
        has_file=lambda name: name == "bilder/vår dag.jpg",
    )
    return replace(made, answers=answers)


def found(sheet: Sheet) -> list[str]:
    return [finding.check for finding in preflight(sheet)]


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("https://www.markaryd.se/åäö?x=1#y", "web"),
        ("HTTP://markaryd.se:8080", "web"),
        ("https://räksmörgås.se", "web"),
        ("https://r%C3%A4ka.se/", "web"),
        ("mailto:anna.ek@markaryd.se?subject=Hej", "mail"),
        ("#program", "anchor"),
        ("/prenumerera", "page"),
        (BASE, "page"),
        (f"{BASE}/nyhetsbrev/", "page"),
        (f"{BASE}erna/", "web"),
        ("https://markaryd", "malformed"),
        ("https://", "malformed"),
        ("https:/markaryd.se", "malformed"),
        ("https://https://markaryd.se", "malformed"),
        ("https://markaryd..se", "malformed"),
        ("https://-markaryd.se", "malformed"),
        ("https://markaryd.se:99999", "malformed"),
        ("https://markaryd.se:0", "malformed"),
        ("https://[markaryd", "malformed"),
        ("htp://markaryd.se", "malformed"),
        ("www.markaryd.se", "malformed"),
        ("//markaryd.se", "malformed"),
        ("anna.ek@markaryd.se", "malformed"),
        ("mailto:anna.ek", "malformed"),
        ("bilder/vandring.jpg", "malformed"),
        ("", "malformed"),
    ],
)
def test_where_a_link_goes(link: str, kind: str) -> None:
    assert kind_of(link, BASE) == kind


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[a](https://a.example/x)", []),
        ("[a](www.a.example)", ["link"]),
        ("<ftp://a.example>", ["link"]),
        ("Se https://a.example/x.", []),
        ("Se (https://a.example/x).", []),
        ("Se https://exempel.", ["link"]),
        ("[a](#program)", []),
        ("[a](#programme)", []),
        ("[a](#programmet)", ["dead-link"]),
        ("[a](#)", ["dead-link"]),
        ("[a](/prenumerera)", []),
        ("[a](/prenumeration)", ["dead-link"]),
        ("[a](/nyhetsbrev/2020-09)", []),
        ("[a](/nyhetsbrev/2020-08?sprak=en#program)", []),
        ("[a](/kalender/2020-09/x.ics)", []),
        ("[a](/nyhetsbrev/2020-10)", ["dead-link"]),
        ("[a](/nyhetsbrev/2020-13)", ["dead-link"]),
        ("[a](/nyhetsbrev/september)", ["dead-link"]),
        (f"[a]({BASE})", []),
        (f"[a]({BASE}/kalender.ics)", []),
        (f"[a]({BASE}/nyheter)", ["dead-link"]),
        ("[a](http://a.example)", ["http"]),
        ("http://a.example och <http://a.example>", ["http"]),
        ("[a](http://)", ["link"]),
    ],
)
def test_links_in_a_text(words: str, expected: list[str]) -> None:
    assert found(sheet(words)) == expected


def test_links_beside_the_text_are_looked_at_where_they_stand() -> None:
    told = sheet(link="http://a.example", contact="http://b.example", lines={"link": 3})
    assert [(finding.line, finding.message) for finding in preflight(told)] == [
        (0, "'http://b.example' is not encrypted; use 'https://b.example'"),
        (3, "'http://a.example' is not encrypted; use 'https://a.example'"),
    ]


def test_what_to_ask_is_every_link_to_the_web_and_its_encrypted_form() -> None:
    words = f"[a](http://a.example) [b](https://b.example) [c](#program) [d]({BASE}) [e](mailto:x)"
    assert links_of(sheet(words)) == (
        *("http://a.example", "https://a.example"),
        "https://b.example",
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"http://a.example": "", "https://a.example": ""}, ["http"]),
        ({"http://a.example": "", "https://a.example": "refused"}, []),
        ({"http://a.example": "404 Not Found", "https://a.example": "refused"}, ["no-answer"]),
        ({}, []),
    ],
)
def test_when_the_links_were_asked_what_they_answer_counts(
    answers: Mapping[str, str], expected: list[str]
) -> None:
    told = sheet("[a](http://a.example)", answers)
    assert found(told) == expected
    if "no-answer" in expected:
        assert preflight(told)[0].svenska == "Länken http://a.example svarar inte: 404 Not Found."


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image("bilder/vår dag.jpg", "En gata"), []),
        (Image("bilder/vår dag.jpg", " "), ["alt"]),
        (Image("bilder/borta.jpg", "En gata"), ["image"]),
    ],
)
def test_the_image_of_an_activity(image: Image, expected: list[str]) -> None:
    assert found(sheet(image=image)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("![En gata](<bilder/vår dag.jpg>)", ["image-in-text"]),
        ("![](bilder/v%C3%A5r%20dag.jpg)", ["alt", "image-in-text"]),
        ("![En gata](https://a.example/x.jpg)", ["image", "image-in-text"]),
    ],
)
def test_an_image_in_a_text_is_not_shown(words: str, expected: list[str]) -> None:
    assert found(sheet(words)) == expected
