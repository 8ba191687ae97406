"""The web pages, wired: the archive, what subscribers do by themselves, the approvers' page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette

from mailer import __version__
from mailer.app.mailroom import corrections
from mailer.app.service import Service
from mailer.app.subscribing import subscribing
from mailer.edge.files import templates_for
from mailer.edge.strings import strings_of
from mailer.edge.web.app import web
from mailer.edge.web.approval import Desk
from mailer.edge.web.archive import ArchivePages
from mailer.edge.web.case import CasePage
from mailer.edge.web.form import Seal
from mailer.edge.web.layout import Layout
from mailer.edge.web.metrics import Gauge, MetricsPage
from mailer.edge.web.own import OwnPage
from mailer.edge.web.subscribing import SubscribingPages
from mailer.flows.newsroom import Newsroom


def pages(
    service: Service,
    newsroom: Newsroom,
    queued: Callable[[], None],
    measure: Callable[[], Awaitable[Sequence[Gauge]]],
) -> Starlette:
    """The application; editions are approved in `newsroom`.

    `queued` is called when letters were put in the outbox; `measure` gives what /metrics tells.
    """
    settings, now = service.settings, service.clock.now
    templates = templates_for(settings.config_dir)
    layout = Layout(
        templates,
        strings_of(templates),
        strings_of(templates, "web"),
        settings.newsletter,
        settings.organisation,
        settings.base_url,
    )
    identity = service.identity
    desk = subscribing(settings, identity, service.database, service.clock, queued)
    seal = Seal(identity.secret.reveal().encode(errors="surrogatepass"))

    def health() -> Mapping[str, object]:
        newest = next(iter(service.archive.editions()), None)
        return {"status": "ok", "edition": newest, "version": __version__}

    parts = (
        SubscribingPages(layout, desk, seal, now),
        OwnPage(layout, desk, settings.zone, now),
        ArchivePages(service.archive, layout, settings.zone, now),
        Desk(lambda: newsroom.paper.approvals, layout),
        CasePage(corrections(service, queued), layout),
        MetricsPage(measure, settings.metrics),
    )
    return web(layout, templates["web/site.css"], parts, health, hsts=settings.hsts)
