"""What is due about an inquiry that nobody has answered, and to whom.

Takes how it waits and what time it is; gives the one step that is due, or None. A step counts from
when those who have the inquiry got it, so one that goes on to others counts anew:

| step | of | due | goes to | its answer to |
| --- | --- | --- | --- | --- |
| second-notice | urgent | after `second_notice_after` | leaders, deputies, coordinator | sender |
| third-notice | urgent | after twice that | coordinator, operator | us |
| reminder | any | the morning of working day `remind_after` | leaders | sender |
| reminder-last | any | after twice as many working days | coordinator | us |

Whoever is away has a stand-in. Each step is taken once. The last that has come counts: what was
missed while nothing ran is not made up for, and a step that is overdue by STALE is not taken. From
then on the inquiry stands in the coordinator's digest alone, until somebody answers it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from mailer.inquiry.answer_time import is_working_day, working_days_after
from mailer.inquiry.away import Away, stand_in
from mailer.inquiry.record import Case
from mailer.inquiry.route import Circumstances, route
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Inquiry, Kind, Verdict
from mailer.mail.address import Address
from mailer.organisation import Leader, Organisation

ASKING: tuple[Kind, ...] = ("inquiry", "follow-up", "unreadable")
"""The kinds of mail that wait for an answer if anybody got them; the others do if they are urgent.
What cannot be read may well be a resident's: a mail with large pictures."""

MORNING = time(7, 30)
"""Local time: when the digest and the reminders of a working day go out."""

STALE = timedelta(days=7)

_DAY = timedelta(days=1)

StepName = Literal["second-notice", "third-notice", "reminder", "reminder-last"]
Readers = Literal["leaders", "deputies", "coordinator", "operator"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decided inquiry that nobody has answered or taken.

    `since` is when those who have it got it; `promised` whether its sender was told by when to
    expect an answer; `told` holds the outbox keys of every notice about it.
    """

    case: Case
    verdict: Verdict
    subject: str
    sender: Address | None
    since: datetime
    promised: bool = False
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table. `times` is how often the wait has passed; `answers`: the sender."""

    name: StepName
    urgent: bool
    times: int
    to: tuple[Readers, ...]
    answers: bool


STEPS = (
    Step("second-notice", True, 1, ("leaders", "deputies", "coordinator"), answers=True),
    Step("third-notice", True, 2, ("coordinator", "operator"), answers=False),
    Step("reminder", False, 1, ("leaders",), answers=True),
    Step("reminder-last", False, 2, ("coordinator",), answers=False),
)


def due(waiting: Waiting, now: datetime, zone: ZoneInfo, rules: TriageRules) -> Step | None:
    """The step to take now."""
    moments = [
        (_moment(step, waiting.since, zone, rules), step)
        for step in STEPS
        if waiting.verdict.urgent or not step.urgent
    ]
    come = [(at, step) for at, step in moments if at <= now]
    if not come:
        return None
    at, step = max(come, key=lambda each: each[0])
    stem = key_stem(waiting, step)
    taken = any(key.startswith(stem) for key in waiting.told)
    return None if taken or now - at >= STALE else step


def key_stem(waiting: Waiting, step: Step) -> str:
    """How the outbox keys of a step's letters begin; the reader follows."""
    return f"notice/{waiting.case.number}/{step.name}/{waiting.since:%Y%m%dT%H%M%S}/"


def readers(
    waiting: Waiting, step: Step, away: Away, organisation: Organisation, rules: TriageRules
) -> tuple[Leader, ...]:
    """Who of the organisation gets a step's letter, in order, each once."""
    return tuple(dict.fromkeys(_readers(waiting, step, away, organisation, rules)))


def holders_of(
    waiting: Waiting,
    away: Away,
    organisation: Organisation,
    rules: TriageRules,
    *,
    urgent: bool = False,
) -> tuple[Leader, ...]:
    """Who has it now, with stand-ins for those who are away; `urgent`: and who has it for that."""
    verdict = replace(waiting.verdict, copies=(), urgent=urgent)
    if verdict.owner not in organisation.by_slug:  # it may be gone from the configuration since
        verdict = replace(verdict, owner=None)
    return route(Inquiry(), verdict, Circumstances(away=away), organisation, rules).leaders


def _readers(
    waiting: Waiting, step: Step, away: Away, organisation: Organisation, rules: TriageRules
) -> Iterator[Leader]:
    leaders = holders_of(waiting, away, organisation, rules, urgent=step.urgent)
    if "leaders" in step.to:
        yield from leaders
    if "deputies" in step.to:
        deputies = (leader.deputy for leader in leaders if leader.deputy)
        yield from (organisation.people[slug] for slug in deputies if slug not in away)
    if "coordinator" in step.to:
        coordinator = organisation.coordinator
        instead = stand_in(coordinator, (), away, organisation)
        yield instead.reader if instead else coordinator


def _moment(step: Step, since: datetime, zone: ZoneInfo, rules: TriageRules) -> datetime:
    if step.urgent:
        return since + step.times * rules.second_notice_after
    day = working_days_after(since.astimezone(zone).date(), step.times * rules.remind_after)
    return morning(day, zone)


# --- days ---------------------------------------------------------------------------------------


def morning(day: date, zone: ZoneInfo) -> datetime:
    """The moment of MORNING on a day."""
    return datetime.combine(day, MORNING, zone)


def answer_by(waiting: Waiting, zone: ZoneInfo, rules: TriageRules) -> date:
    """The last day on which an answer is in time."""
    return working_days_after(waiting.case.received.astimezone(zone).date(), rules.answer_within)


def is_overdue(waiting: Waiting, now: datetime, zone: ZoneInfo, rules: TriageRules) -> bool:
    """Whether it has waited for longer than residents are told to expect."""
    return now.astimezone(zone).date() > answer_by(waiting, zone, rules)


def working_days(first: date, last: date) -> int:
    """How many working days come after `first`, up to and with `last`."""
    days = (first + count * _DAY for count in range(1, (last - first).days + 1))
    return sum(map(is_working_day, days))


# --- the digest ---------------------------------------------------------------------------------


def digest_due(now: datetime, zone: ZoneInfo, last: date | None) -> date | None:
    """The day whose digest is to be made now, where the last one was that of `last`."""
    today = now.astimezone(zone).date()
    open_now = is_working_day(today) and now >= morning(today, zone)
    return today if open_now and (last is None or last < today) else None


def digest_key(day: date) -> str:
    """The outbox key of the digest of a day."""
    return f"notice/digest/{day}"


def digest_since(day: date, last: date | None) -> date:
    """The day on whose morning the digest of `day` begins: that of the last, so none is left out.

    Where there was none, the working day before.
    """
    if last:
        return last
    before = day - _DAY
    while not is_working_day(before):
        before -= _DAY
    return before
