"""Both journeys once on PostgreSQL."""

from tests.servers import Account, Sink
from tests.whole.program import Program
from tests.whole.residents import SUBPROJECT, by_key, expected, mail, opened
from tests.whole.test_newsletter import SEPTEMBER, receipt, subscribe, unsubscribing


def test_both_journeys(program: Program, dovecot: Account, sink: Sink, postgresql_url: str) -> None:
    program.environ["MAILER_DATABASE_URL"] = postgresql_url
    first, _ = subscribe(program, 2)
    program.call(*SEPTEMBER)
    assert receipt(program)["accepted"] == 2
    letters, sink.letters = sink.letters, []
    assert len(letters) == 2

    dovecot.deliver(mail(1))
    (received,) = (letter for letter in letters if letter.recipients == (first,))
    dovecot.deliver(unsubscribing(opened(received.raw), sender=first))
    program.call("triage", "--once")
    assert {key: len(ids) for key, ids in by_key(sink.letters).items()} == dict.fromkeys(
        expected([1]), 1
    )
    assert dovecot.folders()[SUBPROJECT] == [mail(1)]
    (status,) = program.json("status")
    assert status["subscribers"] == {"active": 1, "left": 1}
    assert not list(program.folder.glob("data/*.db"))
