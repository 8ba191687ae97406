"""The page of one subscriber: language, pause, address, what is stored, erasure.

Whoever holds the link is the subscriber: the token in it stands in every edition. What is done
here is done by POST, on one address, and answered with the page as it then is.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path

from mailer.edge.web.asking import client_of, language_of
from mailer.edge.web.form import from_elsewhere, read_form
from mailer.edge.web.layout import Layout, native_name
from mailer.edge.web.subscribing import PRIVATE, token_of
from mailer.edge.web.throttle import Throttle, network
from mailer.mail.address import Address
from mailer.newsletter.dates import day_in_words
from mailer.subscriber.address import subscriber_address
from mailer.subscriber.subscription import Subscriber

LONGEST_PAUSE = timedelta(days=366)


class OwnDesk(Protocol):
    """What is done for a subscriber."""

    async def own(self, token: str) -> Subscriber | None: ...
    async def speak(self, subscriber: Subscriber, language: str) -> None: ...
    async def pause(self, token: str, until: date) -> None: ...
    async def resume(self, token: str) -> None: ...
    async def move(self, subscriber: Subscriber, to: Address) -> None: ...
    async def record(self, subscriber: Subscriber) -> Mapping[str, Any]: ...
    async def erase(self, subscriber: Subscriber) -> None: ...


Form = Mapping[str, str]
Done = str
"""The phrase that says what was done, or what is wrong."""


class OwnPage:
    """`zone` is where days begin."""

    def __init__(
        self, layout: Layout, desk: OwnDesk, zone: ZoneInfo, now: Callable[[], datetime]
    ) -> None:
        self._layout = layout
        self._phrases = layout.phrases
        self._desk = desk
        self._zone = zone
        self._now = now
        self._moves = Throttle(20, timedelta(hours=1))
        self._acts: Mapping[str, Callable[[Subscriber, Form, Request], Awaitable[Done]]] = {
            "sprak": self._speak,
            "paus": self._pause,
            "fortsatt": self._resume,
            "flytta": self._move,
        }

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return (
            Path("/min-sida/{token}", self.look, methods=["GET"]),
            Path("/min-sida/{token}", self.act, methods=["POST"]),
        )

    async def look(self, request: Request) -> Response:
        subscriber = await self._desk.own(token_of(request))
        return self._page(request, subscriber) if subscriber else self._gone(request)

    async def act(self, request: Request) -> Response:
        """Do what the form's button says; one that is not known does nothing."""
        if from_elsewhere(request, self._layout.public.base_url):
            raise HTTPException(403)
        form = await read_form(request)
        subscriber = await self._desk.own(token_of(request))
        if subscriber is None:
            return self._gone(request)
        match form.get("gor", ""):
            case "hamta":
                stored = await self._desk.record(subscriber)
                name = {"Content-Disposition": 'attachment; filename="prenumeration.json"'}
                return JSONResponse(stored, headers={**PRIVATE, **name})
            case "radera" if form.get("saker"):
                await self._desk.erase(subscriber)
                return self._said(self._language(request, subscriber), "erased")
            case "radera":
                done = "erase_unsure"
            case asked if asked in self._acts:
                done = await self._acts[asked](subscriber, form, request)
            case _:
                done = ""
        changed = await self._desk.own(token_of(request))
        return self._page(request, changed, done) if changed else self._gone(request)

    async def _speak(self, subscriber: Subscriber, form: Form, request: Request) -> Done:
        language = form.get("sprak", "")
        if language not in self._phrases:
            raise HTTPException(400)
        await self._desk.speak(subscriber, language)
        return "saved"

    async def _pause(self, subscriber: Subscriber, form: Form, request: Request) -> Done:
        try:
            until = date.fromisoformat(form.get("till", ""))
        except ValueError:
            return "wrong_day"
        if not timedelta(0) < until - self._today() <= LONGEST_PAUSE:
            return "wrong_day"
        await self._desk.pause(subscriber.token, until)
        return "saved"

    async def _resume(self, subscriber: Subscriber, form: Form, request: Request) -> Done:
        await self._desk.resume(subscriber.token)
        return "saved"

    async def _move(self, subscriber: Subscriber, form: Form, request: Request) -> Done:
        try:
            to = subscriber_address(form.get("epost", "").strip(), subscriber.address.name)
        except ValueError:
            return "wrong_email"
        if not self._moves.lets(network(client_of(request)), self._now()):
            raise HTTPException(429)
        await self._desk.move(subscriber, to)
        return "address_sent"

    def _page(self, request: Request, subscriber: Subscriber, done: Done = "") -> Response:
        language, today = self._language(request, subscriber), self._today()
        until = subscriber.paused_until
        html = self._layout.show(
            "own.html",
            language,
            subscriber=subscriber,
            day=day_in_words(until, today, language) if until else "",
            spoken=[(each, native_name(each)) for each in self._phrases],
            first=today + timedelta(days=1),
            last=today + LONGEST_PAUSE,
            done=done,
            wrong=done in ("wrong_day", "wrong_email", "erase_unsure"),
        )
        return HTMLResponse(html, 422 if done.startswith("wrong") else 200, PRIVATE)

    def _gone(self, request: Request) -> Response:
        return self._said(language_of(request, self._phrases), "gone", 404)

    def _said(self, language: str, what: str, status: int = 200) -> Response:
        html = self._layout.show(
            "said.html", language, what=what, email="", more="", own="", link=""
        )
        return HTMLResponse(html, status, PRIVATE)

    def _language(self, request: Request, subscriber: Subscriber) -> str:
        known = subscriber.language in self._phrases and "sprak" not in request.query_params
        return subscriber.language if known else language_of(request, self._phrases)

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()
