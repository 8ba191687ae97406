"""Which mails are one conversation, where no case number and no Message-ID says so.

Takes subjects and verdicts; promises that a mail that is surely about something else is a case of
its own, and so is each mail of a sender who writes for many, such as a web form. Says too which
mail is nothing but an earlier one over again: a robot without any mark is known by that alone.
"""

import re
from datetime import datetime, timedelta

from mailer.inquiry.record import Earlier
from mailer.inquiry.silence import believed
from mailer.inquiry.verdict import Inquiry, Verdict

_AGAIN = timedelta(hours=24)

# How mail programs begin an answer and a forward, in the languages that people here write.
_BEGINNINGS = re.compile(
    r"(?:\s*(?:re|sv|svar|vb|fw|fwd|ang|aw|antw|wg|vs|vl|odp|pd|відп|رد)(?:\s*[\[(]\d+[\])])?\s*:"
    r"|\s*\[[^\[\]]*\])+",
    re.IGNORECASE,
)


def topic(subject: str) -> str:
    """A subject without "SV:" and tags, in small letters: the same in every mail of a thread."""
    begins = _BEGINNINGS.match(subject)
    return " ".join(subject[begins.end() if begins else 0 :].casefold().split())


def continues(earlier: Earlier, verdict: Verdict, silence: str) -> bool:
    """Whether a person's mail belongs to the case that was found before it.

    `silence` is why its sender gets no automatic answer, or empty.
    """
    if earlier.named:
        return True
    another = verdict.certain and verdict.owner != earlier.owner
    return verdict.kind in ("inquiry", "follow-up") and believed(silence) and not another


def says_again(earlier: Earlier, words: str, inquiry: Inquiry, received: datetime) -> bool:
    """Whether a mail holds no more than the `words` of one with its sender and subject, a day ago
    at most.
    """
    same = bool(inquiry.text) and inquiry.text == words and not inquiry.attachments
    return same and not earlier.named and received - earlier.received < _AGAIN
