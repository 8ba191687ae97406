"""What leaders teach triage by what they do with inquiries.

Takes what the record knows of such an inquiry, and the mail as read; gives an `Example`, which is
learned from beside those of the configuration.
"""

from dataclasses import dataclass
from typing import Literal

from mailer.inquiry.learn import Example
from mailer.inquiry.verdict import Inquiry
from mailer.organisation import COORDINATOR

By = Literal["correction", "answer"]

WEIGHTS: dict[By, float] = {"correction": 8.0, "answer": 0.5}
"""A correction must show at once in the next mail like it; an answer says that nobody minded."""


@dataclass(frozen=True, slots=True)
class Taught:
    """The inquiry `number`, whose bytes have this `hash` (SHA-256, hex), is its `holder`'s.

    `by` is how that is known: somebody gave it to them, or they answered it.
    """

    hash: str
    number: str
    holder: str
    by: By

    def example(self, inquiry: Inquiry) -> Example:
        owner = None if self.holder == COORDINATOR else self.holder
        return Example(
            inquiry.text,
            inquiry.subject,
            inquiry.language,
            owner,
            weight=WEIGHTS[self.by],
            # Leaders are shown what a mail is like: the words of another resident are not theirs.
            name=self.number,
        )
