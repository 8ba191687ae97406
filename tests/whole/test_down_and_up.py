"""Each server goes down and comes up again while an edition goes out and mail comes in."""

import re
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import count, islice

import pytest

from mailer.flows.deliver import IN_HAND
from tests.servers import Dovecot, Postfix, Process, SmtpSink
from tests.whole.program import PATIENCE, Program, Running
from tests.whole.residents import SUBPROJECT, by_key, expected, mail, opened
from tests.whole.test_newsletter import receipt, subscribe
from tests.whole.test_one_scheduler import is_due_now

READERS = 3_000
A_SECOND = 150
"""The relay's pace: an edition lasts for longer than the outages that it is to meet."""
CONNECTIONS = 4
MAILS = 3
"""Delivered before each outage, and after the last."""
AWAY = 3.0
"""Seconds that a server is away: every worker meets that, and most of them try in vain."""


@pytest.fixture
def servers() -> Iterator[tuple[Dovecot, Postfix, SmtpSink]]:
    """A mailbox, a relay, and where that hands everything to."""
    with ExitStack() as stack:
        dovecot = stack.enter_context(Dovecot())
        sink = stack.enter_context(SmtpSink())
        yield dovecot, stack.enter_context(Postfix(sink.port)), sink


def accepted(program: Program) -> int:
    with closing(sqlite3.connect(program.folder / "data" / "mailer.db")) as connection:
        (found,) = connection.execute("SELECT count(*) FROM outbox WHERE state = 'accepted'")
    number: int = found[0]
    return number


def has_accepted(program: Program, letters: int) -> bool:
    return accepted(program) >= letters


def wait_for(running: Running, effect: Callable[[], object]) -> None:
    """Look until it is true. A letter that was in hand when a line was cut waits for a minute."""
    end = time.monotonic() + 10 * PATIENCE
    while not effect():
        assert time.monotonic() < end and running.process.poll() is None, running.said()
        time.sleep(0.2)


def test_everything_arrives_once(
    make_program: Callable[..., Program], servers: tuple[Dovecot, Postfix, SmtpSink]
) -> None:
    dovecot, postfix, sink = servers
    account = dovecot.new_account()
    program = make_program(MAILER_IMAP_URL=account.url, MAILER_SMTP_URL=postfix.url)
    settings = program.config / "mailer.yaml"
    paced = re.sub(
        r"^relay:\n", f"relay:\n  a-second: {A_SECOND}\n", settings.read_text("utf-8"), flags=re.M
    )
    settings.write_text(paced, "utf-8")
    period = is_due_now(program)
    readers = subscribe(program, READERS)
    outages: Sequence[Sequence[Process]] = ([postfix], [sink], [dovecot], servers)
    numbers = count(1)
    delivered: list[int] = []

    with program.started("run") as running:
        for number, outage in enumerate(outages, 1):
            for each in islice(numbers, MAILS):
                account.deliver(mail(each))
                delivered.append(each)
            enough = number * READERS // 10
            wait_for(running, partial(has_accepted, program, enough))
            for server in outage:
                server.halt()
            time.sleep(AWAY)
            assert accepted(program) < READERS
            for server in outage:
                server.start()
        for each in islice(numbers, MAILS):
            account.deliver(mail(each))
            delivered.append(each)
        all_letters = READERS + 3 * len(delivered)
        wait_for(running, lambda: accepted(program) == all_letters)
        wait_for(running, lambda: len(account.folders().get(SUBPROJECT, ())) == len(delivered))
        postfix.wait_until_idle()
        assert running.ends(signal.SIGTERM) == 0
        assert "Traceback" not in running.said()

    found = receipt(program, period)
    assert found["accepted"] == found["audience"] == READERS
    folders = account.folders()
    assert sorted(folders.pop(SUBPROJECT)) == sorted(map(mail, delivered))
    assert folders["INBOX"] == []
    letters = sink.messages()
    ids: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for letter in letters:
        (recipient,) = letter.recipients
        if recipient in readers:
            ids[recipient][opened(letter.raw)["Message-ID"]] += 1
    assert ids.keys() == set(readers)
    assert all(len(each) == 1 for each in ids.values())
    followed = by_key(each for each in letters if each.recipients[0] not in ids)
    assert followed.keys() == expected(delivered)
    assert all(len(set(each)) == 1 for each in followed.values())
    twice = len(letters) - all_letters
    assert twice <= len(outages) * (IN_HAND + CONNECTIONS)
