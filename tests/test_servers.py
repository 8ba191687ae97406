"""Each server starts, takes something, gives it back, and leaves no process behind."""

import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.servers import (
    CUT,
    Account,
    Dovecot,
    Letter,
    Postfix,
    PostgreSQL,
    Process,
    Sink,
    SmtpSink,
)
from tests.servers.running import PATIENCE, program

SENDER = "anna@example.org"
RECIPIENTS = ("bo@example.org", "eva@example.org")
MAIL = b"From: anna@example.org\r\nSubject: Ljuset\r\n\r\n.en punkt\r\nslut\r\n"
RECEIVED = datetime(2020, 9, 1, 12, 0, tzinfo=UTC)


def send(port: int, raw: bytes = MAIL) -> dict[str, tuple[int, bytes]]:
    """Hand over one letter; what was refused."""
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
        return client.sendmail(SENDER, RECIPIENTS, raw)


def trust(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))


# --- IMAP ---


@pytest.mark.parametrize("fixture", ["dovecot", "basic_dovecot", "pymap_server"])
def test_an_imap_server_gives_back_what_was_delivered(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    account: Account = request.getfixturevalue(fixture)
    account.deliver(MAIL, RECEIVED)
    with account.client() as client:
        client.create_folder("Båtklubben")
        client.append("Båtklubben", b"Subject: 1\r\n\r\n")
        client.append("Båtklubben", b"Subject: 2\r\n\r\n")
        client.select_folder("INBOX")
        (found,) = client.fetch(client.search(), ["INTERNALDATE"]).values()
    assert account.folders() == {
        "INBOX": [MAIL],
        "Båtklubben": [b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n"],
    }
    assert found[b"INTERNALDATE"].astimezone(UTC) == RECEIVED


def test_each_test_has_a_mailbox_of_its_own(dovecot_server: Dovecot) -> None:
    first, second = dovecot_server.new_account(), dovecot_server.new_account()
    first.deliver(MAIL)
    assert second.folders() == {"INBOX": []}


def test_dovecot_can_be_told_to_know_less(dovecot: Account, basic_dovecot: Account) -> None:
    with dovecot.client() as able, basic_dovecot.client() as basic:
        assert {b"MOVE", b"IDLE", b"UIDPLUS"} <= set(able.capabilities())
        assert {b"MOVE", b"IDLE", b"UIDPLUS"} & set(basic.capabilities()) == {b"UIDPLUS"}


def test_dovecot_speaks_tls_from_the_start_and_on_request(dovecot: Account) -> None:
    assert dovecot.ca
    with IMAPClient("localhost", dovecot.tls_port, ssl_context=trust(dovecot.ca)) as client:
        client.login(dovecot.user, dovecot.password)
    with IMAPClient("localhost", dovecot.port, ssl=False) as client:
        client.starttls(trust(dovecot.ca))
        client.login(dovecot.user, dovecot.password)


@pytest.mark.parametrize("fixture", ["dovecot", "pymap_server"])
def test_a_wrong_password_is_refused(fixture: str, request: pytest.FixtureRequest) -> None:
    account: Account = request.getfixturevalue(fixture)
    with (
        IMAPClient("127.0.0.1", account.port, ssl=False) as client,
        pytest.raises(LoginError),
    ):
        client.login(account.user, "fel")


# --- SMTP ---


def test_the_sink_keeps_letters_as_they_were_sent(sink: Sink) -> None:
    assert send(sink.port) == {}
    assert sink.letters == [Letter(SENDER, RECIPIENTS, MAIL)]


def test_the_sink_knows_the_null_sender(sink: Sink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=PATIENCE) as client:
        client.sendmail("", RECIPIENTS, MAIL)
    assert sink.letters == [Letter("", RECIPIENTS, MAIL)]


def test_the_sink_refuses_a_recipient_by_script(sink: Sink) -> None:
    sink.answers = lambda _, recipient: "550 5.1.1 No such user" if "bo@" in recipient else None
    assert send(sink.port) == {"bo@example.org": (550, b"5.1.1 No such user")}
    assert sink.letters == [Letter(SENDER, ("eva@example.org",), MAIL)]


def test_the_sink_refuses_a_letter_by_script(sink: Sink) -> None:
    sink.data_answers = lambda letter: "451 4.3.0 Try later"
    with pytest.raises(smtplib.SMTPDataError):
        send(sink.port)
    assert sink.letters == []


@pytest.mark.parametrize("answer", [CUT, "421 4.3.2 Closing"])
def test_the_sink_closes_the_line_by_script(sink: Sink, answer: str) -> None:
    sink.answers = lambda mail_from, recipient: answer
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=PATIENCE) as client:
        client.ehlo()
        client.mail(SENDER)
        with suppress(smtplib.SMTPServerDisconnected):
            assert client.rcpt(RECIPIENTS[0]) == (421, b"4.3.2 Closing")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()


def test_a_letter_may_be_taken_and_the_answer_lost(sink: Sink) -> None:
    sink.data_answers = lambda letter: CUT
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sink.port)
    assert sink.letters == [Letter(SENDER, RECIPIENTS, MAIL)]


def test_the_sink_can_demand_tls_and_a_login() -> None:
    with Sink("starttls", "mailer", "ett2tre") as sink:
        with smtplib.SMTP("localhost", sink.port, timeout=PATIENCE) as client:
            client.ehlo()
            assert not client.has_extn("AUTH")
            assert client.mail(SENDER)[0] == 530
            client.starttls(context=trust(sink.ca))
            client.ehlo()
            assert client.mail(SENDER)[0] == 530
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("mailer", "fel")
            client.login("mailer", "ett2tre")
            client.sendmail(SENDER, RECIPIENTS, MAIL)
        assert sink.letters == [Letter(SENDER, RECIPIENTS, MAIL)]


def test_the_sink_can_speak_tls_from_the_start() -> None:
    with Sink(tls="implicit") as sink:
        with smtplib.SMTP_SSL("localhost", sink.port, context=trust(sink.ca)) as client:
            client.sendmail(SENDER, RECIPIENTS, MAIL)
        assert sink.letters == [Letter(SENDER, RECIPIENTS, MAIL)]


def test_smtp_sink_keeps_letters_as_they_were_sent(smtp_sink: SmtpSink) -> None:
    for _ in range(3):
        assert send(smtp_sink.port) == {}
    assert smtp_sink.messages() == [Letter(SENDER, RECIPIENTS, MAIL)] * 3


def test_postfix_hands_letters_on_to_the_sink(postfix: Postfix, sink: Sink) -> None:
    assert send(postfix.port) == {}
    (letter,) = sink.wait_for(1)
    assert (letter.mail_from, letter.recipients) == (SENDER, RECIPIENTS)
    assert letter.raw.endswith(b"\r\n\r\n.en punkt\r\nslut\r\n")


# --- PostgreSQL ---


def test_postgresql_gives_everyone_an_empty_database(postgresql_server: PostgreSQL) -> None:
    for _ in range(2):
        with psycopg.connect(postgresql_server.new_database()) as connection:
            connection.execute("CREATE TABLE letter (id integer)")


# --- all of them ---


@pytest.mark.parametrize("make", [Dovecot, PostgreSQL, SmtpSink, lambda: Postfix(relay_port=9)])
def test_a_stopped_server_leaves_no_process_and_no_directory(make: Callable[[], Process]) -> None:
    with make() as server:
        assert server.process
        assert server.process.pid in processes_in(server.directory)
    end = time.monotonic() + PATIENCE
    while (left := processes_in(server.directory)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not left
    assert not server.directory.exists()


def processes_in(directory: Path) -> list[int]:
    """The processes that work in `directory`, though it may be gone."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is somebody else's
            if str(process.joinpath("cwd").readlink()).startswith(str(directory)):
                found.append(int(process.name))
    return found


def test_a_program_that_does_not_start_says_why() -> None:
    with (
        pytest.raises(RuntimeError, match="Unknown setting: no_such"),
        Dovecot(capability="\n no_such = setting"),
    ):
        pass


def test_a_missing_server_skips_its_tests_by_name_and_fails_them_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Exim is not installed: apt-get install exim4"):
        program("no-such-program", "Exim", "exim4")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Exim is not installed: apt-get install exim4"):
        program("no-such-program", "Exim", "exim4")
