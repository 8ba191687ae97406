"""The program as a process: streams, pipes and signals."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.servers import Account, Sink
from tests.whole.program import PATIENCE, Program
from tests.whole.residents import mail


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


PIPED = ("--help", "subscribers list", "inquiries export")


def test_a_reader_that_goes_away_ends_it_without_a_traceback(program: Program) -> None:
    rows = "".join(f"lasare.{n}@example.org\n" for n in range(3000))  # more than a pipe holds
    (program.folder / "people.csv").write_text(f"email\n{rows}")
    program.call("subscribers", "import", "people.csv", "--source", "x")
    for words in PIPED:
        process = subprocess.Popen(
            program.command(*words.split()),
            cwd=program.folder,
            env=program.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout
        process.stdout.close()
        _, said = process.communicate(timeout=PATIENCE)
        assert said == b"", words
        assert process.returncode == 1, words


def test_a_full_disk_below_stdout_is_one_line(program: Program) -> None:
    program.call("subscribers", "add", "bo@example.org")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            program.command("subscribers", "list"),
            cwd=program.folder,
            env=program.environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == "[Errno 28] No space left on device\n"


@pytest.mark.parametrize("words", ["deliver", "triage --once"])
def test_ctrl_c_ends_it_without_a_traceback(program: Program, dovecot: Account, words: str) -> None:
    program.environ["MAILER_IMAP_URL"] = dovecot.url
    locks = program.folder / "data" / "workers"
    with program.started(*words.split()) as running:
        running.until(lambda: list(locks.glob("*.lock")))
        code = running.ends(signal.SIGINT)
        assert "Traceback" not in running.said()
    assert code in (0, 130)


def test_logs_go_to_stderr_and_hold_no_secret(
    program: Program, dovecot: Account, sink: Sink, tmp_path: Path
) -> None:
    program.environ |= {
        "MAILER_IMAP_URL": dovecot.url,
        "MAILER_SMTP_URL": sink.url,
        "MAILER_SECRET": "h3mligt",
    }
    dovecot.deliver(mail(1))
    done = program.call("--verbose", "triage", "--once")
    assert len(sink.letters) == 3
    assert "decided case=" in done.stderr
    assert "decided case=" not in done.stdout
    for secret in (dovecot.password, "h3mligt"):
        assert secret not in done.stdout + done.stderr
    assert program.call("triage", "--once").stderr == ""


def test_nothing_it_writes_down_holds_a_password(program: Program, dovecot: Account) -> None:
    program.environ["MAILER_IMAP_URL"] = dovecot.url
    dovecot.deliver(mail(1))
    program.call("triage", "--once", code=1)
    written = [path for path in program.folder.glob("data/**/*") if path.is_file()]
    assert written
    for path in written:
        assert dovecot.password.encode() not in path.read_bytes()
