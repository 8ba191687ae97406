"""May the edition of an hour go out now? Approval, lateness and reminders, decided in one place.

Takes the hour, the rules of the newsletter, what the approvers were last asked about (a `Proof`)
and what they answered; gives a `Step`. The rules, in order:

* Before the hour, less `Approval.before` where somebody must approve, there is nothing to do.
* An approval is for the bytes that were asked about, by their digest: another digest asks anew.
* One stop, by any approver, holds the edition; so does too few approvals. Silence is no approval:
  it is held, and the approvers are reminded when the hour comes and then once a day, for a week.
* What is approved goes out at its hour, or at once where the approval came later.
* What nothing held, and is late all the same, was missed: `Missed` says what becomes of it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailer.mail.address import Address

GRACE = timedelta(minutes=15)
"""An edition so late is on time: a restart or an upgrade takes minutes."""

REMIND_EVERY = timedelta(days=1)
REMIND_FOR = timedelta(days=7)
_LONGEST_REASON = 1000

Says = Literal["approve", "stop"]
Step = Literal["wait", "ask", "remind", "send", "drop"]

_APPROVE = re.compile(r"(?:godkän(?:n|t|d|ner|nes|ns)|approved?)\b(.*)", re.IGNORECASE)
_STOP = re.compile(r"stop(?:pa|p|)?\b[\s:;,.!–-]*(.*)", re.IGNORECASE | re.DOTALL)
_DOUBT = re.compile(r"\b(?:inte|ej|men|om|när|not|but|if|unless)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who must approve an edition: `at_least` so many of `by`, asked `before` its hour."""

    by: tuple[Address, ...]
    at_least: int
    before: timedelta

    def approver(self, address: Address | None) -> Address | None:
        """The approver with this address, if it is one's."""
        return next((each for each in self.by if address and each.same(address)), None)


@dataclass(frozen=True, slots=True)
class Missed:
    """What becomes of an edition that was missed: sent if at most so late, asked about, or not."""

    way: Literal["skip", "within", "ask"]
    within: timedelta = GRACE


@dataclass(frozen=True, slots=True)
class Proof:
    """What approvers were asked about: the `number`th time for this edition.

    `hour` is the edition's, `digest` of the rendered bytes, `text` and `html` the Swedish letter
    with its pictures as data: URLs; `reminded` is when they last had a letter about it.
    """

    period: str
    number: int
    hour: datetime
    digest: str
    text: str
    html: str
    asked: datetime
    reminded: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What one approver said of the proof `number`; `approver` is the address."""

    number: int
    approver: str
    says: Says
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a proof: since when it is `approved`, who approve it, who stop it."""

    approved: datetime | None
    approvals: tuple[Answer, ...]
    stops: tuple[Answer, ...]


def standing(proof: Proof, answers: Iterable[Answer], at_least: int) -> Standing:
    """By the last answer of each approver; `answers` are in the order in which they came."""
    last = {answer.approver: answer for answer in answers if answer.number == proof.number}
    approvals = tuple(sorted((a for a in last.values() if a.says == "approve"), key=_when))
    stops = tuple(answer for answer in last.values() if answer.says == "stop")
    enough = not stops and len(approvals) >= at_least
    return Standing(approvals[at_least - 1].at if enough else None, approvals, stops)


@dataclass(frozen=True, slots=True)
class Question:
    """All that the step depends on. `digest` is that of the edition as it is now."""

    hour: datetime
    approval: Approval | None
    missed: Missed
    digest: str
    proof: Proof | None
    answers: Sequence[Answer]


def opens(hour: datetime, approval: Approval | None) -> datetime:
    """When the edition of this hour begins to matter."""
    return hour - approval.before if approval else hour


def step(question: Question, now: datetime) -> Step:
    """What to do now."""
    hour, approval, proof = question.hour, question.approval, question.proof
    if now < opens(hour, approval):
        return "wait"
    if proof is None or proof.digest != question.digest:
        if approval is None:
            return _by_the_hour(question.missed, hour, hour, now)
        # Held before: then it is not late, it waits for them.
        return "ask" if proof or _on_time(question.missed, now - hour) else _late(question.missed)
    stands = standing(proof, question.answers, approval.at_least if approval else 1)
    if stands.stops:
        return "wait"
    if stands.approved is None:
        return "remind" if _to_be_reminded(proof, hour, now) else "wait"
    return _by_the_hour(question.missed, hour, max(hour, stands.approved), now)


def read_answer(text: str) -> tuple[Says, str] | None:
    """What an approver's own words say, with the reason; None where that is not plain.

    The first line decides: "Godkänn", or "Stoppa: skälet". An approval with a condition is none.
    """
    lines = text.strip().splitlines() or [""]
    if approve := _APPROVE.fullmatch(lines[0].strip()):
        return None if _DOUBT.search(approve[1]) else ("approve", "")
    if stop := _STOP.fullmatch(text.strip()):
        return "stop", " ".join(stop[1].split())[:_LONGEST_REASON]
    return None


def _by_the_hour(missed: Missed, hour: datetime, since: datetime, now: datetime) -> Step:
    if now < hour:
        return "wait"
    return "send" if _on_time(missed, now - since) else _late(missed)


def _on_time(missed: Missed, late: timedelta) -> bool:
    return late <= (max(missed.within, GRACE) if missed.way == "within" else GRACE)


def _late(missed: Missed) -> Step:
    return "ask" if missed.way == "ask" else "drop"


def _to_be_reminded(proof: Proof, hour: datetime, now: datetime) -> bool:
    if now >= hour + REMIND_FOR:
        return False
    return proof.reminded < hour <= now or now - proof.reminded >= REMIND_EVERY


def _when(answer: Answer) -> datetime:
    return answer.at
