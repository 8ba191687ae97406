"""Activities that no edition tells, or none in time: none that went out has told them.

Most often a year is wrong: 2002 for 2020. What lies ahead is told some day, and what a file or the
store knows an edition for is taken to have been told there.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mailer.newsletter.activity import Activity, parse_period
from mailer.newsletter.edition import Newsletter, tells
from mailer.newsletter.finding import Hit
from mailer.newsletter.passage import place_of


@dataclass(frozen=True, slots=True)
class History:
    """Every activity, and the editions there were and will be.

    `past` are the days of editions of which only the day is known; what the others told as done or
    announced is `told`, by the activities' keys, and the `last` of them went out that day. `coming`
    are the days of the next ones, in order, at least one.
    """

    activities: Sequence[Activity]
    newsletter: Newsletter
    past: Collection[date]
    told: Collection[str]
    last: date | None
    coming: Sequence[date]


def untold(history: History) -> Iterator[Hit]:
    for activity in history.activities:
        if not (activity.draft or activity.key in history.told or _has_a_day(activity, history)):
            at = activity.when.last.isoformat() if activity.when else activity.filed
            place = place_of(activity, "when" if activity.when else "edition")
            yield Hit(place, {"at": at})


def unannounced(history: History) -> Iterator[Hit]:
    """What lies ahead, but before the next edition: that can only tell it as done."""
    today, *later = history.coming
    for activity in history.activities:
        when = activity.when
        if (
            when
            and later
            and today < when.first
            and when.last < later[0]
            and not (activity.draft or activity.status == "cancelled")
            and activity.key not in history.told
            and not any(tells(activity, day, history.newsletter, None) for day in history.past)
        ):
            days = {"at": when.first.isoformat(), "next": later[0].isoformat()}
            yield Hit(place_of(activity, "when"), days)


def _has_a_day(activity: Activity, history: History) -> bool:
    newsletter = history.newsletter
    ends = activity.when.last if activity.when else parse_period(activity.filed)[1]
    return (
        ends >= history.coming[0]
        or any(tells(activity, day, newsletter, history.last) for day in history.coming)
        or any(tells(activity, day, newsletter, None) for day in history.past)
    )
