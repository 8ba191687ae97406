"""Returned mail → which letter of ours, what it weighs → what becomes of the subscription.

What is learnt is noted once a mail, before the mail is decided; what follows from it goes into the
transaction of that decision. A report about no letter of ours counts nowhere: it is filed, and that
is all.
"""

import logging
import re
from collections.abc import Mapping, Sequence
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


Following = tuple[Change | None, Sequence[Post]]
"""What a report does to a subscription, and the letters about it."""


@dataclass(frozen=True, slots=True)
class _Report:
    """A mail that reports something of letters with these `ids` of ours."""

    case: Case
    raw: bytes
    returned: Returned
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Returns:
    """What to do about mails that triage took for bounces or complaints."""

    bounces: Bounces
    journal: Journal
    correspondence: Correspondence

    async def follow(
        self, mails: Sequence[tuple[Case, bytes]], now: datetime
    ) -> Mapping[int, Following]:
        """By the id of the case; of a mail that reports nothing, nothing."""
        reports = [
            _Report(case, raw, returned, self._ids(raw))
            for case, raw in mails
            if (returned := read_bounce(raw))
        ]
        if not reports:
            return {}
        changes = await self._changes(reports, now)
        notices = await self._notices(reports, now)
        return {
            each.case.id: (changes.get(each.case.id), notices[each.case.id]) for each in reports
        }

    async def _changes(self, reports: Sequence[_Report], now: datetime) -> Mapping[int, Change]:
        asked = [(each.ids, each.returned.recipients) for each in reports]
        letters = await self.bounces.letters(asked, now)
        found = []
        for each, came in zip(reports, letters, strict=True):
            if came:
                weight = weigh(each.returned, proven=came.proven)
                found.append((each.case, came, each.returned.diagnosis, weight))
            else:
                log.info("bounce-unidentified case=%s", each.case.number)
        changes = {}
        histories = await self.bounces.note(found) if found else ()
        for (case, came, *_), known in zip(found, histories, strict=True):
            if ending := decide(known, now):
                why = f"{ending.reason} (mail {case.number})"
                changes[case.id] = Change(ending.act, None, why, token=came.token, way="bounce")
        return changes

    async def _notices(
        self, reports: Sequence[_Report], now: datetime
    ) -> Mapping[int, Sequence[Post]]:
        """About forwards that, by these reports, no leader will get."""
        ended = frozenset[str]().union(*(e.ids for e in reports if e.returned.diagnosis.ended))
        forwards = {
            self.correspondence.identity.message_id(each.key): each
            for each in (await self.journal.forwards(ended) if ended else ())
        }
        return {
            each.case.id: [
                self.correspondence.came_back(forward, each.returned.diagnosis.words, each.raw, now)
                for id, forward in forwards.items()
                if id in each.ids and each.returned.diagnosis.ended
            ]
            for each in reports
        }

    def _ids(self, raw: bytes) -> frozenset[str]:
        """The Message-ID of the letter that came back; several where several are repeated."""
        found = self.correspondence.identity.ids_in
        if named := found(b"\n".join(_MESSAGE_ID.findall(raw))):
            return named
        anywhere = found(raw)
        return anywhere if len(anywhere) == 1 else frozenset()
