"""newsletter.yaml and editions/PERIOD.yaml as values.

`Newsletter.cron` is what `cron` makes: "day=2nd fri; hour=10; minute=0", fields and expressions as
APScheduler's CronTrigger takes them, joined by "; ". The first field is `day` for a monthly
newsletter and `day_of_week` for a weekly one. `schedule` reads it.
"""

import re
from collections.abc import Iterable, Iterator

from mailer.errors import Problem
from mailer.newsletter.approval import Approval
from mailer.newsletter.edition import EditionText, EditionWords, Newsletter, Period
from mailer.settings.explain import Fitted
from mailer.settings.files import File
from mailer.settings.schema import ApprovalForm, EditionForm, NewsletterForm, ScheduleForm
from mailer.settings.times import check_period

_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)\Z")
# the 29th to 31st and a fifth Friday are missing in some months, and an edition with them
_MONTH_DAY = re.compile(r"((1st|2nd|3rd|4th|last) (mon|tue|wed|thu|fri|sat|sun)|last)\Z")
_LAST_DAY = 28


def newsletter(form: NewsletterForm) -> Newsletter:
    """The value. Call it only when `problems_of` finds none."""
    return Newsletter(
        title=form.title,
        tagline=form.tagline,
        list_id=form.list_id,
        period=form.period,
        horizon=form.horizon,
        cron=cron(form.schedule, form.period),
        missed=form.missed,
        when_empty=form.when_empty,
        approval=_approval(form.approval),
        images=form.images,
    )


def _approval(form: ApprovalForm | None) -> Approval | None:
    return Approval(tuple(form.by), form.at_least, form.before) if form else None


def cron(schedule: ScheduleForm, period: Period) -> str:
    """See above."""
    field = "day" if period == "month" else "day_of_week"
    return f"{field}={schedule.day}; hour={schedule.hour}; minute={schedule.minute}"


def problems_of(paper: Fitted[NewsletterForm]) -> Iterator[Problem]:
    """What is wrong within newsletter.yaml."""
    day = paper.form.schedule.day
    if paper.form.period == "month":
        fits = 1 <= day <= _LAST_DAY if isinstance(day, int) else _MONTH_DAY.match(day)
        expected = "'2nd fri', 'last mon', 'last', or a day from 1 to 28: every month has those"
    else:
        fits = isinstance(day, str) and _WEEKDAY.match(day)
        expected = "mon, tue, wed, thu, fri, sat or sun, as the newsletter is weekly"
    if not fits:
        yield paper.problem(("schedule", "day"), f"{day!r}: expected {expected}")
    approval = paper.form.approval
    if approval and len({each.email.lower() for each in approval.by}) < approval.at_least:
        message = f"{approval.at_least} must approve, but 'by' names fewer; add addresses to 'by'"
        yield paper.problem(("approval", "at_least"), message)


def edition_text(fitted: Fitted[EditionForm], file: File) -> EditionText:
    form = fitted.form
    return EditionText(
        period=file.stem,
        number=form.number,
        title=form.title,
        introduction=form.introduction,
        news=form.news,
        closing=form.closing,
        spotlight=form.spotlight,
        translations={
            language: EditionWords(words.title, words.introduction, words.news, words.closing)
            for language, words in form.translations.items()
        },
        file=file.name,
        lines=fitted.lines,
    )


def problems_of_name(file: File, period: Period | None) -> Iterator[Problem]:
    """What is wrong with the file name of an edition."""
    try:
        check_period(file.stem, period)
    except ValueError as error:
        yield Problem(file.name, 0, f"the file name is the edition's period; {error}")


def problems_between(texts: Iterable[tuple[EditionText, Fitted[EditionForm]]]) -> Iterator[Problem]:
    """Editions that cannot both be: of one period, or with one number."""
    periods: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for text, fitted in texts:
        if first := periods.get(text.period):
            yield Problem(text.file, 0, f"{first} is the same edition; expected one file for each")
        elif text.number is not None and (first := numbers.get(text.number)):
            message = f"number {text.number} is that of {first}; expected one of its own"
            yield fitted.problem(("number",), message)
        periods.setdefault(text.period, text.file)
        if text.number is not None:
            numbers.setdefault(text.number, text.file)
