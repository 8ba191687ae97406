"""What people did in the mailbox's folders: seen, noted, and obeyed where it is a correction.

A look goes through these steps, and may be ended between any two:

1. do the errands: move what a leader gave to others by a button or an answer;
2. find what came into each folder; of each mail its size and Message-ID first, and the whole only
   where the record has one like it that does not belong there: the bytes are what decides. A mail
   that nobody has seen before, in the folder of a subproject or of the coordinator, was put there
   before we came to it: it is recorded, and then decided like any other;
3. note such sightings together with how far the folder was looked through;
4. settle each sighting: in the folder of a subproject or of the coordinator it is a correction,
   if the mail is gone from where it was. Between the COPY and the \\Deleted of a mail program it is
   in both; one that is still in both after COPIED is a copy. What somebody who had it threw among
   the spam, or on another shelf, needs no answer once it has lain there for SETTLES. Anywhere else
   it is only noted.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mailer.errors import MailboxError, StoreError
from mailer.flows.corrections import Corrections
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.following import Marked
from mailer.flows.ports.judging import Knowledge, Labels, Sightings
from mailer.flows.ports.mailbox import Folders
from mailer.flows.ports.record import Journal, Originals
from mailer.inquiry.correction import COPIED, SETTLES, SHELF, Holding, holders, step
from mailer.inquiry.parse import read
from mailer.inquiry.record import News, Place, RawMail, Sight, Sighting

log = logging.getLogger("mailer.moves")

_BATCH = 200
"""Sights that are compared with the record together, and noted together."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Looks at the folders."""

    folders: Folders
    sightings: Sightings
    labels: Labels
    journal: Journal
    originals: Originals
    corrections: Corrections
    triage: Knowledge
    follow_ups: Marked
    clock: Clock

    async def look(self) -> int:
        """Look once; how many corrections there were. Raises MailboxError or StoreError."""
        await self._do_errands()
        for news in await self.folders.news(await self.sightings.marks()):
            await self._note(news)
        corrected = 0
        waiting = {errand.case.number for errand in await self.labels.errands()}
        for sighting in await self.sightings.unsettled():
            # Its place in the mailbox says nothing while an errand of ours is to change that.
            if sighting.number not in waiting:
                corrected += await self._settle(sighting)
        if corrected:
            await self.triage.renew()  # now rather than when the next mail waits for it
        return corrected

    async def _do_errands(self) -> None:
        for errand in await self.labels.errands():
            case, source, target = errand.case, errand.source, errand.target
            try:
                raw = await self.originals.get(case.hash)
                # What is not there was put elsewhere by a person; it stays there.
                there = source != target and await self.folders.refile(source, target, case, raw)
            except (MailboxError, StoreError) as error:
                log.error("errand-failed case=%s reason=%s", case.number, error)
            else:
                await self.labels.done(errand, there, self.clock.now())

    async def _note(self, news: News) -> None:
        now, mark = self.clock.now(), news.mark
        for start in range(0, len(news.sights), _BATCH):
            part = news.sights[start : start + _BATCH]
            found = await self._found(news, part)
            until = replace(mark, next_uid=part[-1].uid + 1)
            await self.sightings.note(news.folder, until, found, now)
        await self.sightings.note(news.folder, mark, (), now)

    async def _found(self, news: News, sights: Sequence[Sight]) -> list[tuple[Place, str]]:
        """Where there is a mail of the record that does not belong there, and its case number."""
        ids = {sight.uid: read(sight.header).message_id for sight in sights}
        sizes = {sight.size for sight in sights}
        known = await self.sightings.like({*ids.values()} - {""}, sizes)
        holder = self._holders.get(news.folder, SHELF)
        found = []
        for sight in sights:
            like = [each for each in known if each.like(ids[sight.uid], sight.size)]
            strange = {
                each.hash: each.number for each in like if not each.is_at_home(news.folder, holder)
            }
            unseen = not like and news.fresh and holder != SHELF
            if not strange and not unseen:
                continue
            for mail in await self.folders.read(news.folder, news.mark.validity, [sight.uid]):
                number = strange.get(sha256(mail.raw).hexdigest(), "")
                if unseen and not self._is_ours(mail):
                    number = await self._record(mail)
                if number:
                    found.append((Place(mail.folder, mail.validity, mail.uid), number))
        return found

    def _is_ours(self, mail: RawMail) -> bool:
        """Whether we or a leader wrote it: mail programs may keep an answer beside the mail."""
        found = read(mail.raw)
        organisation = self.corrections.organisation
        written = found.sender is not None and found.sender.same(organisation.mailbox)
        return (
            written
            or organisation.person_at(found.sender) is not None
            or bool(self.corrections.identity.kind_of(found.message_id))
        )

    async def _record(self, mail: RawMail) -> str:
        """Take it into the record, where the next pass finds that it is to be decided."""
        (hash,) = await self.originals.keep([mail.raw])
        (case,) = await self.journal.record([(mail, hash)], self.clock.now())
        log.info("taken-from-folder case=%s folder=%s", case.number, mail.folder)
        return case.number

    async def _settle(self, sighting: Sighting) -> bool:
        """Find out what a sighting means; whether it was a correction."""
        try:
            settled, corrected = await self._obey(sighting)
            if settled:
                await self.sightings.settle(sighting.place, self.clock.now())
            return corrected
        except MailboxError:
            raise
        except Exception:  # a defect of ours may hold up this mail, not the next
            log.exception("move-not-settled case=%s", sighting.number)
            return False

    async def _obey(self, sighting: Sighting) -> tuple[bool, bool]:
        """Whether it is settled, and whether it was a correction."""
        now, place = self.clock.now(), sighting.place
        holding = await self.labels.holding(sighting.number, now)
        if holding is None:
            return False, False  # moved while it is being decided
        to = self._holders.get(place.folder)
        follows = "nothing" if to is None else step(holding, to, now)
        if follows == "nothing" and to == SHELF != holding.holder:
            return await self._thrown_away(sighting, holding), False
        if to is None or follows == "nothing":
            return True, False
        if not await self.folders.lies(place):
            return True, False
        raw = await self.originals.get(holding.case.hash)
        if await self.folders.holds(holding.case.folder, holding.case, raw):
            return now - sighting.seen >= COPIED, False
        return True, await self.corrections.correct(holding, to, "move", "")

    async def _thrown_away(self, sighting: Sighting, holding: Holding) -> bool:
        """Note that nobody need answer what lies on a shelf; whether that is settled."""
        now, case = self.clock.now(), holding.case
        if not await self.folders.lies(sighting.place):
            return True
        if now - sighting.seen < SETTLES:
            return False
        raw = await self.originals.get(case.hash)
        if not await self.folders.holds(case.folder, case, raw):
            for number in await self.follow_ups.flagged([case], now):
                log.info("thrown-away case=%s folder=%s", number, sighting.place.folder)
        return True

    @property
    def _holders(self) -> Mapping[str, str]:
        return holders(self.corrections.organisation, self.corrections.rules)
