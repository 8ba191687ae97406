"""SIGKILL at any moment: nothing is lost, and only what the relay had just taken goes twice."""

import random
import signal
import time
from collections.abc import Callable
from itertools import count, cycle, islice

from mailer.flows.deliver import IN_HAND
from tests.servers import Account, Sink
from tests.whole.program import Program, Running
from tests.whole.residents import SUBPROJECT, by_key, expected, mail

MAILS = 3
"""Delivered before each start."""

JUST_AFTER = 0.06
"""Seconds in which the kill comes at random, after an effect was seen: several steps' time."""


def kill_at_many_moments(
    program: Program, account: Account, sink: Sink, rounds: int, seed: int
) -> list[int]:
    """Deliver, start, kill, again and again; the numbers of the mails.

    Which effect the kill follows goes in turn: opened, kept, decided, filed, sent.
    """
    data, numbers = program.folder / "data", count(1)
    moments = random.Random(seed)  # noqa: S311 - repeatable, no secret

    def effects(running: Running) -> tuple[int, ...]:
        return (
            max((path.stat().st_mtime_ns for path in data.glob("workers/*.lock")), default=0),
            len(list(data.glob("originals/*/*.eml"))),
            running.said().count("decided case="),
            len(account.folders().get(SUBPROJECT, ())),
            len(sink.letters),
        )

    for watched in islice(cycle(range(5)), rounds):
        for number in islice(numbers, MAILS):
            account.deliver(mail(number))
        with program.started("run") as running:
            before = effects(running)[watched]
            running.until(lambda at=watched, old=before: effects(running)[at] > old)
            time.sleep(moments.uniform(0, JUST_AFTER))
            running.ends(signal.SIGKILL)
    return list(range(1, next(numbers)))


def assert_each_was_sent_once(sink: Sink, delivered: list[int], rounds: int) -> None:
    found = by_key(sink.letters)
    assert set(found) == expected(delivered)
    assert all(len(set(ids)) == 1 for ids in found.values())
    assert len(sink.letters) - len(found) <= rounds * IN_HAND


def test_every_mail_is_forwarded_answered_and_filed_once(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    delivered = kill_at_many_moments(program, dovecot, sink, 6, seed=1)
    program.call("triage", "--once")
    assert_each_was_sent_once(sink, delivered, 6)
    folders = dovecot.folders()
    assert sorted(folders.pop(SUBPROJECT)) == sorted(map(mail, delivered))
    assert folders == {"INBOX": []}


def test_where_mail_cannot_be_moved_it_is_copied_once_and_marked(
    make_program: Callable[..., Program], basic_dovecot: Account, sink: Sink
) -> None:
    program = make_program(MAILER_IMAP_URL=basic_dovecot.url, MAILER_SMTP_URL=sink.url)
    delivered = kill_at_many_moments(program, basic_dovecot, sink, 5, seed=2)
    program.call("triage", "--once")
    assert_each_was_sent_once(sink, delivered, 5)
    folders = basic_dovecot.folders()
    assert sorted(folders.pop(SUBPROJECT)) == sorted(map(mail, delivered))
    assert folders == {"INBOX": list(map(mail, delivered))}
    with basic_dovecot.client() as client:
        client.select_folder("INBOX", readonly=True)
        assert len(client.search(["KEYWORD", "$Filed"])) == len(delivered)
