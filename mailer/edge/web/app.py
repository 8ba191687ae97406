"""The application: which address gives what, and for how long it may be kept.

Takes the archive and how pages look; gives a Starlette application that only reads. It sets no
cookie, needs no script, answers HEAD as GET, and says every failure in a page of its own. What is
in the archive never changes, so each edition is read from there once.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route as Path

from mailer.edge.archive import Archive
from mailer.edge.web.pages import Kept, Pages
from mailer.edge.web.policy import PUBLIC, SafeHeaders
from mailer.errors import EditionError, MailerError
from mailer.newsletter.archived import edition_in, still_ahead
from mailer.newsletter.calendar import calendar, event
from mailer.newsletter.edition import Edition, Newsletter
from mailer.newsletter.words import ORIGINAL
from mailer.organisation import Organisation

log = logging.getLogger("mailer.web")

_LOOK_BACK = 24
"""How many editions the calendar is gathered from: a monthly newsletter's two years."""
_IN_FEED = 20
_SOON = "public, max-age=300"
_HOUR = "public, max-age=3600"
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose pages these are. `words` holds the newsletter's own, by language."""

    newsletter: Newsletter
    organisation: Organisation
    base_url: str
    zone: ZoneInfo
    words: Mapping[str, Mapping[str, str]]
    version: str


def web(
    archive: Archive,
    publisher: Publisher,
    templates: Mapping[str, str],
    now: Callable[[], datetime],
) -> Starlette:
    """The application. `templates` holds sources by path below templates/, web/site.css too."""
    here = _Web(archive, publisher, templates, now)
    app = Starlette(
        routes=[
            Path("/", here.start),
            Path("/nyhetsbrev", here.start),
            Path("/nyhetsbrev/", here.editions),
            Path("/nyhetsbrev.atom", here.feed),
            Path("/nyhetsbrev/{period}", here.edition),
            Path("/nyhetsbrev/{period}/bild/{name}", here.picture),
            Path("/kalender.ics", here.calendar),
            Path("/kalender/{period}/{key:path}.ics", here.event),
            Path("/halsa", here.health),
            Path("/site.css", here.style),
            Path("/robots.txt", here.robots),
            Path("/favicon.ico", here.icon),
        ],
        middleware=[Middleware(SafeHeaders, headers=PUBLIC)],
        exception_handlers={
            HTTPException: here.refused,
            EditionError: here.missing,
            MailerError: here.failed,
            Exception: here.broken,
        },
    )
    # Starlette would lead to the host that the request names, whoever wrote that.
    app.router.redirect_slashes = False
    return app


class _Web:
    """The answers to each address. They read files, so Starlette runs them in threads."""

    def __init__(
        self,
        archive: Archive,
        publisher: Publisher,
        templates: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._publisher = publisher
        self._style = templates["web/site.css"]
        self._now = now
        self._kept = lru_cache(maxsize=1000)(self._read)
        self._pages = Pages(
            templates,
            publisher.words,
            publisher.newsletter,
            publisher.organisation,
            publisher.base_url,
        )

    def start(self, request: Request) -> Response:
        return RedirectResponse(self._pages.start, 307)

    def editions(self, request: Request) -> Response:
        html = self._pages.editions([self._kept(each) for each in self._archive.editions()])
        return _lasting(request, HTMLResponse(html), _SOON)

    def feed(self, request: Request) -> Response:
        newest = [self._kept(each) for each in self._archive.editions()[:_IN_FEED]]
        xml = self._pages.feed(newest, self._publisher.zone)
        return _lasting(request, Response(xml, media_type="application/atom+xml"), _SOON)

    def edition(self, request: Request) -> Response:
        kept = self._kept(request.path_params["period"])
        language = request.query_params.get("sprak", ORIGINAL)
        if language not in kept.languages:
            raise HTTPException(404)
        return _lasting(request, HTMLResponse(self._pages.edition(kept, language)), _HOUR)

    def picture(self, request: Request) -> Response:
        pictures = self._archive.read(request.path_params["period"]).pictures.values()
        for each in pictures:
            if each.name == request.path_params["name"]:
                answer = Response(each.content, media_type=each.content_type)
                return _lasting(request, answer, _FOREVER)
        raise HTTPException(404)

    def calendar(self, request: Request) -> Response:
        newest = [self._kept(each).edition for each in self._archive.editions()[:_LOOK_BACK]]
        today = self._now().astimezone(self._publisher.zone).date()
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

    def health(self, request: Request) -> Response:
        newest = next(iter(self._archive.editions()), None)
        told = {"status": "ok", "edition": newest, "version": self._publisher.version}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    def style(self, request: Request) -> Response:
        return _lasting(request, Response(self._style, media_type="text/css"), _HOUR)

    def robots(self, request: Request) -> Response:
        return _lasting(request, PlainTextResponse("User-agent: *\nDisallow:\n"), _HOUR)

    def icon(self, request: Request) -> Response:
        return Response(status_code=204, headers={"Cache-Control": _HOUR})

    def refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
        return self._problem(error.status_code, error.headers)

    def missing(self, request: Request, error: Exception) -> Response:
        return self._problem(404)

    def failed(self, request: Request, error: Exception) -> Response:
        log.error("page-not-shown reason=%s", error)
        return self._problem(503, {"Retry-After": "60"})

    def broken(self, request: Request, error: Exception) -> Response:
        # Starlette answers this outside of every middleware, then raises the error for the log.
        return self._problem(500, PUBLIC)

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
        by = self._publisher
        content = write(*told, by.newsletter, by.organisation, by.zone.key)
        return _lasting(request, Response(content, media_type="text/calendar"), _SOON)

    def _problem(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        html = self._pages.problem(missing=status == 404)
        return HTMLResponse(html, status, {"Cache-Control": "no-store", **(headers or {})})


def _lasting(request: Request, response: Response, keep: str) -> Response:
    """The response with its hash, or 304 to whoever has it (RFC 9110, 13.1.2)."""
    etag = f'"{sha256(response.body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": keep}
    known = request.headers.get("if-none-match", "").split(",")
    if etag in (each.strip().removeprefix("W/") for each in known):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
