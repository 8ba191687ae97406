"""Subscribers on the command line: imports as they are planned, exports that come back."""

import json
from pathlib import Path

import pytest

from tests.cli.calling import Mailer

PEOPLE = "sep=;\r\nNamn;E-post;Språk\r\nÅsa Ek;asa@example.org;svenska\r\nBo;bo@example.org;en\r\n"


@pytest.fixture
def people(home: Path) -> str:
    (home / "people.csv").write_bytes(PEOPLE.encode("windows-1252"))
    return "people.csv"


def test_a_dry_run_tells_row_by_row_what_the_import_then_does(mailer: Mailer, people: str) -> None:
    mailer("subscribers", "add", "bo@example.org")
    words = ("subscribers", "import", people, "--source", "consent, spring fair")
    assert mailer(*words, "--dry-run").out == (
        "people.csv: line 3: asa@example.org: is added\n"
        "people.csv: line 4: bo@example.org: is a subscriber already\n"
        "2 rows: 1 would be added, 1 was a subscriber already, or had left and stays so.\n"
    )
    assert mailer("subscribers", "show", "asa@example.org").code == 1
    done = mailer(*words)
    assert (done.code, done.err) == (0, "")
    assert done.out == "2 rows: 1 added, 1 was a subscriber already, or had left and stays so.\n"
    asa = mailer("subscribers", "show", "asa@example.org", "--json").out
    assert json.loads(asa)["evidence"] == "import: consent, spring fair"


def test_an_import_is_all_or_nothing(mailer: Mailer, home: Path) -> None:
    (home / "people.csv").write_text("email\na@example.org\nb@localhost\nc\n", "utf-8")
    said = mailer("subscribers", "import", "people.csv", "--source", "x")
    assert said.code == 1
    assert "people.csv: line 3: " in said.err and "people.csv: line 4: 'c' has no @" in said.err
    assert "Nothing was imported." in said.err
    assert mailer("subscribers", "list").out == ""


def test_an_import_needs_its_legal_ground(mailer: Mailer, people: str) -> None:
    assert mailer("subscribers", "import", people, "--source", " ").code == 2
    assert mailer("subscribers", "import", people).code == 2


def test_our_own_export_comes_back_and_brings_nobody_with_it(
    mailer: Mailer, people: str, home: Path
) -> None:
    mailer("subscribers", "import", people, "--source", "fair")
    mailer("subscribers", "add", "cia@example.org")
    mailer("subscribers", "remove", "bo@example.org")
    exported = mailer("subscribers", "export").out
    mailer("subscribers", "erase", "cia@example.org")
    (home / "export.csv").write_text(exported, "utf-8")
    said = mailer("subscribers", "import", "export.csv", "--source", "back-up", "--dry-run").out
    assert [line.split(": ", 2)[2] for line in said.splitlines()[:-1]] == [
        "asa@example.org: is a subscriber already",
        "bo@example.org: is left in the table: left out",
        "cia@example.org: was erased on request, and stays so",
    ]
    mailer("subscribers", "import", "export.csv", "--source", "back-up")
    assert mailer("subscribers", "export").out == exported.replace(
        next(line for line in exported.splitlines(keepends=True) if line.startswith("cia")), ""
    )


def test_an_export_as_json_tells_the_whole_history(mailer: Mailer, people: str) -> None:
    mailer("subscribers", "import", people, "--source", "fair")
    mailer("subscribers", "remove", "bo@example.org")
    told = [json.loads(line) for line in mailer("subscribers", "export", "--json").out.splitlines()]
    asa, bo = told
    assert asa["email"] == "asa@example.org"
    assert [(each["what"], each["way"], each["evidence"]) for each in bo["history"]] == [
        ("import", "import", "import: fair"),
        ("leave", "command line", "removed on the command line"),
    ]
