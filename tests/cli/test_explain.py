"""mailer explain: what is no mail is said so, and everything is explained all the same."""

import json
from pathlib import Path

import pytest

from tests.cli.calling import Mailer

LAMP = "From: anna@example.org\nSubject: Lampan\n\nLampan vid gångvägen är trasig.\n"


@pytest.fixture(autouse=True)
def files(home: Path) -> None:
    (home / "mail.eml").write_text(LAMP, "utf-8")
    (home / "broken.eml").write_bytes(b"\n\nFrom anna\nSubject: \xff\n\n\0\xff")
    (home / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (home / "empty.eml").write_bytes(b"")
    (home / "note.txt").write_text("Hej, vi ses\n", "utf-8")
    (home / "folder").mkdir()


def test_each_file_that_is_no_mail_is_a_line_and_the_mails_are_explained(mailer: Mailer) -> None:
    names = ["picture.png", "mail.eml", "empty.eml", "folder", "nowhere", "note.txt", "broken.eml"]
    said = mailer("explain", "--json", *names)
    assert said.code == 1  # for what cannot be read
    explained = [json.loads(line) for line in said.out.splitlines()]
    assert [(each["file"], each["kind"]) for each in explained] == [
        ("picture.png", "unreadable"),
        ("mail.eml", "inquiry"),
        ("empty.eml", "unreadable"),
        ("note.txt", "unreadable"),
        ("broken.eml", "inquiry"),
    ]
    assert said.err.splitlines() == [
        "picture.png: not a mail: it has no header, and is no text",
        "empty.eml: not a mail: it is empty",
        "folder: Is a directory",
        "nowhere: No such file or directory",
        "note.txt: not a mail: it has no header: no line such as 'From: anna@example.org'",
    ]


def test_what_is_no_mail_is_explained_as_triage_would_take_it(mailer: Mailer) -> None:
    said = mailer("explain", "empty.eml")
    assert (said.code, said.err) == (0, "empty.eml: not a mail: it is empty\n")
    assert "unreadable" in said.out


def test_a_mail_that_is_merely_broken_is_explained(mailer: Mailer) -> None:
    said = mailer("explain", "mail.eml", "broken.eml")
    assert (said.code, said.err) == (0, "")
    assert "mail.eml" in said.out and "broken.eml" in said.out


def test_who_gets_no_first_answer_is_told_why(mailer: Mailer) -> None:
    said = mailer("explain", "empty.eml").out
    assert "  no acknowledgement: brevet gick inte att läsa\n" in said
