"""Subscribers → edition → letters → receipt, by the real program."""

import json
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import parse_qs, unquote, urlsplit

from mailer.flows.deliver import IN_HAND
from tests.servers import Account, Letter, Sink
from tests.whole.program import Program, until
from tests.whole.residents import opened

SEPTEMBER = ("send", "--date", "2020-09-11")
OCTOBER = ("send", "--date", "2020-10-09")


def subscribe(program: Program, number: int) -> list[str]:
    """Import that many subscribers; their addresses."""
    addresses = [f"lasare.{n}@example.org" for n in range(1, number + 1)]
    rows = [f"{address};Läsare {n};sv" for n, address in enumerate(addresses, 1)]
    table = program.folder / "prenumeranter.csv"
    table.write_text("\n".join(["e-post;namn;språk", *rows]) + "\n", "utf-8")
    said = program.call("subscribers", "import", table, "--source", "lista från mötet").stdout
    others = "0 were subscribers already, or had left and stay so"
    assert said == f"{number} row{'s' * (number > 1)}: {number} added, {others}.\n"
    return addresses


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    text: str = part.get_content()
    return text


def recipients(letters: list[Letter]) -> list[str]:
    return sorted(recipient for letter in letters for recipient in letter.recipients)


def receipt(program: Program, edition: str = "2020-09") -> dict[str, object]:
    (found,) = program.json("receipt", edition)
    parts = ("accepted", "failed", "uncertain", "excluded", "pending")
    assert found.keys() == {"edition", "audience", *parts}
    assert found["edition"] == edition
    assert sum(found[part] for part in parts) == found["audience"]
    return found


def test_everyone_who_was_imported_gets_it_once_and_the_receipt_adds_up(
    program: Program, sink: Sink
) -> None:
    addresses = subscribe(program, 12)
    sink.answers = lambda sender, to: "550 5.1.1 No such user" if to == addresses[3] else None
    said = program.call(*SEPTEMBER).stdout
    assert "Edition 2020-09: 12 letters queued." in said
    assert recipients(sink.letters) == sorted({*addresses} - {addresses[3]})
    assert receipt(program) == {
        "edition": "2020-09",
        "audience": 12,
        "accepted": 11,
        "failed": 1,
        "uncertain": 0,
        "excluded": 0,
        "pending": 0,
    }

    again = program.call(*SEPTEMBER).stdout
    assert "Edition 2020-09: was queued before." in again
    assert len(sink.letters) == 11


def test_what_was_sent_is_archived_with_its_receipt(program: Program, sink: Sink) -> None:
    subscribe(program, 2)
    program.call(*SEPTEMBER)
    home = program.folder / "data" / "archive" / "2020-09"
    letter = {f"edition.sv.{kind}" for kind in ("html", "txt", "eml")}
    others = {"edition.json", "calendar.ics", "SHA256SUMS", "receipt.json"}
    assert {path.name for path in home.iterdir()} == letter | others
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(command, cwd=home, check=True)
    assert json.loads((home / "receipt.json").read_bytes()) == receipt(program)
    assert receipt(program)["accepted"] == 2
    kept = opened((home / "edition.sv.eml").read_bytes())
    sent = opened(sink.letters[0].raw)
    for kind in ("plain", "html"):
        # All but the reader's own addresses, instead of which there is the start page.
        assert body(kept, kind) == re.sub(
            r"/(avsluta|min-sida)/[0-9a-f]{32}\b", "/", body(sent, kind)
        )
    assert "lasare" not in kept.as_string()


def test_an_edition_with_an_error_in_it_is_not_sent(program: Program, sink: Sink) -> None:
    subscribe(program, 2)
    activity = program.config / "activities" / "fest.yaml"
    activity.write_text("title: Fest\nwhen: 2020-09-18\ntext: Fråga 811228-9874.\n", "utf-8")
    for _ in range(2):
        done = program.call(*SEPTEMBER, code=1)
        assert done.stdout == ""
        problem, *advice = done.stderr.splitlines()
        assert problem.startswith("config/activities/fest.yaml:3: ")
        assert advice == ["Nothing is sent: mend this first."]
    assert program.json("status")[0]["outbox"] == {}
    assert not sink.letters
    assert not (program.folder / "data" / "archive").exists()

    activity.unlink()
    assert "2 letters queued" in program.call(*SEPTEMBER).stdout


def test_a_test_letter_goes_to_one_address_and_claims_nothing(program: Program, sink: Sink) -> None:
    subscribe(program, 2)
    said = program.call(*SEPTEMBER, "--to", "redaktionen@example.org").stdout
    assert said.startswith("Test letter to redaktionen@example.org: ")
    assert recipients(sink.letters) == ["redaktionen@example.org"]
    assert "2 letters queued" in program.call(*SEPTEMBER).stdout


def test_killed_in_the_middle_no_letter_is_lost_and_few_go_twice(
    make_program: Callable[..., Program], sink: Sink
) -> None:
    program = make_program(MAILER_SMTP_URL="smtp://127.0.0.1:1")
    addresses = subscribe(program, 500)
    held = program.call(*SEPTEMBER, code=1)
    assert "Edition 2020-09: 500 letters queued." in held.stdout
    assert held.stderr.splitlines()[-1].startswith("the relay takes nothing: ")
    assert receipt(program)["pending"] == 500

    program.environ["MAILER_SMTP_URL"] = sink.url
    with program.started("deliver", "--drain") as running:
        running.until(lambda: len(sink.letters) > IN_HAND + 7)
        running.ends(signal.SIGKILL)
    assert len(sink.letters) < 500
    assert program.call("deliver", "--drain").stdout.startswith("Delivered: ")
    assert receipt(program)["accepted"] == 500
    times = Counter(recipients(sink.letters))
    assert sorted(times) == sorted(addresses)
    assert len(sink.letters) - 500 <= IN_HAND
    assert (
        len({(*letter.recipients, opened(letter.raw)["Message-ID"]) for letter in sink.letters})
        == 500
    )


def test_what_is_queued_beside_it_is_sent_by_a_running_deliver(
    program: Program, sink: Sink
) -> None:
    subscribe(program, 3)
    down = program.environ | {"MAILER_SMTP_URL": "smtp://127.0.0.1:1"}
    up, program.environ = program.environ, down
    program.call(*SEPTEMBER, code=1)
    program.environ = up
    with program.started("deliver") as running:
        sink.wait_for(3)
        until(lambda: receipt(program)["accepted"] == 3)
        assert running.ends(signal.SIGTERM, 10) == 0


def test_several_processes_share_what_is_due(program: Program, sink: Sink) -> None:
    addresses = subscribe(program, 300)
    up = program.environ["MAILER_SMTP_URL"]
    program.environ["MAILER_SMTP_URL"] = "smtp://127.0.0.1:1"
    program.call(*SEPTEMBER, code=1)
    program.environ["MAILER_SMTP_URL"] = up
    said = program.call("deliver", "--drain", "--processes", "2").stdout
    assert said == "Delivered: 300 accepted, 0 failed, 0 to be tried again.\n"
    assert recipients(sink.letters) == sorted(addresses)
    with program.started("deliver", "--processes", "2") as running:
        running.until_it_has_children()  # which have hardly started
        assert running.ends(signal.SIGTERM, 20) == 0, running.said()


def test_the_mail_that_list_unsubscribe_asks_for_ends_the_subscription(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    first, second = subscribe(program, 2)
    program.call(*SEPTEMBER)
    (received,) = (letter for letter in sink.letters if letter.recipients == (first,))
    dovecot.deliver(unsubscribing(opened(received.raw), sender="annan.adress@example.net"))
    program.call("triage", "--once")
    (left,) = program.json("subscribers", "show", first)
    assert left["state"] == "left"
    assert dovecot.folders()["Prenumerationer"]

    program.call(*OCTOBER)
    assert [letter.recipients for letter in sink.letters[2:]] == [(second,)]
    assert receipt(program, "2020-10")["audience"] == 1


def unsubscribing(received: EmailMessage, sender: str) -> bytes:
    """What a mail program sends when its user clicks on "unsubscribe" (RFC 2369)."""
    links = [urlsplit(link.strip("<>")) for link in received["List-Unsubscribe"].split(", ")]
    assert [link.scheme for link in links] == ["https", "mailto"]
    link = links[1]
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, unquote(link.path)
    mail["Subject"] = parse_qs(link.query)["subject"][0]
    mail["Message-ID"] = "<avsluta@example.net>"
    mail.set_content("")
    return mail.as_bytes()


def test_an_edition_that_must_be_approved_is_asked_about_and_goes_out_when_it_is(
    program: Program, sink: Sink, dovecot: Account
) -> None:
    (reader,) = subscribe(program, 1)
    with (program.config / "newsletter.yaml").open("a", encoding="utf-8") as paper:
        paper.write("approval: {by: [anna.ek@markaryd.example]}\n")
    refused = program.call(*SEPTEMBER, code=1).stderr
    assert "is not approved; the approvers are asked now" in refused
    (asked,) = sink.letters
    assert asked.recipients == ("anna.ek@markaryd.example",)
    reply = EmailMessage(policy=SMTP)
    reply["From"] = "Anna Ek <anna.ek@markaryd.example>"
    reply["To"] = "initiativtrygghet@markaryd.se"
    reply["Subject"] = "Sv: Godkänn"
    reply["In-Reply-To"] = opened(asked.raw)["Message-ID"]
    reply.set_content("Godkänn, tack!\n")
    dovecot.deliver(reply.as_bytes())
    program.call("triage", "--once")
    assert "Edition 2020-09: 1 letter queued." in program.call(*SEPTEMBER).stdout
    assert (reader,) in [letter.recipients for letter in sink.letters]
    shutil.rmtree(program.folder / "data")  # a machine that knows of nothing
    subscribe(program, 1)
    assert "the contact mailbox holds a copy" in program.call(*SEPTEMBER, code=1).stderr
