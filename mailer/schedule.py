"""What happens by itself, and when: one table.

The table only wakes; the core decides what is due. So a job that fires late, twice, or not at all
does no harm: an edition is claimed once, a mail decided once, a letter leased to one worker.

The rules of the newsletter's hour:

* It is a wall-clock hour of the zone.
* Where the clock jumps over it in spring, it is due an hour later by the clock: 02:30 at 03:30.
  Where it comes twice in autumn, it is due the first time; the second finds the edition claimed.
* What becomes of an edition whose hour passed while nothing ran is `missed` in newsletter.yaml; see
  `newsletter.approval`.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger


@dataclass(frozen=True, slots=True)
class Job:
    """One row: its name, when it wakes (crontab: minute hour day month weekday), what it wakes.

    One that is `alone` is woken in one process at a time, of those that share a database.
    """

    name: str
    when: str
    what: Callable[[], Awaitable[None]]
    alone: bool = False


def table(
    *,
    newsletter: Callable[[], Awaitable[None]],
    pages: Callable[[], Awaitable[None]],
    mailbox: Callable[[], Awaitable[None]],
    outbox: Callable[[], Awaitable[None]],
    watchdog: Callable[[], Awaitable[None]],
    housekeeping: Callable[[], Awaitable[None]],
) -> tuple[Job, ...]:
    """Every job. The mailbox is woken by IDLE and the outbox by queueing: these are the nets."""
    return (
        Job("newsletter", "* * * * *", newsletter, alone=True),
        Job("pages", "* * * * *", pages),
        Job("mailbox", "*/5 * * * *", mailbox, alone=True),
        Job("outbox", "* * * * *", outbox),
        Job("watchdog", "*/10 * * * *", watchdog, alone=True),
        Job("housekeeping", "30 3 * * *", housekeeping),
    )


def start(
    jobs: Iterable[Job], zone: ZoneInfo, done: Callable[[str], None] = lambda job: None
) -> AsyncIOScheduler:
    """A running scheduler on the present loop; `shutdown(wait=False)` ends it.

    `done` is told the name of each job that was done.
    """
    scheduler = AsyncIOScheduler(timezone=zone)
    for job in jobs:
        scheduler.add_job(
            job.what,
            CronTrigger.from_crontab(job.when, timezone=zone),
            id=job.name,
            # A wake that comes late still wakes; several that were missed wake once.
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    scheduler.add_listener(lambda event: done(event.job_id), EVENT_JOB_EXECUTED)
    scheduler.start()
    return scheduler


def last_hour(hour: str, zone: ZoneInfo, now: datetime, within: timedelta) -> datetime | None:
    """The latest edition hour that has come, at most `within` ago, or None."""
    trigger = edition_trigger(hour, zone)
    fires = trigger.get_next_fire_time(None, now - within)
    found = None
    while fires and fires <= now:
        found = fires
        # In UTC: a local time plus a second falls back into the first of two hours.
        fires = trigger.get_next_fire_time(None, fires.astimezone(UTC) + timedelta(seconds=1))
    return _real(found) if found else None


def next_hour(hour: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first edition hour after a moment."""
    trigger = edition_trigger(hour, zone)
    # Settings take none but hours that come again.
    return _real(trigger.get_next_fire_time(None, after + timedelta(microseconds=1)))


def hour_on(hour: str, zone: ZoneInfo, day: date) -> datetime:
    """The edition hour of a day, also where that is not one of the schedule's."""
    midnight = datetime.combine(day, time(), zone)
    fires = next_hour(hour, zone, midnight - timedelta(seconds=1))
    return _real(datetime.combine(day, fires.timetz()))


def _real(moment: datetime) -> datetime:
    """A local time as the clock shows it then: 02:30 that does not exist is 03:30."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


def edition_trigger(hour: str, zone: ZoneInfo) -> CronTrigger:
    """When editions are due: `Newsletter.cron`, as "day=2nd fri; hour=10; minute=0"."""
    fields = dict(field.split("=", 1) for field in hour.split("; "))
    return CronTrigger(**fields, timezone=zone)
