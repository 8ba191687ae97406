"""The archive's addresses: every edition, its pictures, its dates, and the feeds of them.

Takes the archive; only reads it. What is there never changes, so each edition is read once. The
answers read files, so Starlette runs them in threads.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path

from mailer.edge.archive import Archive
from mailer.edge.web.caching import FOREVER, HOUR, SOON, lasting
from mailer.edge.web.layout import Layout
from mailer.edge.web.pages import Kept, Pages
from mailer.newsletter.archived import edition_in, still_ahead
from mailer.newsletter.calendar import calendar, event
from mailer.newsletter.edition import Edition
from mailer.newsletter.words import ORIGINAL

_LOOK_BACK = 24
"""How many editions the calendar is gathered from: a monthly newsletter's two years."""
_IN_FEED = 20


class ArchivePages:
    """`now` is for what is still ahead."""

    def __init__(
        self, archive: Archive, layout: Layout, zone: ZoneInfo, now: Callable[[], datetime]
    ) -> None:
        self._archive = archive
        self._layout = layout
        self._pages = Pages(layout)
        self._zone = zone
        self._now = now
        self._kept = lru_cache(maxsize=1000)(self._read)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return (
            Path("/nyhetsbrev", self.to_editions),
            Path("/nyhetsbrev/", self.editions),
            Path("/nyhetsbrev.atom", self.feed),
            Path("/nyhetsbrev/{period}", self.edition),
            Path("/nyhetsbrev/{period}/bild/{name}", self.picture),
            Path("/kalender.ics", self.calendar),
            Path("/kalender/{period}/{key:path}.ics", self.event),
        )

    def to_editions(self, request: Request) -> Response:
        return RedirectResponse(self._layout.here.editions, 307)

    def editions(self, request: Request) -> Response:
        html = self._pages.editions([self._kept(each) for each in self._archive.editions()])
        return lasting(request, HTMLResponse(html), SOON)

    def feed(self, request: Request) -> Response:
        newest = [self._kept(each) for each in self._archive.editions()[:_IN_FEED]]
        xml = self._pages.feed(newest, self._zone)
        return lasting(request, Response(xml, media_type="application/atom+xml"), SOON)

    def edition(self, request: Request) -> Response:
        kept = self._kept(request.path_params["period"])
        language = request.query_params.get("sprak", ORIGINAL)
        if language not in kept.languages:
            raise HTTPException(404)
        return lasting(request, HTMLResponse(self._pages.edition(kept, language)), HOUR)

    def picture(self, request: Request) -> Response:
        pictures = self._archive.read(request.path_params["period"]).pictures.values()
        for each in pictures:
            if each.name == request.path_params["name"]:
                answer = Response(each.content, media_type=each.content_type)
                return lasting(request, answer, FOREVER)
        raise HTTPException(404)

    def calendar(self, request: Request) -> Response:
        newest = [self._kept(each).edition for each in self._archive.editions()[:_LOOK_BACK]]
        today = self._now().astimezone(self._zone).date()
        return self._calendar(request, calendar, still_ahead(newest, today))

    def event(self, request: Request) -> Response:
        """One activity, as it was last announced: its date may be another since that letter."""
        period, key = request.path_params["period"], request.path_params["key"]
        self._kept(period)
        for each in self._archive.editions():
            edition = self._kept(each).edition
            if key in edition.announcements:
                return self._calendar(request, event, edition, key)
            if each == period:
                break
        raise HTTPException(404)

    def _read(self, period: str) -> Kept:
        archived = self._archive.read(period)
        return Kept(
            edition=edition_in(archived.json),
            languages=sorted(archived.letters, key=lambda each: (each != ORIGINAL, each)),
            # Their names and sizes; 20 years of their bytes would fill the memory.
            pictures={file: replace(each, content=b"") for file, each in archived.pictures.items()},
        )

    def _calendar(
        self, request: Request, write: Callable[..., bytes], *told: Edition | str
    ) -> Response:
        by = self._layout
        content = write(*told, by.newsletter, by.organisation, self._zone.key)
        return lasting(request, Response(content, media_type="text/calendar"), SOON)
