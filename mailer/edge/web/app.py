"""The application: the parts that make up the web pages, and what holds for all of them.

Takes the parts, each with its routes; gives a Starlette application. It sets no cookie, needs no
script, answers HEAD as GET, and says every failure in a page of its own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path

from mailer.edge.web.caching import HOUR, NEVER, lasting
from mailer.edge.web.layout import Layout
from mailer.edge.web.policy import PUBLIC, STRICT_TRANSPORT, SafeHeaders
from mailer.errors import EditionError, MailerError

log = logging.getLogger("mailer.web")


class Part(Protocol):
    """Some of the pages."""

    @property
    def routes(self) -> Sequence[BaseRoute]: ...


def web(
    layout: Layout,
    style: str,
    parts: Sequence[Part],
    health: Callable[[], Mapping[str, object]],
    *,
    hsts: bool = False,
) -> Starlette:
    """The application. `style` is the style sheet; `health` reads what /halsa says.

    `hsts`: browsers are told to come by TLS only.
    """
    headers = PUBLIC | STRICT_TRANSPORT if hsts else PUBLIC
    here = _Common(layout, style, health, headers)
    app = Starlette(
        routes=[
            *(route for part in parts for route in part.routes),
            Path("/halsa", here.health),
            Path("/site.css", here.style),
            Path("/robots.txt", here.robots),
            Path("/favicon.ico", here.icon),
        ],
        middleware=[Middleware(SafeHeaders, headers=headers)],
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


class _Common:
    """What every site has, and what is said where something fails."""

    def __init__(
        self,
        layout: Layout,
        style: str,
        health: Callable[[], Mapping[str, object]],
        headers: Mapping[str, str],
    ) -> None:
        self._layout = layout
        self._style = style
        self._health = health
        self._headers = headers

    def health(self, request: Request) -> Response:
        return JSONResponse(self._health(), headers={"Cache-Control": NEVER})

    def style(self, request: Request) -> Response:
        return lasting(request, Response(self._style, media_type="text/css"), HOUR)

    def robots(self, request: Request) -> Response:
        return lasting(request, PlainTextResponse("User-agent: *\nDisallow:\n"), HOUR)

    def icon(self, request: Request) -> Response:
        return Response(status_code=204, headers={"Cache-Control": HOUR})

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
        return self._problem(500, self._headers)

    def _problem(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        html = self._layout.problem(missing=status == 404)
        return HTMLResponse(html, status, {"Cache-Control": NEVER, **(headers or {})})
