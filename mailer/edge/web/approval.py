"""The page on which an approver looks at a proof and answers it.

Takes the newsroom's approvals; gives routes below /korrektur/. Who holds the link is the approver:
it is signed, and for nobody else. GET changes nothing; POST answers and leads back to the page.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route as Path

from mailer.edge.web.form import read_form
from mailer.edge.web.layout import Layout
from mailer.edge.web.policy import PUBLIC, framed
from mailer.mail.address import Address
from mailer.newsletter.approval import Answer, Approval, Proof, Says, standing
from mailer.newsletter.dates import period_in_words
from mailer.newsletter.words import ORIGINAL

_ANSWERS: Mapping[str, Says] = {"godkann": "approve", "stoppa": "stop"}
_LONGEST = 1000
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": PUBLIC["Content-Security-Policy"] + "; frame-src 'self'",
}


class Proofs(Protocol):
    """The port `Proofs` of the flows, as far as looking goes."""

    async def latest(self, period: str) -> tuple[Proof | None, Sequence[Answer]]: ...


class Approvals(Protocol):
    """Who approves, and what becomes of an answer; see `flows.approve`."""

    @property
    def approval(self) -> Approval: ...

    @property
    def proofs(self) -> Proofs: ...

    def approver_of(self, period: str, number: str, name: str, seal: str) -> Address | None: ...

    async def answer(self, proof: Proof, approver: Address, says: Says, reason: str) -> bool: ...


class Desk:
    """The answers to these addresses; `approvals` are those of the newsletter as it is now."""

    def __init__(self, approvals: Callable[[], Approvals], layout: Layout) -> None:
        self._approvals = approvals
        self._layout = layout

    @property
    def routes(self) -> list[Path]:
        address = "/korrektur/{period}/{number}/{name}/{seal}"
        return [
            Path(address, self.look, methods=["GET"]),
            Path(address, self.answer, methods=["POST"]),
            Path(f"{address}/brev", self.letter, methods=["GET"]),
        ]

    async def look(self, request: Request) -> Response:
        approver, proof, answers = await self._found(request)
        approval = self._approvals().approval
        stands = standing(proof, answers, approval.at_least)
        names = {each.email.lower(): each.name or each.email for each in approval.by}
        html = self._layout.show(
            "proof.html",
            ORIGINAL,
            proof=proof,
            period=period_in_words(proof.period, ORIGINAL),
            outdated=str(proof.number) != request.path_params["number"],
            mine=_last(answers, approver),
            stands=stands,
            names=names,
            at_least=approval.at_least,
            frame=f"{request.url.path}/brev",
        )
        return HTMLResponse(html, headers=_HEADERS)

    async def answer(self, request: Request) -> Response:
        approver, proof, _ = await self._found(request)
        form = await read_form(request)
        says = _ANSWERS.get(form.get("svar", ""))
        if says is None:
            raise HTTPException(400)
        if str(proof.number) == request.path_params["number"]:
            reason = " ".join(form.get("skal", "").split())[:_LONGEST]
            await self._approvals().answer(proof, approver, says, reason if says == "stop" else "")
        return RedirectResponse(request.url.path, 303, headers=_HEADERS)

    async def letter(self, request: Request) -> Response:
        _, proof, _ = await self._found(request)
        return framed(proof.html)

    async def _found(self, request: Request) -> tuple[Address, Proof, list[Answer]]:
        """Who asks, and the newest proof of the edition. Raises HTTPException for a false link."""
        approvals, given = self._approvals(), request.path_params
        approver = approvals.approver_of(
            given["period"], given["number"], given["name"], given["seal"]
        )
        if approver is None:
            raise HTTPException(404)
        proof, answers = await approvals.proofs.latest(given["period"])
        if proof is None:
            raise HTTPException(404)
        return approver, proof, [*answers]


def _last(answers: list[Answer], approver: Address) -> Answer | None:
    mine = [each for each in answers if each.approver == approver.email.lower()]
    return mine[-1] if mine else None
