"""Several relays: which of them a letter goes to, by script, and between real servers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from mailer.edge.relays import Paced, Relays
from mailer.edge.smtp import SmtpRelay
from mailer.errors import NotNow, RelayError
from mailer.mail.forecast import Stand
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, RelayRefused, Uncertain, Unreached
from mailer.mail.pace import DAY, MINUTE, Given, Limit, Room, room
from mailer.mail.server import read_server
from tests.servers import CUT, Sink

pytestmark = pytest.mark.anyio

NOON = datetime(2020, 9, 11, 12, tzinfo=UTC)

ACCEPTED = Accepted("250 Ok")
GONE = Refused(550, "No such user")
BUSY = Refused(450, "Greylisted")
DENIED = RelayRefused(554, "Relay access denied")
CUT_LINE = Unreached("the line was cut")
IN_DOUBT = Uncertain("the line was cut")

Answer = Callable[[Letter], Outcome]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def letters(count: int) -> list[Letter]:
    return [
        Letter("k@example.org", f"p{number}@example.org", b"Hej\r\n") for number in range(count)
    ]


class Scripted:
    """A relay that says what `answer` says, or raises it."""

    def __init__(self, name: str, answer: Outcome | RelayError | Answer = ACCEPTED) -> None:
        self.name = name
        self.answer = answer
        self.tried: list[list[str]] = []
        self.closed = False

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
    ) -> Sequence[Outcome]:
        assert known is not None and stop is not None
        self.tried.append([each.recipient for each in letters])
        if isinstance(self.answer, RelayError):
            raise self.answer
        for place, letter in enumerate(letters):
            await asyncio.sleep(0)
            if stop.is_set():
                return []
            known[place] = self.answer(letter) if callable(self.answer) else self.answer
        return list(known.values())

    async def close(self) -> None:
        self.closed = True


class Remembered:
    """A pace in memory."""

    def __init__(self, *limits: Limit) -> None:
        self.limits: Sequence[Limit] = limits
        self.given: list[Given] = []

    async def past(self) -> Sequence[Given]:
        return self.given

    async def take(self, wanted: int, now: datetime, pressing: int = 0) -> Room:
        found = room(self.given, self.limits, wanted, now, pressing)
        self.given.append(Given(now, found.letters))
        return found

    async def give_back(self, letters: int, at: datetime) -> None:
        self.given.append(Given(at, -letters))


class World:
    """Relays with a clock that stands until it is told."""

    def __init__(self, *relays: Paced) -> None:
        self.now = NOON
        self.relays = Relays(relays, lambda: self.now)

    async def send(self, count: int = 3) -> Sequence[Outcome]:
        """Send so many letters, all of them pressing."""
        return await self.relays.send(letters(count), pressing=count)


# --- which relay --------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [ACCEPTED, GONE, BUSY, IN_DOUBT])
async def test_what_the_first_relay_answered_for_goes_to_no_other(answer: Outcome) -> None:
    first, second = Scripted("first", answer), Scripted("second")
    assert await World(Paced(first), Paced(second)).send() == [answer] * 3
    assert second.tried == []


@pytest.mark.parametrize("answer", [CUT_LINE, DENIED, RelayError("first: refused")])
async def test_what_the_first_relay_did_not_answer_for_goes_to_the_next(
    answer: Outcome | RelayError,
) -> None:
    first, second = Scripted("first", answer), Scripted("second")
    world = World(Paced(first), Paced(second))
    assert await world.send() == [ACCEPTED] * 3
    assert world.relays.name == "second"


async def test_only_the_letters_without_an_answer_go_to_the_next() -> None:
    said = {"p0@example.org": GONE, "p1@example.org": CUT_LINE, "p2@example.org": IN_DOUBT}
    first, second = Scripted("first", lambda letter: said[letter.recipient]), Scripted("second")
    known: dict[int, Outcome] = {}
    via: dict[int, str] = {}
    relays = World(Paced(first), Paced(second)).relays
    assert await relays.send(letters(3), known, via=via) == [GONE, ACCEPTED, IN_DOUBT]
    assert known == {0: GONE, 1: ACCEPTED, 2: IN_DOUBT}
    assert second.tried == [["p1@example.org"]]
    assert via == {0: "first", 1: "second", 2: "first"}


async def test_where_no_relay_answers_the_last_one_is_quoted() -> None:
    world = World(Paced(Scripted("first", CUT_LINE)), Paced(Scripted("second", DENIED)))
    assert await world.send(2) == [DENIED] * 2


async def test_where_no_relay_can_be_used_all_of_them_are_named() -> None:
    first, second = RelayError("first: no route"), RelayError("second: wrong password")
    world = World(Paced(Scripted("first", first)), Paced(Scripted("second", second)))
    with pytest.raises(RelayError, match="first: no route; second: wrong password"):
        await world.send()


@pytest.mark.parametrize(("of_second", "seconds"), [(300, 300), (0, 0)])
async def test_the_relay_that_may_be_tried_again_first_says_when(
    of_second: float, seconds: float
) -> None:
    first = Scripted("first", RelayError("first: wrong password", 300))
    second = Scripted("second", RelayError("second: fails", of_second))
    world = World(Paced(first), Paced(second))
    with pytest.raises(RelayError) as error:
        await world.send()
    assert error.value.left_alone == seconds


async def test_a_letter_that_nobody_tried_is_unreached_where_others_got_an_answer() -> None:
    first = Scripted("first", RelayError("first: down"))
    world = World(Paced(first))
    with pytest.raises(RelayError):
        await world.send()

    def answer_for_one(letter: Letter) -> Outcome:
        first.answer = RelayError("first: down again")
        return ACCEPTED

    first.answer = answer_for_one
    world.now += MINUTE
    trial, *others = await world.send()
    assert trial == ACCEPTED
    assert {type(each) for each in others} == {Unreached}


async def test_answers_are_known_while_others_are_waited_for() -> None:
    known: dict[int, Outcome] = {}
    seen: list[int] = []

    def answer(letter: Letter) -> Outcome:
        seen.append(len(known))
        return ACCEPTED

    relays = World(Paced(Scripted("first", answer))).relays
    await relays.send(letters(3), known)
    assert seen == [0, 1, 2]


async def test_once_told_to_stop_nothing_is_begun() -> None:
    stop = asyncio.Event()
    second = Scripted("second")

    def answer(letter: Letter) -> Outcome:
        stop.set()
        return CUT_LINE

    known: dict[int, Outcome] = {}
    world = World(Paced(Scripted("first", answer)), Paced(second))
    await world.relays.send(letters(3), known, stop)
    assert known == {}
    assert second.tried == []


async def test_nothing_to_send_asks_nobody() -> None:
    first = Scripted("first", RelayError("first: down"))
    assert await World(Paced(first)).send(0) == []


async def test_closing_closes_all() -> None:
    first, second = Scripted("first"), Scripted("second")
    await World(Paced(first), Paced(second)).relays.close()
    assert first.closed and second.closed


# --- the way back -------------------------------------------------------------------------------


async def test_a_relay_that_failed_is_left_alone_then_tried_with_one_letter() -> None:
    first, second = Scripted("first", RelayError("first: down")), Scripted("second")
    world = World(Paced(first), Paced(second))
    await world.send()
    assert (len(first.tried), len(second.tried)) == (1, 1)
    await world.send()
    assert (len(first.tried), len(second.tried)) == (1, 2)

    world.now += MINUTE
    await world.send()
    assert first.tried[1:] == [["p0@example.org"]]
    assert len(second.tried) == 3

    first.answer = ACCEPTED
    world.now += 2 * MINUTE
    assert await world.send() == [ACCEPTED] * 3
    assert first.tried[2:] == [["p0@example.org"], ["p1@example.org", "p2@example.org"]]
    assert len(second.tried) == 3
    assert world.relays.name == "first"


async def test_a_refused_recipient_says_that_the_relay_works() -> None:
    first, second = Scripted("first", RelayError("first: down")), Scripted("second")
    world = World(Paced(first), Paced(second))
    await world.send()
    first.answer = GONE
    world.now += MINUTE
    assert await world.send() == [GONE] * 3


async def test_a_relay_that_answered_for_some_is_not_left() -> None:
    said = iter([ACCEPTED, CUT_LINE, CUT_LINE, ACCEPTED, ACCEPTED, ACCEPTED])
    first, second = Scripted("first", lambda letter: next(said)), Scripted("second")
    world = World(Paced(first), Paced(second))
    await world.send()
    assert await world.send() == [ACCEPTED] * 3
    assert len(first.tried) == 2


async def test_calls_that_overlap_fail_together_once(caplog: pytest.LogCaptureFixture) -> None:
    first, second = Scripted("first", CUT_LINE), Scripted("second")
    world = World(Paced(first), Paced(second))
    await asyncio.gather(*(world.send() for _ in range(3)))
    assert caplog.text.count("relay-left") == 1
    first.answer = ACCEPTED
    world.now += MINUTE
    await world.send()
    assert world.relays.name == "first"


async def test_where_all_are_left_alone_they_are_tried_all_the_same() -> None:
    first = Scripted("first", RelayError("first: down"))
    world = World(Paced(first))
    for _ in range(2):
        with pytest.raises(RelayError):
            await world.send()
    first.answer = ACCEPTED
    assert await world.send() == [ACCEPTED] * 3


async def test_one_that_refused_our_login_is_not_tried_before_its_time() -> None:
    first = Scripted("first", RelayError("first: wrong password", 300))
    second = Scripted("second", RelayError("second: down"))
    world = World(Paced(first), Paced(second))
    for _ in range(4):  # the second is half-open, or the only one that may be tried
        with pytest.raises(RelayError):
            await world.send()
        world.now += MINUTE
    assert (len(first.tried), len(second.tried)) == (1, 4)
    world.now += MINUTE
    with pytest.raises(RelayError):
        await world.send()
    assert len(first.tried) == 2


async def test_where_all_refused_our_login_they_are_tried_when_the_caller_has_waited() -> None:
    first = Scripted("first", RelayError("first: wrong password", 300))
    world = World(Paced(first))
    for _ in range(2):
        with pytest.raises(RelayError):
            await world.send()
    assert len(first.tried) == 2


# --- the pace -----------------------------------------------------------------------------------


async def test_a_relay_gets_no_more_than_its_pace() -> None:
    first = Scripted("first")
    world = World(Paced(first, Remembered(Limit(2, MINUTE))))
    known: dict[int, Outcome] = {}
    with pytest.raises(NotNow, match="as many letters as it may have") as held:
        await world.relays.send(letters(3), known, pressing=3)
    assert (held.value.again, held.value.pressing_may_go) == (NOON + MINUTE, False)
    assert known == {0: ACCEPTED, 1: ACCEPTED}
    with pytest.raises(NotNow):
        await world.send()
    assert len(first.tried) == 1
    world.now = held.value.again
    assert await world.send(2) == [ACCEPTED] * 2


async def test_an_edition_leaves_the_share_of_pressing_letters_to_them() -> None:
    first = Scripted("first")
    world = World(Paced(first, Remembered(Limit(10, MINUTE))))
    known: dict[int, Outcome] = {}
    with pytest.raises(NotNow) as held:
        await world.relays.send(letters(12), known, pressing=2)
    assert (held.value.again, held.value.pressing_may_go) == (NOON + MINUTE, True)
    assert [*known] == [*range(9)]
    assert await world.send(1) == [ACCEPTED]
    with pytest.raises(NotNow) as held:
        await world.send(1)
    assert not held.value.pressing_may_go


async def test_pressing_letters_go_first_where_there_is_not_room_for_all() -> None:
    world = World(Paced(Scripted("first"), Remembered(Limit(10, MINUTE))))
    await world.send(8)
    known: dict[int, Outcome] = {}
    with pytest.raises(NotNow) as held:
        await world.relays.send(letters(5), known, pressing=3)
    assert ([*known], held.value.pressing_may_go) == ([0, 1], False)


async def test_what_is_over_the_pace_goes_to_the_next_relay() -> None:
    first, second = Scripted("first"), Scripted("second")
    world = World(Paced(first, Remembered(Limit(2, MINUTE))), Paced(second))
    assert await world.send() == [ACCEPTED] * 3
    assert (first.tried, second.tried) == (
        [["p0@example.org", "p1@example.org"]],
        [["p2@example.org"]],
    )


async def test_the_earliest_room_of_all_relays_is_waited_for() -> None:
    world = World(
        Paced(Scripted("first"), Remembered(Limit(1, DAY))),
        Paced(Scripted("second"), Remembered(Limit(1, MINUTE))),
    )
    with pytest.raises(NotNow) as held:
        await world.send()
    assert held.value.again == NOON + MINUTE


async def test_a_letter_that_was_not_handed_over_does_not_count() -> None:
    first = Scripted("first", CUT_LINE)
    world = World(Paced(first, Remembered(Limit(3, MINUTE))))
    assert await world.send() == [CUT_LINE] * 3
    first.answer = ACCEPTED
    world.now += MINUTE / 2
    assert await world.send() == [ACCEPTED] * 3


async def test_a_trial_of_a_relay_whose_pace_is_full_is_none() -> None:
    first = Scripted("first")
    world = World(Paced(first, Remembered(Limit(3, DAY))))
    await world.send()
    with pytest.raises(NotNow) as held:
        await world.send()
    assert held.value.again == NOON + DAY


async def test_it_tells_how_each_relay_stands() -> None:
    first, second = Scripted("first", CUT_LINE), Scripted("second")
    minute = Limit(10, MINUTE)
    world = World(Paced(first), Paced(second, Remembered(minute)))
    await world.send(3)
    assert list(await world.relays.stand()) == [
        Stand("first", "open"),
        Stand("second", "closed", (minute,), [Given(NOON, 3)]),
    ]


# --- real servers -------------------------------------------------------------------------------


@asynccontextmanager
async def between(*urls: str) -> AsyncIterator[World]:
    senders = [SmtpRelay(read_server(url, "smtp"), connections=2, timeout=5) for url in urls]
    world = World(*map(Paced, senders))
    try:
        yield world
    finally:
        await world.relays.close()


async def test_a_relay_that_is_down_is_replaced_and_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Sink() as first, Sink() as second:
        first.answers = lambda mail_from, recipient: CUT
        async with between(first.url, second.url) as world:
            assert {type(each) for each in await world.send(5)} == {Accepted}
            assert (len(first.letters), len(second.letters)) == (0, 5)
            first.answers = lambda mail_from, recipient: None
            world.now += MINUTE
            assert {type(each) for each in await world.send(5)} == {Accepted}
            assert (len(first.letters), len(second.letters)) == (5, 5)
    told = [
        record.message.split()[0] for record in caplog.records if record.name == "mailer.relays"
    ]
    assert told == ["relay-left", "relay-back"]


async def test_a_relay_that_does_not_want_us_is_replaced() -> None:
    with Sink() as first, Sink() as second:
        first.answers = lambda mail_from, recipient: "554 5.7.1 Relay access denied"
        async with between(first.url, second.url) as world:
            assert {type(each) for each in await world.send(5)} == {Accepted}
            assert len(second.letters) == 5


async def test_a_letter_that_may_have_been_taken_goes_to_no_other_relay() -> None:
    with Sink() as first, Sink() as second:
        first.data_answers = lambda letter: CUT
        async with between(first.url, second.url) as world:
            assert [type(each) for each in await world.send(1)] == [Uncertain]
            assert (len(first.letters), len(second.letters)) == (1, 0)
