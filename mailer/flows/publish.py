"""Activities → edition → letters in the outbox, once.

The edition's period is its identity: it is claimed, and a letter to every active subscriber
queued, in one transaction. Doing it again changes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from mailer.errors import EditionError
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.newsletter import Archive, Editions
from mailer.mail.address import Address
from mailer.mail.body import Inline
from mailer.mail.header import plain_field
from mailer.mail.identity import Identity
from mailer.mail.message import (
    Draft,
    html_of,
    own_lines,
    shared,
    text_of,
    unsubscribe_by_mail,
)
from mailer.mail.template import TOKEN, Template
from mailer.newsletter.activity import Activity
from mailer.newsletter.archived import (
    ArchivedEdition,
    ArchivedLetter,
    announced_in,
    archived,
    done_in,
    edition_told,
)
from mailer.newsletter.calendar import calendar
from mailer.newsletter.edition import (
    Announced,
    Edition,
    EditionText,
    Newsletter,
    as_json,
    is_empty,
    period_of,
    plan,
)
from mailer.newsletter.receipt import RenderedEdition, SentEdition
from mailer.newsletter.render import Rendered, Renderer, languages_of
from mailer.newsletter.words import ORIGINAL
from mailer.organisation import Organisation

log = logging.getLogger("mailer.publish")

COPY_OF = "X-Edition"
"""The header field by which the copy of an edition is found again."""

_MORNING = time(8)


@dataclass(frozen=True, slots=True)
class Composed:
    """An edition, the words its readers see, and the bytes that all of them share."""

    edition: Edition
    rendered: Rendered
    content: bytes


@dataclass(frozen=True, slots=True)
class Queued:
    """`letters` were queued now; `again` means that the edition was claimed before."""

    period: str
    letters: int
    again: bool


@dataclass(frozen=True, slots=True)
class Composer:
    """Everything that an edition is made of."""

    newsletter: Newsletter
    activities: Sequence[Activity]
    texts: Mapping[str, EditionText]
    renderer: Renderer
    organisation: Organisation
    zone: ZoneInfo

    def plan(
        self,
        day: date,
        last: date | None,
        told: frozenset[str],
        announced: Mapping[str, Announced] = {},
    ) -> Edition:
        """The edition that is due on `day`, after an edition on `last` that had told `told`."""
        return plan(
            day,
            newsletter=self.newsletter,
            activities=self.activities,
            text=self.texts.get(self.period(day)),
            last=last,
            told=told,
            announced=announced,
            subprojects=[part.slug for part in self.organisation.subprojects],
        )

    @property
    def mailbox(self) -> Address:
        return self.organisation.mailbox

    def calendar(self, edition: Edition) -> bytes:
        """What is coming, as calendar.ics."""
        return calendar(edition, self.newsletter, self.organisation, self.zone.key)

    def languages(self, edition: Edition) -> tuple[str, ...]:
        """The languages that an edition goes out in, Swedish first."""
        return languages_of(edition, self.renderer.languages)

    def period(self, day: date) -> str:
        return period_of(day, self.newsletter.period)

    def compose(
        self, edition: Edition, now: datetime, language: str = ORIGINAL, *, marks: bool = False
    ) -> Composed:
        """Render an edition and its letter, dated now, or that morning if now is another day.

        With `marks`, each reader's copy is made of it by `mail.template`; else anybody may see it.
        """
        moment = now.astimezone(self.zone)
        if moment.date() != edition.date:
            moment = datetime.combine(edition.date, _MORNING, self.zone)
        rendered = self.renderer.render(edition, language, marks=marks)
        draft = Draft(
            sender=Address(self.mailbox.email, self.newsletter.title),
            reply_to=(self.mailbox,),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            date=moment,
            language=language,
            list_id=f"{self.newsletter.title} <{self.newsletter.list_id}>",
            unsubscribe=self._unsubscribe() if marks else "",
            inline=self.inline(rendered),
        )
        return Composed(edition, rendered, shared(draft))

    def _unsubscribe(self) -> str:
        page = replace(self.renderer.site, marks=True).leave
        return f"<{page}>, {unsubscribe_by_mail(self.mailbox, TOKEN)}"

    def inline(self, rendered: Rendered) -> tuple[Inline, ...]:
        """The pictures that a letter carries with it."""
        if self.newsletter.images == "web":
            return ()
        return tuple(
            Inline(picture.cid(self.mailbox.domain), picture.content_type, picture.content)
            for picture in rendered.pictures
        )

    def copy(self, sent: SentEdition, identity: Identity) -> bytes:
        """The copy for the contact mailbox, which knows of the edition if the store forgets it."""
        period = sent.told["period"]
        lines = own_lines(self.mailbox, identity.message_id(f"edition/{period}/copy"))
        field = plain_field(COPY_OF, self.copy_of(period))
        return lines + field + Template(sent.content[ORIGINAL]).public()

    def copy_of(self, period: str) -> str:
        """What the field COPY_OF of that copy says."""
        return f"{period} {self.newsletter.list_id}"


async def edition_of(day: date, composer: Composer, editions: Editions) -> Edition:
    """The edition that is due on `day`, knowing what earlier editions told."""
    period = composer.period(day)
    last = await editions.last_before(day, period)
    told = await editions.told_before(day, period)
    return composer.plan(day, last, done_in(told), announced_in(told))


async def publish(
    day: date,
    composer: Composer,
    editions: Editions,
    archive: Archive,
    identity: Identity,
    clock: Clock,
) -> Queued:
    """Queue the edition that is due on `day` for every active subscriber, and archive it.

    Raises EditionError where there is nothing new to tell: an empty edition is never sent.
    """
    period = composer.period(day)
    count = None
    if not await editions.claimed(period):
        edition = await edition_of(day, composer, editions)
        if is_empty(edition):
            raise EditionError(
                f"edition {period} has nothing done and nothing to come by {day}: nothing is sent. "
                "Add activities, or choose another --date"
            )
        count = await _queue(edition, composer, editions, identity, clock.now())
        log.info("edition-queued period=%s letters=%s", period, count)
    if not await archive.has(period):
        # Out of the store, so that a run that was ended in between is made good by the next.
        await archive.keep(_archived(await editions.sent(period), composer))
    return Queued(period, count or 0, again=count is None)


async def _queue(
    edition: Edition, composer: Composer, editions: Editions, identity: Identity, now: datetime
) -> int | None:
    composed = {
        language: composer.compose(edition, now, language, marks=True)
        for language in composer.languages(edition)
    }
    content = {language: each.content for language, each in composed.items()}
    rendered = RenderedEdition(
        period=edition.period,
        date=edition.date,
        subject=composed[ORIGINAL].rendered.subject,
        content=content,
        content_hash=sha256(b"".join(content.values())).hexdigest(),
        told=as_json(edition),
    )

    message_id = identity.series(f"edition/{edition.period}")
    return await editions.queue(rendered, composer.mailbox.email, message_id, now)


def _archived(sent: SentEdition, composer: Composer) -> ArchivedEdition:
    edition = edition_told(sent.told)
    mailbox = composer.mailbox
    name = f"{edition.period}@{mailbox.domain}"
    public = {language: Template(content).public() for language, content in sent.content.items()}
    letters = {
        language: ArchivedLetter(
            html=html_of(content).encode(),
            text=text_of(content).encode(),
            eml=own_lines(mailbox, name) + content,
        )
        for language, content in public.items()
    }
    return archived(edition, letters, composer.calendar(edition), composer.renderer.pictures)
