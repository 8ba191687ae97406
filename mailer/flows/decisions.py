"""Recorded mails → verdict → route → letters: decided and written down, each once.

Mails that do not bear on each other are decided together: what the record knows of them is asked
once, and the decisions go with all letters that follow into one transaction. Where that fails each
is tried alone, so that what goes wrong with one is that one's alone. Whatever is noted before that
transaction is noted once, however often it is tried.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailer.errors import StoreError
from mailer.flows.correspondence import Correspondence
from mailer.flows.judging import Mail, judge_all
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.following import Answers
from mailer.flows.ports.judging import Absences, Helper, Knowledge
from mailer.flows.ports.record import Journal, Originals
from mailer.flows.returned import Following, Returns
from mailer.inquiry.away import away_on
from mailer.inquiry.case import tagged
from mailer.inquiry.out_of_office import absence
from mailer.inquiry.record import Background, Case, Decision, Earlier, Opened, Written
from mailer.inquiry.reply import Before, Matter
from mailer.inquiry.route import Circumstances, route
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.silence import believed
from mailer.inquiry.thread import continues, says_again
from mailer.inquiry.together import runs
from mailer.inquiry.triage import Judged, following
from mailer.inquiry.verdict import Inquiry, Kind, Reason, Route, Verdict
from mailer.organisation import Organisation
from mailer.subscriber.mail import asked, says_yes
from mailer.subscriber.subscription import Act, Change

log = logging.getLogger("mailer.intake")

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


@dataclass(frozen=True, slots=True)
class Undecided:
    """A case, its mail as far as it is at hand, and what triage says of it."""

    case: Case
    raw: bytes
    judged: Judged


@dataclass(frozen=True, slots=True)
class Decided:
    """A case as it is decided, and what was done; nothing where another had decided meanwhile."""

    case: Case
    handled: Handled | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What decides. Of a mail over `limit` octets only the beginning is at hand.

    `queued` is called when letters were put in the outbox. `answered` takes an approver's answer
    about an edition, and a leader's about who should have a case, and says why it is one; "" for
    any other mail. `helper` judges as well, while it is called.
    """

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
    helper: Helper | None = None

    async def judge(self, mails: Sequence[tuple[Case, bytes]]) -> list[Undecided]:
        """Read each mail and say what it is about; what else runs has its turn."""
        sized = [(raw, case.size if case.size > self.limit else 0) for case, raw in mails]
        judged = await judge_all(sized, self._judge, self.helper)
        return [Undecided(*mail, each) for mail, each in zip(mails, judged, strict=True)]

    def _judge(self, mail: Mail) -> Judged:
        raw, too_large = mail
        return self.triage.judge(raw, too_large=too_large)

    async def decide(self, mails: Sequence[Undecided]) -> list[Decided]:
        """Decide on mails of different cases; one that failed is left out."""
        done: list[Decided] = []
        for run in runs([mail.judged for mail in mails], self.organisation.person_at):
            done += await self._together([mails[number] for number in run])
        return done

    async def decide_one(self, mail: Undecided) -> Decided:
        """Raises StoreError, and whatever else there may be wrong with this mail."""
        (done,) = await self._settle([mail])
        return done

    async def _together(self, mails: Sequence[Undecided]) -> list[Decided]:
        try:
            return await self._settle(mails)
        except StoreError as error:
            if len(mails) == 1:
                log.error("decide-failed case=%s reason=%s", mails[0].case.number, error)
                return []
        except Exception:  # a defect of ours may hold up this mail, not the next
            if len(mails) == 1:
                log.exception("decide-failed case=%s", mails[0].case.number)
                return []
        return [done for mail in mails for done in await self._together([mail])]

    async def _settle(self, mails: Sequence[Undecided]) -> list[Decided]:
        now = self.clock.now()
        mails = [replace(mail, judged=await self._unless_answered(mail.judged)) for mail in mails]
        opened = [self._opened(mail) for mail in mails]
        reports = [(each.case, each.raw) for each in mails if each.judged.verdict.kind in _REPORTS]
        returned = await self.returns.follow(reports, now)
        decisions: list[Decision] = []
        changes: dict[int, Change] = {}
        acknowledged = 0
        for mail, background in zip(mails, await self.journal.background(opened, now), strict=True):
            count = background.acknowledgements + acknowledged
            known = replace(background, acknowledgements=count)
            follows = returned.get(mail.case.id)
            decision, change = await self._decision(mail, known, follows, now)
            acknowledged += decision.route.acknowledge
            decisions.append(decision)
            if change:
                changes[mail.case.id] = change
        written = await self.journal.decide(decisions, changes, now)
        done = [_done(*each) for each in zip(decisions, written, strict=True)]
        if any(each.handled and each.handled.letters for each in done):
            self.queued()
        return done

    def _opened(self, mail: Undecided) -> Opened:
        inquiry = mail.judged.inquiry
        return Opened(mail.case, inquiry, tagged(inquiry.subject, self.case_prefix))

    async def _decision(
        self, mail: Undecided, background: Background, follows: Following | None, now: datetime
    ) -> tuple[Decision, Change | None]:
        """The decision, with the letters that follow, and what it does to a subscription.

        `follows` is what a report of other letters does.
        """
        case, judged = mail.case, mail.judged
        inquiry = judged.inquiry
        again = await self._says_again(inquiry, background.earlier, case)
        if background.earlier and not continues(background.earlier, judged.verdict, judged.silence):
            background = replace(background, earlier=None)
        verdict, change = self._in_context(judged, background, now)
        today = now.astimezone(self.zone).date()
        if verdict.kind == "auto-reply":
            await self._note_absence(inquiry, background, case, today)
        if verdict.kind == "follow-up" and believed(judged.silence):
            await self._note_answer(inquiry, case, now)
        circumstances = Circumstances(
            judged.silence,
            background.acknowledged,
            background.acknowledgements,
            away_on(today, self.organisation, background.away),
            again,
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
        original = mail.raw if case.size <= self.limit else b""
        posts = self.correspondence.about(matter, case, original, change, now)
        limit = self.rules.acknowledgements_an_hour
        if 0 < limit <= background.acknowledgements:  # 0: the operator wants none
            posts = (*posts, *self.correspondence.breaker(limit, now))
        if follows:
            change, posts = follows[0], (*posts, *follows[1])
        return Decision(case, inquiry, verdict, where, posts), change

    async def _note_absence(
        self, inquiry: Inquiry, background: Background, case: Case, today: date
    ) -> None:
        """Remember what a leader's answering machine says; who may be a stranger is not heard."""
        person = self.organisation.person_at(inquiry.sender)
        if background.answers_forward and person and (away := absence(inquiry, today)):
            await self.absences.note(person.slug, away, case.number)

    async def _note_answer(self, inquiry: Inquiry, case: Case, now: datetime) -> None:
        """Remember what a leader has answered; a copy of the answer came to the mailbox.

        What goes to the mailbox or to a colleague alone ("kan du ta den?") answers nobody. Whom a
        web form wrote for stands in no record: he is anybody outside.
        """
        if leader := self.organisation.person_at(inquiry.sender):
            to = {each.email.lower() for each in inquiry.recipients}
            outside = any(self.organisation.outside(each) for each in inquiry.recipients)
            ids, reached = inquiry.references, None if outside else to
            for number in await self.answers.note(leader, case.number, ids, now, reached):
                log.info("answered case=%s by=%s mail=%s", number, leader.slug, case.number)

    async def _says_again(self, inquiry: Inquiry, earlier: Earlier | None, case: Case) -> bool:
        """Whether one of our people has just written nothing but this, in the case found."""
        if earlier is None or earlier.named or not self.organisation.person_at(inquiry.sender):
            return False
        before = await self._before(earlier)
        return before is not None and says_again(earlier, before.text, inquiry, case.received)

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
        if self.answered is None or judged.verdict.kind not in _BY_PEOPLE:
            return judged
        if not believed(judged.silence):
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
            return _for_coordinator(
                verdict, "gäller nyhetsbrevet, men behöver göras för hand"
            ), None
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
        by_person = verdict.kind in _BY_PEOPLE or self._may_answer(inquiry, verdict, background)
        if by_person and (earlier := background.earlier):
            # The subproject may be gone from the configuration since then.
            owner = earlier.owner if earlier.owner in self.organisation.by_slug else None
            found = following(verdict, owner, earlier.certain, earlier.number)
            # Who names no earlier case may expect to hear that this mail has arrived.
            return found if earlier.named else replace(found, kind="inquiry"), change
        if verdict.kind == "follow-up":
            return replace(verdict, kind="inquiry"), change
        return verdict, change

    def _may_answer(self, inquiry: Inquiry, verdict: Verdict, background: Background) -> bool:
        """Whether a person may have answered in a case: "jag är sjuk, ring hellre".

        Only its words are an answering machine's, and who has the case gets it; no machine does.
        """
        only_by_words = verdict.kind == "auto-reply" and not verdict.certain
        named = background.earlier is not None and background.earlier.named
        return only_by_words and named and not self.organisation.person_at(inquiry.sender)


def _done(decision: Decision, written: Written) -> Decided:
    case = replace(decision.case, folder=written.folder, urgent=written.urgent)
    if not written.ours:
        return Decided(case, None)
    subject, verdict, letters = decision.inquiry.subject, decision.verdict, len(decision.posts)
    log.info(
        "decided case=%s kind=%s owner=%s urgent=%s letters=%s",
        case.number,
        verdict.kind,
        verdict.owner,
        verdict.urgent,
        letters,
    )
    return Decided(case, Handled(case.number, subject, verdict, decision.route, letters))


_ACTS: dict[Kind, Act] = {"subscribe": "subscribe", "unsubscribe": "leave"}
_BY_PEOPLE = ("inquiry", "follow-up", "subscribe")
_REPORTS = ("bounce", "complaint")


def _for_coordinator(verdict: Verdict, why: str) -> Verdict:
    """What a mail asks for, and no program can do: an inquiry that no subproject owns."""
    return replace(verdict, kind="inquiry", reasons=(Reason("", why, 1.0), *verdict.reasons))
