"""`mailer triage --once`: each mail is worked once, however often it is called."""

from tests.servers import Account, Sink
from tests.whole.program import Program
from tests.whole.residents import LEADERS, SUBPROJECT, by_key, expected, mail, opened, sender


def test_each_mail_is_carried_to_its_leaders_and_the_second_time_nothing_is_sent(
    program: Program, dovecot: Account, sink: Sink
) -> None:
    for number in (1, 2):
        dovecot.deliver(mail(number))
    first = program.call("triage", "--once").stdout
    assert "2 decided, 2 filed.\nDelivered: 6 accepted, 0 failed, 0 to be tried again.\n" in first
    assert {key: len(ids) for key, ids in by_key(sink.letters).items()} == dict.fromkeys(
        expected([1, 2]), 1
    )
    again = program.call("triage", "--once").stdout
    assert again == ("0 decided, 0 filed.\nDelivered: 0 accepted, 0 failed, 0 to be tried again.\n")
    assert len(sink.letters) == 6
    forward = next(letter for letter in sink.letters if letter.recipients[0] in LEADERS)
    assert forward.mail_from == "initiativtrygghet@markaryd.se"
    assert mail(1) in forward.raw or mail(2) in forward.raw
    assert opened(forward.raw)["Reply-To"].addresses[0].addr_spec in (sender(1), sender(2))
    assert dovecot.folders() == {"INBOX": [], SUBPROJECT: [mail(1), mail(2)]}
