"""The demo's page: what went out, what lies in the mailbox, and a form to write in as a resident.

Takes a `DemoSource`, the organisation and the templates (name → source, as "web/demo_start.html");
gives a Starlette application for loopback. It answers only to a loopback name, so that no web site
can reach it by DNS rebinding, takes a form only from its own pages, and runs no script. A mail's
own HTML stands in a frame without an origin, which loads nothing from anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from importlib.resources import files
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route as Path

from mailer.demo.form import FIELD_OCTETS, FIELDS, tidied, wrong
from mailer.demo.people import EXAMPLES
from mailer.demo.reading import Reading, Sort, reading
from mailer.edge.local import Captured
from mailer.edge.web.local import local
from mailer.edge.web.policy import framed
from mailer.errors import MailerError
from mailer.inquiry.verdict import Route, Verdict
from mailer.organisation import COORDINATOR, Organisation
from mailer.rendering import environment


@dataclass(frozen=True, slots=True)
class Routed:
    """What became of one inquiry. `acknowledgement` is the text of the first answer, or empty."""

    verdict: Verdict
    route: Route
    acknowledgement: str = ""


class DemoSource(Protocol):
    """What the page shows."""

    def letters(self) -> Sequence[Captured]:
        """Every letter handed to the relay, oldest first."""
        ...

    async def folders(self) -> Mapping[str, Sequence[bytes]]:
        """Every folder of the mailbox with its mails, oldest first."""
        ...

    async def write(self, name: str, email: str, subject: str, text: str) -> Routed:
        """Put a resident's mail in the mailbox and let triage work. May raise MailerError."""
        ...


_SORTS: Mapping[Sort, str] = {
    "newsletter": "Nyhetsbrev",
    "forward": "Till projektledare",
    "acknowledgement": "Svar till den som skrev",
    "other": "Övrigt",
}
_KINDS: Mapping[str, str] = {
    "inquiry": "en fråga eller synpunkt",
    "follow-up": "en fortsättning på ett tidigare ärende",
    "subscribe": "en beställning av nyhetsbrevet",
    "unsubscribe": "en uppsägning av nyhetsbrevet",
    "auto-reply": "ett automatiskt svar",
    "bounce": "ett meddelande om att ett brev inte kom fram",
    "complaint": "ett klagomål på att nyhetsbrevet är skräppost",
    "spam": "skräppost",
    "own": "vårt eget brev",
    "unreadable": "ett brev som inte går att läsa",
}
_NAMES: Mapping[str, str] = {
    **_KINDS,
    COORDINATOR: "samordnaren",
    "urgent": "brådskande",
}
_VIEWS: Mapping[str, str] = {"html": "Formaterat", "text": "Text", "kalla": "Källa"}
_FRAME = "ruta"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Not no-referrer: a browser would then name no origin with a form.
_HEADERS = {"Referrer-Policy": "same-origin"}
_RESIDENT = "invanare@example.org"


def page(
    source: DemoSource, organisation: Organisation, templates: Mapping[str, str], zone: tzinfo
) -> Starlette:
    """The application. `zone` is where its reader lives."""
    here = _Pages(source, organisation, templates, zone)
    routes = [
        Path("/", here.start),
        Path("/demo.css", here.style),
        Path("/utskick", here.letters),
        Path("/utskick/{number:int}", here.letter),
        Path("/utskick/{number:int}/{view}", here.letter),
        Path("/brevlada", here.mailbox),
        Path("/brevlada/{folder:path}/{number:int}", here.mail),
        Path("/brevlada/{folder:path}/{number:int}/{view}", here.mail),
        Path("/skriv", here.form),
        Path("/skriv", here.write, methods=["POST"]),
        Path("/skriv/{number:int}", here.answer),
    ]
    handlers = {HTTPException: here.refused, MailerError: here.failed}
    return local(routes, _POLICY, handlers, _HEADERS)


class _Pages:
    """The answers to each address. Keeps what was written in while the demo runs."""

    def __init__(
        self,
        source: DemoSource,
        organisation: Organisation,
        templates: Mapping[str, str],
        zone: tzinfo,
    ) -> None:
        self._source = source
        self._organisation = organisation
        self._zone = zone
        self._written: list[tuple[Mapping[str, str], Routed]] = []
        self._style = (files("mailer.demo") / "data" / "demo.css").read_text("utf-8")
        self._templates = environment(templates)
        self._templates.filters["person"] = _person

    async def start(self, request: Request) -> Response:
        folders = await self._source.folders()
        return self._show(
            "start",
            counts={name: len(found) for name, found in self._sorted().items()},
            mails=sum(map(len, folders.values())),
            folders=len(folders),
        )

    async def style(self, request: Request) -> Response:
        return Response(self._style, media_type="text/css")

    async def letters(self, request: Request) -> Response:
        return self._show("letters", sorts=self._sorted())

    async def letter(self, request: Request) -> Response:
        letters = self._source.letters()
        number = request.path_params["number"]
        if not 1 <= number <= len(letters):
            raise HTTPException(404)
        letter = letters[number - 1]
        return self._mail(request, letter.raw, f"/utskick/{number}", "/utskick", letter)

    async def mailbox(self, request: Request) -> Response:
        folders = await self._source.folders()
        return self._show("mailbox", folders={name: self._read(f) for name, f in folders.items()})

    async def mail(self, request: Request) -> Response:
        folder, number = request.path_params["folder"], request.path_params["number"]
        mails = (await self._source.folders()).get(folder, ())
        if not 1 <= number <= len(mails):
            raise HTTPException(404)
        return self._mail(request, mails[number - 1], f"/brevlada/{folder}/{number}", "/brevlada")

    async def form(self, request: Request) -> Response:
        chosen = request.query_params.get("exempel", "")
        example = {str(number): found for number, found in enumerate(EXAMPLES, 1)}.get(chosen)
        if example is None:
            return self._form(tidied({}), {})
        given = {"email": _RESIDENT, "subject": example.subject, "text": example.text}
        return self._form(tidied(given), {})

    async def write(self, request: Request) -> Response:
        if request.headers.get("origin") != f"{request.url.scheme}://{request.headers['host']}":
            raise HTTPException(403)
        sent = await request.form(max_files=0, max_fields=8, max_part_size=FIELD_OCTETS)
        given = tidied(sent)
        if problems := wrong(given):
            return self._form(given, problems, status=422)
        self._written.append((given, await self._source.write(**given)))
        # 303: loading the answer again does not write in again.
        return RedirectResponse(f"/skriv/{len(self._written)}", status_code=303)

    async def answer(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not 1 <= number <= len(self._written):
            raise HTTPException(404)
        given, routed = self._written[number - 1]
        verdict = routed.verdict
        owned = verdict.certain and verdict.owner is not None
        heaviest = max((abs(reason.weight) for reason in verdict.reasons), default=0.0)
        return self._show(
            "answer",
            given=given,
            routed=routed,
            kind=_KINDS[verdict.kind],
            owner=self._named(verdict.owner) if owned and verdict.owner else "Samordnaren",
            copies=[self._named(slug) for slug in verdict.copies] if owned else [],
            suggestions=[] if verdict.certain else [self._named(s) for s in verdict.suggestions],
            reasons=[
                (self._named(each.slug), each, round(100 * abs(each.weight) / (heaviest or 1)))
                for each in verdict.reasons
            ],
        )

    async def refused(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self._show("problem", status=status, missing=status == 404, reason="")

    async def failed(self, request: Request, error: Exception) -> Response:
        return self._show("problem", status=502, missing=False, reason=str(error))

    def _show(self, name: str, status: int = 200, **values: object) -> Response:
        template = self._templates.get_template(f"web/demo_{name}.html")
        html = template.render(organisation=self._organisation, here=name, status=status, **values)
        return HTMLResponse(html, status)

    def _form(
        self, given: Mapping[str, str], problems: Mapping[str, str], status: int = 200
    ) -> Response:
        return self._show(
            "write", status, fields=FIELDS, given=given, problems=problems, examples=EXAMPLES
        )

    def _mail(
        self, request: Request, raw: bytes, here: str, back: str, letter: Captured | None = None
    ) -> Response:
        mail = reading(raw, self._zone)
        views = [view for view, shown in _contents(mail).items() if shown]
        view = request.path_params.get("view", views[0])
        if view == _FRAME and mail.html:
            return framed(mail.html)
        if view not in views:
            raise HTTPException(404)
        return self._show(
            "mail",
            mail=mail,
            letter=letter,
            address=here,
            back=back,
            view=view,
            views={name: _VIEWS[name] for name in views},
            content=_contents(mail)[view],
        )

    def _sorted(self) -> Mapping[str, Sequence[tuple[int, Captured, Reading]]]:
        """The letters with their numbers, by sort; every sort stands there, in reading order."""
        letters = self._source.letters()
        read = [(n, letter, reading(letter.raw)) for n, letter in enumerate(letters, 1)]
        return {
            title: [each for each in read if each[2].sort == sort] for sort, title in _SORTS.items()
        }

    def _read(self, mails: Sequence[bytes]) -> Sequence[Reading]:
        return [reading(raw, self._zone) for raw in mails]

    def _named(self, slug: str) -> str:
        """The name of what a reason speaks for: a subproject, a kind, or what stands for none."""
        subproject = self._organisation.by_slug.get(slug)
        return subproject.name if subproject else _NAMES.get(slug, slug)


def _person(field: str) -> str:
    """Who stands in a From or To field: the name, else the address."""
    return field.rpartition(" <")[0].strip('" ') or field


def _contents(mail: Reading) -> Mapping[str, str]:
    return {"html": mail.html, "text": mail.text, "kalla": mail.source or " "}
