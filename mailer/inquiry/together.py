"""Which mails may be decided on together: none of them bears on another.

Takes judged mails in the order of their arrival; gives that order cut into runs. What a person
writes bears on the next mail of the same sender (it may be the same conversation, and is answered
once), every mail on those that refer to it, and what our own people write on all that follow: that
they are away, or that somebody else has a case.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from mailer.inquiry.triage import Judged
from mailer.mail.address import Address

_BY_PEOPLE = frozenset({"inquiry", "follow-up", "subscribe", "unsubscribe"})


def runs(mails: Sequence[Judged], ours: Callable[[Address | None], object]) -> list[range]:
    """The runs, as numbers into `mails`; `ours` says whether an address is one of our people's."""
    starts: list[int] = []
    senders: set[str] = set()
    ids: set[str] = set()
    after_ours = False
    for number, mail in enumerate(mails):
        inquiry = mail.inquiry
        sender = inquiry.sender.box if inquiry.sender else ""
        of_ours = bool(ours(inquiry.sender))
        follows = sender in senders or not ids.isdisjoint(inquiry.references)
        if not starts or of_ours or after_ours or follows:
            starts.append(number)
            senders.clear()
            ids.clear()
        after_ours = of_ours
        ids.add(inquiry.message_id)
        if sender and mail.verdict.kind in _BY_PEOPLE:
            senders.add(sender)
    return [range(start, end) for start, end in pairwise([*starts, len(mails)])]
