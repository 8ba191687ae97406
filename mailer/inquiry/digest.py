"""What the coordinator is told each working morning: every mail once, and counts that add up.

Takes what came in between two mornings, and what nobody has answered; gives a `Digest`. Whatever
came, `received` is `routed` + `by_machine` + `shelved`. A mail stands under the first of these
headings that fits:

| heading | what |
| --- | --- |
| uncertain | nobody has answered it, and it is uncertain who should have it; from whenever |
| new | came since, and went to somebody |
| older | came before, and nobody has answered it |
| unreadable | came since, and only the coordinator has it: not readable, or a complaint |
| suspected | came since, and lies on a shelf for what its words seem to be: spam, a machine's |
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailer.inquiry.follow_up import Waiting
from mailer.inquiry.verdict import Kind, Verdict
from mailer.mail.address import Address

_BY_MACHINE: tuple[Kind, ...] = ("subscribe", "unsubscribe")
_BY_WORDS: tuple[Kind, ...] = ("auto-reply", "bounce")
_FOR_COORDINATOR: tuple[Kind, ...] = ("unreadable", "complaint")


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail that was decided; `forwarded` is whether anybody got it."""

    number: str
    verdict: Verdict
    subject: str
    sender: Address | None
    forwarded: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A forward that did not reach its recipient (an email address)."""

    number: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Happened:
    """What was decided in a span of time, what came back, and what is `undecided` by now."""

    seen: Sequence[Seen] = ()
    undelivered: Sequence[Undelivered] = ()
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything in it happened before `until`, and what is not of `older` after `since`.

    `shelved` counts what lies in a folder without having gone to anybody, by kind. `waiting` are
    all that nobody has answered, by number.
    """

    since: datetime
    until: datetime
    received: int
    routed: int
    by_machine: int
    shelved: Mapping[Kind, int]
    undecided: int
    undelivered: Sequence[Undelivered]
    uncertain: Sequence[Waiting]
    new: Sequence[Seen]
    older: Sequence[Waiting]
    unreadable: Sequence[Seen]
    suspected: Sequence[Seen]
    waiting: Mapping[str, Waiting] = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that the coordinator need look at."""
        listed = (self.uncertain, self.new, self.older, self.unreadable, self.suspected)
        return not (any(listed) or self.undelivered or self.undecided)


def digest(
    since: datetime, until: datetime, happened: Happened, waiting: Sequence[Waiting]
) -> Digest:
    """The digest of the morning `until`; of `waiting` what waited then already."""
    open_then = {each.case.number: each for each in waiting if each.since < until}
    uncertain = [each for each in open_then.values() if not each.verdict.certain]
    routed = [each for each in happened.seen if each.forwarded]
    others = [each for each in happened.seen if not each.forwarded]
    shelved = [each for each in others if each.verdict.kind not in _BY_MACHINE]
    told = {each.case.number for each in uncertain}
    new = [each for each in routed if each.number not in told]
    told |= {each.number for each in routed}
    return Digest(
        since=since,
        until=until,
        received=len(happened.seen),
        routed=len(routed),
        by_machine=len(others) - len(shelved),
        shelved=Counter(each.verdict.kind for each in shelved),
        undecided=happened.undecided,
        undelivered=happened.undelivered,
        uncertain=uncertain,
        new=[each for each in new if each.verdict.kind not in _FOR_COORDINATOR],
        older=[each for number, each in open_then.items() if number not in told],
        unreadable=[each for each in new if each.verdict.kind in _FOR_COORDINATOR],
        suspected=[each for each in shelved if _suspected(each.verdict)],
        waiting=open_then,
    )


def _suspected(verdict: Verdict) -> bool:
    return verdict.kind == "spam" or (verdict.kind in _BY_WORDS and not verdict.certain)
