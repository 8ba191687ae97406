"""The page of the preview: a bar, the edition in a frame, what preflight found, and problems.

Takes a `Workbench` and the templates; gives a Starlette application for loopback, which answers
only to a loopback name (see `mailer.demo.page`). All that can be chosen stands in the address, so
that it works without scripts; the one script loads the page again when a file was saved. The letter
stands in a frame that runs none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route as Path

from mailer.edge.web.local import local
from mailer.edge.web.policy import framed
from mailer.newsletter.activity import parse_date
from mailer.preview.workbench import Workbench
from mailer.rendering import environment

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_DARK = "(prefers-color-scheme: dark)"
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, as it stands in the address; the first option is what is usual."""

    name: str
    label: str
    options: Mapping[str, str]


CHOICES = (
    Choice("bredd", "Bredd", {"600": "600", "320": "320", "1200": "1200", "hela": "Hela"}),
    Choice("utseende", "Utseende", {"ljust": "Ljust", "morkt": "Mörkt"}),
    Choice("visa", "Visa", {"brev": "Brevet", "text": "Bara text"}),
    Choice("bilder", "Bilder", {"pa": "På", "av": "Av"}),
)


def page(workbench: Workbench, templates: Mapping[str, str]) -> Starlette:
    """The application."""
    here = _Pages(workbench, templates)
    routes = [
        Path("/", here.start),
        Path("/brev", here.letter),
        Path("/version", here.version),
        Path("/preview.css", here.style),
        Path("/preview.js", here.script),
    ]
    return local(routes, _POLICY)


class _Pages:
    """The answers to each address."""

    def __init__(self, workbench: Workbench, templates: Mapping[str, str]) -> None:
        data = files("mailer.preview") / "data"
        self._style = (data / "preview.css").read_text("utf-8")
        self._script = (data / "preview.js").read_text("utf-8")
        self._workbench = workbench
        self._page = environment(templates).get_template("web/preview.html")

    async def start(self, request: Request) -> Response:
        day, language, chosen = _asked(request)
        sight = await self._workbench.look(day, language)
        # What was asked for is kept through every link; what is usual is left out of them.
        asked = dict(request.query_params.items())
        return HTMLResponse(
            self._page.render(
                sight=sight,
                shown=sight.shown,
                choices=CHOICES,
                chosen=chosen,
                asked=asked,
                link=lambda **changed: f"/?{urlencode(asked | changed)}",
                frame=f"/brev?{urlencode(asked)}",
            )
        )

    async def letter(self, request: Request) -> Response:
        day, language, chosen = _asked(request)
        shown = (await self._workbench.look(day, language)).shown
        if shown is None:
            raise HTTPException(404)
        html = shown.html.replace(_DARK, _ALWAYS if chosen["utseende"] == "morkt" else _NEVER)
        return framed(html, pictures=chosen["bilder"] == "pa", same_origin=True)

    def version(self, request: Request) -> Response:
        return PlainTextResponse(self._workbench.version())

    async def style(self, request: Request) -> Response:
        return Response(self._style, media_type="text/css")

    async def script(self, request: Request) -> Response:
        return Response(self._script, media_type="text/javascript")


def _asked(request: Request) -> tuple[date | None, str, Mapping[str, str]]:
    """Day, language and every choice; what makes no sense is as if it was not asked for."""
    given = request.query_params
    try:
        day = parse_date(given.get("datum", ""))
    except ValueError:
        day = None
    chosen = {each.name: _option(each, given.get(each.name, "")) for each in CHOICES}
    return day, given.get("sprak", ""), chosen


def _option(choice: Choice, given: str) -> str:
    options: Sequence[str] = list(choice.options)
    return given if given in options else options[0]
