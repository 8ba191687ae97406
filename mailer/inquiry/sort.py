"""What sort of mail this is, as labelled mails teach: anybody's matter, danger, a machine's, spam.

Takes labelled mails, as examples for `learn`; then a mail's subject and text; gives its `Leaning`.
The words of config/triage.yaml have no part in what is learned: the mails that they know would
otherwise teach nothing of those that they do not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailer.inquiry.danger import URGENT
from mailer.inquiry.labelled import Labelled
from mailer.inquiry.learn import Example
from mailer.inquiry.model import Model
from mailer.inquiry.verdict import Reason
from mailer.organisation import COORDINATOR

ANSWER = "auto-reply"
SPAM = "spam"
_ANYBODYS = COORDINATOR
"""What an example without an owner is labelled as."""

START: Mapping[str, float] = {_ANYBODYS: 0.0, URGENT: 0.0, ANSWER: 0.0, SPAM: 0.0}
"""What the learning starts from: nothing."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """Log odds: `urgent` against anybody's matter, `answer` and `spam` against all else.

    `reasons` are those for `urgent`.
    """

    urgent: float
    answer: float
    spam: float
    reasons: tuple[Reason, ...] = ()


def example_of(mail: Labelled) -> Example | None:
    """What `mail` teaches about sorts; None where it is of one that its header gives away."""
    if mail.kind in ("inquiry", "subscribe", "unsubscribe"):
        return replace(mail.example(), owner=URGENT if mail.urgent else None)
    return replace(mail.example(), owner=mail.kind) if mail.kind in START else None


def leaning(model: Model, subject: str, text: str) -> Leaning:
    """What a model of such examples says of a mail."""
    learned = model.read(subject, text)
    sums = learned.sums
    person = max(sums[_ANYBODYS], sums[URGENT])  # a cry for help is no advertisement
    words = [reason for reason in learned.reasons if reason.slug == URGENT]
    nearest = [learned.nearest[URGENT]] if URGENT in learned.nearest else []
    return Leaning(
        urgent=sums[URGENT] - sums[_ANYBODYS],
        answer=sums[ANSWER] - max(person, sums[SPAM]),
        spam=sums[SPAM] - max(person, sums[ANSWER]),
        reasons=(*words, *nearest),
    )
