"""Two machines with one database: one schedules, the other takes over when that dies or hangs.

An edition goes out once, and so does what follows from each mail, whatever happens between them.
"""

import os
import re
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from mailer.edge.clock import SystemClock
from tests.servers import Account, Sink
from tests.whole.program import Program, Running, until
from tests.whole.residents import by_key, expected, mail
from tests.whole.test_newsletter import recipients, subscribe

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def is_due_now(program: Program) -> str:
    """Make the newsletter a weekly one whose hour came a minute ago; its period."""
    due = SystemClock().now().astimezone(STOCKHOLM) - timedelta(minutes=1)
    settings = program.config / "newsletter.yaml"
    text = settings.read_text("utf-8")
    hour = f"  day: {due:%a}\n  hour: {due.hour}\n  minute: {due.minute}\n".lower()
    text = re.sub(r"^  day: .*\n  hour: .*\n  minute: .*\n", hour, text, flags=re.MULTILINE)
    settings.write_text(text.replace("period: month", "period: week"), "utf-8")
    for folder in ("activities", "editions"):
        for path in (program.config / folder).glob("*.yaml"):
            path.unlink()
    period = f"{due:%G-W%V}"
    told = program.config / "activities" / f"{period}-nytt.yaml"
    told.write_text("- title: Vi har haft ett möte om torget\n", "utf-8")
    return period


def roles(program: Program) -> dict[str, str]:
    """acting or standby, by the number of the process."""
    (status,) = program.json("status")
    return {name.rpartition(":")[2]: role for name, role in status["schedulers"].items()}


def cut_connection(url: str) -> Callable[[Running], None]:
    def cut(running: Running) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE %s",
                [f"mailer scheduler %:{running.process.pid}"],
            )

    return cut


def send(number: signal.Signals) -> Callable[[Running], None]:
    return lambda running: os.kill(running.process.pid, number)


@pytest.fixture
def machines(
    tmp_path: Path, dovecot: Account, sink: Sink, postgresql_url: str
) -> tuple[Program, Program]:
    """Each with a config, a data directory and pages of its own."""
    servers = {
        "MAILER_IMAP_URL": dovecot.url,
        "MAILER_SMTP_URL": sink.url,
        "MAILER_DATABASE_URL": postgresql_url,
        "MAILER_SECRET": "shared by the machines",
    }
    return Program(tmp_path / "one", **servers), Program(tmp_path / "two", **servers)


@pytest.mark.parametrize("trouble", ["killed", "frozen", "cut off"])
def test_the_other_takes_over_and_nothing_is_done_twice(
    machines: tuple[Program, Program],
    dovecot: Account,
    sink: Sink,
    postgresql_url: str,
    trouble: str,
) -> None:
    happens = {
        "killed": send(signal.SIGKILL),
        "frozen": send(signal.SIGSTOP),
        "cut off": cut_connection(postgresql_url),
    }[trouble]
    periods = {is_due_now(each) for each in machines}
    readers = subscribe(machines[0], 3)
    with machines[0].started("run") as first, machines[1].started("run") as second:
        pids = {str(each.process.pid): each for each in (first, second)}
        until(lambda: sorted(roles(machines[0]).values()) == ["acting", "standby"])
        dovecot.deliver(mail(1))
        letters = sink.wait_for(3 + 3)
        before = roles(machines[0])
        (acting,) = (pid for pid, role in before.items() if role == "acting")
        (other,) = pids.keys() - {acting}

        happens(pids[acting])
        if trouble == "cut off":
            pids[acting].until_it_says("turn-lost")
            until(lambda: sorted(roles(machines[0]).values()) == ["acting", "standby"])
        else:
            until(lambda: roles(machines[0]).get(other) == "acting")
        dovecot.deliver(mail(2))
        letters = sink.wait_for(3 + 6)
        if trouble == "frozen":
            send(signal.SIGCONT)(pids[acting])
            pids[acting].until_it_says("turn-lost")
            until(lambda: roles(machines[0]) == {other: "acting", acting: "standby"})
        dovecot.deliver(mail(3))
        letters = sink.wait_for(3 + 9)
        for each in (first, second):
            if each.process.poll() is None:
                assert each.ends(signal.SIGTERM) == 0
    (status,) = machines[0].json("status")
    assert status["editions"].keys() == periods
    assert status["outbox"] == {"accepted": 3 + 9}
    editions = [each for each in letters if each.recipients[0] in readers]
    assert recipients(editions) == readers
    followed = by_key(each for each in letters if each not in editions)
    assert followed.keys() == expected([1, 2, 3])
    assert all(len(ids) == 1 for ids in followed.values())
