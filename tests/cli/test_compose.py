"""mailer compose: what it says besides what it writes."""

from pathlib import Path

from tests.cli.calling import Mailer


def test_an_edition_that_is_empty_is_said_so_with_the_days_it_looked_through(
    mailer: Mailer, home: Path
) -> None:
    said = mailer("compose", "--date", "2030-09-13", "--out", "out")
    assert said.code == 0
    assert said.err == (
        "edition 2030-09 is empty and would not be sent: nothing new ended from 2030-08-13 "
        "until 2030-09-13, nothing goes on or begins from then until 2030-10-28, and nothing "
        "without a day is filed under 2030-09\n"
    )
    assert said.out.splitlines() == [
        f"out/{name}"
        for name in ("edition.html", "edition.txt", "edition.eml", "edition.json", "calendar.ics")
    ]


def test_one_that_has_something_to_tell_needs_no_words(mailer: Mailer) -> None:
    said = mailer("compose", "--date", "2020-09-11", "--out", "out")
    assert (said.code, said.err) == (0, "")


def test_an_error_that_would_stop_it_is_said(mailer: Mailer, home: Path) -> None:
    (home / "config" / "activities" / "fest.yaml").write_text(
        "title: Fest\nsubproject: drogforebyggande\nwhen: 2020-09-25\n"
        "text: Vi ses onsdag 25 september 2020.\n",
        "utf-8",
    )
    said = mailer("compose", "--date", "2020-09-11", "--out", "out")
    assert said.code == 0
    assert "fest.yaml:4: 'onsdag 25 september 2020' is wrong" in said.err
