"""What tells the kind of a mail where one mark of it is not enough.

Takes an `Inquiry` and what is `Ours`; each function answers one question. In which order they are
asked, and what follows, stands in the tables of `recognise` and `silence`.
"""

from mailer.inquiry import automatic
from mailer.inquiry.case import tagged
from mailer.inquiry.ours import Ours
from mailer.inquiry.verdict import Inquiry

_OF_A_CASE = {"acknowledgement", "forward"}


def own_id(inquiry: Inquiry, ours: Ours) -> bool:
    return bool(ours.kind_of_own(inquiry.message_id))


def surely_by_machine(inquiry: Inquiry) -> bool:
    """Marks that nobody's own words come with, whatever else the mail says of itself."""
    return (
        automatic.null_path(inquiry)
        or bool(automatic.auto_submitted(inquiry))
        or automatic.answer_field(inquiry)
        or "auto_reply" in automatic.precedence(inquiry)
        or automatic.report_part(inquiry)
        or automatic.calendar_reply(inquiry)
    )


def answers_by_machine(inquiry: Inquiry, ours: Ours) -> bool:
    # People write "Frånvaro: min son" too: the subject needs another mark beside it.
    return automatic.answer_subject(inquiry) and (
        surely_by_machine(inquiry)
        or automatic.suppresses_answers(inquiry)
        or automatic.bulk(inquiry)
        or any(ours.kind_of_own(reference) for reference in inquiry.references)
        or bool(tagged(inquiry.subject, ours.case_prefix))  # before which people's have "Sv:"
    )


def follows_up(inquiry: Inquiry, ours: Ours) -> bool:
    # An answer to an edition opens a case of its own.
    answered = not _answered(inquiry, ours).isdisjoint(_OF_A_CASE)
    return answered or bool(tagged(inquiry.subject, ours.case_prefix))


def answers_edition(inquiry: Inquiry, ours: Ours) -> bool:
    return "edition" in _answered(inquiry, ours)


def _answered(inquiry: Inquiry, ours: Ours) -> set[str]:
    """Of what kinds our letters are that this one answers."""
    return {ours.kind_of_own(reference) for reference in inquiry.references}
