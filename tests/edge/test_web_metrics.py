"""/metrics: OpenMetrics that Prometheus's own parser reads, for those who may read it."""

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from starlette.applications import Starlette

from mailer.edge.web.metrics import Gauge, MetricsPage

pytestmark = pytest.mark.anyio

GAUGES = (
    Gauge("letters_due", "Letters that are due.", [((), 7)]),
    Gauge(
        "letters",
        "Letters.",
        [(("pending", "edition"), 3), (("accepted", 'an "odd"\nname'), 0.5)],
        ("state", "kind"),
    ),
    Gauge("job_last_run_timestamp_seconds", "When.", [], ("job",)),
)


def labels(sample: Sample) -> tuple[str, ...]:
    """The values of its labels, by their names."""
    return tuple(sample.labels[name] for name in sorted(sample.labels))


async def measure() -> tuple[Gauge, ...]:
    return GAUGES


async def visit(visitor: str, *allowed: str) -> httpx.Response:
    app = Starlette(routes=[*MetricsPage(measure, allowed).routes])
    transport = httpx.ASGITransport(app, client=(visitor, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        return await browser.get("/metrics")


async def test_every_figure_is_read_back_by_its_labels() -> None:
    answer = await visit("127.0.0.1", "127.0.0.1")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.")
    found = {
        family.name: {labels(sample): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(answer.text)
    }
    assert found == {
        "mailer_letters_due": {(): 7},
        "mailer_letters": {("edition", "pending"): 3, ('an "odd"\nname', "accepted"): 0.5},
        "mailer_job_last_run_timestamp_seconds": {},
    }


@pytest.mark.parametrize(
    ("visitor", "allowed", "status"),
    [
        ("127.0.0.1", ("127.0.0.1", "::1"), 200),
        ("::1", ("127.0.0.1", "::1"), 200),
        ("10.1.2.3", ("10.1.0.0/16",), 200),
        ("10.2.2.3", ("10.1.0.0/16",), 404),
        ("192.0.2.1", ("127.0.0.1", "::1"), 404),
        ("127.0.0.1", (), 404),
        ("no address", ("127.0.0.1",), 404),
    ],
)
async def test_nobody_reads_them_who_is_not_named(
    visitor: str, allowed: tuple[str, ...], status: int
) -> None:
    answer = await visit(visitor, *allowed)
    assert answer.status_code == status
    assert ("mailer_" in answer.text) == (status == 200)
