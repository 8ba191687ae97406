"""Past mail, judged by what triage knows today: what would be done otherwise than was done.

Takes the originals as they were kept. Promises that nothing is sent and nothing written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from mailer.errors import StoreError
from mailer.flows.ports.judging import Knowledge
from mailer.flows.ports.record import Originals, Past
from mailer.inquiry.hindsight import Decided, Otherwise, otherwise, outcome, today


@dataclass(slots=True)
class Replayed:
    """The cases that would go otherwise, and how many there were of what.

    `labelled` counts those that a person gave to somebody else than triage did; `as_labelled` those
    of them that would go there now. `unread` are the numbers of those whose original is gone.
    """

    cases: int = 0
    labelled: int = 0
    as_labelled: int = 0
    otherwise: list[Otherwise] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def totals(self) -> dict[str, int]:
        """All counts by name."""
        return {
            "replayed": self.cases,
            "same": self.cases - len(self.otherwise),
            "otherwise": len(self.otherwise),
            "other_kind": sum(each.was.kind != each.now.kind for each in self.otherwise),
            "other_owner": sum(each.was.holder != each.now.holder for each in self.otherwise),
            "newly_urgent": sum(each.now.urgent > each.was.urgent for each in self.otherwise),
            "no_longer_urgent": sum(each.now.urgent < each.was.urgent for each in self.otherwise),
            "corrected": self.labelled,
            "as_corrected": self.as_labelled,
        }


@dataclass(frozen=True, slots=True)
class Replay:
    """Of a mail over `limit` octets only the beginning was kept."""

    past: Past
    originals: Originals
    knowledge: Knowledge
    kind_of_own: Callable[[str], str]
    limit: int

    async def since(self, day: datetime) -> Replayed:
        """Judge every mail again that was received since then, and decided."""
        await self.knowledge.renew()
        replayed = Replayed()
        for was in await self.past.decided(day):
            try:
                raw = await self.originals.get(was.hash)
            except StoreError:
                replayed.unread.append(was.number)
                continue
            self._weigh(was, raw, replayed)
        return replayed

    def _weigh(self, was: Decided, raw: bytes, replayed: Replayed) -> None:
        judged = self.knowledge.judge(raw, too_large=was.size if was.size > self.limit else 0)
        replayed.cases += 1
        if was.label:
            replayed.labelled += 1
            now = outcome(today(was, judged, self.kind_of_own))
            replayed.as_labelled += now.holder == was.label
        if found := otherwise(was, judged, self.kind_of_own):
            replayed.otherwise.append(found)
