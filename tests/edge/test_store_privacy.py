"""All that is known of a person, on both databases: shown whole, and erased whole."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import insert, select

from mailer.edge.store.bounces import StoredBounces
from mailer.edge.store.chain import StoredChain
from mailer.edge.store.database import Database
from mailer.edge.store.editions import StoredEditions
from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.privacy import StoredPrivacy
from mailer.edge.store.proofs import StoredProofs
from mailer.edge.store.subscribers import StoredSubscribers
from mailer.edge.store.tables import (
    absences,
    answered,
    answers,
    erasures,
    inquiries,
    labels,
    letters,
    metadata,
    outbox,
)
from mailer.errors import MailerError
from mailer.inquiry.chain import STANDING
from mailer.inquiry.record import Case, Decision, RawMail
from mailer.inquiry.verdict import Inquiry, Kind, Reason, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.diagnosis import diagnosed
from mailer.mail.post import LetterKind, Post
from mailer.newsletter.approval import Proof
from mailer.newsletter.receipt import RenderedEdition
from mailer.subscriber.subscription import Change
from mailer.subscriber.suppression import CameBack
from tests.flows.world import ZONE

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANNA = Address("Anna.Ek@example.org", "Anna Ek")
BO = Address("bo@example.org", "Bo Alm")
SVEN = Address("sven@markaryd.example", "Sven")
TRACES = ("anna", "ek@", "storgatan", "lampan")
FINGERPRINT = Fingerprint(b"key")
PERIOD = "2020-09"


@pytest.fixture
def privacy(database: Database) -> StoredPrivacy:
    return StoredPrivacy(database, FINGERPRINT)


async def everything(database: Database) -> str:
    """Each row of each table on a line, in lower case."""
    tables = metadata.sorted_tables
    rows = await database.read(
        lambda c: [(t.name, *row) for t in tables for row in c.execute(t.select())]
    )
    return "\n".join(map(str, rows)).lower()


async def decided(
    database: Database, number: int, sender: Address, subject: str, kind: Kind = "inquiry"
) -> Case:
    """The case of a mail, forwarded to Sven and acknowledged, with the sender's words."""
    journal = StoredJournal(database, "IT", ZONE)
    raw = f"Subject: {number}\r\n\r\n".encode()
    mail = RawMail("INBOX", 7, number, NOW, len(raw), raw)
    (case,) = await journal.record([(mail, sha256(raw).hexdigest())], NOW)
    words = f"{sender.name} {subject}".encode()

    def letter(kind: LetterKind, to: Address) -> Post:
        key = f"{kind}/{case.number}" + ("/sven" if kind == "forward" else "")
        content = kind.encode() + b" " + words
        return Post(key, kind, to, "", f"{key}@own.example", content, inquiry_id=case.id)

    posts = [letter("forward", SVEN), letter("acknowledgement", sender)]
    reasons = (Reason("boende", subject, 1.0),)
    decision = Decision(
        case,
        Inquiry(sender=sender, subject=subject, message_id=f"{number}.{sender.email}"),
        Verdict(kind, "boende", reasons=reasons),
        Route("Boende", (), acknowledge=True),
        posts if kind == "inquiry" else [],
    )
    await journal.decide([decision], {}, NOW)
    return case


async def put(database: Database, key: str, kind: LetterKind, to: Address, content: bytes) -> None:
    post = Post(key, kind, to, "", f"{key}@own.example", content)
    await StoredProofs(database).put([post], NOW)


async def settle(database: Database) -> None:
    """Have every letter taken; relays repeat the address."""
    await database.write(
        lambda c: c.execute(outbox.update().values(state="accepted", reply=outbox.c.recipient))
    )


async def a_person(database: Database) -> list[Case]:
    """Somebody who subscribes, writes, approves, and to whom a letter came back; and Bo as well."""
    people = [(ANNA, "sv"), (BO, "sv")]
    await StoredSubscribers(database, FINGERPRINT).add(people, "import: fair", NOW)
    edition = RenderedEdition(PERIOD, date(2020, 9, 11), "Nyheter", {"sv": b"Hej"}, "0" * 64, {})
    await StoredEditions(database).queue(
        edition, "kontakt@example.org", lambda n: f"{n}@own.example", NOW
    )
    lamp = await decided(database, 1, ANNA, "Lampan vid Storgatan 5")
    bench = await decided(database, 2, BO, "Soffan i parken")
    came_back = await decided(database, 3, SVEN, f"Returned: {ANNA.email}", "bounce")
    answer = await decided(database, 4, SVEN, "Re: Lampan", "follow-up")
    cases = [lamp, bench, came_back, answer]
    await put(database, "notice/digest/2020-09-11", "notice", SVEN, b"Anna Ek; Bo Alm")
    await put(database, f"move/2020-09-11/{ANNA.email.lower()}", "notice", ANNA, b"Anna?")
    proof = Proof(PERIOD, 1, NOW, "0" * 64, "", "", NOW, NOW)
    await StoredProofs(database).ask(proof, [], NOW)
    acknowledged = select(outbox.c.id).where(outbox.c.key == f"acknowledgement/{lamp.number}")
    (letter,) = await database.read(lambda c: c.execute(acknowledged).scalars().all())
    report = diagnosed("failed", "", f"550 <{ANNA.email}> unknown")
    noted = (came_back, CameBack(letter, "", True), report, "address")
    await StoredBounces(database).note([noted])
    standing = {"kind": "inquiry", "owner": "drog", "certain": True, "folder": "Droger"}
    at, by = {"at": NOW}, {"approver": ANNA.email.lower(), "says": "stop", "reason": "Anna: no"}
    away = {"leader": "anna", "since": NOW.date(), "until": NOW.date(), "source": lamp.number}
    label = {"inquiry_id": lamp.id, "slug": "boende", "before": standing, "way": "move", "by": ""}
    sign = {"inquiry_id": lamp.id, "source": answer.number, "leader": "sven"}

    def more(c: object) -> None:
        for table, row in (
            (answers, at | by | {"proof_id": 1}),
            (absences, away),
            (labels, at | label),
            (answered, at | sign),
        ):
            c.execute(insert(table).values(row))  # type: ignore[attr-defined]

    await database.write(more)
    return cases


async def test_everything_is_shown_whatever_the_case_of_the_letters(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    shown = await privacy.show("ANNA.EK@example.org")
    assert {name: len(rows) for name, rows in shown.items()} == {
        "subscribers": 1,
        "consents": 1,
        "tokens": 0,
        "outbox": 4,
        "deliveries": 0,
        "bounces": 1,
        "inquiries": 3,
        "labels": 1,
        "absences": 1,
        "answers": 1,
        "erasures": 0,
    }
    assert "token" not in shown["subscribers"][0]._fields
    assert "bo@example.org" not in str(shown)


@pytest.mark.parametrize("originals", [False, True])
async def test_after_an_erasure_nothing_tells_of_the_person(
    privacy: StoredPrivacy, database: Database, originals: bool
) -> None:
    cases = await a_person(database)
    await settle(database)
    removed: list[str] = []
    counts = await privacy.erase(ANNA.email.lower(), LATER, removed.append if originals else None)
    assert counts == {
        "subscribers": 1,
        "consents": 1,
        "outbox": 4,
        "bounces": 1,
        "inquiries": 3,
        "absences": 1,
        "answers": 1,
    }
    text = await everything(database)
    left = [line for line in text.splitlines() if any(trace in line for trace in TRACES)]
    assert left == []
    assert set(removed) == ({cases[0].hash, cases[2].hash, cases[3].hash} if originals else set())
    examined = await StoredChain(database).examine()
    assert (examined.breaks, [*examined.differ]) == ("", [])
    theirs = {cases[0].number, cases[2].number, cases[3].number}
    assert examined.erased == (theirs if originals else set())


async def test_the_evidence_says_when_and_what_and_not_who(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    await settle(database)
    counts = await privacy.erase(ANNA.email, LATER)
    (row,) = await database.read(lambda c: c.execute(select(erasures)).all())
    assert (row.at, row.rows, row.originals) == (LATER, counts, False)
    assert row.digest == FINGERPRINT.of(ANNA.email)
    assert [found.at for found in (await privacy.show(ANNA.email))["erasures"]] == [LATER]


async def test_a_second_erasure_finds_nothing_and_notes_nothing(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    await settle(database)
    assert await privacy.erase(ANNA.email, LATER)
    before = await everything(database)
    assert await privacy.erase(ANNA.email, LATER) == {}
    assert await privacy.erase("nobody@example.org", LATER) == {}
    assert await everything(database) == before


async def test_originals_that_were_kept_are_found_again_once_they_may_go(
    privacy: StoredPrivacy, database: Database
) -> None:
    cases = await a_person(database)
    await settle(database)
    await privacy.erase(ANNA.email, LATER)
    removed: list[str] = []
    assert (await privacy.erase(ANNA.email, LATER, removed.append))["inquiries"] == 3
    assert set(removed) == {cases[0].hash, cases[2].hash, cases[3].hash}
    assert await privacy.erase(ANNA.email, LATER, removed.append) == {}
    assert len((await StoredChain(database).examine()).erased) == 3


async def test_an_original_that_cannot_be_destroyed_undoes_the_erasure(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    await settle(database)
    before = await everything(database)

    def refuse(hash: str) -> None:
        raise PermissionError(13, "Permission denied", hash)

    with pytest.raises(PermissionError):
        await privacy.erase(ANNA.email, LATER, refuse)
    assert await everything(database) == before


async def test_others_keep_their_rows_and_the_receipt_adds_up(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    await settle(database)
    shown = await privacy.show(BO.email)
    await privacy.erase(ANNA.email, LATER)
    after = await privacy.show(BO.email)
    assert after == shown
    receipt = await StoredEditions(database).receipt(PERIOD)
    assert receipt and (receipt.audience, receipt.accepted) == (2, 2)
    content = select(letters.c.content).join(outbox).where(outbox.c.kind == "edition")
    assert await database.read(lambda c: c.execute(content).scalars().all()) == [b"Hej"] * 2


async def test_no_letter_that_was_emptied_is_ever_sent(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    await settle(database)
    about = outbox.c.key.contains("IT-2020-0001")
    waits = {"state": "pending", "settled": None}
    await database.write(lambda c: c.execute(outbox.update().where(about).values(waits)))
    forwarded = outbox.c.key == "forward/IT-2020-0001/sven"
    failed = {"state": "failed"}
    await database.write(lambda c: c.execute(outbox.update().where(forwarded).values(failed)))
    await privacy.erase(ANNA.email, LATER)
    store = StoredOutbox(database)
    assert await store.claim("worker", 10, LATER) == []
    assert await store.retry(["forward/IT-2020-0001/sven"], LATER) == 0


async def test_a_digest_on_its_way_is_waited_for(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    with pytest.raises(MailerError, match="digest is still to be sent"):
        await privacy.erase(ANNA.email, LATER)
    assert await StoredSubscribers(database).find(ANNA.email)


async def test_nothing_is_learned_from_who_was_erased(
    privacy: StoredPrivacy, database: Database
) -> None:
    await a_person(database)
    await settle(database)
    store = StoredLabels(database)
    version = await store.version()
    assert [each.number for each in await store.taught()] == ["IT-2020-0001"]
    await privacy.erase(ANNA.email, LATER)
    assert await store.taught() == []
    assert await store.version() != version
    (label,) = await database.read(lambda c: c.execute(select(labels)).all())
    assert label.slug == "boende" and set(label.before) == set(STANDING)
    standing = select(inquiries.c.kind, inquiries.c.owner).order_by(inquiries.c.id)
    (first, *_) = await database.read(lambda c: c.execute(standing).all())
    assert tuple(first) == ("inquiry", "boende")


async def test_an_address_that_somebody_had_before_is_forgotten_too(
    privacy: StoredPrivacy, database: Database
) -> None:
    subscribers = StoredSubscribers(database, FINGERPRINT)
    moved = f"moved from {ANNA.email} to {BO.email}, confirmed by both"
    await subscribers.bring_in([], Change("add", BO, moved), NOW)
    await subscribers.add([(BO, "sv")], moved, NOW)
    assert await privacy.erase(ANNA.email, LATER) == {"subscribers": 1, "consents": 1}
    assert "anna" not in await everything(database)
    bo = await subscribers.find(BO.email)
    assert bo and bo.state == "active"
