"""What is wrong with an answer is said in Swedish, whatever it is."""

import pytest
from babel.dates import get_month_names as month_names

from mailer.edge.documents import parse
from mailer.newsletter.edition import Period
from mailer.settings.draft import problem
from mailer.settings.fields import Known
from mailer.settings.svenska import in_swedish

FIELDS = ("title", "when.from", "when.to", "edition")
DAY = {"title": "Fest", "when.from": "2020-10-06"}
LONG = "a" * 300


def wrong(period: Period = "month", **answers: str) -> str:
    """The English for these answers; every field had its turn."""
    known = Known(
        has_file=lambda name: name == "a.jpg",
        subprojects=("boende", "skola"),
        contacts=("anna-ek", "bo-al", "samordnare"),
        period=period,
    )
    asked = [*FIELDS, "image.alt", "note"]
    return problem({key.replace("__", "."): value for key, value in answers.items()}, asked, known)


@pytest.mark.parametrize(
    ("answers", "svenska"),
    [
        ({"title": "", "note": "x"}, "Rubriken måste finnas."),
        ({"title": "a\nb"}, "Skriv allt på en rad."),
        (
            {"title": "Fest\x07"},
            "Där finns ett osynligt styrtecken (U+0007). Ta bort det och skriv om.",
        ),
        ({"title": "Fest"}, "En aktivitet måste ha en dag eller ett nummer att berättas i."),
        ({"when.from": "6/10"}, "6/10: skriv datum så här: 2020-09-18."),
        (
            {"when.from": "18:00"},
            "18:00: skriv datumet före klockslaget, så här: 2020-09-18 18:00.",
        ),
        (
            {"when.from": "2020-10-06 18-20"},
            "2020-10-06 18-20: skriv klockslag så här: 18:00. När det slutar frågar vi om sedan.",
        ),
        (
            {"when.from": "2020-10-06 24:00"},
            "2020-10-06 24:00: klockan kan inte vara 24:00. Dygnets sista klockslag är 23:59.",
        ),
        ({"when.from": "2020-02-30"}, "2020-02-30: februari 2020 har 29 dagar."),
        ({"when.from": "2020-13-01"}, "2020-13-01: det finns ingen månad 13."),
        ({"when.from": "2020-W54"}, "2020-W54: år 2020 har 53 veckor."),
        ({"when.from": "1020-01-01"}, "1020-01-01: året ska ligga mellan 1900 och 2199."),
        (
            {"when.from": "2020-10-06 18:00", "when.to": "17:00"},
            "Slutet (17:00) är före början (18:00). Efter midnatt: skriv datumet också.",
        ),
        (
            {"when.from": "2020-10-06", "when.to": "2020-10-05"},
            "Slutet (2020-10-05) är före början (2020-10-06).",
        ),
        (
            {"when.from": "2020-10-06", "when.to": "17:00"},
            "Slutet har ett klockslag. Då måste början också ha ett.",
        ),
        (
            {**DAY, "edition": "oktober"},
            "oktober: skriv en månad så här: 2020-09, en vecka så här: 2020-W37.",
        ),
        ({**DAY, "subproject": "skolan"}, "Det finns inget delprojekt ”skolan”. Menar du ”skola”?"),
        (
            {**DAY, "subproject": "x"},
            "Det finns inget delprojekt ”x”. De som finns är boende, skola.",
        ),
        ({**DAY, "contact": "anna-eg"}, "Det finns ingen ledare ”anna-eg”. Menar du ”anna-ek”?"),
        (
            {**DAY, "link": "https://a.example/a b"},
            "”https://a.example/a b”: i en länk får inte finnas mellanslag, citattecken, <, > "
            "eller \\.",
        ),
        (
            {**DAY, "link": "ftp://x"},
            "”ftp://x”: en länk börjar med https://, mailto: eller / (på våra egna sidor).",
        ),
        (
            {**DAY, "link": "mailto:anna"},
            "”anna” saknar @.",
        ),
        (
            {**DAY, "image.file": "b.jpg", "image.alt": "x"},
            "Det finns ingen bild ”b.jpg”. Skriv filens namn, med mapp, i mappen config.",
        ),
        ({**DAY, "image.alt": "x"}, "Skriv först vilken bild det är."),
        (
            {**DAY, "image.file": "a.jpg"},
            "Skriv vad bilden visar, för den som inte ser den.",
        ),
        ({**DAY, "status": "movd"}, "Status kan inte vara ”movd”. Menar du ”moved”?"),
        (
            {**DAY, "status": "klar"},
            "Status kan inte vara ”klar”. Välj bland cancelled, moved, planned.",
        ),
        ({**DAY, "status": "moved"}, "Aktiviteten är flyttad. Skriv vad som är nytt."),
        (
            {**DAY, "valid-from": "2020-10-02", "valid-until": "2020-10-01"},
            "Sista dagen (2020-10-01) är före den första (2020-10-02).",
        ),
    ],
)
def test_each_mistake_is_said_in_swedish(answers: dict[str, str], svenska: str) -> None:
    given = {"title": "Fest", **answers}
    english = wrong(**{key: answer for key, answer in given.items() if answer})
    assert english
    assert in_swedish(english) == svenska, english


@pytest.mark.parametrize(
    ("period", "edition", "svenska"),
    [
        ("month", "2020-W41", "kommer varje månad. Skriv en månad, till exempel 2020-"),
        ("week", "2020-10", "kommer varje vecka. Skriv en vecka, till exempel 2020-W"),
    ],
)
def test_an_edition_is_asked_for_as_the_newsletter_comes(
    period: Period, edition: str, svenska: str
) -> None:
    assert svenska in in_swedish(wrong(period, title="Fest", edition=edition))


@pytest.mark.parametrize(
    "link",
    [
        "mailto:a b@example.org",
        "mailto:anna@exa_mple.org",
        f"mailto:{LONG}@example.org",
        "mailto:@example.org",
        "https://",
        "https://exa\u2100mple.org",
    ],
)
def test_a_link_of_any_shape_is_answered_in_swedish(link: str) -> None:
    english = wrong(**DAY, link=link)
    assert english
    assert in_swedish(english), english


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_name(month: int) -> None:
    english = wrong(title="Fest", when__from=f"2020-{month:02}-32")
    assert f"-32: {month_names('wide', locale='sv')[month]} 2020 har" in in_swedish(english)


def test_a_line_that_it_does_not_know_is_nothing() -> None:
    assert in_swedish("the disk is full") == ""


@pytest.mark.parametrize(
    ("written", "svenska"),
    [
        ("title: Fest\nText", "På raden saknas ett nyckelord."),
        ("title: Fest: i parken", "Där står ett kolon för mycket."),
        ("title: `Fest`", "Texten börjar med ett tecken som betyder något särskilt."),
        ('title: "Fest', "Citattecknet som står här har inget som avslutar det."),
        ('title: "C:\\Fest"', "\\ betyder något särskilt inom dubbla citattecken."),
        ("title: *Fest*", "En text som börjar med &, * eller ! måste stå"),
        ("title: [Fest\ntext: b", "Parentesen [ eller { som står här avslutas inte"),
        ("title: , Fest", "Där värdet ska stå finns en parentes eller ett komma."),
        ("title: Fest\n  text: b", "Raden är inte lika långt indragen"),
        ("title: - text", "Här ska inget streck stå."),
        ("title: | Fest", "Efter | eller > får inget mer stå på raden."),
        ("title:\n\ttext: b", "Raden är indragen med tabb."),
        ('title: "Fest" nu', "Det står text efter citattecknet"),
        ("", "Filen är tom."),
        ("title: a\n---\ntitle: b", "Ta bort ---."),
        ("title: a\ntitle: b", "”title” finns två gånger. Det första står på rad 1."),
        ("[a]: b", "Raden ska se ut så här: nyckelord: värde."),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(written: str, svenska: str) -> None:
    found = parse(written.encode(), "a.yaml")
    assert isinstance(found, tuple), found
    assert in_swedish(found[0].message).startswith(svenska), found[0].message


@pytest.mark.parametrize("raw", ["title: å".encode("latin-1"), "title: å".encode("utf-16")])
def test_a_file_in_another_encoding_is_explained(raw: bytes) -> None:
    found = parse(raw, "a.yaml")
    assert isinstance(found, tuple)
    assert in_swedish(found[0].message).endswith("Spara den som UTF-8.")


@pytest.mark.parametrize(
    ("english", "svenska"),
    [
        (
            "unknown key 'titel' in an activity; did you mean 'title'?",
            "Nyckelordet ”titel” finns inte. Menar du ”title”?",
        ),
        ("unknown key 'x' in 'image'", "Nyckelordet ”x” finns inte."),
        ("'text' is empty; expected text", "Efter ”text” ska det stå något."),
        ("'text' must be text, not a number; put it in quotes", "Sätt värdet i ”text” inom"),
        ("'tags' must be a list (lines that begin with '- '), not text", "”tags” ska vara en"),
    ],
)
def test_a_file_that_does_not_fit_is_explained(english: str, svenska: str) -> None:
    assert in_swedish(english).startswith(svenska)
