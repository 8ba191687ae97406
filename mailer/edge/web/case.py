"""The page of one case for one leader: "Jag tar den", or who should have it instead.

Takes the flow that obeys leaders; gives routes below /arende/. Who holds the link is the leader: it
is sealed, and nobody else's. GET changes nothing; POST acts and leads back to the page.
"""

from collections.abc import Sequence
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path

from mailer.edge.web.form import from_elsewhere, read_form
from mailer.edge.web.layout import Layout
from mailer.edge.web.subscribing import PRIVATE
from mailer.inquiry.correction import SHELF, Holding
from mailer.newsletter.words import ORIGINAL
from mailer.organisation import COORDINATOR, Leader


class Cases(Protocol):
    """Who a link was made for, how the case stands, and what becomes of it."""

    async def opened(
        self, number: str, leader: str, seal: str
    ) -> tuple[Leader, Holding] | None: ...
    async def takes(self, holding: Holding, leader: Leader) -> None: ...
    async def goes(self, holding: Holding, to: str, leader: Leader) -> None: ...


class CasePage:
    """The answers to these addresses."""

    def __init__(self, cases: Cases, layout: Layout) -> None:
        self._cases = cases
        self._layout = layout
        self._people = layout.organisation.people
        self._names = {
            **{part.slug: part.name for part in layout.organisation.subprojects},
            COORDINATOR: layout.organisation.coordinator.name,
        }

    @property
    def routes(self) -> Sequence[BaseRoute]:
        address = "/arende/{number}/{leader}/{seal}"
        return (
            Path(address, self.look, methods=["GET"]),
            Path(address, self.act, methods=["POST"]),
        )

    async def look(self, request: Request) -> Response:
        leader, holding = await self._opened(request)
        html = self._layout.show(
            "case.html",
            ORIGINAL,
            number=holding.case.number,
            subject=" ".join(holding.subject.split()),
            urgent=holding.urgent,
            # A subproject may be gone from the configuration.
            holder=self._names.get(holding.holder, ""),
            shelved=holding.holder == SHELF,
            taken=[self._people[each].titled for each in holding.taken if each in self._people],
            mine=leader.slug in holding.taken,
            others=[each for each in self._names.items() if each[0] != holding.holder],
        )
        return HTMLResponse(html, headers=PRIVATE)

    async def act(self, request: Request) -> Response:
        if from_elsewhere(request, self._layout.public.base_url):
            raise HTTPException(403)
        form = await read_form(request)
        leader, holding = await self._opened(request)
        match form.get("gor"), form.get("till", ""):
            case "ta", _:
                await self._cases.takes(holding, leader)
            case "flytta", to if to in self._names:
                await self._cases.goes(holding, to, leader)
            case _:
                raise HTTPException(400)
        return RedirectResponse(request.url.path, 303, headers=PRIVATE)

    async def _opened(self, request: Request) -> tuple[Leader, Holding]:
        """Who asks, and about what. Raises HTTPException for a false link."""
        given = request.path_params
        found = await self._cases.opened(given["number"], given["leader"], given["seal"])
        if found is None:
            raise HTTPException(404)
        return found
