"""One number of the newsletter: which activities it tells, and where.

Takes every activity, a date and what earlier editions told; gives an `Edition`. The rules:

* An edition is due on one day, `date`. A thing that ended before that day is over; everything else
  lies ahead, also what has begun and goes on. So no thing is both, and none falls between two
  editions.
* Coming: lies ahead, and begins at most `horizon` after the edition's date.
* Done: is over, and ended on or after the day of the last edition or is filed under this edition's
  period. What was cancelled is never done.
* Without a date: told in the edition that it is filed under and in no other; as done if it has no
  status, else (planned, cancelled, moved) as coming.
* Told as done once: not what an earlier edition has told as done.
* Drafts, and activities outside valid-from/valid-until on the edition's date, are told nowhere.

What is moved has its new date in `when`, and counts by that. What earlier editions announced as
coming is compared with what this one says: a new date or status raises the activity's sequence.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, time, timedelta
from typing import Any, Literal

from mailer.newsletter.activity import Activity, Status, When, parse_period
from mailer.newsletter.approval import Approval, Missed

Period = Literal["month", "week"]
Images = Literal["inline", "web"]
WhenEmpty = Literal["skip", "notify"]


@dataclass(frozen=True, slots=True)
class Newsletter:
    """What stays the same from number to number. `list_id` is the RFC 2919 identifier.

    Without `approval` editions go out unasked. `when_empty` says whether the editors are told that
    there was nothing to tell. `images` says how pictures reach the reader: as parts of the letter,
    or by links to our pages.
    """

    title: str
    tagline: str
    list_id: str
    period: Period
    horizon: timedelta
    cron: str
    missed: Missed
    when_empty: WhenEmpty = "notify"
    approval: Approval | None = None
    images: Images = "inline"


@dataclass(frozen=True, slots=True)
class EditionWords:
    """An edition's words in another language; empty where the editor gave none."""

    title: str = ""
    introduction: str = ""
    news: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True)
class EditionText:
    """What the editor writes for one edition: config/editions/PERIOD.yaml. Texts are Markdown.

    `spotlight` is a subproject's slug; where it is empty the subprojects take turns. `lines` holds
    where in `file` each value stands: "news", "translations.en.title".
    """

    period: str
    number: int | None = None
    title: str = ""
    introduction: str = ""
    news: str = ""
    closing: str = ""
    spotlight: str = ""
    translations: Mapping[str, EditionWords] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announced:
    """What readers were last told of a coming activity."""

    when: When | None
    status: Status | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """How a coming activity stands to what was announced before.

    `sequence` (RFC 5545, 3.8.7.4) is 0 when it is new, and one more with every edition that has
    another date or status for it; `changed` says that an announced date is now another.
    """

    sequence: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Edition:
    """One number, planned: `done` and `coming` are in the order in which they are read.

    `spotlight` is the slug of the subproject to present, or empty; `announcements` holds every
    coming activity by its key.
    """

    period: str
    date: date
    title: str
    number: int | None
    introduction: str
    news: str
    closing: str
    done: tuple[Activity, ...]
    coming: tuple[Activity, ...]
    spotlight: str
    translations: Mapping[str, EditionWords]
    announcements: Mapping[str, Announcement]

    @property
    def keys_done(self) -> frozenset[str]:
        """What to remember when this edition has gone out: it must not be told as done again."""
        return frozenset(activity.key for activity in self.done)


def period_of(day: date, period: Period) -> str:
    """The name of the period that a day lies in: "2020-09", or the ISO week "2020-W37"."""
    if period == "month":
        return day.isoformat()[:7]
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def window(day: date, newsletter: Newsletter, last: date | None) -> tuple[date, date]:
    """Since when a thing ended that the edition of `day` tells as done; until when one begins."""
    return last or _one_back(day, newsletter.period), day + newsletter.horizon


def tells(activity: Activity, day: date, newsletter: Newsletter, last: date | None) -> bool:
    """Whether the edition of `day` tells an activity, if none told it as done; see `plan`."""
    since, until = window(day, newsletter, last)
    period = period_of(day, newsletter.period)
    return _may_be_told(activity, day) and (
        _is_done(activity, day, since, period) or _is_coming(activity, day, until, period)
    )


def plan(
    day: date,
    *,
    newsletter: Newsletter,
    activities: Iterable[Activity],
    text: EditionText | None,
    last: date | None,
    told: Collection[str],
    announced: Mapping[str, Announced] = {},
    subprojects: Sequence[str] = (),
) -> Edition:
    """The edition due on `day`.

    `activities` are in file order. `last` is the day of the edition before; None, where there is
    none, stands for one period back. `told` holds the keys that earlier editions told as done,
    `announced` what they last said of coming activities, `subprojects` the slugs of all.
    """
    period = period_of(day, newsletter.period)
    since, until = window(day, newsletter, last)
    text = text or EditionText(period)
    tellable = [activity for activity in activities if _may_be_told(activity, day)]
    done = [
        activity
        for activity in tellable
        if activity.key not in told and _is_done(activity, day, since, period)
    ]
    coming = [activity for activity in tellable if _is_coming(activity, day, until, period)]
    return Edition(
        period=period,
        date=day,
        title=text.title or newsletter.title,
        number=text.number,
        introduction=text.introduction,
        news=text.news,
        closing=text.closing,
        done=tuple(sorted(done, key=_by_date)),
        coming=tuple(sorted(coming, key=_by_date)),
        spotlight=text.spotlight or _turn(period, subprojects),
        translations=text.translations,
        announcements={
            activity.key: _announcement(activity, announced.get(activity.key))
            for activity in coming
        },
    )


def announced_by(edition: Edition) -> dict[str, Announced]:
    """What to remember of the coming activities when this edition has gone out, by their keys."""
    return {
        activity.key: Announced(
            activity.when, activity.status, edition.announcements[activity.key].sequence
        )
        for activity in edition.coming
    }


def is_empty(edition: Edition) -> bool:
    """Whether there is nothing to tell, so that the edition must not go out."""
    return not (edition.done or edition.coming)


def as_json(edition: Edition) -> dict[str, Any]:
    """The edition as plain values for edition.json; dates and times as ISO 8601."""
    return {
        "period": edition.period,
        "date": edition.date.isoformat(),
        "title": edition.title,
        "number": edition.number,
        "introduction": edition.introduction,
        "news": edition.news,
        "closing": edition.closing,
        "spotlight": edition.spotlight or None,
        "translations": {
            language: asdict(words) for language, words in edition.translations.items()
        },
        "done": [_activity_as_json(activity) for activity in edition.done],
        "coming": [
            _activity_as_json(activity) | asdict(edition.announcements[activity.key])
            for activity in edition.coming
        ],
    }


def _may_be_told(activity: Activity, day: date) -> bool:
    return (
        not activity.draft
        and (activity.valid_from or day) <= day
        and day <= (activity.valid_until or day)
    )


def _is_done(activity: Activity, day: date, since: date, period: str) -> bool:
    if activity.when is None:
        return activity.status is None and activity.filed == period
    ended = activity.when.last
    return (
        activity.status != "cancelled"
        and ended < day
        and (ended >= since or activity.filed == period)
    )


def _is_coming(activity: Activity, day: date, until: date, period: str) -> bool:
    if activity.when is None:
        return activity.status is not None and activity.filed == period
    return activity.when.last >= day and activity.when.first <= until


def _turn(period: str, subprojects: Sequence[str]) -> str:
    """Whose turn it is: the periods are counted, so each subproject has every n-th of them."""
    first, _ = parse_period(period)
    is_week = "W" in period
    count = first.toordinal() // 7 if is_week else first.year * 12 + first.month - 1
    return subprojects[count % len(subprojects)] if subprojects else ""


def _announcement(activity: Activity, before: Announced | None) -> Announcement:
    if before is None:
        return Announcement(sequence=0, changed=False)
    redated = activity.when != before.when
    return Announcement(
        sequence=before.sequence + (redated or activity.status != before.status),
        changed=redated and before.when is not None,
    )


def _one_back(day: date, period: Period) -> date:
    """The same day one period earlier; of a shorter month its last day."""
    if period == "week":
        return day - timedelta(days=7)
    month_before = day.replace(day=1) - timedelta(days=1)
    return month_before.replace(day=min(day.day, month_before.day))


def _by_date(activity: Activity) -> tuple[bool, date, time]:
    """A whole day before the hours of that day, the undated last; equal ones in file order."""
    when = activity.when
    if when is None:
        return True, date.max, time.max
    return False, when.first, when.starts or time.min


def _activity_as_json(activity: Activity) -> dict[str, Any]:
    when, registration = activity.when, activity.registration
    return {
        "key": activity.key,
        "title": activity.title,
        "when": when
        and {
            "first": when.first.isoformat(),
            "last": when.last.isoformat(),
            "starts": when.starts and f"{when.starts:%H:%M}",
            "ends": when.ends and f"{when.ends:%H:%M}",
            "week": when.week or None,
        },
        "text": activity.text,
        "subproject": activity.subproject or None,
        "place": activity.place,
        "link": activity.link,
        "contact": activity.contact,
        "registration": registration
        and {
            "by": registration.by and registration.by.isoformat(),
            "link": registration.link,
        },
        "status": activity.status,
        "note": activity.note,
        "image": activity.image and asdict(activity.image),
        "translations": {
            language: asdict(words) for language, words in activity.translations.items()
        },
    }
