"""What waits for an answer, on the command line."""

import json
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.cli.calling import Mailer
from tests.servers import Account, Sink
from tests.whole.residents import LEADERS, mail, opened


def test_what_waits_for_an_answer_is_listed_and_counted(
    mailer: Mailer, home: Path, dovecot: Account, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", dovecot.url)
    monkeypatch.setenv("MAILER_SMTP_URL", sink.url)

    def status() -> object:
        return json.loads(mailer("status", "--json").out)["answers"]

    assert status() == {"open": 0, "overdue": 0, "answered": 0}
    dovecot.deliver(mail(1))
    dovecot.deliver(mail(2))
    mailer("triage", "--once")
    assert status() == {"open": 2, "overdue": 0, "answered": 0}
    first, second = (letter for letter in sink.letters if LEADERS[0] in letter.recipients)
    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = LEADERS[0]
    answer["To"] = "boende.1@example.org, initiativtrygghet@markaryd.se"
    answer["Subject"] = f"SV: {opened(first.raw)['Subject']}"
    answer["In-Reply-To"] = opened(first.raw)["Message-ID"]
    answer.set_content("Hej! Vi lagar den i morgon.")
    dovecot.deliver(answer.as_bytes())
    assert "follow-up → Trygg boendemiljö (nobody)" in mailer("triage", "--once").out
    assert status() == {"open": 1, "overdue": 0, "answered": 1}
    found = mailer("inquiries", "list", "--open", "--json").out.splitlines()
    (waiting,) = [json.loads(line) for line in found]
    assert waiting["case_number"] in opened(second.raw)["Subject"]
    assert waiting["case_number"] in mailer("inquiries", "list", "--open").out
    assert "answers: open 1, overdue 0, answered 1\n" in mailer("status").out
