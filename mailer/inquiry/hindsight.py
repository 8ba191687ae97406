"""A mail that was decided, judged again: would it be decided otherwise today?

Takes how it was decided and how triage judges its bytes now; gives what is otherwise, or nothing.
Some of what decided then was not in the mail, and may be different in the record today: so the
first row counts of

| what decided it | the mail by itself, now | decided today |
| --- | --- | --- |
| that it continues an earlier case | a person's | as it was |
| what the record knew of a subscription | subscribe, unsubscribe | as it was |
| that it answers a question of ours | a person's | as it was |
| anything | follow-up | inquiry: it named no case |
| anything | anything | as judged |

How urgent it is, is weighed anew in every row.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from mailer.inquiry.correction import holder_of
from mailer.inquiry.triage import Judged
from mailer.inquiry.verdict import Kind, Reason, Verdict

_BY_PEOPLE = ("inquiry", "follow-up", "subscribe")
_ABOUT_SUBSCRIPTIONS = ("subscribe", "unsubscribe")
_ON_OUR_QUESTION = ("subscribe", "own")
_CONTINUES = "fortsättning på ärende "  # as `triage.following` puts it


@dataclass(frozen=True, slots=True)
class Decided:
    """A mail as triage decided it. `first` is the reason that stood first, `size` the whole mail's.

    `label` is who has it by a person's word (a slug or COORDINATOR), or empty.
    """

    number: str
    hash: str
    received: datetime
    size: int
    verdict: Verdict
    first: Reason | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verdict comes to. `holder` is a slug, COORDINATOR, or SHELF."""

    kind: Kind
    holder: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What `was` decided, what would be decided `now`, and in Swedish `why` (or empty)."""

    number: str
    received: datetime
    was: Outcome
    now: Outcome
    why: str
    label: str


def outcome(verdict: Verdict) -> Outcome:
    return Outcome(verdict.kind, holder_of(verdict), verdict.urgent)


def today(was: Decided, judged: Judged, kind_of_own: Callable[[str], str]) -> Verdict:
    """The verdict of today; `kind_of_own` knows our own Message-IDs (`Identity.kind_of`)."""
    kind = judged.verdict.kind
    first = was.first or Reason("-", "", 0.0)
    as_it_was = replace(was.verdict, urgent=judged.verdict.urgent, reasons=judged.verdict.reasons)
    answers = any(kind_of_own(each) for each in judged.inquiry.references)
    table = (
        (first.what.startswith(_CONTINUES) and kind in _BY_PEOPLE, as_it_was),
        (first.slug == "" and kind in _ABOUT_SUBSCRIPTIONS, as_it_was),
        (was.verdict.kind in _ON_OUR_QUESTION and answers and kind in _BY_PEOPLE, as_it_was),
        (kind == "follow-up", replace(judged.verdict, kind="inquiry")),
        (True, judged.verdict),
    )
    return next(verdict for applies, verdict in table if applies)


def otherwise(was: Decided, judged: Judged, kind_of_own: Callable[[str], str]) -> Otherwise | None:
    """What would be otherwise; None where nothing would."""
    verdict = today(was, judged, kind_of_own)
    before, now = outcome(was.verdict), outcome(verdict)
    if before == now:
        return None
    why = _why(verdict, before, now)
    return Otherwise(was.number, was.received, before, now, why, was.label)


def _why(verdict: Verdict, before: Outcome, now: Outcome) -> str:
    """The strongest reason for what is otherwise."""
    slug: str = "urgent"
    if now.kind != before.kind and now.kind != "inquiry":
        slug = now.kind
    elif (now.kind, now.holder) != (before.kind, before.holder):
        if not verdict.certain:
            return f"osäkert ({verdict.confidence:.0%}): {', '.join(verdict.suggestions)}"
        slug = now.holder
    found = [reason for reason in verdict.reasons if reason.slug == slug]
    return max(found, key=lambda reason: reason.weight).what if found else ""
