"""The edition's way out: asked about, held, sent once, or told why not.

`tick` is called each minute and does what is due by then; the files are read anew whenever one was
saved. An edition goes out when all of this holds, looked at in this order:

* its period is not claimed in the store;
* it has something to tell, and preflight finds no error in it;
* its hour has come, and it is approved if somebody must approve it (`newsletter.approval`);
* neither the archive nor the contact mailbox holds a copy of it: a database that was restored, or
  is another machine's, may have forgotten that it went out.

What holds it is told to the editors, once.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NoReturn

from mailer.errors import (
    EditionError,
    LoginRefused,
    MailboxError,
    MailerError,
    NotApproved,
    SettingsError,
)
from mailer.flows.approve import Approvals, Edited
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.newsletter import Archive, Copies, Editions
from mailer.flows.publish import Composer, Queued, edition_of, publish
from mailer.mail.identity import Identity
from mailer.newsletter.approval import Answer, Proof, Question, opens, standing, step
from mailer.newsletter.edition import Edition, Newsletter, is_empty
from mailer.newsletter.finding import Finding
from mailer.rendering import Words

log = logging.getLogger("mailer.newsroom")

QUIET = timedelta(minutes=10)
"""So long must an edition stay as it is before the approvers are asked anew."""


LOCKS = timedelta(minutes=5)
"""After a refused login: trying again soon would lock the account."""

_NEWS = timedelta(days=1)
"""What did not come of an older edition is no news: a service that starts tells of none."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The newsletter as its files are now: the same object until one is saved."""

    composer: Composer
    approvals: Approvals
    findings: Callable[[Edition], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Hours:
    """Edition hours: the last that has come, if it is not long ago, and the next."""

    last: datetime | None
    next: datetime


@dataclass(slots=True)
class Newsroom:
    """`read` raises SettingsError where the files cannot be used."""

    paper: Paper
    read: Callable[[], Awaitable[Paper]]
    hours: Callable[[Newsletter, datetime], Hours]
    hour_on: Callable[[Newsletter, date], datetime]
    editions: Editions
    archive: Archive
    copies: Copies
    identity: Identity
    clock: Clock
    trouble: str = ""
    looked: datetime | None = None
    _settled: set[datetime] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)
    _edited: tuple[Paper, datetime, Edited] | None = None
    _changed: tuple[str, datetime] | None = None
    _refused: datetime | None = None

    async def tick(self) -> bool:
        """Do what is due; whether letters were queued. Raises no MailerError.

        `trouble` says afterwards why an edition whose hour has come could not go out, "" if nothing
        is wrong; `looked` is when this was.
        """
        self.looked = self.clock.now()
        try:
            queued = await self._look(self.looked)
        except MailerError as error:
            if str(error) != self.trouble:
                log.error("edition-held reason=%s", error)
            self.trouble = str(error)
            return False
        self.trouble = ""
        return queued

    async def reread(self) -> None:
        """Read the files where one was saved. Of those that cannot be used, `tick` tells."""
        with suppress(SettingsError):
            self.paper = await self.read()

    async def publish(self, day: date) -> Queued:
        """Queue the edition due on `day` now, because somebody says so.

        Raises EditionError where it must not go out; where only an approval lacks, that is asked.
        """
        paper = self.paper = await self.read()
        period = paper.composer.period(day)
        if not await self.editions.claimed(period):
            edited = await self._edition(paper, self.hour_on(paper.composer.newsletter, day), day)
            if not is_empty(edited.edition):
                _refuse_errors(edited)
                await self._refuse_sent(period, by_hand=True)
                await self._refuse_unapproved(paper, edited)
        return await self._publish(paper, day)

    async def _look(self, now: datetime) -> bool:
        broken: SettingsError | None = None
        try:
            self.paper = await self.read()
        except SettingsError as error:
            broken = error  # what was read before says whether that matters yet
        composer, approvals = self.paper.composer, self.paper.approvals
        newsletter = composer.newsletter
        hours = self.hours(newsletter, now)
        hour = hours.next if now >= opens(hours.next, newsletter.approval) else hours.last
        if hour is None or hour in self._settled:
            return False
        day = hour.astimezone(composer.zone).date()
        period = composer.period(day)
        if await self.editions.claimed(period):
            await self._publish(self.paper, day)  # makes good what a run that was ended left
            if await self._kept(period):
                self._settled.add(hour)
            return False
        if broken:
            if hour <= now <= hour + _NEWS:
                words = approvals.editorial.held(period, map(str, broken.problems))
                name = sha256(str(broken).encode()).hexdigest()[:16]
                await self._tell(f"held/{period}/{name}", words)
                raise broken
            return False
        edited = await self._edition(self.paper, hour, day)
        if is_empty(edited.edition):
            if hour <= now <= hour + _NEWS and newsletter.when_empty == "notify":
                await self._tell(f"empty/{period}", approvals.editorial.empty(period))
            return False
        return await self._act(edited, hour, now)

    async def _act(self, edited: Edited, hour: datetime, now: datetime) -> bool:
        paper, period = self.paper, edited.edition.period
        newsletter, approvals = paper.composer.newsletter, paper.approvals
        proof, answers = await approvals.proofs.latest(period)
        question = Question(
            hour, newsletter.approval, newsletter.missed, edited.digest, proof, answers
        )
        match step(question, now):
            case "ask":
                if proof is None or self._is_quiet(edited, now):
                    missed = newsletter.approval is None or bool(
                        proof and proof.digest == edited.digest
                    )
                    await approvals.ask(edited, hour, missed=missed)
                    return True
            case "remind" if proof:
                await approvals.remind(proof, answers)
                return True
            case "drop":
                self._settled.add(hour)
                log.warning("edition-missed period=%s", period)
                # A newsletter that never was has no readers who miss it.
                if await self.editions.last_before(edited.edition.date, period):
                    await self._tell(f"missed/{period}", approvals.editorial.missed(period, hour))
                    return True
            case "send":
                return await self._send(edited)
        return False

    async def _send(self, edited: Edited) -> bool:
        approvals, period = self.paper.approvals, edited.edition.period
        errors = [each for each in edited.findings if each.is_error]
        if errors:
            reasons = [f"{each.svenska} ({each.place})" for each in errors]
            name = f"held/{period}/{edited.digest[:16]}"
            await self._tell(name, approvals.editorial.held(period, reasons))
            _refuse_errors(edited)
        await self._refuse_sent(period, by_hand=False)
        queued = await self._publish(self.paper, edited.edition.date)
        return not queued.again

    async def _publish(self, paper: Paper, day: date) -> Queued:
        queued = await publish(
            day, paper.composer, self.editions, self.archive, self.identity, self.clock
        )
        await self._kept(queued.period)
        return queued

    async def _kept(self, period: str) -> bool:
        """Whether the contact mailbox has a copy, put there now if need be; later if not now."""
        composer, now = self.paper.composer, self.clock.now()
        if self._refused and now - self._refused < LOCKS:
            return False
        try:
            if not await self.copies.holds(composer.copy_of(period)):
                sent = await self.editions.sent(period)
                await self.copies.keep(composer.copy(sent, self.identity))
        except MailboxError as error:
            self._refused = now if isinstance(error, LoginRefused) else None
            log.info("copy-not-kept period=%s reason=%s", period, error)
            return False
        return True

    async def _edition(self, paper: Paper, hour: datetime, day: date) -> Edited:
        """The edition of an hour, rendered once for as long as the files stay."""
        if self._edited and self._edited[:2] == (paper, hour):
            return self._edited[2]
        composer = paper.composer
        edition = await edition_of(day, composer, self.editions)
        letters = {
            language: composer.renderer.render(edition, language)
            for language in composer.languages(edition)
        }
        edited = Edited(edition, letters, paper.findings(edition))
        self._edited = paper, hour, edited
        return edited

    def _is_quiet(self, edited: Edited, now: datetime) -> bool:
        if not self._changed or self._changed[0] != edited.digest:
            self._changed = edited.digest, now
        return now - self._changed[1] >= QUIET

    async def _refuse_unapproved(self, paper: Paper, edited: Edited) -> None:
        approval, approvals = paper.composer.newsletter.approval, paper.approvals
        if approval is None:
            return
        period = edited.edition.period
        proof, answers = await approvals.proofs.latest(period)
        hour = self.hour_on(paper.composer.newsletter, edited.edition.date)
        if proof is None or proof.digest != edited.digest:
            await approvals.ask(edited, hour, missed=False)
            _hold(period, "is not approved; the approvers are asked now")
        stands = standing(proof, answers, approval.at_least)
        if stands.stops:
            _hold(period, f"was stopped by {_names(stands.stops)}")
        if not stands.approved:
            given = f"{len(stands.approvals)} of {approval.at_least} approvals"
            _hold(period, f"has {given}; the approvers were asked on {_day(proof)}")

    async def _refuse_sent(self, period: str, *, by_hand: bool) -> None:
        found = "the archive" if await self.archive.has(period) else ""
        try:
            if not found and await self.copies.holds(self.paper.composer.copy_of(period)):
                found = "the contact mailbox"
        except MailboxError as error:
            if not by_hand:
                raise
            log.warning("copy-not-looked-for period=%s reason=%s", period, error)
        if found:
            raise EditionError(
                f"edition {period} went out before: {found} holds a copy of it, though the "
                "database does not know. Nothing is sent; restore the newest database"
            )

    async def _tell(self, name: str, words: Words) -> None:
        if name not in self._told:
            await self.paper.approvals.tell(name, words)
            self._told.add(name)


def _refuse_errors(edited: Edited) -> None:
    errors = [str(each) for each in edited.findings if each.is_error]
    if errors:
        raise EditionError("\n".join([*errors, "Nothing is sent: mend this first."]))


def _hold(period: str, why: str) -> NoReturn:
    raise NotApproved(f"edition {period} {why}. Nothing is sent before it is approved.")


def _names(answers: Sequence[Answer]) -> str:
    return ", ".join(answer.approver for answer in answers)


def _day(proof: Proof) -> date:
    return proof.asked.date()
