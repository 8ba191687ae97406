"""How the service stands, in words for the operator and as an object for programs."""

import asyncio
import json
import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailer.app.service import Service, open_service
from mailer.edge.clock import SystemClock
from mailer.mail.post import Post
from mailer.settings import Settings
from mailer.settings.load import load
from tests.cli.calling import Mailer
from tests.servers import Account, Sink

CLOSED = "127.0.0.1:1"
KEYS = [
    "schedulers",
    "delivery",
    "outbox",
    "inquiries",
    "answers",
    "subscribers",
    "editions",
    "next",
]


@pytest.fixture(autouse=True)
def servers(home: Path, dovecot: Account, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", dovecot.url)
    monkeypatch.setenv("MAILER_SMTP_URL", sink.url)


def figures(mailer: Mailer) -> Any:
    said = mailer("status", "--json")
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def trouble(mailer: Mailer) -> list[str]:
    lines = mailer("status").out.splitlines()
    return [line.removeprefix("trouble: ") for line in lines if line.startswith("trouble: ")]


def settings() -> Settings:
    return load(Path("config"), os.environ)


def queue(posts: Callable[[Service], Sequence[Post]], at: datetime) -> None:
    async def work() -> None:
        async with open_service(settings(), SystemClock()) as service:
            await service.outbox.settle("", (), posts(service), at)

    asyncio.run(work())


def test_a_fresh_service_is_told_in_words(mailer: Mailer) -> None:
    *lines, following, last = mailer("status").out.splitlines()
    assert lines == [
        "schedulers: none, so nothing happens by itself; start: mailer run",
        "delivery: no letter is due; 0 taken in the last minute, 0 in the hour",
        "outbox: none",
        "inquiries: none",
        "answers: open 0, overdue 0, answered 0",
        "subscribers: none",
        "editions: none",
    ]
    assert re.fullmatch(r"next: 20\d\d-\d\d, due 20\d\d-\d\d-\d\d \d\d:00:00\+0[12]:00", following)
    assert last == "trouble: none"
    assert figures(mailer)["trouble"] == {}


def test_the_object_keeps_its_keys(mailer: Mailer) -> None:
    found = figures(mailer)
    assert list(found) == [*KEYS, "trouble"]
    assert list(found["delivery"]) == [
        *("due", "oldest_seconds", "last_minute", "last_hour", "seconds_left")
    ]


def test_letters_that_wait_are_told_with_for_how_long(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer("subscribers", "add", "bo@example.org")
    monkeypatch.setenv("MAILER_SMTP_URL", f"smtp://{CLOSED}?tls=none")
    sent = mailer("send", "--date", "2020-09-11")
    assert "1 letter queued" in sent.out
    assert "0 accepted, 0 failed, 1 to be tried again" in sent.out
    drained = mailer("deliver", "--drain")
    assert (drained.code, drained.out) == (
        1,
        "Delivered: 0 accepted, 0 failed, 1 to be tried again.\n",
    )
    assert f"the relay takes nothing: smtp://{CLOSED}: Connection refused; 1 letter waits" in (
        drained.err
    )
    assert "delivery: 1 letter due, the oldest waits for 0:00:" in mailer("status").out


def test_a_server_that_does_not_answer_is_named_with_the_reason(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", f"imaps://a:b@{CLOSED}")
    monkeypatch.setenv("MAILER_SMTP_URL", f"smtp://{CLOSED}?tls=none")
    assert trouble(mailer) == [
        f"the mailbox imaps://{CLOSED}: Connection refused",
        f"the relay smtp://{CLOSED}: Connection refused",
    ]
    assert figures(mailer)["trouble"][f"imaps://{CLOSED}"] == {
        "what": "mailbox",
        "server": f"imaps://{CLOSED}",
        "reason": "Connection refused",
        "since": None,
        "seen": True,
    }


def test_a_refused_login_is_known_from_what_was_told_of_it_until_a_letter_goes(
    mailer: Mailer, sink: Sink
) -> None:
    now = SystemClock().now()
    server = str(settings().relays[0].server)
    why = f"{server}: the login was refused (535)"
    queue(lambda service: service.correspondence.relay_trouble(why, now), now)
    (told,) = trouble(mailer)
    assert told.startswith(f"the relay {server}: the login was refused (535) (at ")
    assert told.endswith("; no letter went since)")
    assert not figures(mailer)["trouble"][server]["seen"]
    mailer("deliver", "--drain")
    assert trouble(mailer) == ["none"]


def test_trouble_that_lasts_is_told_with_since_when(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_IMAP_URL", f"imap://a:b@{CLOSED}")
    now = SystemClock().now()
    why = f"imap://{CLOSED}: Connection refused"
    queue(lambda service: (service.correspondence.mailbox_trouble(why, now, now),), now)
    (told,) = trouble(mailer)
    assert told.startswith(f"the mailbox imap://{CLOSED}: Connection refused (since ")


@pytest.mark.parametrize(("hours", "well"), [(1, False), (26, True)])
def test_a_mailbox_that_nobody_was_told_of_for_a_day_is_well_again(
    hours: int, well: bool, mailer: Mailer
) -> None:
    then = SystemClock().now() - timedelta(hours=hours)
    why = f"{settings().imap}: the login was refused"
    queue(lambda service: (service.correspondence.mailbox_trouble(why, then, then),), then)
    (told,) = trouble(mailer)
    assert (told == "none") is well
    assert told.endswith("; no mail came since)") is not well
