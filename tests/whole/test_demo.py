"""`mailer demo` from anywhere: the whole main job, every mail of it in sight."""

import os
import re
import signal
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from mailer.demo.people import inquiries, subscribers
from tests.servers.running import free_port
from tests.whole.program import PATIENCE, Program, until
from tests.whole.residents import opened

FOLDERS = {
    "Ett delaktigt civilsamhälle": {"viktor.tagesson", "anna-karin.palsson"},
    "Integration, skola och arbetsliv": {"elisabeth.fock", "viktor.tagesson"},
    "Trygg boendemiljö": {"sven.holmberg", "john.karlsson"},
    "Drogförebyggande gruppen": {"anna-karin.palsson", "anders.buene"},
    "Samordnare": {"projektledningen"},
    "Oläsliga": {"projektledningen"},
}
"""Who must get what lies there, at markaryd.example."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one demo wrote, started in a folder that has no config."""
    program = Program(tmp_path_factory.mktemp("demo"))
    elsewhere = program.folder / "elsewhere"
    elsewhere.mkdir()
    program.folder = elsewhere
    del program.environ["MAILER_DATA_DIR"]
    done = program.call("demo", "--out", "D")
    assert done.stderr == ""
    assert "audience of the edition" in done.stdout
    assert os.listdir(elsewhere) == ["D"]
    assert not list(elsewhere.parent.glob("mailer-demo-*"))
    return elsewhere / "D"


def test_every_subscriber_gets_one_newsletter(shown: Path) -> None:
    to = [
        opened(path.read_bytes())["To"].addresses[0].addr_spec
        for path in shown.glob("sent/*-newsletter-*.eml")
    ]
    assert len(to) == 25
    assert sorted(to) == sorted(address.email for address in subscribers())


def test_no_mail_is_lost_altered_or_left_in_the_inbox(shown: Path) -> None:
    filed = [path.read_bytes() for path in shown.glob("mailbox/*/*.eml")]
    copies = [raw for raw in filed if b"\r\nX-Edition: 2020-09 " in raw]
    assert len(copies) == 1
    assert Counter(filed) - Counter(copies) == Counter(mail.raw for mail in inquiries())
    assert os.listdir(shown / "mailbox" / "INBOX") == []


def test_whoever_must_read_a_mail_gets_it_and_is_sent_nothing_else(shown: Path) -> None:
    forwards = [path.read_bytes() for path in shown.glob("sent/*-forward-*.eml")]
    due = Counter[str]()
    for folder, names in FOLDERS.items():
        for path in shown.glob(f"mailbox/{folder}/*.eml"):
            raw = path.read_bytes()
            readers = {
                opened(forward)["To"].addresses[0].username
                for forward in forwards
                if raw.rstrip() in forward or carried(forward) == opened(raw)["Message-ID"]
            }
            assert names <= readers, path
            due[path.name] = len(readers)
    assert due.total() == len(forwards)


def carried(forward: bytes) -> str | None:
    """The Message-ID of the mail that a forward carries."""
    for part in opened(forward).walk():
        if part.get_content_type() == "message/rfc822":
            found: str | None = part.get_content()["Message-ID"]
            return found
    return None


def test_residents_are_answered_once_and_robots_never(shown: Path) -> None:
    answers = [opened(path.read_bytes()) for path in shown.glob("sent/*-acknowledgement-*.eml")]
    to = [answer["To"].addresses[0].addr_spec for answer in answers]
    wrote = {
        opened(mail.raw)["From"].addresses[0].addr_spec
        for mail in inquiries()
        if not mail.name.startswith(("08", "09", "10", "11"))
    }
    assert sorted(to) == sorted(wrote)
    assert all(answer["Auto-Submitted"] == "auto-replied" for answer in answers)


# --- --serve -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_page_takes_an_inquiry_and_ends_tidily(
    make_program: Callable[..., Program], number: signal.Signals
) -> None:
    site = f"127.0.0.1:{free_port()}"
    program = make_program(MAILER_WEB_LISTEN=site)
    with (
        program.started("demo", "--serve") as running,
        httpx.Client(base_url=f"http://{site}", timeout=PATIENCE) as browser,
    ):
        running.until_it_says(f"http://{site}/")
        until(lambda: browser.get("/").status_code == 200)
        form = {
            "name": "Åsa",
            "email": "asa@example.org",
            "subject": "Lyktan",
            "text": "Gatlyktan vid gångvägen i vårt bostadsområde lyser inte.",
        }
        answer = browser.post("/skriv", data=form, headers={"Origin": f"http://{site}"})
        assert answer.status_code == 303
        shown = browser.get(answer.headers["Location"]).text
        assert "Trygg boendemiljö" in shown
        assert re.search(r"IT-2020-\d{4}", shown)
        assert running.ends(number) in (0, 130)
        assert "Traceback" not in running.said()
    assert not list(program.folder.glob("mailer-demo-*"))


def test_a_port_that_is_taken_is_one_line(make_program: Callable[..., Program]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        site = f"127.0.0.1:{taken.getsockname()[1]}"
        program = make_program(MAILER_WEB_LISTEN=site)
        done = program.call("demo", "--serve", code=1)
    assert done.stderr.startswith(f"{site} is taken")
    assert done.stderr.count("\n") == 1
