"""Mailbox → journal → verdict → outbox → folder: takes every waiting mail, each exactly once.

The order makes it safe to be ended between any two steps and started again:

1. fetch, and keep the exact bytes;
2. record the mail: the same bytes, wherever they turn up, are the same case;
3. decide, and write the decision with all letters that follow in one transaction, once a case;
4. move the mail to its folder, with a star if it is urgent; a mail that was decided before is only
   moved.

The next mails are judged while the last ones are decided and moved, and those behind them are
fetched and recorded. What goes wrong with one mail is that mail's alone: it stays where it is, and
the next is taken.
One that cannot be decided in two passes goes to the coordinator as it is; where the store is away,
it waits until that is back.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from mailer.errors import MailboxError, StoreError, StoreRefused
from mailer.flows.ahead import ahead
from mailer.flows.decisions import Decided, Decisions, Handled, Undecided
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.judging import Knowledge
from mailer.flows.ports.mailbox import Mailbox
from mailer.flows.ports.record import Journal, Originals
from mailer.inquiry.record import Case, RawMail
from mailer.inquiry.triage import unreadable

log = logging.getLogger("mailer.intake")

BATCH = 100
"""Mails that are fetched, written down, decided and filed together, or fewer where they are large.
Of a crash in their middle nothing is lost; what waits behind them waits as long as they take."""

MANY = 200
"""Mails that wait from which on help is called, where most are people's: it takes a second to come,
and what programs send is judged in a moment."""

_BY_PROGRAMS = ("auto-reply", "bounce", "complaint", "own")


@dataclass(slots=True)
class Taken:
    """What one pass did. `left` counts the mails that waited before it and lie there still.

    `unfiled` are, by UID, the folders of those of them that were decided.
    """

    handled: list[Handled] = field(default_factory=list)
    moved: int = 0
    left: int = 0
    unfiled: dict[int, str] = field(default_factory=dict)


_Recorded = Sequence[tuple[RawMail, Case]]
"""Mails of the inbox with their cases."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some of them, and those of these that are to be decided."""

    mails: _Recorded
    undecided: Sequence[Undecided]


@dataclass(frozen=True, slots=True)
class Intake:
    """The second journey."""

    mailbox: Mailbox
    journal: Journal
    originals: Originals
    triage: Knowledge
    decisions: Decisions
    clock: Clock

    async def once(self) -> Taken:
        """Take all that waits now. Raises MailboxError or StoreError where nothing can be done."""
        taken = Taken()
        looking = asyncio.create_task(self._waiting())
        try:
            await self.triage.renew()
            for case in await self.journal.undecided():
                await self._decide_left(case, taken)
            waiting = await looking
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        async with aclosing(ahead(self._batches(waiting))) as batches:
            async for batch in batches:
                await self._take(batch, taken)
        if taken.moved < len(waiting):
            left = {*waiting} & {*await self.mailbox.waiting()}
            taken.left = len(left)
            taken.unfiled = {uid: where for uid, where in taken.unfiled.items() if uid in left}
        if taken.handled:
            # A leader's answer confirms: learned now rather than when the next mail waits for it.
            await self.triage.renew()
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

    async def _waiting(self) -> Sequence[int]:
        return await self.mailbox.waiting()

    async def _decide_left(self, case: Case, taken: Taken) -> None:
        """Decide a case that an earlier pass left; where that fails again, as one not read.

        If it was found to be urgent it still is.
        """
        try:
            raw = await self.originals.get(case.hash)
        except StoreError as error:
            log.error("original-missing case=%s reason=%s", case.number, error)
            return
        (mail,) = await self.decisions.judge([(case, raw)])
        done: Sequence[Decided] = ()
        try:
            done = [await self.decisions.decide_one(mail)]
        except StoreError as error:
            log.error("decide-failed case=%s reason=%s", case.number, error)
            if not isinstance(error, StoreRefused):
                return  # it is no fault of this mail: another pass decides it
        except Exception:  # a defect of ours may cost this mail, not the next
            log.exception("decide-failed case=%s", case.number)
        if not done:
            done = await self.decisions.decide([_as_it_is(mail)])
        taken.handled += [each.handled for each in done if each.handled]

    async def _take(self, batch: _Batch, taken: Taken) -> None:
        known = {case.id: case for _, case in batch.mails}
        for done in await self.decisions.decide(batch.undecided):
            known[done.case.id] = done.case
            taken.handled += [done.handled] if done.handled else []
        await self._put_away([(mail, known[case.id]) for mail, case in batch.mails], taken)

    async def _put_away(self, mails: Sequence[tuple[RawMail, Case]], taken: Taken) -> None:
        """Move what is decided, all of one folder together."""
        groups: dict[str, list[RawMail]] = {}
        for mail, case in mails:
            if case.folder:
                groups.setdefault(case.folder, []).append(mail)
        await self._flag([mail for mail, case in mails if case.folder and case.urgent])
        moved: dict[str, Sequence[RawMail]] = {}
        try:
            for folder, group in groups.items():
                there = set(await self._file(group, folder))
                if there:
                    moved[folder] = [mail for mail in group if mail.uid in there]
                taken.unfiled |= {mail.uid: folder for mail in group if mail.uid not in there}
        finally:
            if moved:
                await self.journal.filed(moved, self.clock.now())
        taken.moved += sum(map(len, moved.values()))

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

    async def _batches(self, uids: Sequence[int]) -> AsyncGenerator[_Batch]:
        """The mails, some at a time, recorded and judged."""
        helper = self.decisions.helper
        left = len(uids)
        try:
            async with aclosing(ahead(self._recorded(uids))) as recorded:
                async for both in recorded:
                    known = {case.id: (case, mail.raw) for mail, case in both}  # one may be twice
                    new = [(case, raw) for case, raw in known.values() if not case.folder]
                    undecided = await self.decisions.judge(new)
                    left -= len(both)
                    if helper and left >= MANY and _take_long(undecided):
                        await helper.call()
                    yield _Batch(both, undecided)
        finally:
            if helper:
                await helper.rest()

    async def _recorded(self, uids: Sequence[int]) -> AsyncGenerator[_Recorded]:
        while uids:
            mails, looked_at = await self._fetch(uids[:BATCH])
            uids = uids[looked_at:]
            if mails:
                hashes = await self.originals.keep([mail.raw for mail in mails])
                now = self.clock.now()
                cases = await self.journal.record(list(zip(mails, hashes, strict=True)), now)
                yield list(zip(mails, cases, strict=True))

    async def _fetch(self, uids: Sequence[int]) -> tuple[Sequence[RawMail], int]:
        """The first of these mails, and how many UIDs that was.

        Where the server does not give them together, half of them, until a bad one is alone: it
        holds up no other.
        """
        try:
            mails = await self.mailbox.fetch(uids)
            return mails, uids.index(mails[-1].uid) + 1 if mails else len(uids)
        except MailboxError as error:
            await self.mailbox.waiting()  # raises where the server is gone, and not one mail
            if len(uids) == 1:
                log.error("fetch-failed uid=%s reason=%s", uids[0], error)
                return [], 1
        return await self._fetch(uids[: len(uids) // 2])


def _as_it_is(mail: Undecided) -> Undecided:
    judged = unreadable("programmet klarade inte brevet i två försök")
    verdict = replace(judged.verdict, urgent=mail.judged.verdict.urgent)
    return replace(mail, judged=replace(judged, verdict=verdict))


def _take_long(mails: Sequence[Undecided]) -> bool:
    by_programs = sum(mail.judged.verdict.kind in _BY_PROGRAMS for mail in mails)
    return 2 * by_programs < len(mails)
