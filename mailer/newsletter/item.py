"""One activity as the letter and the calendar tell it: in words, in the reader's language.

Takes an `Activity`, the day of the edition and a language; gives an `Item`. Everything in it is on
one line, but the Markdown of `text`.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mailer.newsletter.activity import Activity, Registration, Translation
from mailer.newsletter.dates import day_in_words, when_in_lines
from mailer.newsletter.edition import Announcement
from mailer.newsletter.picture import Picture
from mailer.newsletter.words import Words, chosen, in_swedish, one_line
from mailer.organisation import Organisation

Alert = Literal["", "cancelled", "moved", "changed"]

_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f<>\"]+")


@dataclass(frozen=True, slots=True)
class Deadline:
    """How to register: `by` in words or empty; `open` until the end of that day."""

    day: date | None
    by: str
    link: str
    open: bool


@dataclass(frozen=True, slots=True)
class Item:
    """`when` holds the day and the hours in short lines, none where there is no date.

    `place` is empty where the title names it. A link is a web or mail address, or empty; `calendar`
    is where the activity's own calendar file is.
    """

    title: Words
    alert: Alert
    note: Words
    when: tuple[str, ...]
    place: Words
    text: Words
    link: str
    calendar: str
    contact: str
    subproject: str
    deadline: Deadline | None
    picture: Picture | None
    alt: Words


def item(
    activity: Activity,
    today: date,
    language: str,
    organisation: Organisation,
    announcement: Announcement | None = None,
    calendar: str = "",
    picture: Picture | None = None,
) -> Item:
    """`announcement` is there for coming activities only."""
    words = activity.translations.get(language, Translation())
    title = one_line(activity.title)
    place = one_line(activity.place)
    told = chosen(language, one_line(words.title), title)
    where = chosen(language, one_line(words.place), place)
    first, *rest = when_in_lines(activity.when, today, language) if activity.when else ("",)
    return Item(
        title=told,
        alert=_alert(activity, announcement),
        note=chosen(language, one_line(words.note), one_line(activity.note)),
        when=tuple(filter(None, (first[:1].upper() + first[1:], *rest))),
        place=Words("") if where.text.casefold() in told.text.casefold() else where,
        text=chosen(language, words.text, activity.text),
        link=web_link(activity.link),
        calendar=calendar if activity.when and activity.status != "cancelled" else "",
        contact=_contact(activity.contact, organisation),
        subproject=activity.subproject,
        deadline=(
            _deadline(activity.registration, today, language)
            if activity.registration and activity.status != "cancelled"
            else None
        ),
        picture=picture,
        alt=in_swedish(one_line(activity.image.alt) if activity.image else "", language),
    )


def web_link(url: str) -> str:
    """The URL, or nothing where it is not one that a letter may hold."""
    return url if _LINK.fullmatch(url) else ""


def _alert(activity: Activity, announcement: Announcement | None) -> Alert:
    match activity.status:
        case "cancelled" | "moved" as status:
            return status
    return "changed" if announcement and announcement.changed else ""


def _contact(text: str, organisation: Organisation) -> str:
    """Free text as it is; a leader's slug as name and address."""
    for person in (*organisation.leaders, organisation.coordinator):
        if person.slug == text:
            return f"{person.titled}, {person.address.email}"
    return one_line(text)


def _deadline(registration: Registration, today: date, language: str) -> Deadline:
    return Deadline(
        day=registration.by,
        by=day_in_words(registration.by, today, language) if registration.by else "",
        link=web_link(registration.link),
        open=(registration.by or today) >= today,
    )
