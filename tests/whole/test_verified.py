"""A program that is killed at any moment leaves a record that can be verified."""

import signal

from tests.servers import Account, Sink
from tests.whole.program import Program
from tests.whole.residents import mail

ROUNDS = 4


def test_after_kills_the_record_is_whole_and_every_mail_explained(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    for round in range(ROUNDS):
        dovecot.deliver(mail(2 * round))
        dovecot.deliver(mail(2 * round + 1))
        with program.started("run") as running:
            running.until_it_says("decided case=")
            running.ends(signal.SIGKILL)
    program.call("triage", "--once")
    (found,) = program.json("inquiries", "verify")
    assert found["sound"]
    assert (found["received"], found["filed"], found["unexplained"]) == (2 * ROUNDS, 2 * ROUNDS, 0)
    (again,) = program.json("inquiries", "verify")
    assert again["noted"] == 0
