"""Tables of subscribers as spreadsheets write them, read and written."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.mail.address import Address, address
from mailer.subscriber.subscription import State, Subscriber
from mailer.subscriber.table import Entry, read_table, write_table

ANNA = Entry(2, Address("anna@example.org", "Anna Öberg"), "sv")


@pytest.mark.parametrize(
    "text",
    [
        "email,name,language\nanna@example.org,Anna Öberg,sv\n",
        "email;name;language\r\nanna@example.org;Anna Öberg;sv\r\n",
        "email\tname\nanna@example.org\tAnna Öberg",
        "Namn;Språk;E-post\rAnna Öberg;Svenska;anna@example.org\r",
        '"E-postadress","Namn","Telefon"\n"anna@example.org","Anna Öberg","0433-720 00"\n',
        "Namn,Ålder,Mejl\nAnna Öberg,41,anna@example.org\n",
        "namn;adress;e-post\nAnna Öberg;Storgatan 1;anna@example.org\n",
        "Adress;Namn\nanna@example.org;Anna Öberg\n",
        "EMAIL ; NAME ; LANG\n anna@example.org ; Anna  Öberg ; SV \n",
        "email\nAnna Öberg <anna@example.org>\n",
        "email,name,name\nanna@example.org,Anna Öberg,Bo\n",
        "email;name\nanna@example.org;Anna Öberg\n;\n\n",
        "name;email;state\nAnna Öberg;anna@example.org;active\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_a_table_is_read_however_it_was_saved(text: str, encoding: str) -> None:
    table = read_table(text.encode(encoding))
    assert table.problems == ()
    assert table.entries == (ANNA,)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nNamn;E-post\r\nAnna Öberg;anna@example.org\r\n",
        "sep=,\nname,email\nAnna Öberg,anna@example.org\n",
        "SEP=\t\n\nname\temail\nAnna Öberg\tanna@example.org\n",
        "sep=;;;\rNamn;E-post;Tel, mobil, arbete\rAnna Öberg;anna@example.org;1\r",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_a_table_may_say_its_own_separator(text: str, encoding: str) -> None:
    table = read_table(text.encode(encoding))
    assert table.problems == ()
    assert [(each.address, each.language) for each in table.entries] == [(ANNA.address, "sv")]


def test_the_line_of_the_separator_counts() -> None:
    (problem,) = read_table(b"sep=;\nnamn;epost\nAnna;anna\n").problems
    assert problem.startswith("line 3: ")
    assert read_table(b"sep=;").problems == (f"line 1: {NO_EMAIL}nothing",)


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = '\n\nemail;name;note\n\na@b.se;"A";"two\nlines"\n;;\nb@b.se;B;\n'
    table = read_table(text.encode())
    assert [(each.line, each.address.email) for each in table.entries] == [
        (5, "a@b.se"),
        (8, "b@b.se"),
    ]


@pytest.mark.parametrize(
    ("cell", "language"),
    [
        ("", "sv"),
        ("sv", "sv"),
        ("EN", "en"),
        ("Svenska", "sv"),
        ("engelska", "en"),
        ("English", "en"),
        ("Arabiska", "ar"),
        ("finska", "fi"),
        ("ukrainska", "uk"),
        ("somaliska", "so"),
        ("tyska", "de"),
        ("polska", "pl"),
    ],
)
def test_a_language_is_named_by_code_or_in_words(cell: str, language: str) -> None:
    (entry,) = read_table(f"email,language\na@b.se,{cell}".encode()).entries
    assert entry.language == language


NO_EMAIL = "no column 'email' (or 'e-post') in the header, found "


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", [f"line 1: {NO_EMAIL}nothing"]),
        (b"\n \n", [f"line 1: {NO_EMAIL}nothing"]),
        (b"a@b.se\n", [f"line 1: {NO_EMAIL}'a@b.se'"]),
        (b"\nnamn,telefon\nA,1\n", [f"line 2: {NO_EMAIL}'namn', 'telefon'"]),
        (b"x" * 500, [f"line 1: {NO_EMAIL}'{'x' * 199}"]),
        (b"email\nanna\n", ["line 2: 'anna' has no @"]),
        (b"namn,email\nAnna\n", ["line 2: '' has no @"]),
        (
            b"email,language\na@b.se,xx\nb@b.se,sv\nb@,\n",
            [
                "line 2: no language 'xx'; expected one of ar, de, en, fi, pl, so, sv, uk",
                "line 4: '' is not a domain name",
            ],
        ),
        (
            b"email,state\na@b.se,member\n",
            [
                "line 2: no state 'member'; "
                "expected one of active, left, paused, pending, suppressed"
            ],
        ),
        (
            b"email\na@b.se\nb@b.se\nA@B.se\na@b.se\n",
            [
                "line 4: A@b.se stands on line 2 already",
                "line 5: a@b.se stands on line 2 already",
            ],
        ),
        (b"email\n\nan\0na@b.se\n", ["line 3: this is no text; save the table as CSV in UTF-8"]),
        (
            "email\na@b.se".encode("utf-16"),
            ["line 1: this is no text; save the table as CSV in UTF-8"],
        ),
        (
            b'email,name\na@b.se,"A\nb@b.se,B\nc@b.se,C\n',
            ["line 2: no CSV from here on (unexpected end of data); is a quotation mark missing?"],
        ),
        (
            b'email,name\na@b.se,"A" B\nb@b.se,B\n',
            ["line 2: no CSV from here on (',' expected after '\"'); is a quotation mark missing?"],
        ),
        (
            b"email\na@b.se\n" + b"x" * 140_000,
            [
                "line 3: no CSV from here on (field larger than field limit (131072)); "
                "is a quotation mark missing?"
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_by_line(content: bytes, problems: list[str]) -> None:
    assert list(read_table(content).problems) == problems


pieces = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b"email", b"namn", b"e-post;namn;spr\xe5k\r\n", b"a@b.se", b"sv", b"\xc3\xa5"]
    ),
    st.sampled_from(
        [b";", b",", b"\t", b'"', b"'", b"=", b"\n", b"\r", b"\0", b"\xff\xfe", b"sep=;\n"]
    ),
)


@settings(deadline=None)
@given(st.lists(pieces, max_size=30).map(b"".join))
def test_any_octets_are_a_table_or_a_problem(content: bytes) -> None:
    for octets in (content, b"email;namn\n" + content, b"namn,epost,lang\n\xe5,a@b.se\n" + content):
        table = read_table(octets)
        lines = len(octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
        for entry in table.entries:
            assert 2 <= entry.line <= lines
            assert address(entry.address.email, entry.address.name) == entry.address
        for problem in table.problems:
            assert problem.startswith("line ")
            assert 1 <= int(problem.split(":")[0].removeprefix("line ")) <= lines
            assert len(problem.splitlines()) == 1


names = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["=1+1", "'=x", "''-x", "@SUM(A1)", "'t Hart", '"', ";", ",", "- ", "+46"]
)
people = st.builds(
    address, st.from_regex(r"[a-z09=+'-]{1,9}@example\.org", fullmatch=True), name=names
)


def subscriber(
    person: Address, language: str = "sv", state: State = "active", evidence: str = "import"
) -> Subscriber:
    since = datetime(2020, 9, 11, 10, 0, 0, 123, tzinfo=UTC)
    return Subscriber(1, person, language, state, evidence, "0" * 32, since)


@settings(deadline=None)
@given(
    st.lists(people, max_size=5, unique_by=lambda each: each.email),
    st.sampled_from(["sv", "en", "so"]),
)
def test_what_is_written_is_read_again(subscribed: list[Address], language: str) -> None:
    written = write_table(subscriber(each, language) for each in subscribed)
    table = read_table(written.encode())
    assert table.problems == ()
    assert [(each.address, each.language) for each in table.entries] == [
        (person, language) for person in subscribed
    ]


@given(people, names)
def test_no_cell_that_is_written_is_run_by_a_spreadsheet(person: Address, evidence: str) -> None:
    written = write_table([subscriber(person, evidence=evidence)])
    for row in csv.reader(io.StringIO(written, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_an_export_is_read_again_with_its_states_and_without_who_was_erased() -> None:
    states: list[State] = ["active", "left", "paused", "pending", "suppressed"]
    people = [subscriber(Address(f"{state}@example.org"), state=state) for state in states]
    gone = subscriber(Address("erased:17"), state="left")
    table = read_table(write_table([*people, gone]).encode())
    assert table.problems == ()
    assert [(each.address, each.state) for each in table.entries] == [
        (each.address, each.state) for each in people
    ]


def test_a_written_table_looks_like_this() -> None:
    subscribed = [
        subscriber(Address("anna@example.org", "Ek, Anna")),
        subscriber(Address("bo@example.org"), "en", "left", '=HYPERLINK("x")'),
    ]
    assert write_table(subscribed) == (
        "email,name,language,state,since,evidence\n"
        'anna@example.org,"Ek, Anna",sv,active,2020-09-11T10:00:00+00:00,import\n'
        'bo@example.org,,en,left,2020-09-11T10:00:00+00:00,"\'=HYPERLINK(""x"")"\n'
    )
