"""Who waits for an answer, on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event, select

from mailer.edge.store.chain import StoredChain
from mailer.edge.store.database import Database
from mailer.edge.store.follow_up import StoredFollowUps
from mailer.edge.store.journal import StoredJournal
from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.outbox import StoredOutbox
from mailer.edge.store.tables import answered, chain
from mailer.inquiry.correction import Correction
from mailer.inquiry.digest import Happened, Seen, Undelivered
from mailer.inquiry.follow_up import Waiting, digest_key
from mailer.inquiry.record import Case, Decision, RawMail
from mailer.inquiry.verdict import Inquiry, Kind, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.post import LetterKind, Post
from mailer.organisation import Leader

pytestmark = pytest.mark.anyio

NOW = datetime(2020, 9, 11, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Europe/Stockholm")
ANNA = Address("Anna@example.org")
SVEN = Leader("sven", "Sven Holmberg", Address("sven@markaryd.example"))
FORWARD: tuple[LetterKind, ...] = ("forward",)


class Record:
    """Mails taken into the record of one database."""

    def __init__(self, database: Database) -> None:
        self.follow_ups = StoredFollowUps(database)
        self.labels = StoredLabels(database)
        self.journal = StoredJournal(database, "IT", ZONE)
        self._uid = 0

    async def take(
        self,
        kind: Kind = "inquiry",
        *,
        queued: Sequence[LetterKind] = FORWARD,
        urgent: bool = False,
        sender: Address | None = ANNA,
        message_id: str = "",
        now: datetime = NOW,
    ) -> Case:
        """A mail that was decided, with one letter of each kind."""
        self._uid += 1
        raw = f"Subject: {self._uid}\r\n\r\n".encode()
        place = RawMail("INBOX", 1, self._uid, now, len(raw), raw)
        (case,) = await self.journal.record([(place, sha256(raw).hexdigest())], now)
        inquiry = Inquiry(sender=sender, subject=f"Nr {self._uid}", message_id=message_id)
        verdict = Verdict(kind, owner="boende", urgent=urgent)
        posts = [post(case, each) for each in queued]
        where = Route("Boende", (), acknowledge=True)
        await self.journal.decide([Decision(case, inquiry, verdict, where, posts)], {}, now)
        return case

    async def open(self) -> list[int]:
        """The ids of what waits."""
        return [each.case.id for each in await self.follow_ups.waiting()]

    async def give(self, case: Case, to: str, now: datetime) -> None:
        holding = await self.labels.holding(case.number, now)
        assert holding
        correction = Correction(holding, to, "obey", "page", "sven", "Droger")
        assert await self.labels.correct(correction, [post(case, "forward", to)], now)


def post(case: Case, kind: LetterKind, reader: str = "sven") -> Post:
    key = f"{kind}/{case.number}/{reader}"
    to = Address(f"{reader}@markaryd.example")
    return Post(key, kind, to, "", f"{key}@own", b"Hej", inquiry_id=case.id)


@pytest.fixture
def record(database: Database) -> Record:
    return Record(database)


# --- what waits ---


@pytest.mark.parametrize(
    ("kind", "queued", "urgent", "expected"),
    [
        ("inquiry", ("forward",), False, True),
        ("follow-up", ("forward",), False, True),
        ("follow-up", (), False, False),  # a colleague's answer
        ("unreadable", ("forward",), False, True),
        ("complaint", ("forward",), False, False),
        ("spam", ("forward",), True, True),
        ("spam", (), False, False),
        ("subscribe", ("confirmation",), False, False),
        ("inquiry", ("acknowledgement", "notice"), False, False),
    ],
)
async def test_what_somebody_is_to_answer_waits(
    record: Record, kind: Kind, queued: Sequence[LetterKind], urgent: bool, expected: bool
) -> None:
    case = await record.take(kind, queued=queued, urgent=urgent)
    assert await record.open() == ([case.id] if expected else [])


async def test_what_waits_comes_with_all_that_is_known_of_it(record: Record) -> None:
    letters: tuple[LetterKind, ...] = ("forward", "acknowledgement", "notice")
    case = await record.take(queued=letters, urgent=True)
    undecided = RawMail("INBOX", 1, 99, NOW, 5, b"x")
    await record.journal.record([(undecided, "hash")], NOW)
    (waiting,) = await record.follow_ups.waiting()
    assert waiting == Waiting(
        case=Case(case.id, case.hash, case.number, NOW, case.size, "Boende", urgent=True),
        verdict=Verdict("inquiry", owner="boende", urgent=True),
        subject="Nr 1",
        sender=Address("Anna@example.org"),
        since=NOW,
        promised=True,
        told=frozenset({f"notice/{case.number}/sven"}),
    )
    assert waiting.since.tzinfo == UTC


# --- answers ---


@pytest.mark.parametrize(
    ("reference", "answers"),
    [
        ("forward/IT-2020-0001/sven@own", True),
        ("acknowledgement/IT-2020-0001/sven@own", True),
        ("theirs@example.org", True),
        ("notice/IT-2020-0001/sven@own", False),
        ("forward/IT-2020-0009/sven@own", False),
        ("", False),
    ],
)
async def test_an_answer_names_a_letter_about_the_inquiry_or_the_mail_itself(
    record: Record, reference: str, answers: bool
) -> None:
    letters: tuple[LetterKind, ...] = ("forward", "acknowledgement", "notice")
    case = await record.take(queued=letters, message_id="theirs@example.org")
    found = await record.follow_ups.note(SVEN, "IT-2020-0002", {reference}, NOW + HOUR)
    assert found == ([case.number] if answers else [])
    assert await record.open() == ([] if answers else [case.id])


async def test_noting_an_answer_again_changes_nothing(record: Record, database: Database) -> None:
    case = await record.take()
    reference = {f"forward/{case.number}/sven@own"}
    assert await record.follow_ups.note(SVEN, "IT-2020-0002", reference, NOW) == [case.number]
    assert await record.follow_ups.note(SVEN, "IT-2020-0002", reference, NOW + HOUR) == []
    assert await record.follow_ups.note(SVEN, "IT-2020-0003", reference, NOW + HOUR)
    rows = await database.read(lambda c: c.execute(select(answered)).all())
    assert [(row.source, row.leader, row.at) for row in rows] == [
        ("IT-2020-0002", "sven", NOW),
        ("IT-2020-0003", "sven", NOW + HOUR),
    ]


async def test_an_answer_is_sealed_in_the_chain(record: Record, database: Database) -> None:
    case = await record.take()
    await record.follow_ups.note(SVEN, "IT-2020-0002", {f"forward/{case.number}/sven@own"}, NOW)
    await record.follow_ups.flagged([case], NOW)
    happened = select(chain).where(chain.c.happening == "answered").order_by(chain.c.sequence)
    rows = await database.read(lambda c: c.execute(happened).all())
    assert [(row.case_number, row.facts) for row in rows] == [
        (case.number, '{"by":"IT-2020-0002","leader":"sven"}'),
        (case.number, '{"by":"","leader":""}'),
    ]
    examined = await StoredChain(database).examine()
    assert (examined.breaks, examined.differ) == ("", ())


async def test_of_mails_with_one_message_id_the_newest_is_answered_unless_ours_is_named(
    record: Record,
) -> None:
    first, second = [await record.take(message_id="same@example.org") for _ in range(2)]
    both = {"same@example.org", f"forward/{first.number}/sven@own"}
    assert await record.follow_ups.note(SVEN, "IT-2020-0008", both, NOW) == [first.number]
    alone = {"same@example.org"}
    assert await record.follow_ups.note(SVEN, "IT-2020-0009", alone, NOW) == [second.number]


async def test_nobody_answers_a_mail_of_their_own(record: Record) -> None:
    case = await record.take(sender=Address("SVEN@markaryd.example"))
    unknown = await record.take(sender=None)
    for each in (case, unknown):
        await record.follow_ups.note(SVEN, "IT-2020-0009", {f"forward/{each.number}/sven@own"}, NOW)
    assert await record.open() == [case.id]
    assert await record.follow_ups.note(SVEN, case.number, {f"forward/{case.number}"}, NOW) == []


async def test_a_flag_counts_once(record: Record) -> None:
    case, other = await record.take(), await record.take()
    assert await record.follow_ups.flagged([case], NOW + HOUR) == [case.number]
    assert await record.follow_ups.flagged([case], NOW + HOUR) == []
    assert await record.open() == [other.id]


@pytest.mark.parametrize("sign", ["note", "flagged", "take"])
async def test_who_gets_it_from_others_has_not_answered(record: Record, sign: str) -> None:
    case = await record.take()

    async def answer(number: int, now: datetime) -> None:
        reference = {f"forward/{case.number}/sven@own"}
        match sign:
            case "note":
                await record.follow_ups.note(SVEN, f"IT-2020-{number:04d}", reference, now)
            case "flagged":
                await record.follow_ups.flagged([case], now)
            case "take":
                holding = await record.labels.holding(case.number, now)
                assert holding
                await record.labels.take(holding, f"leader-{number}", (), now)

    await answer(2, NOW + HOUR)
    assert await record.open() == []
    await record.give(case, "drog", NOW + 2 * HOUR)
    (waiting,) = await record.follow_ups.waiting()
    assert (waiting.since, waiting.verdict.owner) == (NOW + 2 * HOUR, "drog")
    await answer(3, NOW + 3 * HOUR)
    assert await record.open() == ([case.id] if sign == "flagged" else [])


async def test_who_gets_another_case_leaves_this_one_answered(record: Record) -> None:
    answered, other = await record.take(), await record.take()
    await record.follow_ups.flagged([answered], NOW + HOUR)
    await record.give(other, "drog", NOW + 2 * HOUR)
    assert await record.open() == [other.id]
    (waiting,) = await record.follow_ups.waiting()
    assert waiting.since == NOW + 2 * HOUR


# --- letters ---


async def test_letters_go_only_about_what_still_waits(record: Record, database: Database) -> None:
    case = await record.take()
    (waiting,) = await record.follow_ups.waiting()
    letter = post(case, "notice")
    assert await record.follow_ups.send(waiting, [letter], NOW)
    assert await record.follow_ups.send(waiting, [letter], NOW)
    await record.follow_ups.flagged([case], NOW)
    assert not await record.follow_ups.send(waiting, [post(case, "notice", "john")], NOW)
    assert (await StoredOutbox(database).counts()) == {"pending": 2}


# --- the digest ---


async def test_the_last_digest_is_found_if_it_is_of_late(record: Record) -> None:
    today = date(2020, 9, 14)
    assert await record.follow_ups.last_digest(today) is None
    for day in (date(2020, 7, 1), date(2020, 9, 2), date(2020, 9, 11), date(2020, 9, 15)):
        key = digest_key(day)
        letter = Post(key, "notice", ANNA, "", f"{key}@own", b"Hej")
        await record.follow_ups.tell([letter], NOW)
    assert await record.follow_ups.last_digest(today) == date(2020, 9, 11)
    assert await record.follow_ups.last_digest(date(2020, 8, 20)) is None


async def test_what_happened_between_two_moments(record: Record) -> None:
    await record.take(now=NOW - HOUR)
    first = await record.take(urgent=True)
    spam = await record.take("spam", queued=(), sender=None)
    await record.take(now=NOW + HOUR)
    waits = RawMail("INBOX", 1, 99, NOW, 5, b"x")
    await record.journal.record([(waits, "hash")], NOW)
    assert await record.follow_ups.happened(NOW, NOW + HOUR) == Happened(
        [
            Seen(
                first.number,
                Verdict("inquiry", owner="boende", urgent=True),
                "Nr 2",
                Address("Anna@example.org"),
                forwarded=True,
            ),
            Seen(spam.number, Verdict("spam", owner="boende"), "Nr 3", None, forwarded=False),
        ],
        undelivered=[],
        undecided=1,
    )


async def test_a_forward_of_which_the_coordinator_was_told_was_not_delivered(
    record: Record,
) -> None:
    case = await record.take()
    await record.take(queued=("forward", "notice"), now=NOW - HOUR)
    about = f"notice/{case.number}/reminder/20200911T080000/sven"
    reminder = Post(about, "notice", ANNA, "", "reminder@own", b"Hej", inquiry_id=case.id)
    await record.follow_ups.tell([reminder], NOW)
    assert (await record.follow_ups.happened(NOW, NOW + HOUR)).undelivered == []
    await record.follow_ups.tell([post(case, "notice")], NOW + HOUR / 2)
    found = await record.follow_ups.happened(NOW, NOW + HOUR)
    assert found.undelivered == [Undelivered(case.number, "sven@markaryd.example")]


# --- the command line ---


async def test_what_waits_is_listed_newest_first_and_counted(record: Record) -> None:
    cases = [await record.take() for _ in range(4)]
    await record.take("spam", queued=())
    await record.follow_ups.flagged([cases[1]], NOW)
    assert [row.id for row in await record.follow_ups.find(2)] == [cases[3].id, cases[2].id]
    assert [row.id for row in await record.follow_ups.find(9)] == [
        cases[number].id for number in (3, 2, 0)
    ]
    assert await record.follow_ups.answers() == 1


async def test_on_sqlite_no_query_reads_the_letters_of_editions(tmp_path: Path) -> None:
    """A million of them may lie in the outbox: it is to be asked by index alone."""
    database = await Database.open(f"sqlite:///{tmp_path}/mailer.db")
    record = Record(database)
    plans: list[str] = []

    def explain(
        connection: Connection, cursor: Any, statement: str, values: Any, *_: object
    ) -> None:
        if statement.lstrip().startswith("SELECT"):
            found = connection.connection.cursor()
            found.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plans.extend(row[3] for row in found.fetchall())

    await record.take()
    event.listen(database._engine, "before_cursor_execute", explain)
    await record.follow_ups.waiting()
    await record.follow_ups.happened(NOW, NOW + HOUR)
    await record.follow_ups.last_digest(NOW.date())
    await record.follow_ups.note(SVEN, "IT-2020-0002", {"forward/IT-2020-0001/sven@own"}, NOW)
    await record.follow_ups.find(10)
    await record.follow_ups.answers()
    await database.close()
    asked = [plan for plan in plans if "outbox" in plan]
    assert asked
    assert not [plan for plan in asked if plan.startswith("SCAN") and "INDEX" not in plan]
