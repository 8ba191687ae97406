"""A second process that judges mails while many wait; implements the port `Helper`.

It is told what `Knowledge` knows when it is called. It takes a second to start, and as much memory
as a small service of its own, so it goes when the backlog is worked off.
"""

import os
from collections.abc import Sequence

from mailer.app.knowledge import Knowledge
from mailer.edge.judges import SecondJudge
from mailer.inquiry.triage import Judged, Triage


class Helping:
    """Where there is one processor only, nobody comes."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._second: SecondJudge | None = None
        self._told: Triage | None = None

    async def call(self) -> None:
        triage = self._knowledge.triage
        if self._told is not triage and len(os.sched_getaffinity(0)) > 1:
            await self.rest()
            self._told = triage
            self._second = SecondJudge.start(triage, self._knowledge.sent)

    async def judge(self, mails: Sequence[tuple[bytes, int]]) -> Sequence[Judged] | None:
        return await self._second.judge(mails) if self._second else None

    async def rest(self) -> None:
        second, self._second, self._told = self._second, None, None
        if second:
            await second.close()
