"""A newsroom on a real store, whose files, mailbox and clock are set by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

from mailer import schedule
from mailer.edge.archive import ArchiveFiles
from mailer.edge.store.proofs import StoredProofs
from mailer.errors import MailboxError, SettingsError
from mailer.flows.approve import Approvals
from mailer.flows.newsroom import Hours, Newsroom, Paper
from mailer.flows.publish import COPY_OF
from mailer.mail.address import Address
from mailer.newsletter.activity import Activity
from mailer.newsletter.approval import Approval
from mailer.newsletter.edition import Edition, Newsletter
from mailer.newsletter.editorial import Editorial
from mailer.newsletter.finding import Finding
from tests.flows.doubles import SetClock
from tests.flows.editions import ACTIVITIES, NEWSLETTER, composer
from tests.flows.world import COORDINATOR, IDENTITY, TEMPLATES, ZONE, World, text_of

ANNA, BO = Address("anna.ek@markaryd.example", "Anna Ek"), Address("bo@markaryd.example", "Bo")
APPROVAL = Approval((ANNA, BO), at_least=1, before=timedelta(days=2))


class Mailbox:
    """The port Copies."""

    def __init__(self) -> None:
        self.copies: set[str] = set()
        self.gone: MailboxError | None = None
        self.asked = 0

    async def holds(self, name: str) -> bool:
        self.asked += 1
        if self.gone:
            raise self.gone
        return name in self.copies

    async def keep(self, raw: bytes) -> None:
        if self.gone:
            raise self.gone
        self.copies.add(str(message_from_bytes(raw)[COPY_OF]))


@dataclass
class Files:
    """What the editor has written; `save` what is new."""

    world: World
    newsletter: Newsletter = NEWSLETTER
    activities: Sequence[Activity] = ACTIVITIES
    findings: Sequence[Finding] = ()
    broken: SettingsError | None = None
    _paper: Paper | None = field(default=None, init=False)

    def save(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self._paper = None

    def paper(self) -> Paper:
        if self._paper is None:
            compose = replace(composer(self.activities), newsletter=self.newsletter)
            self._paper = Paper(
                compose,
                Approvals(
                    proofs=StoredProofs(self.world.database),
                    composer=compose,
                    editorial=Editorial(TEMPLATES, self.newsletter.title, ZONE),
                    coordinator=COORDINATOR,
                    identity=IDENTITY,
                    base_url="https://trygghet.example",
                    clock=self.world.clock,
                ),
                self._found,
            )
        return self._paper

    def _found(self, edition: Edition) -> Sequence[Finding]:
        return self.findings

    async def read(self) -> Paper:
        if self.broken:
            raise self.broken
        return self.paper()


@dataclass
class Office:
    world: World
    files: Files
    mailbox: Mailbox
    newsroom: Newsroom

    @property
    def clock(self) -> SetClock:
        return self.world.clock

    async def until(self, moment: str, step: timedelta = timedelta(hours=6)) -> None:
        """Let the time pass to `moment` (local), the newsroom looking and the mail going out."""
        end = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)
        while True:
            await self.newsroom.tick()
            await self.world.delivery().drain()
            left = end - self.clock.now()
            if not left:
                return
            self.clock.forward(seconds=min(left, step).total_seconds())

    def sleep_until(self, moment: str) -> None:
        """Let the time pass while nothing runs."""
        end = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)
        self.clock.forward(seconds=(end - self.clock.now()).total_seconds())

    def restart(self) -> None:
        self.newsroom = _newsroom(self.world, self.files, self.mailbox)

    def sent_to(self, reader: str) -> list[str]:
        """The subjects of what a reader got."""
        return [
            str(subject)
            for letter in self.world.sent_to(reader)
            if (subject := _subject(letter.content))
        ]

    def texts_to(self, reader: str) -> list[str]:
        return [text_of(letter) for letter in self.world.sent_to(reader)]

    @property
    def approvals(self) -> Approvals:
        return self.files.paper().approvals


async def office(world: World, **newsletter: object) -> Office:
    """With one subscriber, on the fifth of September 2020; `newsletter` changes its settings."""
    settings = replace(NEWSLETTER, **newsletter)  # type: ignore[arg-type]
    files, mailbox = Files(world, settings), Mailbox()
    await world.subscribers.add([(Address("eva@example.org"), "sv")], "test", world.clock.now())
    made = Office(world, files, mailbox, _newsroom(world, files, mailbox))
    made.sleep_until("2020-09-05T00:00")
    return made


def _newsroom(world: World, files: Files, mailbox: Mailbox) -> Newsroom:
    def hours(newsletter: Newsletter, now: datetime) -> Hours:
        return Hours(
            schedule.last_hour(newsletter.cron, ZONE, now, timedelta(days=40)),
            schedule.next_hour(newsletter.cron, ZONE, now),
        )

    def hour_on(newsletter: Newsletter, day: date) -> datetime:
        return schedule.hour_on(newsletter.cron, ZONE, day)

    return Newsroom(
        paper=files.paper(),
        read=files.read,
        hours=hours,
        hour_on=hour_on,
        editions=world.editions,
        archive=ArchiveFiles(world.archived),
        copies=mailbox,
        identity=IDENTITY,
        clock=world.clock,
    )


def _subject(content: bytes) -> object:
    return message_from_bytes(content, policy=policy.default)["Subject"]
