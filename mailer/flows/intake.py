"""Mailbox → journal → verdict → outbox → folder: takes every waiting mail, each exactly once.

The order makes it safe to be ended between any two steps and started again:

1. fetch, and keep the exact bytes;
2. record the mail: the same bytes, wherever they turn up, are the same case;
3. decide, and write the decision with all letters that follow in one transaction, once a case;
4. move the mail to its folder, with a star if it is urgent; a mail that was decided before is only
   moved.

What goes wrong with one mail is that mail's alone: it stays where it is, and the next is taken.
One that cannot be decided in two passes goes to the coordinator as it is.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailer.errors import MailboxError, StoreError
from mailer.flows.correspondence import Correspondence
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.following import Answers
from mailer.flows.ports.judging import Absences, Knowledge
from mailer.flows.ports.mailbox import Mailbox
from mailer.flows.ports.record import Journal, Originals
from mailer.flows.returned import Returns
from mailer.inquiry.away import away_on
from mailer.inquiry.case import tagged
from mailer.inquiry.out_of_office import absence
from mailer.inquiry.record import Background, Case, Earlier, RawMail, Written
from mailer.inquiry.reply import Before, Matter
from mailer.inquiry.route import Circumstances, route
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.thread import continues
from mailer.inquiry.triage import Judged, following, unreadable
from mailer.inquiry.verdict import Inquiry, Kind, Reason, Route, Verdict
from mailer.organisation import Organisation
from mailer.subscriber.mail import asked, says_yes
from mailer.subscriber.subscription import Act, Change

log = logging.getLogger("mailer.intake")

BATCH = 50

_MERE_YES = 12
"""Words: "Ja tack, gärna! Med vänlig hälsning Anna Ek". What says more is read by a person too."""


@dataclass(frozen=True, slots=True)
class Handled:
    """One mail that was decided: its case, where it went, how many letters follow."""

    number: str
    subject: str
    verdict: Verdict
    route: Route
    letters: int


@dataclass(slots=True)
class Taken:
    """What one pass did. `left` counts the mails that waited before it and lie there still."""

    handled: list[Handled] = field(default_factory=list)
    moved: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """The second journey.

    Of a mail over `limit` octets only the header block is at hand. `queued` is called when
    letters were put in the outbox. `answered` takes an approver's answer about an edition, and a
    leader's about who should have a case, and says why it is one; "" for any other mail.
    """

    mailbox: Mailbox
    journal: Journal
    originals: Originals
    absences: Absences
    answers: Answers
    triage: Knowledge
    correspondence: Correspondence
    returns: Returns
    organisation: Organisation
    rules: TriageRules
    case_prefix: str
    limit: int
    zone: ZoneInfo
    clock: Clock
    queued: Callable[[], None] = lambda: None
    answered: Callable[[Inquiry], Awaitable[str]] | None = None

    async def once(self) -> Taken:
        """Take all that waits now. Raises MailboxError or StoreError where nothing can be done."""
        taken = Taken()
        await self.triage.renew()
        for case in await self.journal.undecided():
            await self._decide_left(case, taken)
        waiting = await self.mailbox.waiting()
        for start in range(0, len(waiting), BATCH):
            await self._batch(waiting[start : start + BATCH], taken)
        if taken.moved < len(waiting):
            taken.left = len({*waiting} & {*await self.mailbox.waiting()})
        return taken

    async def drain(self) -> Taken:
        """Take what waits, and what comes meanwhile, until a pass moves nothing."""
        taken = await self.once()
        more = taken
        while more.moved:
            more = await self.once()
            taken.handled += more.handled
            taken.moved += more.moved
            taken.left = more.left
        return taken

    async def _decide_left(self, case: Case, taken: Taken) -> None:
        """Decide a case that an earlier pass left; where that fails again, without reading it."""
        try:
            raw = await self.originals.get(case.hash)
        except StoreError as error:
            log.error("original-missing case=%s reason=%s", case.number, error)
            return
        if not (await self._decide(case, raw, self._judge(case, raw), taken)).folder:
            why = "programmet klarade inte brevet i två försök"
            await self._decide(case, raw, unreadable(why), taken)

    async def _batch(self, uids: Sequence[int], taken: Taken) -> None:
        mails = await self._fetch(uids)
        hashes = await self.originals.keep([mail.raw for mail in mails])
        now = self.clock.now()
        cases = await self.journal.record(list(zip(mails, hashes, strict=True)), now)
        decided: dict[int, Case] = {}  # the same mail may lie there twice
        groups: dict[str, list[RawMail]] = {}
        urgent: list[RawMail] = []
        for mail, case in zip(mails, cases, strict=True):
            if case.id not in decided:
                decided[case.id] = case
                if not case.folder:
                    judged = self._judge(case, mail.raw)
                    decided[case.id] = await self._decide(case, mail.raw, judged, taken)
            stands = decided[case.id]
            if stands.folder:
                groups.setdefault(stands.folder, []).append(mail)
                urgent += [mail] if stands.urgent else []
        await self._flag(urgent)
        for folder, group in groups.items():
            there = set(await self._file(group, folder))
            moved = [mail for mail in group if mail.uid in there]
            if moved:
                await self.journal.filed(moved, folder, self.clock.now())
            taken.moved += len(moved)

    async def _flag(self, mails: Sequence[RawMail]) -> None:
        try:
            if mails:
                await self.mailbox.flag(mails)
        except MailboxError as error:  # the mail is filed without its star
            log.error("flag-failed mails=%s reason=%s", len(mails), error)

    async def _file(self, mails: Sequence[RawMail], folder: str) -> Sequence[int]:
        try:
            return await self.mailbox.file(mails, folder)
        except MailboxError as error:
            await self.mailbox.waiting()  # raises where the server is gone, and not one folder
            log.error("file-failed folder=%s reason=%s", folder, error)
            return []

    async def _fetch(self, uids: Sequence[int]) -> Sequence[RawMail]:
        """Fetch together; where that fails, one by one, so that one bad mail holds up no other."""
        try:
            return await self.mailbox.fetch(uids)
        except MailboxError as error:
            await self.mailbox.waiting()  # raises where the server is gone, and not one mail
            if len(uids) == 1:
                log.error("fetch-failed uid=%s reason=%s", uids[0], error)
                return []
        return [mail for uid in uids for mail in await self._fetch([uid])]

    def _judge(self, case: Case, raw: bytes) -> Judged:
        return self.triage.judge(raw, too_large=case.size if case.size > self.limit else 0)

    async def _decide(self, case: Case, raw: bytes, judged: Judged, taken: Taken) -> Case:
        """Decide a case and queue what follows; the case as decided, or as it was: that failed."""
        try:
            written, handled = await self._settle(case, raw, judged)
        except StoreError as error:
            log.error("decide-failed case=%s reason=%s", case.number, error)
            return case
        except Exception:  # a defect of ours may hold up this mail, not the next
            log.exception("decide-failed case=%s", case.number)
            return case
        decided = replace(case, folder=written.folder, urgent=written.urgent)
        if handled is None:
            return decided
        taken.handled.append(handled)
        if handled.letters:
            self.queued()
        log.info(
            "decided case=%s kind=%s owner=%s urgent=%s letters=%s",
            case.number,
            handled.verdict.kind,
            handled.verdict.owner,
            handled.verdict.urgent,
            handled.letters,
        )
        return decided

    async def _settle(
        self, case: Case, raw: bytes, judged: Judged
    ) -> tuple[Written, Handled | None]:
        """The decision that stands, and what was done; None where another had decided meanwhile."""
        judged = await self._unless_answered(judged)
        inquiry, now = judged.inquiry, self.clock.now()
        tag = tagged(inquiry.subject, self.case_prefix)
        background = await self.journal.background(inquiry, case, tag, now)
        if background.earlier and not continues(background.earlier, judged.verdict, judged.silence):
            background = replace(background, earlier=None)
        verdict, change = self._in_context(judged, background, now)
        today = now.astimezone(self.zone).date()
        if verdict.kind == "auto-reply":
            await self._note_absence(inquiry, background, case, today)
        if verdict.kind == "follow-up" and not judged.silence:  # who may be forged is not heard
            await self._note_answer(inquiry, case, now)
        circumstances = Circumstances(
            judged.silence,
            background.acknowledged,
            background.acknowledgements,
            away_on(today, self.organisation, background.away),
        )
        where = route(inquiry, verdict, circumstances, self.organisation, self.rules)
        matter = Matter(
            case.number,
            case.received.astimezone(self.zone),
            inquiry,
            verdict,
            where,
            await self._before(background.earlier) if where.leaders else None,
        )
        original = raw if case.size <= self.limit else b""
        posts = self.correspondence.about(matter, case, original, change, now)
        limit = self.rules.acknowledgements_an_hour
        if 0 < limit <= background.acknowledgements:  # 0: the operator wants none
            posts = (*posts, *self.correspondence.breaker(limit, now))
        if verdict.kind in ("bounce", "complaint"):
            change, notices = await self.returns.follow(case, raw, now)
            posts = (*posts, *notices)
        written = await self.journal.decide(case, inquiry, verdict, where, posts, change, now)
        handled = Handled(case.number, inquiry.subject, verdict, where, len(posts))
        return written, handled if written.ours else None

    async def _note_absence(
        self, inquiry: Inquiry, background: Background, case: Case, today: date
    ) -> None:
        """Remember what a leader's answering machine says; who may be a stranger is not heard."""
        person = self.organisation.person_at(inquiry.sender)
        away = absence(inquiry, today)
        if background.answers_forward and person and away:
            await self.absences.note(person.slug, away, case.number)

    async def _note_answer(self, inquiry: Inquiry, case: Case, now: datetime) -> None:
        """Remember what a leader has answered; a copy of the answer came to the mailbox."""
        if leader := self.organisation.person_at(inquiry.sender):
            ids = inquiry.references
            for number in await self.answers.note(leader, case.number, ids, now):
                log.info("answered case=%s by=%s mail=%s", number, leader.slug, case.number)

    async def _before(self, earlier: Earlier | None) -> Before | None:
        """The mail that is followed up, as it was read; without its words where it is gone."""
        if earlier is None:
            return None
        text = ""
        try:
            text = self.triage.judge(await self.originals.get(earlier.hash)).inquiry.text
        except StoreError as error:
            log.warning("original-missing case=%s reason=%s", earlier.number, error)
        return Before(earlier.number, earlier.received.astimezone(self.zone), text)

    async def _unless_answered(self, judged: Judged) -> Judged:
        """An answer to a question of ours is done with; who may be forged is not heard."""
        if self.answered is None or judged.silence or judged.verdict.kind not in _BY_PEOPLE:
            return judged
        why = await self.answered(judged.inquiry)
        if not why:
            return judged
        verdict = Verdict(kind="own", reasons=(Reason("own", why, 1.0),))
        return replace(judged, verdict=verdict, silence="avsändaren svarar på vår egen fråga")

    def _in_context(
        self, judged: Judged, background: Background, now: datetime
    ) -> tuple[Verdict, Change | None]:
        """The verdict in the light of what the record knows, and what it does to a subscription."""
        inquiry, verdict = judged.inquiry, judged.verdict
        evidence = f"mail of {now.isoformat(timespec='seconds')}, {inquiry.message_id or 'no id'}"
        change = None
        if verdict.kind in _BY_PEOPLE and background.confirms and says_yes(inquiry.text):
            change = asked("confirm", inquiry.sender, "", f"said yes by {evidence}")
            if len(inquiry.text.split()) <= _MERE_YES:
                yes = Reason("subscribe", "svarar ja på frågan om nyhetsbrevet", 1.0)
                return Verdict(kind="subscribe", reasons=(yes,)), change
        elif verdict.kind in _ACTS and not verdict.certain:
            return _for_coordinator(verdict, "gäller någon annans adress än avsändarens"), None
        elif verdict.kind == "unsubscribe" and not background.subscribed:
            why = "vill avsluta nyhetsbrevet, men adressen prenumererar inte"
            return _for_coordinator(verdict, why), None
        elif verdict.kind == "subscribe" and background.active:
            return _for_coordinator(verdict, "vill ha nyhetsbrevet, men prenumererar redan"), None
        elif verdict.kind == "subscribe" and judged.silence:
            why = f"vill ha nyhetsbrevet, men kan inte få vår fråga om det: {judged.silence}"
            return _for_coordinator(verdict, why), None
        elif act := _ACTS.get(verdict.kind):
            change = asked(act, inquiry.sender, inquiry.subject, evidence)
            if change and act == "subscribe":
                change = self.correspondence.invitations.prepared(change, inquiry.language)
            return verdict, change
        if verdict.kind in _BY_PEOPLE and (earlier := background.earlier):
            # The subproject may be gone from the configuration since then.
            owner = earlier.owner if earlier.owner in self.organisation.by_slug else None
            found = following(verdict, owner, earlier.certain, earlier.number)
            # Who names no earlier case may expect to hear that this mail has arrived.
            return found if earlier.named else replace(found, kind="inquiry"), change
        if verdict.kind == "follow-up":
            return replace(verdict, kind="inquiry"), change
        return verdict, change


_ACTS: dict[Kind, Act] = {"subscribe": "subscribe", "unsubscribe": "leave"}
_BY_PEOPLE = ("inquiry", "follow-up", "subscribe")


def _for_coordinator(verdict: Verdict, why: str) -> Verdict:
    """What a mail asks for, and no program can do: an inquiry that no subproject owns."""
    return replace(verdict, kind="inquiry", reasons=(Reason("", why, 1.0), *verdict.reasons))
