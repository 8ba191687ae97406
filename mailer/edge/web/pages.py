"""The archive in words: its list, each edition as a page, and the Atom feed (RFC 4287).

Takes editions as they were sent, and the layout of all pages; gives HTML and XML. An edition is
told by the same rules as in its letter, in one of the languages that it was sent in. How to reach
us is told as it is today.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from babel.lists import format_list
from markupsafe import Markup, escape

from mailer.edge.web.layout import Layout, native_name
from mailer.newsletter.activity import Activity
from mailer.newsletter.dates import FORMATS, day_in_words, period_in_words
from mailer.newsletter.edition import Edition, EditionWords
from mailer.newsletter.item import Item, item
from mailer.newsletter.picture import Picture
from mailer.newsletter.site import Site
from mailer.newsletter.words import ORIGINAL, chosen, in_swedish, one_line
from mailer.organisation import Leader

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_EDITION = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is the reader's: atom:updated must be


@dataclass(frozen=True, slots=True)
class Kept:
    """An edition in the archive; `pictures` by the file that the editor named."""

    edition: Edition
    languages: Sequence[str]
    pictures: Mapping[str, Picture]


class Pages:
    """The archive's pages, and what becomes of an edition on them."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._organisation = layout.organisation
        self._newsletter = layout.newsletter
        self._words = layout.words
        self._public = layout.public
        self._here = layout.here

    def editions(self, kept: Sequence[Kept]) -> str:
        """The list, in the order given."""
        return self._layout.show(
            "editions.html",
            ORIGINAL,
            listed=[self._listed(each) for each in kept],
            public=self._public,
        )

    def edition(self, kept: Kept, language: str) -> str:
        """The page of one edition, in one of its languages."""
        return self._layout.show(
            "edition.html",
            language,
            **self._told(kept, language, self._here),
            switch=[
                (each, native_name(each), self._here.edition(kept.edition.period, each))
                for each in kept.languages
            ],
        )

    def feed(self, kept: Sequence[Kept], zone: tzinfo) -> str:
        """The editions as Atom, in the order given; their content is whole, its links absolute."""
        entries = [
            {
                **self._listed(each),
                "link": self._public.edition(each.edition.period, ORIGINAL),
                "updated": _moment(each.edition.date, zone),
                "content": str(
                    self._layout.show(
                        "story.html", ORIGINAL, **self._told(each, ORIGINAL, self._public)
                    )
                ),
            }
            for each in kept
        ]
        updated = entries[0]["updated"] if entries else _NO_EDITION.replace(tzinfo=zone).isoformat()
        xml = self._layout.show(
            "feed.atom", ORIGINAL, entries=entries, updated=updated, public=self._public
        )
        return _NOT_XML.sub("", xml)

    def _listed(self, kept: Kept) -> dict[str, object]:
        edition = kept.edition
        title, period = one_line(edition.title), period_in_words(edition.period, ORIGINAL)
        number = self._words[ORIGINAL]["number"].format(number=edition.number)
        return {
            "title": f"{title}, {period}" if title == self._newsletter.title else title,
            "day": edition.date,
            "about": ", ".join(
                [number] * (edition.number is not None)
                + [day_in_words(edition.date, date.min, ORIGINAL)]
            ),
            "link": self._here.edition(edition.period, ORIGINAL),
        }

    def _told(self, kept: Kept, language: str, site: Site) -> dict[str, object]:
        """What the templates tell of one edition, with links to `site`."""
        edition = kept.edition
        words = edition.translations.get(language, EditionWords())
        coming = [self._item(each, kept, language, site) for each in edition.coming]
        by_deadline = sorted(
            (each.deadline.day, number)
            for number, each in enumerate(coming)
            if each.deadline and each.deadline.open and each.deadline.day
        )
        subprojects = self._organisation.subprojects
        return {
            "edition": edition,
            "title": chosen(language, one_line(words.title), one_line(edition.title)),
            "period": period_in_words(edition.period, language),
            "introduction": chosen(language, words.introduction, edition.introduction),
            "news": chosen(language, words.news, edition.news),
            "closing": chosen(language, words.closing, edition.closing),
            "done": [self._item(each, kept, language, site) for each in edition.done],
            "coming": coming,
            "deadlines": [coming[number] for _, number in by_deadline],
            "subprojects": [
                (
                    each.slug,
                    in_swedish(each.name, language),
                    in_swedish(one_line(each.purpose), language),
                    _leaders(each.leaders, language),
                )
                for each in subprojects
            ],
            "site": site,
        }

    def _item(self, activity: Activity, kept: Kept, language: str, site: Site) -> Item:
        edition = kept.edition
        return item(
            activity,
            edition.date,
            language,
            self._organisation,
            announcement=edition.announcements.get(activity.key),
            calendar=site.event(edition.period, activity.key),
            picture=kept.pictures.get(activity.image.file) if activity.image else None,
        )


def _leaders(leaders: Sequence[Leader], language: str) -> Markup:
    """ "Viktor Tagesson, Anna-Karin Pålsson och kommunpolis Anders Buene" """
    names = [escape(in_swedish(leader.titled, language)) for leader in leaders]
    return Markup(format_list(names, locale=FORMATS[language].locale))  # noqa: S704 - escaped


def _moment(day: date, zone: tzinfo) -> str:
    """The beginning of that day (RFC 3339): an edition has a day, not an hour."""
    return datetime.combine(day, time(), zone).isoformat()
