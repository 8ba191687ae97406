"""Scenes of mail that answers itself: what arrives, who answers by itself, what is promised.

A scene is played until nobody sends any more, a minute a round. Whatever it is about, these hold:

- it ends;
- nobody outside gets more than one letter of ours, and that is an acknowledgement;
- with each robot outside there are at most two letters: ours, and its answer;
- every mail lies in the mailbox, and not in the inbox;
- no leader gets the same mail twice.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.servers import Letter
from tests.servers.town import Robot, Town
from tests.whole.installation import MAILBOX, Changes, Installation, Place, Sent
from tests.whole.robots import written

ROUNDS = 20
ANNA = "anna@example.org"
LAMP = "Hej! Gatlyktan vid gångvägen i vårt bostadsområde lyser inte. Kan ni laga belysningen?"
SVEN, JOHN = "sven.holmberg@markaryd.example", "john.karlsson@markaryd.example"
"""Who lead what `LAMP` is about."""
COORDINATOR = "projektledningen@markaryd.example"


def mail(number: int = 1, text: str = LAMP, path: str = ANNA, **fields: str) -> Letter:
    """A mail to the mailbox; `In_Reply_To` is the field In-Reply-To."""
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    head = {
        "From": f"Anna Ek <{ANNA}>",
        "To": MAILBOX,
        "Subject": "Gatlampan är släckt",
        "Message-ID": f"<mail.{number}@example.org>",
    }
    return Letter(path, (MAILBOX,), written({**head, **given}, f"{text}\n"))


@dataclass(frozen=True)
class Scene:
    """`acknowledged` are those who get an acknowledgement.

    `forwarded` are the mails that reach a leader or the coordinator, by their Message-IDs before
    the @; None where danger may be read into them, and who reads then is not promised. `notices`
    is how many letters tell the coordinator of something else. The relay refuses letters to an
    address that is `unknown`.
    """

    name: str
    mails: Sequence[Letter] = (mail(),)
    robots: Mapping[str, Callable[[], Robot]] = field(default_factory=dict)
    acknowledged: Sequence[str] = (ANNA,)
    forwarded: Sequence[str] | None = ("mail.1",)
    notices: int = 0
    unknown: Sequence[str] = ()
    changes: Changes = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


class SceneClock:
    """Begins on a Monday morning."""

    def __init__(self) -> None:
        self._now = datetime(2020, 9, 7, 7, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def forward(self, spell: timedelta) -> None:
        self._now += spell


async def play(
    town: Town,
    installations: Sequence[Installation],
    clock: SceneClock,
    settle: Callable[[], None] = lambda: None,
) -> int:
    """Go on until nothing is on its way; the number of rounds that it took.

    `settle` waits for a server between us and the town.
    """
    for number in range(ROUNDS):
        settle()
        if not town.round(clock.now()):
            return number
        for each in installations:
            await each.work()
        clock.forward(timedelta(minutes=1))
    return ROUNDS


async def assert_promised(
    town: Town,
    installation: Installation,
    *,
    acknowledged: Sequence[str],
    forwarded: Sequence[str] | None,
    notices: int,
) -> None:
    """What holds after every scene, and what this one promises."""
    sent = await installation.sent()
    people = {
        each.address.email for each in installation.service.settings.organisation.people.values()
    }
    outside = [each for each in sent if each.to not in people]
    assert sorted((each.kind, each.to) for each in outside) == sorted(
        ("acknowledgement", each) for each in acknowledged
    )
    forwards = [each for each in sent if each.kind == "forward"]
    assert forwarded is None or {each.original for each in forwards} == {*forwarded}
    assert not _twice(forwards)
    assert len([each for each in sent if each.kind == "notice"]) == notices, sent
    assert not _talked_too_much(town, outside, town.robots.keys() - people)
    folders = installation.account.folders()
    assert folders.pop("INBOX") == []
    kept = sorted(raw for mails in folders.values() for raw in mails)
    came = town.received.get(installation.address, [])
    assert kept == sorted(letter.raw for letter in came)


def _twice(forwards: Sequence[Sent]) -> list[Sent]:
    return [each for each, times in Counter(forwards).items() if times > 1]


def _talked_too_much(
    town: Town, sent: Sequence[Sent], robots: Collection[str]
) -> Mapping[str, int]:
    """Those of `robots` with whom there were more letters than two."""
    letters = Counter(each.to for each in sent) + Counter(robot for robot, _ in town.answered)
    return {robot: letters[robot] for robot in robots if letters[robot] > 2}


async def perform(
    scene: Scene, town: Town, place: Place, settle: Callable[[], None] = lambda: None
) -> None:
    """Play a scene with one installation, and hold what is promised against what was."""
    clock = SceneClock()
    town.accounts[MAILBOX] = place.account
    town.robots |= {address: made() for address, made in scene.robots.items()}
    town.unknown |= set(scene.unknown)
    async with place.installed(clock, scene.changes) as installation:
        town.post(*scene.mails)
        assert await play(town, [installation], clock, settle) < ROUNDS
        await assert_promised(
            town,
            installation,
            acknowledged=scene.acknowledged,
            forwarded=scene.forwarded,
            notices=scene.notices,
        )
