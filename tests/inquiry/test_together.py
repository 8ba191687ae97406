"""Which mails are decided together."""

import pytest

from mailer.inquiry.together import runs
from mailer.inquiry.triage import Judged
from mailer.inquiry.verdict import Inquiry, Kind, Verdict
from mailer.mail.address import Address

LEADER = Address("sven@markaryd.example")


def mail(
    sender: str = "", kind: Kind = "inquiry", message_id: str = "", refers: tuple[str, ...] = ()
) -> Judged:
    address = Address(sender) if sender else None
    inquiry = Inquiry(sender=address, message_id=message_id, references=refers)
    return Judged(inquiry, Verdict(kind), "")


def lengths(*mails: Judged) -> list[int]:
    found = runs(mails, lambda address: address == LEADER)
    assert [number for run in found for number in run] == list(range(len(mails)))
    return [len(run) for run in found]


def test_no_mails_are_no_run() -> None:
    assert lengths() == []


def test_mails_of_different_people_are_decided_together() -> None:
    assert lengths(mail("anna@x.se"), mail("bo@x.se"), mail(), mail()) == [4]


def test_a_second_mail_of_one_sender_waits_for_the_first() -> None:
    assert lengths(mail("anna@x.se"), mail("bo@x.se"), mail("ANNA@x.se"), mail("bo@x.se")) == [2, 2]


@pytest.mark.parametrize("kind", ["auto-reply", "bounce", "spam"])
def test_what_machines_write_holds_up_nothing(kind: Kind) -> None:
    assert lengths(*[mail("daemon@x.se", kind)] * 3) == [3]
    assert lengths(mail("anna@x.se"), mail("anna@x.se", kind)) == [1, 1]


def test_a_mail_waits_for_the_one_that_it_answers() -> None:
    first = mail("anna@x.se", message_id="1@x.se")
    assert lengths(first, mail("bo@x.se"), mail("eva@x.se", refers=("0@x.se", "1@x.se"))) == [2, 1]


def test_a_mail_of_our_own_people_is_decided_alone() -> None:
    leader = mail(LEADER.email, "auto-reply")
    assert lengths(mail("anna@x.se"), leader, mail("bo@x.se"), mail("eva@x.se")) == [1, 1, 2]
