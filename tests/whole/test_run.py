"""`mailer run`: what comes in goes out, whatever server is away, until it is told to stop."""

import signal
import socket
from collections.abc import Callable

import httpx
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.servers import Account, Dovecot, Sink, SmtpSink
from tests.whole.program import Program, until
from tests.whole.residents import SUBPROJECT, by_key, expected, mail

WITHIN = 10
"""Seconds from SIGTERM to the end: what operators may rely on."""


def in_folder(account: Account) -> list[bytes]:
    return account.folders().get(SUBPROJECT, [])


def answers(browser: httpx.Client) -> bool:
    try:
        return browser.get("/halsa").is_success
    except httpx.ConnectError:
        return False


def test_a_mail_is_forwarded_acknowledged_and_filed_until_a_signal_ends_it(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    with program.started("run") as running:
        dovecot.deliver(mail(1))
        letters = sink.wait_for(3)
        until(lambda: in_folder(dovecot) == [mail(1)])
        assert running.ends(signal.SIGTERM, WITHIN) == 0
        assert "Traceback" not in running.said()
    assert set(by_key(letters)) == expected([1])
    assert dovecot.folders()["INBOX"] == []
    assert len(sink.letters) == 3


def test_triage_alone_does_the_same_until_ctrl_c(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    with program.started("triage") as running:
        dovecot.deliver(mail(1))
        letters = sink.wait_for(3)
        until(lambda: in_folder(dovecot) == [mail(1)])
        assert running.ends(signal.SIGINT, WITHIN) == 0
        assert "Traceback" not in running.said()
    assert set(by_key(letters)) == expected([1])


def test_it_shows_what_was_sent_on_the_web(program: Program) -> None:
    program.call("subscribers", "add", "anna@example.org")
    program.call("send", "--date", "2020-09-11")
    site = f"http://{program.environ['MAILER_WEB_LISTEN']}"
    with program.started("run") as running, httpx.Client(base_url=site) as browser:
        running.until(lambda: answers(browser))
        assert browser.get("/halsa").json()["edition"] == "2020-09"
        listed = browser.get("/nyhetsbrev/")
        assert listed.status_code == 200
        assert "/nyhetsbrev/2020-09" in listed.text
        assert "Idrottens dag" in browser.get("/nyhetsbrev/2020-09").text
        assert running.ends(signal.SIGTERM, WITHIN) == 0
        assert "Traceback" not in running.said()


def figures_of(browser: httpx.Client) -> dict[tuple[str, ...], float]:
    """What /metrics tells, by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(browser.get("/metrics").text)
        for sample in family.samples
    }


def quiet(browser: httpx.Client) -> dict[tuple[str, ...], float]:
    """The same; nothing while a letter is due."""
    figures = figures_of(browser)
    return {} if figures["mailer_letters_due",] else figures


def test_it_tells_its_figures_to_who_watches_over_it_and_to_nobody_else(
    program: Program, sink: Sink
) -> None:
    program.call("subscribers", "add", "anna@example.org")
    program.call("send", "--date", "2020-09-11")
    site = f"http://{program.environ['MAILER_WEB_LISTEN']}"
    with program.started("run") as running, httpx.Client(base_url=site) as browser:
        running.until(lambda: answers(browser))
        # For some days after an edition's hour the operator is written to, too: it was missed.
        figures = until(lambda: quiet(browser))
        assert figures["mailer_letters", "accepted", "edition"] == 1
        assert figures["mailer_letters_accepted", "hour"] in (1, 2)
        assert figures["mailer_relay_breaker", "closed", sink.url] == 1
        running.until(
            lambda: "mailer_scheduler_acting 1.0" in browser.get("/metrics").text.splitlines()
        )
        assert "anna" not in browser.get("/metrics").text
        resident = browser.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
        assert (resident.status_code, "mailer_" in resident.text) == (404, False)
        assert running.ends(signal.SIGTERM, WITHIN) == 0


def test_with_its_web_port_taken_it_works_the_mailbox_all_the_same(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    host, _, port = program.environ["MAILER_WEB_LISTEN"].partition(":")
    with socket.create_server((host, int(port))), program.started("run") as running:
        running.until_it_says(f"web-not-served reason={host}:{port}: ")
        dovecot.deliver(mail(1))
        assert set(by_key(sink.wait_for(3))) == expected([1])
        until(lambda: in_folder(dovecot) == [mail(1)])
        assert running.ends(signal.SIGTERM, WITHIN) == 0
        assert "Traceback" not in running.said()


def test_it_starts_without_its_imap_server_and_works_once_that_is_there(
    make_program: Callable[..., Program], sink: Sink
) -> None:
    dovecot = Dovecot()
    account = dovecot.new_account()
    program = make_program(MAILER_IMAP_URL=account.url, MAILER_SMTP_URL=sink.url)
    with program.started("run") as running:
        running.until_it_says("trying again")
        with dovecot:
            account.deliver(mail(1))
            assert set(by_key(sink.wait_for(3))) == expected([1])
            until(lambda: in_folder(account) == [mail(1)])
            assert running.ends(signal.SIGTERM, WITHIN) == 0


def test_what_the_relay_missed_while_it_was_away_arrives_when_it_is_back(
    make_program: Callable[..., Program], dovecot: Account
) -> None:
    before, after = SmtpSink(), SmtpSink()
    after.port = before.port
    program = make_program(MAILER_IMAP_URL=dovecot.url, MAILER_SMTP_URL=before.url)

    def accepted() -> int:
        (status,) = program.json("status")
        return int(status["outbox"].get("accepted", 0))

    with program.started("run") as running:
        with before:
            dovecot.deliver(mail(1))
            until(lambda: accepted() == 3)
            letters = before.messages()
        dovecot.deliver(mail(2))
        running.until_it_says("delivery-held")
        with after:
            until(lambda: accepted() == 6)
            letters += after.messages()
        assert running.ends(signal.SIGTERM, WITHIN) == 0
    found = by_key(letters)
    assert set(found) == expected([1, 2])
    assert all(len(ids) == 1 for ids in found.values())
