"""A service whose store is real; only its mailbox and its relay are doubles."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from mailer.edge.archive import Archive, ArchiveFiles
from mailer.edge.files import OriginalFiles, read_templates
from mailer.edge.store.absences import StoredAbsences
from mailer.edge.store.bounces import StoredBounces
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.follow_up import StoredFollowUps
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.store.tables import inquiries, journal, outbox
from mailer.edge.strings import read_strings
from mailer.flows.correspondence import Correspondence
from mailer.flows.decisions import Decisions
from mailer.flows.deliver import Delivery
from mailer.flows.intake import Intake
from mailer.flows.publish import Composer, Queued, publish
from mailer.flows.returned import Returns
from mailer.flows.subscribe import Invitations
from mailer.inquiry.ours import Ours
from mailer.inquiry.reply import Letters
from mailer.inquiry.rules import Rule, TriageRules
from mailer.inquiry.triage import Triage
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Letter
from mailer.mail.server import Secret
from mailer.organisation import Leader, Organisation, Subproject
from mailer.subscriber.letters import SubscriberLetters
from mailer.subscriber.wording import wordings
from tests.flows.doubles import Account, Recorder, SetClock

TEMPLATES = read_templates(Path(__file__).parents[2] / "templates")
ZONE = ZoneInfo("Europe/Stockholm")
LIMIT = 20_000
MAILBOX = Address("trygghet@markaryd.example", "Initiativ trygghet")
OPERATOR = Address("drift@markaryd.example", "Driften")


def leader(slug: str, name: str) -> Leader:
    return Leader(slug, name, Address(f"{slug}@markaryd.example"))


SVEN, JOHN = leader("sven", "Sven Holmberg"), leader("john", "John Karlsson")
ANDERS = leader("anders", "Anders Buene")
COORDINATOR = leader("samordnare", "Projektledningen")
ORGANISATION = Organisation(
    municipality="Markaryds kommun",
    mailbox=MAILBOX,
    subprojects=(
        Subproject("boende", "Trygg boendemiljö", "Lampor.", (SVEN, JOHN), "Trygg boendemiljö"),
        Subproject("drog", "Drogförebyggande gruppen", "Droger.", (ANDERS,), "Drogförebyggande"),
    ),
    coordinator=COORDINATOR,
    coordinator_folder="Samordnaren",
)
RULES = TriageRules(
    rules={"sv": {"boende": (Rule("lampa*", 4.0),), "drog": (Rule("knark*", 4.0),)}},
    urgent={"sv": {each: ("knivhot*",) for each in ("threat", "now", "plea")}},
    folders={
        "auto-reply": "Autosvar",
        "bounce": "Studsar",
        "complaint": "Klagomål",
        "spam": "Skräppost",
        "own": "Egna utskick",
        "unreadable": "Oläsliga",
        "subscribe": "Prenumerationer",
        "unsubscribe": "Prenumerationer",
    },
    acknowledgements_an_hour=5,
)
IDENTITY = Identity(Secret("not so secret"), MAILBOX.domain)
PHRASES = read_strings(TEMPLATES, "web")
INVITATIONS = Invitations(
    letters=SubscriberLetters(
        TEMPLATES,
        ORGANISATION,
        "Tryggare tillsammans",
        "https://trygg.example",
        wordings(PHRASES, "Tryggare tillsammans", ORGANISATION.municipality),
    ),
    mailbox=MAILBOX,
    identity=IDENTITY,
    zone=ZONE,
)
LAMP = "Hej!\n\nLampan vid vår port är trasig sedan i somras."


def mail(
    text: str = LAMP,
    subject: str = "Lampan",
    sender: str = "Anna Ek <anna@example.org>",
    number: int = 1,
    **fields: str,
) -> bytes:
    """A resident's mail; `number` makes it another. `In_Reply_To` is the field In-Reply-To."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = MAILBOX.email
    message["Subject"] = subject
    message["Message-ID"] = f"<mail.{number}@example.org>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text + "\n")
    return message.as_bytes()


def opened(letter: Letter) -> EmailMessage:
    """A letter as a mail program opens it."""
    message = message_from_bytes(letter.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: Letter) -> str:
    body = opened(letter).get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def public(text: str) -> str:
    """What a reader got, without the reader's own addresses."""
    return re.sub(r"/(avsluta|min-sida)/[0-9a-f]{32}\b", "/", text)


class Taught(Triage):
    """The port Knowledge, of what never changes."""

    async def renew(self) -> None: ...


@dataclass
class World:
    database: Database
    clock: SetClock
    mailbox: Account
    relay: Recorder
    outbox: StoredOutbox
    journal: StoredJournal
    bounces: StoredBounces
    originals: OriginalFiles
    absences: StoredAbsences
    follow_ups: StoredFollowUps
    editions: StoredEditions
    archived: Archive
    subscribers: StoredSubscribers
    correspondence: Correspondence
    triage: Taught

    def intake(self, **others: Any) -> Intake:
        """`others` take the place of this world's own ports."""
        parts: dict[str, Any] = {
            "mailbox": self.mailbox,
            "journal": self.journal,
            "originals": self.originals,
            "triage": self.triage,
            "clock": self.clock,
        }
        deciding: dict[str, Any] = {
            **{name: part for name, part in parts.items() if name != "mailbox"},
            "absences": self.absences,
            "answers": self.follow_ups,
            "correspondence": self.correspondence,
            "returns": Returns(self.bounces, self.journal, self.correspondence),
            "organisation": ORGANISATION,
            "rules": RULES,
            "case_prefix": "IT",
            "limit": LIMIT,
            "zone": ZONE,
        }
        mailbox = {name: part for name, part in others.items() if name in parts}
        rest = {name: part for name, part in others.items() if name != "mailbox"}
        return Intake(**{**parts, **mailbox}, decisions=Decisions(**{**deciding, **rest}))

    def delivery(self, worker: str = "first", **others: Any) -> Delivery:
        parts: dict[str, Any] = {
            "outbox": self.outbox,
            "relay": self.relay,
            "clock": self.clock,
            "worker": worker,
            "report": lambda due, reply: self.correspondence.undelivered(
                due, reply, self.clock.now()
            ),
        }
        return Delivery(**{**parts, **others})

    async def publish(self, day: date, composer: Composer, **others: Any) -> Queued:
        parts: dict[str, Any] = {
            "editions": self.editions,
            "archive": ArchiveFiles(self.archived),
            "identity": IDENTITY,
            "clock": self.clock,
        }
        return await publish(day, composer, **{**parts, **others})

    async def take(self, *mails: bytes) -> None:
        """Deliver mails to the mailbox, take them, and send what follows."""
        self.mailbox.deliver(*mails)
        await self.intake().once()
        await self.delivery().drain()

    async def rows(self) -> Mapping[str, Row[Any]]:
        """The outbox by key."""
        query = select(outbox).order_by(outbox.c.id)
        found = await self.database.read(lambda c: c.execute(query).all())
        return {row.key: row for row in found}

    async def cases(self) -> list[Row[Any]]:
        query = select(inquiries).order_by(inquiries.c.id)
        return await self.database.read(lambda c: list(c.execute(query)))

    async def places(self) -> list[Row[Any]]:
        query = select(journal).order_by(journal.c.id)
        return await self.database.read(lambda c: list(c.execute(query)))

    async def leases(self) -> set[str]:
        return {row.leased_by for row in (await self.rows()).values() if row.leased_by}

    def sent_to(self, reader: Leader | str) -> list[Letter]:
        email = reader if isinstance(reader, str) else reader.address.email
        return [letter for letter in self.relay.letters if letter.recipient == email]


@asynccontextmanager
async def open_database(url: str, folder: Path) -> AsyncIterator[World]:
    database = await Database.open(url)
    clock = SetClock()
    try:
        yield World(
            database=database,
            clock=clock,
            mailbox=Account(clock, LIMIT),
            relay=Recorder(),
            outbox=StoredOutbox(database),
            journal=StoredJournal(database, "IT", ZONE),
            bounces=StoredBounces(database),
            originals=OriginalFiles(folder / "originals"),
            absences=StoredAbsences(database),
            follow_ups=StoredFollowUps(database),
            editions=StoredEditions(database),
            archived=Archive(folder / "archive"),
            subscribers=StoredSubscribers(database),
            correspondence=Correspondence(
                letters=Letters(TEMPLATES, ORGANISATION, RULES.answer_within),
                organisation=ORGANISATION,
                operator=OPERATOR,
                identity=IDENTITY,
                invitations=INVITATIONS,
                zone=ZONE,
                links_for=lambda number, leader: [
                    ("Ta ärendet", f"https://trygg.example/arende/{number}/{leader.slug}/x")
                ],
            ),
            triage=Taught(RULES, ORGANISATION, Ours((MAILBOX,), IDENTITY.kind_of, "IT")),
        )
    finally:
        await database.close()
