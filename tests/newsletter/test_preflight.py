"""What preflight finds, and what it lets pass."""

import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.mail.address import address
from mailer.newsletter.activity import Activity, Image, Registration, Translation, When
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import EditionText, EditionWords, Newsletter, plan
from mailer.newsletter.finding import Finding, Place
from mailer.newsletter.passage import passages_of
from mailer.newsletter.preflight import CHECKS, preflight
from mailer.newsletter.sheet import Sheet, sheet_of
from mailer.organisation import Leader, Organisation, Subproject

DAY = date(2020, 9, 11)
FRIDAY = date(2020, 9, 18)
PAPER = Newsletter(
    title="Tryggare tillsammans",
    tagline="",
    list_id="trygg.example",
    period="month",
    horizon=timedelta(days=45),
    cron="day=2nd fri; hour=10; minute=0",
    missed=Missed("within", timedelta(hours=24)),
)


def leader(name: str) -> Leader:
    return Leader(name.lower(), name, address("leader@markaryd.example"))


PEOPLE = Organisation(
    municipality="Markaryd",
    mailbox=address("trygg@markaryd.example"),
    subprojects=(
        Subproject(
            "boende",
            "Trygg boendemiljö",
            "",
            (leader("Anna-Karin Pålsson"), leader("John Karlsson")),
            "Boende",
        ),
        Subproject("skola", "Skola", "", (leader("Elisabeth Fock"),), "Skola"),
    ),
    coordinator=leader("Projektledningen"),
    coordinator_folder="Samordnare",
)
FILLER = (
    Activity("gjort", "Möte med föreningarna", filed="2020-09", file="gjort.yaml", line=1),
    Activity("kommande", "Städdag", filed="2020-09", status="planned", file="k.yaml", line=1),
)


def sheet(
    *activities: Activity,
    text: EditionText | None = None,
    html: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    filler: tuple[Activity, ...] = FILLER,
) -> Sheet:
    edition = plan(
        DAY,
        newsletter=PAPER,
        activities=(*activities, *filler),
        text=text,
        last=None,
        told=frozenset(),
    )
    made = sheet_of(
        edition,
        text,
        place=Place("config/activities"),
        organisation=PEOPLE,
        base_url="https://trygg.example/kommun",
        html=html or {"sv": '<p id="program">Hej</p>'},
        has_file=lambda name: name == "bilder/vår dag.jpg",
    )
    return replace(made, answers=answers)


def found(sheet: Sheet) -> list[str]:
    return [finding.check for finding in preflight(sheet)]


def in_text(words: str) -> list[str]:
    """What is found in an activity's text, of Friday 18 September."""
    return found(sheet(an(text=words)))


def an(title: str = "Träff", day: date | None = FRIDAY, **fields: object) -> Activity:
    when = When(day, day) if day else None
    own = Activity(f"{title}{fields.get('line')}", title, when, file="träff.yaml", line=4)
    return replace(own, **fields)


# --- the table -----------------------------------------------------------------------------------


def test_a_sound_edition_has_no_finding() -> None:
    assert preflight(sheet(an(text="Kom fredag 18 september!"))) == ()


def test_a_finding_names_its_file_and_line_and_says_the_same_in_swedish() -> None:
    lines = {"text": 7}
    (finding,) = preflight(sheet(an(text="Kom torsdag 18 september!", lines=lines)))
    assert finding == Finding(
        severity="error",
        file="träff.yaml",
        line=7,
        message="'torsdag 18 september' is wrong: 2020-09-18 is a Friday",
        svenska="”torsdag 18 september” stämmer inte: 2020-09-18 är en fredag.",
        check="weekday",
    )
    assert finding.is_error
    assert str(finding) == (
        "träff.yaml:7: 'torsdag 18 september' is wrong: 2020-09-18 is a Friday (error: weekday)"
    )


def test_findings_are_in_file_and_line_order_each_once() -> None:
    first = an("Ett", text="TODO TODO", file="b.yaml", line=9)
    second = an("Två", text="TODO", file="a.yaml", line=2, lines={"text": 3})
    third = an("Tre", text="TODO", file="b.yaml", line=1)
    assert [(one.file, one.line) for one in preflight(sheet(first, second, third))] == [
        ("a.yaml", 3),
        ("b.yaml", 1),
        ("b.yaml", 9),
    ]


def test_a_long_text_is_cut_in_a_message() -> None:
    (finding,) = preflight(sheet(an(link="ftp://" + "a" * 300)))
    assert len(finding.message) < 250
    assert "a…" in finding.message


def test_every_check_has_a_name_of_its_own_and_two_sentences_with_the_same_values() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    english_only, swedish_only = {"day", "section", "secure"}, {"dag", "avsnitt", "secure"}
    for check in CHECKS:
        named = [
            {name for _, name, _, _ in string.Formatter().parse(words) if name}
            for words in (check.english, check.svenska)
        ]
        assert named[0] - english_only == named[1] - swedish_only


# --- weekdays ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "torsdag 18 september",
        "Torsdagen den 18 september 2020",
        "torsdag den 18:e september",
        "tors 18 sept.",
        "lör 18/9",
        "torsdag 18/9 2020",
        "fredag 18 september 2021",
        "söndag 27 februari",
    ],
)
def test_a_weekday_that_its_date_does_not_have_is_an_error(words: str) -> None:
    assert in_text(f"Vi ses {words} kl. 18.00.") == ["weekday"]


@pytest.mark.parametrize(
    "words",
    [
        "fredag 18 september",
        "Fredagen den 18 september 2020",
        "fre 18/9",
        "fredagens 18 september",
        "lördag 18 september 2021",
        "måndag 1 mars",  # of 2021, under 200 days away; in 2020 it was a Sunday
        "söndag 3 maj",  # of 2020
        "torsdag 31 november",
        "torsdag 18/13",
        "torsdag 18",
        "torsdagar 18.00",
        "fredag–söndag 18–20 september",
        "onsdag 18 personer",
        "tisdag 18 majestäter",
        "fredag 29 februari",
    ],
)
def test_a_weekday_that_fits_or_is_no_date_is_let_pass(words: str) -> None:
    assert "weekday" not in in_text(f"Vi ses {words}.")


def test_a_date_without_a_year_is_the_nearest_to_the_edition_in_its_own_texts() -> None:
    text = EditionText("2020-09", news="Onsdag 1 januari", file="2020-09.yaml", lines={"news": 5})
    assert [str(one) for one in preflight(sheet(text=text))] == [
        "2020-09.yaml:5: 'Onsdag 1 januari' is wrong: 2021-01-01 is a Friday (error: weekday)"
    ]


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (an(text="Vi ses på torsdag!"), ["weekday-of-activity"]),
        (an("Torsdagsfika på torsdagen"), ["weekday-of-activity"]),
        (an(text="Vi ses på fredag, inte torsdag."), []),
        (an(text="Varje torsdag har vi öppet."), []),
        (an(text="Öppet varje torsdag."), []),
        (an(text="Öppet torsdagar."), []),
        (an(text="Anmäl dig på onsdag.", registration=Registration(date(2020, 9, 16))), []),
        (
            an(text="Anmäl dig på torsdag.", registration=Registration(date(2020, 9, 16))),
            ["weekday-of-activity"],
        ),
        (
            an(text="Vi ses på torsdag.", registration=Registration(link="https://a.example")),
            ["weekday-of-activity"],
        ),
        (an(note="Flyttad från torsdag.", status="moved"), []),
        (an(when=When(FRIDAY, date(2020, 9, 20)), text="Söndag är det final."), []),
        (an(day=None, filed="2020-09", text="Någon torsdag."), []),
    ],
)
def test_a_weekday_alone_is_that_of_the_activity(activity: Activity, expected: list[str]) -> None:
    assert found(sheet(activity)) == expected


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        *("Lorem ipsum dolor", "TODO", "FIXME: skriv", "xxx", "XXXX kr", "TBD", "todo: fråga"),
        *("Text kommer.", "Kl. ???", "Platshållare för bild"),
    ],
)
def test_a_word_left_from_a_draft_is_an_error(words: str) -> None:
    assert set(in_text(words)) == {"placeholder"}


@pytest.mark.parametrize(
    "words",
    ["En text kommer att läsas upp.", "Storlek XXXL", "Todos los santos", "Vad? Hur?", "Metodo"],
)
def test_words_like_those_are_let_pass(words: str) -> None:
    assert in_text(words) == []


@pytest.mark.parametrize(
    "words",
    [
        *("Anna-Karin Påhlsson", "Anna Karin Pålsson", "Anna-Karin Pålson", "Anna-Karin\nPalsson"),
        *("John Carlsson", "Jon Karlsson", "Johan Karlssons idé", "Trygg boendemijö"),
        *("**Elisabet Fock**", "[Elisabeth Focke](https://a.example)"),
    ],
)
def test_what_is_nearly_a_known_name_is_asked_about(words: str) -> None:
    assert in_text(f"Fråga {words}.") == ["name"]


@pytest.mark.parametrize(
    "words",
    [
        *("Anna-Karin Pålsson", "John Karlssons idé", "ANNA-KARIN PÅLSSON", "Trygg boendemiljö"),
        *(
            "en trygg boendemiljös värde",
            "en trygg boendemijö",
            "Johanna Karlberg",
            "Anna Karlsson",
        ),
        *("Elisabeth Falck", "Skolan", "Trygg skola", "John", "Eva"),
    ],
)
def test_names_and_other_peoples_names_are_let_pass(words: str) -> None:
    assert in_text(f"Fråga {words}.") == []


# --- privacy -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        *("811218-9876", "19811218-9876", "198112189876", "8112189876", "811218+9876"),
        *("811218 9876", "811218–9876"),
        "811278-9873",  # a coordination number: 60 is added to the day
    ],
)
def test_a_personal_identity_number_is_an_error_and_never_repeated(number: str) -> None:
    (finding,) = preflight(sheet(an(text=f"Anna, {number}, bor här.")))
    assert finding.check == "identity-number"
    assert "987" not in str(finding)


@pytest.mark.parametrize(
    "number",
    [
        "811218-9875",  # the check digit is wrong
        "811318-9876",  # no month 13
        "811232-9876",  # no day 32
        "212000-0654",  # an organisation
        "1811218-98765",
        "2020-09-18",
        "0372-100 00",
    ],
)
def test_other_numbers_are_let_pass(number: str) -> None:
    assert in_text(f"Nummer {number} här.") == []


@pytest.mark.parametrize(
    "number",
    [
        *("070-123 45 67", "0701234567", "+46 70 123 45 67", "0046701234567", "076 - 123 45 67"),
        *("+46 (0)73-1234567", "072/1234567", "079-123 45 67"),
    ],
)
def test_a_mobile_number_is_an_error_unless_it_is_a_contact(number: str) -> None:
    ring = an(text=f"Ring {number}.")
    (finding,) = preflight(sheet(ring))
    assert finding.check == "mobile-number"
    assert "67)" in finding.message
    assert "1234567" not in finding.message
    assert found(sheet(ring, an("Annat", contact="Anna, 070 123 45 67"))) == (
        [] if "70" in number else ["mobile-number"]
    )


@pytest.mark.parametrize("number", ["0372-100 00", "08-701 23 45 67", "070-123 45", "07012345678"])
def test_other_telephone_numbers_are_let_pass(number: str) -> None:
    assert in_text(f"Ring {number}.") == []


# --- the edition ---------------------------------------------------------------------------------

AUGUST = date(2020, 8, 20)


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (an(day=AUGUST), []),
        (an(day=AUGUST, status="planned"), ["past"]),
        (an(day=AUGUST, registration=Registration(date(2020, 9, 14))), ["past"]),
        (an(day=AUGUST, registration=Registration(date(2020, 8, 14))), []),
        (an(day=AUGUST, registration=Registration(link="https://a.example/")), []),
        (an(day=date(2019, 9, 18), filed="2020-09"), ["past"]),
        (an(day=date(2020, 7, 11), filed="2020-09"), []),
        (an(status="planned"), []),
    ],
)
def test_what_is_past_and_was_to_come_is_asked_about(
    activity: Activity, expected: list[str]
) -> None:
    assert found(sheet(activity)) == expected


@pytest.mark.parametrize(
    ("registration", "expected"),
    [
        (Registration(FRIDAY), []),
        (Registration(date(2020, 9, 19)), ["registration"]),
        (Registration(link="https://a.example/"), []),
        (None, []),
    ],
)
def test_a_last_day_to_register_is_not_after_the_activity(
    registration: Registration | None, expected: list[str]
) -> None:
    assert found(sheet(an(registration=registration))) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (an("Idrottens dag i skolan", line=9), ["twice"]),
        (an("IDROTTENS dag, i skolan!", line=9), ["twice"]),
        (an("Idrottens dag i skola", line=9), ["nearly-twice"]),
        (an("Idrotens dag i skolan", line=9), ["nearly-twice"]),
        (an("Idrottens dag i skolan", day=date(2020, 9, 25), line=9), []),
        (an("Idrottens dag i hallen", line=9), []),
    ],
)
def test_an_activity_is_told_once(other: Activity, expected: list[str]) -> None:
    findings = preflight(sheet(an("Idrottens dag i skolan"), other))
    assert [finding.check for finding in findings] == expected
    assert all(finding.line == 9 and "träff.yaml:4" in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Föräldraträff del 1", "Föräldraträff del 2"), ("Vandring i Traryd", "Vandring i Markaryd")],
)
def test_titles_that_differ_in_what_matters_are_two_activities(one: str, other: str) -> None:
    assert found(sheet(an(one), an(other))) == []


@pytest.mark.parametrize(
    ("filler", "message"),
    [
        ((), "edition 2020-09 has nothing done and nothing to come: it is not sent"),
        (FILLER[:1], "the edition tells nothing coming"),
        (FILLER[1:], "the edition tells nothing done"),
    ],
)
def test_an_edition_that_lacks_something_to_tell_is_warned_about(
    filler: tuple[Activity, ...], message: str
) -> None:
    (finding,) = preflight(sheet(filler=filler))
    assert (finding.severity, finding.message) == ("warning", message)
    assert not finding.is_error
    assert (finding.file, finding.line) == ("config/activities", 0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("## Rubrik", ["heading"]),
        ("## Rubrik\n\n## En till\n\nText", ["heading"]),
        ("## Rubrik\n\n# Högre\n\nText", ["heading"]),
        ("# Rubrik\n\n## Under\n\nText", []),
        ("## Rubrik\n\n- en lista", []),
    ],
)
def test_a_heading_has_something_below_it(words: str, expected: list[str]) -> None:
    assert in_text(words) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (89_999, []),
        (90_000, ["large"]),
        (101_999, ["large"]),
        (102_000, ["too-large"]),
    ],
)
def test_the_size_is_that_of_the_letter_in_octets(size: int, expected: list[str]) -> None:
    html = "ö" * (size // 2) + "x" * (size % 2)
    findings = preflight(sheet(html={"sv": "", "ar": html}))
    assert [finding.check for finding in findings] == expected
    assert all("(ar)" in finding.message for finding in findings)


# --- everything that is written ------------------------------------------------------------------


def test_every_text_of_an_edition_is_looked_at() -> None:
    words = Translation(title="en.title", text="en.text", place="en.place", note="en.note")
    activity = an(
        "title",
        text="text",
        place="place",
        contact="contact",
        note="note",
        image=Image("file", "alt"),
        link="https://link.example",
        registration=Registration(link="https://registration.example"),
        translations={"en": words},
    )
    own = EditionWords(title="en.t", introduction="en.i", news="en.n", closing="en.c")
    text = EditionText(
        "2020-09",
        title="t",
        introduction="i",
        news="n",
        closing="c",
        translations={"en": own},
        file="e.yaml",
        lines={"translations.en.news": 12},
    )
    edition = sheet(activity, text=text, filler=()).edition
    passages = list(passages_of(edition, text))
    assert [(one.place.line, one.text) for one in passages[:8]] == [
        *((0, "t"), (0, "i"), (0, "n"), (0, "c")),
        *((0, "en.t"), (0, "en.i"), (12, "en.n"), (0, "en.c")),
    ]
    assert [one.text for one in passages[8:18]] == [
        *("title", "place", "text", "contact", "note", "alt"),
        *("en.title", "en.text", "en.place", "en.note"),
    ]
    assert [(one.links, one.images) for one in passages[18:]] == [
        (("https://link.example",), ()),
        (("https://registration.example",), ()),
        ((), (passages[-1].images[0],)),
    ]


def test_the_text_of_markdown_is_what_a_reader_sees() -> None:
    inline = "rad\nrad  \nrad `kod` [länk](https://a.example/x) ![bild](b.png)"
    words = f"# En *rubrik*\n\n{inline}\n\n    xy\n"
    text = EditionText("2020-09", news=words)
    (passage,) = passages_of(sheet(filler=()).edition, text)
    assert passage.text == "En rubrik\nrad rad rad kod länk bild\nxy\n"


# --- whatever is written -------------------------------------------------------------------------

WORDS = st.text() | st.lists(
    st.sampled_from(
        [
            *("torsdag", "18", "/", "9", "september", "29", "februari", "0000", "9999", "TODO"),
            *("811218-9876", "070-1234567", "Anna", "Karin", "Påhlsson", "# ", "\n\n", "## x"),
            *("[a](", ")", "![](", "http://", "https://[", "www.", "%zz", "#", "/nyhetsbrev/"),
            *(
                "2020-99",
                "mailto:",
                "@",
                "a.example",
                ":99999",
                "<",
                ">",
                "`",
                "*",
                "\x00",
                "ß",
                "İ",
            ),
        ]
    ),
    max_size=12,
).map(" ".join).flatmap(lambda words: st.sampled_from([words, words.replace(" ", "")]))


@settings(deadline=None)
@given(WORDS, WORDS, WORDS, st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_whatever_is_written_preflight_never_raises(
    title: str, words: str, link: str, day: date | None
) -> None:
    activity = an(
        title,
        day,
        text=words,
        contact=words,
        link=link,
        image=Image(link, title),
        filed="2020-09",
        status=None if day else "planned",
    )
    text = EditionText("2020-09", title=title, introduction=words, file="e.yaml")
    for finding in preflight(sheet(activity, activity, text=text, html={"sv": words + link})):
        assert finding.message
        assert finding.svenska


def test_the_work_grows_with_the_number_of_activities_and_not_with_its_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mailer.newsletter import checks_edition

    compared = []

    def counted(a: str, b: str) -> bool:
        compared.append((a, b))
        return False

    monkeypatch.setattr(checks_edition, "_nearly", counted)
    preflight(sheet(*(an(f"Träff {number}") for number in range(200))))
    assert len(compared) < 500
