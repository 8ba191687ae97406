"""What was done can be looked up, changed by hand and forgotten: outbox, inquiries, subscribers."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import Mailer
from tests.servers import Account, Sink
from tests.whole.residents import LEADERS, SUBPROJECT, mail, sender


@pytest.fixture(autouse=True)
def servers(home: Path, dovecot: Account, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", dovecot.url)
    monkeypatch.setenv("MAILER_SMTP_URL", sink.url)


def objects(mailer: Mailer, *words: str) -> list[dict[str, Any]]:
    said = mailer(*words, "--json")
    assert (said.code, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


def test_an_inquiry_with_its_reasons_and_the_letters_that_followed(
    mailer: Mailer, dovecot: Account
) -> None:
    dovecot.deliver(mail(1))
    mailer("triage", "--once")
    (inquiry,) = objects(mailer, "inquiries", "list")
    assert (inquiry["owner"], inquiry["folder"]) == ("trygg-boendemiljo", SUBPROJECT)
    number = inquiry["case_number"]
    shown, *letters = objects(mailer, "inquiries", "show", number)
    assert shown["reasons"]
    assert {letter["recipient"] for letter in letters} == {*LEADERS, sender(1)}
    assert objects(mailer, "outbox", "list", "--state", "accepted") == letters[::-1]
    row, tried = objects(mailer, "outbox", "show", letters[0]["key"])
    assert (row["state"], tried["outcome"]) == ("accepted", "accepted")
    (status,) = objects(mailer, "status")
    assert (status["outbox"], status["inquiries"]) == ({"accepted": 3}, {"inquiry": 1})
    (exported,) = csv.DictReader(io.StringIO(mailer("inquiries", "export").out))
    assert (exported["case_number"], exported["sender"]) == (number, sender(1))
    for words in ("list", f"show {number}"):
        assert number in mailer("inquiries", *words.split()).out


def test_a_letter_that_failed_is_tried_again_when_a_person_says_so(
    mailer: Mailer, sink: Sink
) -> None:
    mailer("subscribers", "add", "bo@example.org")
    sink.answers = lambda sender, to: "550 5.1.1 No such user"
    mailer("send", "--date", "2020-09-11")
    assert "  failed 1: 550 5.1.1 No such user\n" in mailer("receipt", "2020-09").out
    assert objects(mailer, "receipt", "2020-09", "--who", "failed") == [
        {"recipient": "bo@example.org", "reply": "550 5.1.1 No such user"}
    ]
    assert mailer("receipt", "2020-09", "--who", "everybody").code == 2
    assert mailer("outbox", "list", "--state", "lost").code == 2
    (failed,) = objects(mailer, "outbox", "list", "--state", "failed")
    sink.answers = lambda sender, to: None
    assert mailer("outbox", "retry", failed["key"]).out == "1 letter is due again.\n"
    assert mailer("deliver", "--drain").code == 0
    assert mailer("outbox", "retry", failed["key"]).code == 1
    assert [letter.recipients for letter in sink.letters] == [("bo@example.org",)]


def test_a_subscriber_comes_goes_and_is_forgotten(mailer: Mailer) -> None:
    assert mailer("subscribers", "add", "bo@example.org", "--name", "Bo Ek").out == (
        "bo@example.org: added\n"
    )
    again = mailer("subscribers", "add", "BO@example.org").out
    assert again == "BO@example.org: was a subscriber already\n"
    said = mailer("subscribers", "add", "eva@example.org", "--language", "klingonska")
    assert (said.code, "no language 'klingonska'" in said.err) == (2, True)
    (bo,) = objects(mailer, "subscribers", "list")
    assert (bo["email"], bo["name"], bo["state"]) == ("bo@example.org", "Bo Ek", "active")
    assert mailer("subscribers", "remove", "bo@example.org").code == 0
    assert objects(mailer, "subscribers", "show", "bo@example.org")[0]["state"] == "left"
    assert "bo@example.org,Bo Ek,sv,left," in mailer("subscribers", "export").out
    assert mailer("subscribers", "erase", "bo@example.org").code == 0
    assert "bo@example.org" not in mailer("subscribers", "export").out
