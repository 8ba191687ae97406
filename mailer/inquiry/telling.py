"""What tells the kind of a mail where one mark of it is not enough.

Takes an `Inquiry`, what is `Ours` and what labelled mails teach of it; each function answers one
question. In which order they are asked, and what follows, stands in the tables of `recognise` and
`silence`.
"""

from mailer.inquiry import automatic
from mailer.inquiry.advertising import advertises
from mailer.inquiry.answering import answers
from mailer.inquiry.case import tagged
from mailer.inquiry.ours import Ours
from mailer.inquiry.sort import ANSWER, BOUNCE, NEVER, SPAM, Leaning
from mailer.inquiry.verdict import Inquiry
from mailer.inquiry.wish import ACTS, Wish, likely_wish, wish_of

_OF_A_CASE = {"acknowledgement", "forward"}
_UNLIKE = -2.5
"""Log odds under which a mail is too unlike the known ones of a kind for its words to decide alone:
of the examples of each kind at most one in twelve is under it."""


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
    )


def follows_up(inquiry: Inquiry, ours: Ours) -> bool:
    # An answer to an edition opens a case of its own.
    kinds = {ours.kind_of_own(reference) for reference in inquiry.references}
    return not kinds.isdisjoint(_OF_A_CASE) or bool(tagged(inquiry.subject, ours.case_prefix))


def lures(inquiry: Inquiry, ours: Ours, learned: Leaning) -> bool:
    forged = automatic.dmarc_failed(inquiry, ours.trusted_authserv)
    return advertises(inquiry, learned.likeliest(SPAM), forged=forged) and not _unlike(
        SPAM, learned
    )


def reads_like_an_answer(inquiry: Inquiry, ours: Ours, learned: Leaning) -> bool:
    if not answers(inquiry, ours.case_prefix, learned.likeliest(ANSWER)):
        return False
    # Lures give themselves out for receipts and notices.
    return not (_unlike(ANSWER, learned) or lures(inquiry, ours, learned))


def reads_like_a_bounce(inquiry: Inquiry, learned: Leaning) -> bool:
    return automatic.says_undelivered(inquiry, learned.likeliest(BOUNCE))


def wishes(inquiry: Inquiry, wish: Wish, learned: Leaning) -> bool:
    """Whether this wish is all that the mail is about, and the opposite is not likelier."""
    odds = learned.kinds
    likelier = all(odds.get(wish.act, 0.0) >= odds.get(each, NEVER) for each in ACTS)
    return likelier and wish_of(inquiry) == wish and not _unlike(wish.act, learned)


def seems_to_wish(inquiry: Inquiry, wish: Wish, learned: Leaning) -> bool:
    """Whether it is likely to be, by the mails that it is like."""
    return likely_wish(inquiry, wish.act, learned.likeliest(wish.act))


def _unlike(kind: str, learned: Leaning) -> bool:
    return learned.kinds.get(kind, 0.0) < _UNLIKE
