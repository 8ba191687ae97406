"""Sees that nothing lies unanswered: looks for answers, sends what is due, and the daily digest.

A look goes through these steps, and may be ended between any two:

1. note which of the inquiries that wait were answered by a mail program in the mailbox itself;
2. of each that still waits, queue the letters of the one step that is due, all or none; their keys
   tell the next look that the step was taken;
3. on a working day, once its hour has come, queue the coordinator's digest.

What goes wrong with one inquiry is that one's alone. A mailbox that cannot be reached holds up
nothing: better a letter too much than an urgent one too few.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailer.errors import MailboxError, StoreError
from mailer.flows.correspondence import LinksFor
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.following import FollowUps
from mailer.flows.ports.judging import Absences, Knowledge
from mailer.flows.ports.mailbox import Flags
from mailer.flows.ports.record import Originals
from mailer.inquiry.away import Away, away_on, stand_in
from mailer.inquiry.digest import digest
from mailer.inquiry.follow_up import (
    Step,
    Waiting,
    digest_due,
    digest_key,
    digest_since,
    due,
    holders_of,
    key_stem,
    morning,
    readers,
)
from mailer.inquiry.reminders import Reminders
from mailer.inquiry.reply import answer_to
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Inquiry
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared
from mailer.mail.post import Post
from mailer.organisation import Leader, Organisation
from mailer.rendering import Words

log = logging.getLogger("mailer.follow-up")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Follows up.

    Of a mail over `limit` octets only the beginning is at hand. `queued` is called when letters
    were put in the outbox.
    """

    follow_ups: FollowUps
    flags: Flags
    originals: Originals
    absences: Absences
    triage: Knowledge
    reminders: Reminders
    links_for: LinksFor
    organisation: Organisation
    rules: TriageRules
    operator: Address
    identity: Identity
    zone: ZoneInfo
    limit: int
    clock: Clock
    queued: Callable[[], None] = lambda: None
    _empty: set[date] = field(default_factory=set)

    async def look(self) -> int:
        """Look once; of how many inquiries somebody was told.

        Raises StoreError where nothing can be done; MailboxError, after all else was done.
        """
        waiting = await self.follow_ups.waiting()
        trouble = None
        try:
            waiting = await self._unanswered(waiting)
        except MailboxError as error:
            trouble = error
        told = [each.case.number for each in waiting if await self._follow(each)]
        await self._tell_coordinator(waiting)
        if trouble:
            raise trouble
        return len(told)

    async def _unanswered(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """Those that no flag in the mailbox shows as answered."""
        if not waiting:
            return waiting
        flagged = await self.flags.answered([each.case for each in waiting])
        numbers = await self.follow_ups.flagged(flagged, self.clock.now()) if flagged else ()
        for number in numbers:
            log.info("answered case=%s by=flag", number)
        if numbers:
            await self.triage.renew()  # who answered confirms; now rather than at the next mail
        return [each for each in waiting if each.case.number not in numbers]

    # --- one inquiry

    async def _follow(self, waiting: Waiting) -> bool:
        """Take the step that is due; whether there was one."""
        now = self.clock.now()
        step = due(waiting, now, self.zone, self.rules)
        if step is None:
            return False
        try:
            posts = await self._posts(step, waiting, now)
            sent = bool(posts) and await self.follow_ups.send(waiting, posts, now)
        except StoreError:
            raise
        except Exception:  # a defect of ours may hold up this inquiry, not the next
            log.exception("not-followed-up case=%s step=%s", waiting.case.number, step.name)
            return False
        if sent:
            self.queued()
            log.info("followed-up case=%s step=%s", waiting.case.number, step.name)
        return sent

    async def _posts(self, step: Step, waiting: Waiting, now: datetime) -> list[Post]:
        away = await self._away(now)
        people: list[Leader | None] = [*readers(waiting, step, away, self.organisation, self.rules)]
        known = any(each and each.address.same(self.operator) for each in people)
        if "operator" in step.to and not known:
            people.append(None)
        if not people:
            return []
        inquiry, original = await self._mail(waiting) if step.answers else (_known(waiting), b"")
        holders = holders_of(waiting, away, self.organisation, self.rules, urgent=step.urgent)
        return [
            self._post(step, waiting, inquiry, original, holders, reader, now) for reader in people
        ]

    async def _mail(self, waiting: Waiting) -> tuple[Inquiry, bytes]:
        """The mail as it was read, and what is attached of it."""
        case = waiting.case
        try:
            raw = await self.originals.get(case.hash)
        except StoreError as error:  # that somebody waits is to be told all the same
            log.error("original-missing case=%s reason=%s", case.number, error)
            return _known(waiting), b""
        too_large = case.size if case.size > self.limit else 0
        return self.triage.judge(raw, too_large=too_large).inquiry, b"" if too_large else raw

    def _post(
        self,
        step: Step,
        waiting: Waiting,
        inquiry: Inquiry,
        original: bytes,
        holders: Sequence[Leader],
        reader: Leader | None,
        now: datetime,
    ) -> Post:
        words = self.reminders.of_step(
            step,
            waiting,
            inquiry,
            holders,
            reader,
            self.links_for(waiting.case.number, reader) if reader else (),
            now,
            attached=bool(original),
        )
        draft = replace(self._draft(words, now), original=original)
        if step.answers:
            draft = replace(
                draft,
                reply_to=tuple(self._answer_to(inquiry)),
                references=(*inquiry.references, inquiry.message_id),
            )
        to = Address(reader.address.email, reader.name) if reader else self.operator
        key = key_stem(waiting, step) + (reader.slug if reader else "operator")
        post = self._notice(key, to, draft)
        return replace(post, inquiry_id=waiting.case.id, urgent=step.urgent)

    def _answer_to(self, inquiry: Inquiry) -> Iterator[Address]:
        """Whoever answers the letter answers the sender, and we see that they did."""
        mailbox = self.organisation.mailbox
        if resident := answer_to(inquiry, mailbox):
            yield resident
        yield mailbox

    # --- the digest

    async def _tell_coordinator(self, waiting: Sequence[Waiting]) -> None:
        now = self.clock.now()
        last = await self.follow_ups.last_digest(now.astimezone(self.zone).date())
        day = digest_due(now, self.zone, last)
        if day is None or day in self._empty:
            return
        since, until = morning(digest_since(day, last), self.zone), morning(day, self.zone)
        made = digest(since, until, await self.follow_ups.happened(since, until), waiting)
        if made.is_empty:
            self._empty.add(day)
            return
        coordinator = self.organisation.coordinator
        instead = stand_in(coordinator, (), await self._away(now), self.organisation)
        reader = instead.reader if instead else coordinator
        draft = self._draft(self.reminders.digest(made), now)
        to = Address(reader.address.email, reader.name)
        await self.follow_ups.tell([self._notice(digest_key(day), to, draft)], now)
        self.queued()
        log.info("digest day=%s received=%s waiting=%s", day, made.received, len(made.waiting))

    # --- letters

    async def _away(self, now: datetime) -> Away:
        today = now.astimezone(self.zone).date()
        return away_on(today, self.organisation, await self.absences.on(today))

    def _draft(self, words: Words, now: datetime) -> Draft:
        mailbox = self.organisation.mailbox
        return Draft(
            sender=mailbox,
            reply_to=(mailbox,),
            subject=words.subject,
            text=words.text,
            date=now.astimezone(self.zone),
            auto_submitted="auto-generated",
            to_colleague=True,
        )

    def _notice(self, key: str, to: Address, draft: Draft) -> Post:
        return Post(
            key=key,
            kind="notice",
            to=to,
            mail_from=self.organisation.mailbox.email,
            message_id=self.identity.message_id(key),
            content=shared(draft),
        )


def _known(waiting: Waiting) -> Inquiry:
    """What the record has of a mail."""
    return Inquiry(sender=waiting.sender, subject=waiting.subject)
