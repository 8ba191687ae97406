"""A leader says that a case belongs to others: by a move, a button or an answer to the forward.

Takes who said what; `inquiry.correction` decides what follows. All of it is written in one
transaction, so that saying the same again, or being ended in between, changes nothing.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.errors import StoreError
from mailer.flows.correspondence import Correspondence
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.judging import Absences, Knowledge, Labels
from mailer.flows.ports.record import Originals
from mailer.inquiry.away import Away, away_on
from mailer.inquiry.correction import (
    SHELF,
    Correction,
    Holding,
    Way,
    folder_of,
    named,
    sender_key,
    step,
    wanted,
)
from mailer.inquiry.record import Case
from mailer.inquiry.reply import Matter, answered_in
from mailer.inquiry.rerouted import Rerouted
from mailer.inquiry.route import Circumstances, route
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Inquiry, Kind, Verdict
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared
from mailer.mail.post import Post
from mailer.organisation import Leader, Organisation
from mailer.rendering import Words

log = logging.getLogger("mailer.corrections")


@dataclass(frozen=True, slots=True)
class Corrections:
    """Obeys leaders.

    Of a mail over `limit` octets only the beginning is at hand. `queued` is called when letters
    were put in the outbox.
    """

    labels: Labels
    originals: Originals
    absences: Absences
    triage: Knowledge
    correspondence: Correspondence
    rerouted: Rerouted
    organisation: Organisation
    rules: TriageRules
    identity: Identity
    zone: ZoneInfo
    limit: int
    clock: Clock
    queued: Callable[[], None] = lambda: None

    async def correct(self, holding: Holding, to: str, way: Way, by: str) -> bool:
        """Let `to` have the case, because `by` (a slug, or empty) said so; False where it has.

        Raises StoreError.
        """
        now = self.clock.now()
        follows = step(holding, to, now)
        if follows == "nothing":
            return False
        folder = folder_of(to, self.organisation)
        correction = Correction(holding, to, follows, way, by, folder)
        posts = await self._posts(correction, now)
        if not await self.labels.correct(correction, posts, now):
            return False
        if posts:
            self.queued()
        log.info(
            "corrected case=%s from=%s to=%s step=%s way=%s",
            holding.case.number,
            holding.holder,
            to,
            follows,
            way,
        )
        return True

    # --- the answer to a forward

    async def take(self, inquiry: Inquiry) -> str:
        """Take a mail that answers a forward with "Fel: …"; why it was one, or "" where it is none.

        It counts where it comes from a leader and refers to a letter of ours about the case.
        """
        leader = self._leader(inquiry.sender)
        meant = wanted(inquiry.text, self.organisation) if leader else None
        if leader is None or meant is None:
            return ""
        number = await self.labels.case_of(inquiry.references)
        holding = await self.labels.holding(number, self.clock.now())
        if holding is None:
            return ""
        match meant:
            case [to]:
                await self.correct(holding, to, "reply", leader.slug)
            case _:
                await self._ask(holding, leader, inquiry)
        return f"säger vem som ska ha ärende {number}"

    def _leader(self, address: Address | None) -> Leader | None:
        people = self.organisation.people.values()
        return next((each for each in people if address and each.address.same(address)), None)

    async def _ask(self, holding: Holding, leader: Leader, inquiry: Inquiry) -> None:
        now = self.clock.now()
        words = self.rerouted.choices(holding, named(inquiry.text) or "")
        key = f"notice/{holding.case.number}/choices/{leader.slug}/{now.isoformat()}"
        await self.labels.put([self._to_leader(key, leader, words, holding, inquiry, now)], now)
        self.queued()

    # --- the page of a case

    async def opened(self, number: str, leader: str, seal: str) -> tuple[Leader, Holding] | None:
        """Whom such a link was made for, and how the case stands.

        None where the link is not ours, the leader is one no longer, or there is no such case.
        """
        person = self.organisation.people.get(leader)
        if person is None or not self.identity.sealed(seal, "case", number, leader):
            return None
        holding = await self.labels.holding(number, self.clock.now())
        return (person, holding) if holding else None

    async def takes(self, holding: Holding, leader: Leader) -> None:
        """This leader takes it: the others who have it are told that they need not."""
        now = self.clock.now()
        try:
            _, inquiry = await self._read(holding.case)
        except StoreError:  # an original that is lost has no thread
            inquiry = Inquiry(subject=holding.subject)
        posts = [
            self._to_leader(
                f"notice/{holding.case.number}/taken/{leader.slug}/{reader.slug}",
                reader,
                self.rerouted.taken(holding, leader),
                holding,
                inquiry,
                now,
            )
            for slug in sorted(self._having(holding) - {leader.slug})
            if (reader := self.organisation.people.get(slug))
        ]
        if await self.labels.take(holding, leader.slug, posts, now):
            self.queued()
            log.info("taken case=%s by=%s", holding.case.number, leader.slug)

    def _having(self, holding: Holding) -> frozenset[str]:
        """Who had it and still has: those who gave it away were told that they need not."""
        if holding.last is None:
            return holding.seen
        owner = self.organisation.by_slug.get(holding.holder)
        leaders = (*(owner.leaders if owner else ()), self.organisation.coordinator)
        return holding.seen & {each.slug for each in leaders}

    async def goes(self, holding: Holding, to: str, leader: Leader) -> None:
        """This leader says who should have it."""
        await self.correct(holding, to, "page", leader.slug)

    # --- the letters

    async def _posts(self, correction: Correction, now: datetime) -> list[Post]:
        holding = correction.holding
        case = holding.case
        original, inquiry = await self._read(case)
        today = now.astimezone(self.zone).date()
        away = away_on(today, self.organisation, await self.absences.on(today))
        matter = self._matter(correction, inquiry, away)
        return [
            *self.correspondence.about(matter, case, original, None, now),
            *self._to_readers(correction, matter.route.leaders, inquiry, now),
            *self._to_sender(correction, inquiry, now),
        ]

    async def _read(self, case: Case) -> tuple[bytes, Inquiry]:
        """The mail, empty where it is too large to be handed on, and what it says."""
        raw = await self.originals.get(case.hash)
        too_large = case.size if case.size > self.limit else 0
        await self.triage.renew()
        return b"" if too_large else raw, self.triage.judge(raw, too_large=too_large).inquiry

    def _matter(self, correction: Correction, inquiry: Inquiry, away: Away) -> Matter:
        """The mail as those who have not seen it get it: theirs, for a person said so."""
        holding, to = correction.holding, correction.to
        owner = to if to in self.organisation.by_slug else None
        by = self.organisation.people.get(correction.by)
        # What goes back to its shelf is nobody's, and as spam has no readers.
        kind: Kind = "spam" if to == SHELF else "inquiry"
        verdict = Verdict(kind, owner, urgent=holding.urgent)
        silence = holding.silence or "hen har redan fått en"
        circumstances = Circumstances(silence, away=away)
        return Matter(
            holding.case.number,
            holding.case.received.astimezone(self.zone),
            inquiry,
            verdict,
            route(inquiry, verdict, circumstances, self.organisation, self.rules),
            moved=f"flyttat hit av {by.titled if by else 'en kollega'}",
        )

    def _to_readers(
        self, correction: Correction, leaders: Sequence[Leader], inquiry: Inquiry, now: datetime
    ) -> Iterator[Post]:
        number = correction.holding.case.number
        for slug in sorted(correction.holding.seen - {correction.by}):
            if reader := self.organisation.people.get(slug):
                words = self.rerouted.to_reader(correction, reader, leaders)
                key = f"notice/{number}/moved/{slug}/{now.isoformat()}"
                yield self._to_leader(key, reader, words, correction.holding, inquiry, now)

    def _to_sender(self, correction: Correction, inquiry: Inquiry, now: datetime) -> Iterator[Post]:
        holding = correction.holding
        if not holding.sender or holding.told in ("", correction.to):
            return
        language = answered_in(inquiry)
        draft = replace(
            self._draft(self.rerouted.to_sender(correction, language), inquiry, now),
            auto_submitted="auto-replied",
            language=language,
        )
        key = f"{sender_key(holding.case.number)}{correction.to}/{now.isoformat()}"
        # It must not come back to anyone (RFC 3834, 3.3).
        yield self._post(key, holding.sender, draft, holding, mail_from="")

    def _to_leader(
        self,
        key: str,
        leader: Leader,
        words: Words,
        holding: Holding,
        inquiry: Inquiry,
        now: datetime,
    ) -> Post:
        draft = replace(
            self._draft(words, inquiry, now), auto_submitted="auto-generated", to_colleague=True
        )
        to = Address(leader.address.email, leader.name)
        return self._post(key, to, draft, holding, mail_from=self.organisation.mailbox.email)

    def _draft(self, words: Words, inquiry: Inquiry, now: datetime) -> Draft:
        return Draft(
            sender=self.organisation.mailbox,
            reply_to=(self.organisation.mailbox,),
            subject=words.subject,
            text=words.text,
            date=now.astimezone(self.zone),
            references=(*inquiry.references, inquiry.message_id),
        )

    def _post(
        self, key: str, to: Address, draft: Draft, holding: Holding, *, mail_from: str
    ) -> Post:
        return Post(
            key=key,
            kind="notice",
            to=to,
            mail_from=mail_from,
            message_id=self.identity.message_id(key),
            content=shared(draft),
            inquiry_id=holding.case.id,
        )
