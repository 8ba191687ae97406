"""Subscribing, confirming and leaving by the web.

Takes a `Desk`; gives the pages to it. GET changes nothing, so that whatever fetches links in
letters does no harm. Who subscribes gets the same answer whatever is known of the address. There is
no captcha: a field that only programs fill in, a moment that only persons need, and allowances.
"""

import re
from asyncio import sleep
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path

from mailer.edge.web.asking import client_of, language_of
from mailer.edge.web.caching import NEVER, SOON
from mailer.edge.web.form import Seal, from_elsewhere, read_form
from mailer.edge.web.layout import Layout, native_name
from mailer.edge.web.throttle import Throttle, network
from mailer.mail.address import Address
from mailer.subscriber.address import subscriber_address
from mailer.subscriber.asking import Asked
from mailer.subscriber.wording import wordings

MOMENT = timedelta(seconds=2)
"""Nobody writes an address faster: what comes sooner waits until then."""

PRIVATE = {"Cache-Control": NEVER, "X-Robots-Tag": "noindex"}
"""For pages behind links that are one person's."""

_HOUR = timedelta(hours=1)
_TOKEN = re.compile("[0-9a-f]{32}")
_SEAL_HERE, _TOKEN_HERE = "(seal)", "(own)"  # where these stand on pages that are kept


class Desk(Protocol):
    """What is done for those who come."""

    async def ask(self, address: Address, language: str) -> None: ...
    async def asked(self, token: str) -> Asked | None: ...
    async def confirm(self, token: str) -> Asked | None: ...
    async def leave(self, token: str, *, one_click: bool) -> bool: ...


class SubscribingPages:
    """`seal` has the installation's key."""

    def __init__(self, layout: Layout, desk: Desk, seal: Seal, now: Callable[[], datetime]) -> None:
        self._layout = layout
        self._phrases = layout.phrases
        self._desk = desk
        self._seal = seal
        self._now = now
        # A meeting where everybody signs up is one network, and so is a mobile operator.
        self._by_network = Throttle(100, _HOUR)
        self._by_address = Throttle(5, _HOUR)
        self._by_all = Throttle(1000, _HOUR)
        self._agreed = wordings(
            layout.phrases, layout.newsletter.title, layout.organisation.municipality
        )
        self._start = lru_cache(self._form)
        self._leave = lru_cache(self._leave_page)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return (
            Path("/", self.start),
            Path("/prenumerera", self.subscribe, methods=["POST"]),
            Path("/bekrafta/{token}", self.look, methods=["GET"]),
            Path("/bekrafta/{token}", self.confirm, methods=["POST"]),
            Path("/avsluta/{token}", self.before_leaving, methods=["GET"]),
            Path("/avsluta/{token}", self.leave, methods=["POST"]),
        )

    async def start(self, request: Request) -> Response:
        """The newsletter, and the form."""
        html = self._start(language_of(request, self._phrases))
        headers = {"Cache-Control": SOON, "Vary": "Accept-Language"}
        return HTMLResponse(html.replace(_SEAL_HERE, self._seal.of(self._now())), headers=headers)

    async def subscribe(self, request: Request) -> Response:
        if from_elsewhere(request, self._layout.public.base_url):
            raise HTTPException(403)
        form = await read_form(request)
        language = form.get("sprak", "")
        if language not in self._phrases:
            language = language_of(request, self._phrases)
        words, email = self._phrases[language], form.get("epost", "").strip()
        now = self._now()
        age = self._seal.age(form.get("sigill", ""), now)
        try:
            address = subscriber_address(email)
        except ValueError:
            return self._again(language, email, words["wrong_email"])
        if form.get("webbplats"):
            return self._again(language, email, words["trap"])
        if age is None:
            return self._again(language, email, words["again"])
        if not self._has_room(request, address, now):
            headers = {"Retry-After": str(int(_HOUR.total_seconds()))}
            return self._said(language, "busy", status=429, headers=headers)
        await sleep(max(MOMENT - age, timedelta(0)).total_seconds())
        await self._desk.ask(address, language)
        return self._said(language, "check", more=words["check_help"], email=address.email)

    async def look(self, request: Request) -> Response:
        """What the link in a letter asks, and a button."""
        asked = await self._desk.asked(token_of(request))
        if asked is None:
            return self._gone(request)
        if asked.progress != "open":
            return self._done(request, asked)
        language = self._language(request, asked)
        what = "confirm" if asked.purpose == "confirm" else "move"
        return self._page(
            "question.html",
            language,
            what=what,
            email=asked.email,
            agree=asked.agree,
            own="",
        )

    async def confirm(self, request: Request) -> Response:
        if from_elsewhere(request, self._layout.public.base_url):
            raise HTTPException(403)
        asked = await self._desk.confirm(token_of(request))
        return self._done(request, asked) if asked else self._gone(request)

    async def before_leaving(self, request: Request) -> Response:
        """A button. Nothing is looked up: links in letters are fetched by thousands of scanners."""
        token = token_of(request)
        if not token:
            return self._gone(request)
        html = self._leave(language_of(request, self._phrases))
        return HTMLResponse(html.replace(_TOKEN_HERE, token), headers=PRIVATE)

    async def leave(self, request: Request) -> Response:
        """From the button, and from mail programs (RFC 8058), which come from anywhere."""
        form = await read_form(request)
        one_click = form.get("List-Unsubscribe") == "One-Click"
        if not await self._desk.leave(token_of(request), one_click=one_click):
            return self._gone(request)
        return self._said(language_of(request, self._phrases), "left", link="left_else")

    def _has_room(self, request: Request, address: Address, now: datetime) -> bool:
        # In this order: what one network is refused takes no allowance from everybody else.
        return (
            self._by_network.lets(network(client_of(request)), now)
            and self._by_address.lets(address.email.lower(), now)
            and self._by_all.lets("", now)
        )

    def _form(self, language: str, email: str = "", problem: str = "") -> str:
        return self._layout.show(
            "subscribe.html",
            language,
            agree=self._agreed[language].text,
            switch=[
                (each, native_name(each), f"{self._layout.here.base_url}/?sprak={each}")
                for each in self._phrases
            ],
            email=email,
            problem=problem,
            seal=_SEAL_HERE,
        )

    def _leave_page(self, language: str) -> str:
        return self._layout.show(
            "question.html", language, what="leave", email="", agree="", own=_TOKEN_HERE
        )

    def _again(self, language: str, email: str, problem: str) -> Response:
        """The form once more, with what was written and what to do about it."""
        html = self._form(language, email[:254], problem)
        sealed = html.replace(_SEAL_HERE, self._seal.of(self._now()))
        return HTMLResponse(sealed, 422, PRIVATE)

    def _done(self, request: Request, asked: Asked) -> Response:
        done = "confirmed" if asked.purpose == "confirm" else "moved"
        what = "waiting" if asked.progress == "waiting" else done
        language = self._language(request, asked)
        # The link of a move may lie with either address; their page is for the subscriber.
        own = asked.token if what == "confirmed" else ""
        return self._said(language, what, email=asked.email, own=own)

    def _gone(self, request: Request) -> Response:
        return self._said(language_of(request, self._phrases), "gone", status=404)

    def _language(self, request: Request, asked: Asked) -> str:
        known = asked.language if asked.language in self._phrases else ""
        return known or language_of(request, self._phrases)

    def _said(
        self,
        language: str,
        what: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: str,
    ) -> Response:
        given = {"email": "", "more": "", "own": "", "link": "", **values}
        html = self._layout.show("said.html", language, what=what, **given)
        return HTMLResponse(html, status, {**PRIVATE, **(headers or {})})

    def _page(self, template: str, language: str, **values: object) -> Response:
        return HTMLResponse(self._layout.show(template, language, **values), headers=PRIVATE)


def token_of(request: Request) -> str:
    """The token of the address; empty where it cannot be one."""
    token: str = request.path_params["token"]
    return token if _TOKEN.fullmatch(token) else ""
