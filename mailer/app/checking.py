"""What `mailer check` looks through, wired: every edition to come, and all activities together."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from mailer.app.composing import composer, sheet
from mailer.edge.archive import Archive
from mailer.edge.links import ask
from mailer.errors import MailerError
from mailer.newsletter.activity import parse_period
from mailer.newsletter.archived import ArchivedEdition, announced_in, done_in
from mailer.newsletter.checks_links import links_of
from mailer.newsletter.checks_untold import History
from mailer.newsletter.edition import period_of
from mailer.newsletter.finding import Finding
from mailer.newsletter.preflight import look_back, preflight
from mailer.newsletter.sheet import Sheet
from mailer.schedule import edition_trigger
from mailer.settings import Settings

_GATHERED = ("empty", "empty-section")
"""Checks that say nothing of an edition that is still gathered."""


def days_to_come(settings: Settings, today: date) -> Iterator[date]:
    """When each edition that is not past goes out: this period's, and those that have a file.

    That is the day of the schedule, or today if it has gone by.
    """
    for period in sorted({period_of(today, settings.newsletter.period), *settings.editions}):
        first, last = parse_period(period)
        if last >= today:
            yield _day_of(settings, max(first, today), last)


def sheets(settings: Settings, days: Iterable[date]) -> Iterator[Sheet]:
    """The editions of these days. What was told before is read from the archive."""
    compose = composer(settings)
    sent = sorted(((each.date, json.loads(each.json)) for each in _archived(settings)), key=_day)
    for day in days:
        before = [(at, told) for at, told in sent if at < day]
        last = before[-1][0] if before else None
        told = [each for _, each in before]
        edition = compose.plan(day, last, done_in(told), announced_in(told))
        yield sheet(settings, compose, edition)


async def asked(of: Sequence[Sheet]) -> list[Sheet]:
    """The same, knowing which of their links work."""
    answers = await ask(link for sheet in of for link in links_of(sheet))
    return [replace(sheet, answers=answers) for sheet in of]


def is_gathered(settings: Settings, sheet: Sheet) -> bool:
    """Whether an edition may still lack what it is to tell: nobody has begun a file for it."""
    return sheet.edition.period not in settings.editions


def found_in(sheet: Sheet, *, gathered: bool) -> Iterator[Finding]:
    """What preflight finds, and what an edition that is still gathered should be told of."""
    for finding in preflight(sheet):
        if not (gathered and finding.check in _GATHERED):
            yield finding


def never_told(settings: Settings, today: date) -> tuple[Finding, ...]:
    """The activities that belong to no edition. What was sent is read from the archive."""
    recorded = {each.period: each for each in _archived(settings)}
    told = [json.loads(each.json) for each in recorded.values()]
    period = settings.newsletter.period
    next_day = _day_of(settings, today, date.max)
    return look_back(
        History(
            activities=settings.activities,
            newsletter=settings.newsletter,
            past=[
                day
                for day in _days_between_files(settings, today)
                if period_of(day, period) not in recorded
            ],
            told={*done_in(told), *announced_in(told)},
            last=max((each.date for each in recorded.values()), default=None),
            coming=[today, *([next_day] if next_day > today else [])],
        )
    )


def _day(sent: tuple[date, object]) -> date:
    return sent[0]


def _archived(settings: Settings) -> Iterator[ArchivedEdition]:
    """The editions that were sent, but for what cannot be read."""
    archive = Archive(settings.data_dir / "archive")
    with suppress(MailerError):
        for period in archive.editions():
            with suppress(MailerError):
                yield archive.read(period)


def _days_between_files(settings: Settings, today: date) -> Iterator[date]:
    """When editions were due, from the first to the last past one that has a file."""
    files = [parse_period(period) for period in settings.editions]
    past = [(first, last) for first, last in files if first <= today]
    day = min((first for first, _ in past), default=today)
    end = min(max((last for _, last in past), default=today), today - timedelta(days=1))
    while (day := _day_of(settings, day, date.max)) <= end:
        yield day
        day += timedelta(days=1)


def _day_of(settings: Settings, first: date, last: date) -> date:
    """The first day of the schedule from `first` on; `first` itself where that is after `last`."""
    trigger = edition_trigger(settings.newsletter.cron, settings.zone)
    due = trigger.get_next_fire_time(None, datetime.combine(first, time(), settings.zone))
    return due.date() if due and due.date() <= last else first
