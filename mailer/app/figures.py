"""The figures that `status` and /metrics tell, measured in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.app.service import Service
from mailer.edge.store.database import Database
from mailer.edge.store.figures import Outgoing, outgoing
from mailer.edge.web.metrics import Gauge
from mailer.mail.forecast import Stand, time_for, time_left
from mailer.mail.pace import DAY, MINUTE, SECOND, used

_WINDOWS = {SECOND: "second", MINUTE: "minute", DAY: "day"}
_STATES = ("closed", "open", "half-open")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many letters are due, and how long the relays' paces make them last."""

    letters: int
    paced: timedelta


async def waiting(service: Service, letters: int) -> Waiting:
    stand = await service.relay.stand()
    return Waiting(letters, time_for(letters, stand, service.clock.now()))


async def delivery(service: Service) -> dict[str, object]:
    """How delivery goes on; `seconds_left` is None where nothing tells."""
    now = service.clock.now()
    out = await outgoing(service.database, now)
    left = _left(out, await service.relay.stand(), now)
    return {
        "due": out.due,
        "oldest_seconds": _age(out, now),
        "last_minute": out.last_minute,
        "last_hour": out.last_hour,
        "seconds_left": None if left is None else round(left.total_seconds()),
    }


async def gauges(
    service: Service, counting: Database, *, acting: bool, last_runs: Mapping[str, datetime]
) -> Sequence[Gauge]:
    """All of them. `counting` is the service's database, on a line and a thread of its own.

    `acting`: whether this process schedules; `last_runs` are those of its jobs.
    """
    now = service.clock.now()
    out = await outgoing(counting, now)
    inquiries = await service.journal.counts()
    relays = await service.relay.stand()
    left = _left(out, relays, now)
    accepted = [(("minute",), out.last_minute), (("hour",), out.last_hour)]
    return (
        Gauge("letters", "Letters in the outbox.", out.letters.items(), ("state", "kind")),
        _one("letters_due", "Letters that are due now.", out.due),
        _one("oldest_letter_seconds", "For how long the oldest of them waits.", _age(out, now)),
        Gauge(
            "letters_accepted", "Letters that relays took within the last.", accepted, ("within",)
        ),
        Gauge(
            "delivery_seconds_left",
            "How long those that are due take.",
            [] if left is None else [((), left.total_seconds())],
        ),
        Gauge(
            "relay_breaker",
            "1 for the state that the relay's breaker is in.",
            [((r.relay, state), r.breaker == state) for r in relays for state in _STATES],
            ("relay", "state"),
        ),
        _pace("relay_pace_used", "Letters that the limit counts now.", relays, now, used_up=True),
        _pace("relay_pace_limit", "Letters that it allows.", relays, now, used_up=False),
        Gauge(
            "inquiries",
            "Mail that came in.",
            [((kind,), number) for kind, number in inquiries.items()],
            ("kind",),
        ),
        Gauge(
            "job_last_run_timestamp_seconds",
            "When a job of the schedule was last done here.",
            [((job,), at.timestamp()) for job, at in last_runs.items()],
            ("job",),
        ),
        _one("scheduler_acting", "1 where this process schedules, 0 on standby.", acting),
    )


def _left(out: Outgoing, relays: Sequence[Stand], now: datetime) -> timedelta | None:
    of_late = now - (out.since or now)
    return time_left(out.due, relays, out.last_minute, of_late, now)


def _one(name: str, tells: str, value: float) -> Gauge:
    return Gauge(name, tells, [((), value)])


def _pace(name: str, tells: str, relays: Sequence[Stand], now: datetime, *, used_up: bool) -> Gauge:
    values = [
        (
            (each.relay, _WINDOWS[limit.within]),
            used(each.past, limit, now) if used_up else limit.letters,
        )
        for each in relays
        for limit in each.limits
    ]
    return Gauge(name, tells, values, ("relay", "window"))


def _age(out: Outgoing, now: datetime) -> float:
    return (now - out.oldest).total_seconds() if out.oldest else 0.0
