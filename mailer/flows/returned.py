"""Returned mail → which letter of ours, what it weighs → what becomes of the subscription.

What is learnt is noted once a mail, before the mail is decided; what follows from it goes into the
transaction of that decision. A report about no letter of ours counts nowhere: it is filed, and that
is all.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.flows.correspondence import Correspondence
from mailer.flows.ports.record import Journal
from mailer.flows.ports.subscribers import Bounces
from mailer.inquiry.record import Case
from mailer.mail.bounce import Returned, read_bounce
from mailer.mail.post import Post
from mailer.subscriber.subscription import Change
from mailer.subscriber.suppression import decide, weigh

log = logging.getLogger("mailer.returned")

# Of the letter itself: an id in References is that of a letter which it answers.
_MESSAGE_ID = re.compile(rb"^Message-ID:(?:[ \t]*\r?\n)?[ \t]*(\S{1,998})", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Returns:
    """What to do about mail that triage took for a bounce or a complaint."""

    bounces: Bounces
    journal: Journal
    correspondence: Correspondence

    async def follow(
        self, case: Case, raw: bytes, now: datetime
    ) -> tuple[Change | None, Sequence[Post]]:
        """What it does to a subscription, and the letters about it."""
        returned = read_bounce(raw)
        if returned is None:
            return None, ()
        ids = self._ids(raw)
        return await self._change(case, returned, ids, now), await self._notices(
            returned, ids, raw, now
        )

    async def _change(
        self, case: Case, returned: Returned, ids: frozenset[str], now: datetime
    ) -> Change | None:
        came = await self.bounces.letter(ids, returned.recipients, now)
        if came is None:
            log.info("bounce-unidentified case=%s", case.number)
            return None
        weight = weigh(returned, proven=came.proven)
        known = await self.bounces.note(case, came, returned.diagnosis, weight)
        ending = decide(known, now)
        if ending is None:
            return None
        evidence = f"{ending.reason} (mail {case.number})"
        return Change(ending.act, None, evidence, token=came.token, way="bounce")

    async def _notices(
        self, returned: Returned, ids: frozenset[str], raw: bytes, now: datetime
    ) -> Sequence[Post]:
        """About forwards that, by this report, no leader will get."""
        if not returned.diagnosis.ended:
            return ()
        forwards = await self.journal.forwards(ids)
        said = returned.diagnosis.words
        return [self.correspondence.came_back(each, said, raw, now) for each in forwards]

    def _ids(self, raw: bytes) -> frozenset[str]:
        """The Message-ID of the letter that came back; several where several are repeated."""
        found = self.correspondence.identity.ids_in
        named, anywhere = found(b"\n".join(_MESSAGE_ID.findall(raw))), found(raw)
        return named or (anywhere if len(anywhere) == 1 else frozenset())
