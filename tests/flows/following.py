"""What follows up, on the service of `world`, and a mailbox whose mails can be flagged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mailer.errors import MailboxError
from mailer.flows.follow_up import FollowUp
from mailer.inquiry.record import Case
from mailer.inquiry.reminders import Reminders
from tests.flows.world import (
    IDENTITY,
    LIMIT,
    OPERATOR,
    ORGANISATION,
    RULES,
    TEMPLATES,
    ZONE,
    World,
)


class Flagged:
    """The port Flags: the mails with these case numbers were answered."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        self.gone: MailboxError | None = None

    async def answered(self, cases: Sequence[Case]) -> Sequence[Case]:
        if self.gone:
            raise self.gone
        return [case for case in cases if case.number in self.numbers]


def follow_up(world: World, **others: Any) -> FollowUp:
    parts: dict[str, Any] = {
        "follow_ups": world.follow_ups,
        "flags": Flagged(),
        "originals": world.originals,
        "absences": world.absences,
        "triage": world.triage,
        "reminders": Reminders(TEMPLATES, ORGANISATION, RULES, ZONE),
        "links_for": world.correspondence.links_for,
        "organisation": ORGANISATION,
        "rules": RULES,
        "operator": OPERATOR,
        "identity": IDENTITY,
        "zone": ZONE,
        "limit": LIMIT,
        "clock": world.clock,
    }
    return FollowUp(**{**parts, **others})


async def look(world: World, **others: Any) -> int:
    """Look, and send what follows."""
    told = await follow_up(world, **others).look()
    await world.delivery().drain()
    return told


async def look_at(world: World, when: str, **others: Any) -> int:
    """Look at this local time."""
    moment = datetime.fromisoformat(when).replace(tzinfo=ZONE)
    world.clock.forward(seconds=(moment - world.clock.now()).total_seconds())
    return await look(world, **others)
