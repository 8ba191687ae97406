"""The web pages asked without a socket, as a browser asks them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette

from mailer.edge.files import read_templates
from mailer.edge.strings import read_strings
from mailer.edge.web.app import Part, web
from mailer.edge.web.layout import Layout
from mailer.mail.address import Address
from mailer.newsletter.approval import Missed
from mailer.newsletter.edition import Newsletter
from mailer.subscriber.asking import Asked
from mailer.subscriber.subscription import Subscriber
from tests.edge.archived import ORGANISATION

TEMPLATES = read_templates(Path(__file__).parents[2] / "templates")
BASE = "https://trygg.example"
ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2020, 9, 20, 12, tzinfo=UTC)
NEWSLETTER = Newsletter(
    title="Tryggare tillsammans",
    tagline="Nyheter",
    list_id="tryggare.example",
    period="month",
    horizon=timedelta(days=45),
    cron="day=2nd fri; hour=10; minute=0",
    missed=Missed("within", timedelta(days=1)),
)
PHRASES = read_strings(TEMPLATES, "web")


class Browser:
    """Asks the application; its own errors come as answers, as they do from a server."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        return asyncio.run(self._ask(method, path, headers, None))

    def post(
        self, path: str, form: Mapping[str, str] | bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Send a form, or any octets, as another says with Content_Type."""
        return asyncio.run(self._ask("POST", path, headers, {} if form is None else form))

    async def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | bytes | None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            if isinstance(form, bytes):
                return await client.request(method, path, headers=named, content=form)
            return await client.request(method, path, headers=named, data=form)


class Outline(HTMLParser):
    """Every tag with its attributes, in reading order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


class Desk:
    """Takes what residents ask for, and answers as it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.question: Asked | None = None
        self.subscriber: Subscriber | None = None

    async def ask(self, address: Address, language: str) -> None:
        self.calls.append(("ask", address.email, language))

    async def asked(self, token: str) -> Asked | None:
        return self.question

    async def confirm(self, token: str) -> Asked | None:
        self.calls.append(("confirm", token))
        return self.question

    async def leave(self, token: str, *, one_click: bool) -> bool:
        self.calls.append(("leave", token, one_click))
        return self.subscriber is not None and token == self.subscriber.token

    async def own(self, token: str) -> Subscriber | None:
        return self.subscriber if self.subscriber and token == self.subscriber.token else None

    async def speak(self, subscriber: Subscriber, language: str) -> None:
        self.calls.append(("speak", language))
        self.subscriber = replace(subscriber, language=language)

    async def pause(self, token: str, until: date) -> None:
        self.calls.append(("pause", until))
        if self.subscriber:
            self.subscriber = replace(self.subscriber, state="paused", paused_until=until)

    async def resume(self, token: str) -> None:
        self.calls.append(("resume",))
        if self.subscriber:
            self.subscriber = replace(self.subscriber, state="active", paused_until=None)

    async def move(self, subscriber: Subscriber, to: Address) -> None:
        self.calls.append(("move", to.email))

    async def record(self, subscriber: Subscriber) -> Mapping[str, Any]:
        return {"email": subscriber.address.email}

    async def erase(self, subscriber: Subscriber) -> None:
        self.calls.append(("erase",))
        self.subscriber = None


def layout(base_url: str = BASE) -> Layout:
    words = read_strings(TEMPLATES)
    return Layout(TEMPLATES, words, PHRASES, NEWSLETTER, ORGANISATION, base_url)


def browser_of(setting: Layout, parts: Sequence[Part], *, hsts: bool = False) -> Browser:
    """A browser before a site of these parts."""
    style = TEMPLATES["web/site.css"]
    return Browser(web(setting, style, parts, lambda: {"status": "ok"}, hsts=hsts))
