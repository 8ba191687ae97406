"""/metrics: figures for a program that watches over the service, as OpenMetrics text.

Takes gauges, measured anew for each visit, and the addresses that may read them; for everybody else
there is no such page. Figures tell of nobody, and what they are called is not in Swedish: it is for
the operator.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailer.edge.web.caching import NEVER


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure, or one for each set of values of its `labels`."""

    name: str
    tells: str
    values: Iterable[tuple[tuple[str, ...], float]]
    labels: tuple[str, ...] = ()


class MetricsPage:
    """`allowed` are IP addresses and networks."""

    def __init__(
        self, measure: Callable[[], Awaitable[Sequence[Gauge]]], allowed: Sequence[str]
    ) -> None:
        self._measure = measure
        self._allowed = [ip_network(each) for each in allowed]

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/metrics", self._show)]

    async def _show(self, request: Request) -> Response:
        if not request.client or not self._may_read(request.client.host):
            raise HTTPException(404)
        registry = CollectorRegistry()
        registry.register(_Measured(await self._measure()))
        text = generate_latest(registry)  # type: ignore[no-untyped-call]
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": NEVER}
        return Response(text, headers=headers)

    def _may_read(self, visitor: str) -> bool:
        try:
            address = ip_address(visitor)
        except ValueError:
            return False
        return any(address in network for network in self._allowed)


class _Measured(Collector):
    def __init__(self, gauges: Sequence[Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for each in self._gauges:
            family = GaugeMetricFamily(f"mailer_{each.name}", each.tells, labels=each.labels)
            for labels, value in sorted(each.values):
                family.add_metric(labels, value)
            yield family
