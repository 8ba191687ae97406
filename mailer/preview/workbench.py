"""What the editor is working on: the edition as the files say it now.

Takes the config directory and the environment; gives a `Sight` of an edition, made by the same
composer as everywhere else. What cannot be read or rendered becomes problems with the lines around
them, and the edition stays as it was when all was well. Nothing is written.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from mailer.app.composing import check_templates, composer, edition_due, findings
from mailer.edge.files import template_folders, version_of
from mailer.errors import MailerError, Problem, SettingsError, TemplateFault
from mailer.flows.ports.clock import Clock
from mailer.flows.publish import Composer
from mailer.newsletter.activity import parse_period
from mailer.newsletter.edition import is_empty, period_of
from mailer.newsletter.finding import Finding
from mailer.newsletter.render import languages_of
from mailer.newsletter.words import ORIGINAL
from mailer.schedule import edition_trigger
from mailer.settings import Settings, load
from mailer.settings.svenska import in_swedish

_AROUND = 2
_SECRETIVE = "mailer.yaml"
"""Where somebody may just have written a password: its lines are not shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One edition in one language. `html` holds its pictures as data: URLs."""

    title: str
    period: str
    day: date
    language: str
    languages: Sequence[str]
    subject: str
    html: str
    text: str
    empty: bool
    findings: Sequence[Finding]
    days: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem with the numbered lines around it, none where they cannot be shown.

    `svenska` is empty where only the English is known.
    """

    problem: Problem
    lines: Sequence[tuple[int, str]]

    @property
    def svenska(self) -> str:
        return in_swedish(self.problem.message)


@dataclass(frozen=True, slots=True)
class Sight:
    """`shown` is None where nothing was ever well; `version` is another once a file is saved."""

    shown: Shown | None
    troubles: Sequence[Trouble]
    version: str


@dataclass(frozen=True, slots=True)
class _Work:
    settings: Settings
    compose: Composer


class Workbench:
    """Reads the files when they have changed, and only then."""

    def __init__(self, config_dir: Path, environ: Mapping[str, str], clock: Clock) -> None:
        self._config_dir = config_dir
        self._environ = environ
        self._clock = clock
        self._turn = asyncio.Lock()
        self._read: tuple[str, _Work | SettingsError] | None = None
        self._good: _Work | None = None

    def version(self) -> str:
        """Of everything that an edition is made of: names, sizes and times of the files."""
        return version_of((self._config_dir, *template_folders(self._config_dir)))

    async def look(self, day: date | None, language: str) -> Sight:
        """The edition due on `day`, or the next to write where None is given."""
        async with self._turn:
            version = await asyncio.to_thread(self.version)
            try:
                work = await asyncio.to_thread(self._work, version)
                shown = await self._show(work, day, language)
            except SettingsError as error:
                return await self._as_it_was(error.problems, version, day, language)
            except TemplateFault as fault:
                problems = (fault.problem,)
                return await self._as_it_was(problems, version, day, language)
            except MailerError as error:
                problem = Problem(str(self._config_dir), 0, str(error))
                return await self._as_it_was((problem,), version, day, language)
            self._good = work
            return Sight(shown, (), version)

    async def _as_it_was(
        self, problems: Sequence[Problem], version: str, day: date | None, language: str
    ) -> Sight:
        shown = await self._show(self._good, day, language) if self._good else None
        return Sight(shown, [Trouble(each, _around(each)) for each in problems], version)

    def _work(self, version: str) -> _Work:
        """What the files say. Raises SettingsError."""
        if self._read is None or self._read[0] != version:
            try:
                settings = load(self._config_dir, self._environ)
                check_templates(settings, self._clock.now())
                self._read = version, _Work(settings, composer(settings))
            except SettingsError as error:
                self._read = version, error
        _, found = self._read
        if isinstance(found, SettingsError):
            raise found
        return found

    async def _show(self, work: _Work, day: date | None, language: str) -> Shown:
        settings, compose, now = work.settings, work.compose, self._clock.now()
        today = now.astimezone(settings.zone).date()
        days = _days(settings, today)
        edition = await edition_due(settings, compose, day or _next(today, days.values()))
        if day is None and is_empty(edition):
            edition = await edition_due(settings, compose, _last(today, days.values()))
        day = edition.date
        languages = languages_of(edition, compose.renderer.languages)
        language = language if language in languages else ORIGINAL
        composed = compose.compose(edition, now, language)
        html = composed.rendered.html
        for each in composed.rendered.pictures:
            address = compose.renderer.picture_address(each, edition.period)
            html = html.replace(f'"{address}"', f'"{each.data_url}"')
        return Shown(
            title=edition.title,
            period=edition.period,
            day=day,
            language=language,
            languages=languages,
            subject=composed.rendered.subject,
            html=html,
            text=composed.rendered.text,
            empty=is_empty(edition),
            findings=findings(settings, compose, edition),
            days=days,
        )


def _days(settings: Settings, today: date) -> dict[str, date]:
    """When the next edition, and each that has a file, goes out by the schedule, in order."""
    trigger = edition_trigger(settings.newsletter.cron, settings.zone)
    following = trigger.get_next_fire_time(None, datetime.combine(today, time(), settings.zone))
    periods = {*settings.editions}
    if following:
        periods.add(period_of(following.date(), settings.newsletter.period))
    days = {}
    for period in sorted(periods, key=parse_period):
        first, last = parse_period(period)
        due = trigger.get_next_fire_time(None, datetime.combine(first, time(), settings.zone))
        days[period] = due.date() if due and due.date() <= last else first
    return days


def _next(today: date, days: Collection[date]) -> date:
    """The edition that is written next; else today's."""
    return min((day for day in days if day >= today), default=today)


def _last(today: date, days: Collection[date]) -> date:
    """The last edition that was, else the next."""
    return max((day for day in days if day < today), default=_next(today, days))


def _around(problem: Problem) -> Sequence[tuple[int, str]]:
    path = Path(problem.file)
    if not problem.line or path.name == _SECRETIVE:
        return ()
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    first = max(problem.line - _AROUND, 1)
    return tuple(enumerate(lines[first - 1 : problem.line + _AROUND], first))
