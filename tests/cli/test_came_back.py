"""A letter that is signed, taken, and comes back: what the command line tells of it."""

import json
import re
from pathlib import Path

import dkim
import pytest

from tests.cli.calling import Mailer
from tests.servers import Account, Sink


@pytest.fixture(autouse=True)
def servers(home: Path, dovecot: Account, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", dovecot.url)
    monkeypatch.setenv("MAILER_SMTP_URL", sink.url)


def test_what_is_sent_is_signed_and_what_comes_back_is_told(
    mailer: Mailer, home: Path, dovecot: Account, sink: Sink
) -> None:
    settings = home / "config" / "mailer.yaml"
    settings.write_text(settings.read_text("utf-8") + "\ndkim: {selector: mailer}\n", "utf-8")
    zone = dict(line.split(" IN TXT ") for line in mailer("dkim", "new").out.splitlines())
    mailer("subscribers", "add", "bo@example.org")
    mailer("send", "--date", "2020-09-11")
    (letter,) = [each for each in sink.letters if each.recipients == ("bo@example.org",)]

    def published(name: bytes, timeout: int = 0) -> bytes:
        return "".join(re.findall('"([^"]*)"', zone[name.decode()])).encode()

    verifier = dkim.DKIM(letter.raw)
    assert [verifier.verify(place, dnsfunc=published) for place in (0, 1)] == [True, True]

    dovecot.deliver(
        b"From: MAILER-DAEMON@example.org\r\nTo: x@markaryd.se\r\nSubject: failure notice\r\n\r\n"
        b"<bo@example.org>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        b"--- Below this line is a copy of the message.\r\n\r\n" + letter.raw
    )
    mailer("triage", "--once")
    bounced = json.loads(mailer("receipt", "2020-09", "--who", "bounced", "--json").out)
    assert (bounced["recipient"], bounced["letter"]) == ("bo@example.org", "permanent")
    assert "Sorry, no mailbox here by that name." in bounced["said"]
    shown = mailer("outbox", "show", "edition/2020-09/1", "--json").out.splitlines()
    assert json.loads(shown[0])["state"] == "accepted"
    assert json.loads(shown[-1])["permanence"] == "permanent"


def test_a_key_that_is_missing_stops_the_sending_with_advice(mailer: Mailer, home: Path) -> None:
    settings = home / "config" / "mailer.yaml"
    settings.write_text(settings.read_text("utf-8") + "\ndkim: {selector: mailer}\n", "utf-8")
    said = mailer("deliver", "--drain")
    assert said.code == 1
    assert "mailer-rsa.pem:1: the DKIM key cannot be read: No such file" in said.err
