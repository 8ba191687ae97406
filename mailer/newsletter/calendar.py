"""The coming dated activities as an iCalendar file (RFC 5545, RFC 7986).

Takes an `Edition`; gives bytes that a calendar program can import or subscribe to. An activity
keeps its UID from edition to edition, and its SEQUENCE rises when its date or status changes; so a
new date replaces the old one, and a cancelled activity is crossed out instead of staying as it was.
Texts are in Swedish.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailer.errors import EditionError
from mailer.newsletter.activity import Activity, When
from mailer.newsletter.edition import Edition, Newsletter
from mailer.newsletter.item import Item, item
from mailer.newsletter.markdown import to_text
from mailer.newsletter.words import ORIGINAL, one_line
from mailer.organisation import Organisation

if TYPE_CHECKING:
    from icalendar import Event

_DAY = timedelta(days=1)
_UNBROKEN = 10_000  # columns: calendar programs break lines to their own width
_ALERT_IN_WORDS = {"": "", "cancelled": "Inställt", "moved": "Flyttat", "changed": "Ändrad tid"}


def calendar(
    edition: Edition, newsletter: Newsletter, organisation: Organisation, zone: str
) -> bytes:
    """The calendar of one edition; `zone` is the IANA name of the zone of its wall-clock times."""
    return _written(edition.coming, edition, newsletter, organisation, zone)


def event(
    edition: Edition, key: str, newsletter: Newsletter, organisation: Organisation, zone: str
) -> bytes:
    """The same for one coming activity. EditionError where the edition has no such with a date."""
    chosen = [activity for activity in edition.coming if activity.key == key and activity.when]
    if not chosen:
        raise EditionError(f"edition {edition.period} announces no date of {key!r}")
    return _written(chosen, edition, newsletter, organisation, zone)


def _written(
    activities: Iterable[Activity],
    edition: Edition,
    newsletter: Newsletter,
    organisation: Organisation,
    zone: str,
) -> bytes:
    from icalendar import Calendar, Timezone  # late: it takes 0.1 s, and few commands write one

    domain = organisation.mailbox.domain
    dated = [(activity, activity.when) for activity in activities if activity.when]
    years = [edition.date.year, *(day.year for _, when in dated for day in (when.first, when.last))]
    # The zone is there even without events: a VCALENDAR must hold a component (RFC 5545, 3.6).
    rules = Timezone.from_tzid(
        zone, first_date=date(min(years), 1, 1), last_date=date(max(years) + 1, 1, 1)
    )
    written: bytes = Calendar.new(
        prodid=f"-//{domain}//{newsletter.list_id}//{ORIGINAL.upper()}",
        uid=f"{newsletter.list_id}@{domain}",
        name=newsletter.title,
        method="PUBLISH",
        subcomponents=[
            rules,
            *(
                _event(activity, when, edition, organisation, ZoneInfo(zone))
                for activity, when in dated
            ),
        ],
    ).to_ical()
    return written


def _event(
    activity: Activity, when: When, edition: Edition, organisation: Organisation, zone: ZoneInfo
) -> "Event":
    from icalendar import Event
    from icalendar.enums import STATUS, TRANSP

    announcement = edition.announcements[activity.key]
    words = item(activity, edition.date, ORIGINAL, organisation, announcement)
    start, end = _span(when, zone)
    return Event.new(
        uid=_uid(activity.key, organisation.mailbox.domain),
        sequence=announcement.sequence,
        stamp=datetime.combine(edition.date, time(), UTC),
        start=start,
        end=end,
        status=STATUS.CANCELLED if activity.status == "cancelled" else STATUS.CONFIRMED,
        transparency=TRANSP.OPAQUE if when.starts else TRANSP.TRANSPARENT,
        summary=words.title.text,
        location=one_line(activity.place) or None,
        description=_description(words) or None,
        url=words.link or None,
    )


def _uid(key: str, domain: str) -> str:
    """Derived from a digest, because a key may be long and hold any letter; some programs mind."""
    return f"{sha256(key.encode()).hexdigest()[:32]}@{domain}"


def _span(when: When, zone: ZoneInfo) -> tuple[date | datetime, date | datetime | None]:
    """Start and end, the end excluded; no end where nothing says that it is after the start."""
    if when.starts is None:
        return when.first, when.last + _DAY
    start = datetime.combine(when.first, when.starts, zone)
    if when.ends:
        end = datetime.combine(when.last, when.ends, zone)
        return start, end if end > start else None
    if when.last > when.first:
        return start, datetime.combine(when.last + _DAY, time(), zone)
    return start, None


def _description(words: Item) -> str:
    parts = [
        ": ".join(filter(None, (_ALERT_IN_WORDS[words.alert], words.note.text))),
        to_text(words.text.text, _UNBROKEN),
    ]
    if words.deadline and words.deadline.open:
        by = f" senast {words.deadline.by}" if words.deadline.by else ""
        link = words.deadline.link.removeprefix("mailto:")
        parts.append(f"Anmäl dig{by}: {link}" if link else f"Anmäl dig{by}.")
    if words.contact:
        parts.append(f"Kontakt: {words.contact}")
    return "\n".join(filter(None, parts))
