"""What sort of mail this is, as labelled mails teach: a matter, danger, a wish, a machine's, spam.

Takes labelled mails, as examples for `learn`; then a mail's subject and text; gives its `Leaning`.
The words of config/triage.yaml have no part in what is learned: the mails that they know would
otherwise teach nothing of those that they do not know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import exp, log
from typing import Final

from mailer.inquiry.danger import URGENT
from mailer.inquiry.labelled import Labelled
from mailer.inquiry.learn import Example
from mailer.inquiry.model import Model
from mailer.inquiry.verdict import Reason
from mailer.organisation import COORDINATOR

ANSWER: Final = "auto-reply"
BOUNCE: Final = "bounce"
SPAM: Final = "spam"
KINDS = (ANSWER, BOUNCE, SPAM, "subscribe", "unsubscribe")
"""The kinds that are known by words; those of the others have marks of a program."""

NEVER = float("-inf")
"""Log odds where nothing was learned: words and header fields decide alone."""

_ANYBODYS = COORDINATOR
"""What an example without an owner is labelled as."""

START: Mapping[str, float] = dict.fromkeys((_ANYBODYS, URGENT, *KINDS), 0.0)
"""What the learning starts from: nothing."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """Log odds of what is `urgent`, and of each of `KINDS`, against all else; none: not known.

    `explain` works out the reasons for `urgent`.
    """

    urgent: float = 0.0
    kinds: Mapping[str, float] = field(default_factory=dict)
    explain: Callable[[], tuple[Reason, ...]] = tuple

    def likeliest(self, kind: str) -> float:
        """The log odds of the likeliest of `KINDS`, never of another."""
        odds = self.kinds.get(kind, NEVER)
        return odds if odds == max(self.kinds.values(), default=NEVER) else NEVER


def example_of(mail: Labelled) -> Example | None:
    """What `mail` teaches about sorts; None where it is of one that its header gives away."""
    if mail.kind == "inquiry":
        return replace(mail.example(), owner=URGENT if mail.urgent else None)
    return replace(mail.example(), owner=mail.kind) if mail.kind in KINDS else None


def leaning(model: Model, subject: str, text: str) -> Leaning:
    """What a model of such examples says of a mail."""
    learned = model.read(subject, text)

    def explain() -> tuple[Reason, ...]:
        words = [reason for reason in learned.reasons if reason.slug == URGENT]
        nearest = [learned.nearest[URGENT]] if URGENT in learned.nearest else []
        return (*words, *nearest)

    return Leaning(
        urgent=_odds(learned.sums, URGENT),
        kinds={kind: _odds(learned.sums, kind) for kind in KINDS},
        explain=explain,
    )


def _odds(sums: Mapping[str, float], sort: str) -> float:
    """Of one sort against all others together."""
    return sums[sort] - log(sum(exp(each) for name, each in sums.items() if name != sort))
