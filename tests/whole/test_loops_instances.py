"""Two installations of the program, each with a mailbox of its own, that write to each other."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest

from tests.servers import Account, Dovecot, Letter
from tests.servers.town import Town
from tests.whole.installation import MAILBOX, Changes, Place
from tests.whole.scenes import ANNA, ROUNDS, SVEN, SceneClock, assert_promised, mail, play

OTHER = "trygghet@nykoping.example"
THEIRS: Changes = {
    MAILBOX: OTHER,
    "@markaryd.example": "@nykoping.example",
    "case-prefix: IT": "case-prefix: NK",
}


@dataclass(frozen=True)
class Promise:
    """What becomes of one installation's mail, as in `Scene`."""

    acknowledged: Sequence[str] = ()
    forwarded: Sequence[str] = ()


@dataclass(frozen=True)
class Facing:
    """`changes` are those of the first, and of the other beside THEIRS."""

    name: str
    mails: Sequence[Letter]
    first: Promise
    other: Promise
    changes: tuple[Changes, Changes] = field(default=({}, {}))

    def __str__(self) -> str:
        return self.name


def from_other(**fields: str) -> Letter:
    return mail(path=OTHER, From=f"Trygghet <{OTHER}>", **fields)


HERE: Mapping[str, str] = {SVEN: OTHER}
THERE: Mapping[str, str] = {SVEN.replace("markaryd", "nykoping"): MAILBOX}

SCENES = (
    Facing(
        "a mail in the other's name is acknowledged to the other",
        [from_other()],
        first=Promise([OTHER], ["mail.1"]),
        other=Promise(),
    ),
    Facing(
        "a resident writes to both",
        [
            mail(To=f"{MAILBOX}, {OTHER}"),
            replace(mail(To=f"{MAILBOX}, {OTHER}"), recipients=(OTHER,)),
        ],
        first=Promise([ANNA], ["mail.1"]),
        other=Promise([ANNA], ["mail.1"]),
    ),
    Facing(
        "the other's mailbox is a leader's address",
        [mail()],
        first=Promise([ANNA], ["mail.1"]),
        other=Promise([], ["forward"]),
        changes=(HERE, {}),
    ),
    Facing(
        "each mailbox is a leader's address of the other",
        [mail()],
        first=Promise([ANNA], ["mail.1"]),
        other=Promise([], ["forward"]),
        changes=(HERE, THERE),
    ),
    Facing(
        "each mailbox is a leader's address of the other, and writes to it",
        [from_other()],
        first=Promise([], ["mail.1"]),
        other=Promise([], ["forward"]),
        changes=(HERE, THERE),
    ),
)


@pytest.fixture
def other(place: Place, dovecot_server: Dovecot) -> Place:
    """For another installation beside the first."""
    account: Account = dovecot_server.new_account()
    return replace(place, folder=place.folder.with_name("there"), account=account)


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_two_of_us_do_not_talk_to_each_other(
    scene: Facing, town: Town, place: Place, other: Place
) -> None:
    asyncio.run(face(scene, town, place, other))


async def face(scene: Facing, town: Town, place: Place, other: Place) -> None:
    clock = SceneClock()
    town.accounts |= {MAILBOX: place.account, OTHER: other.account}
    changes, more = scene.changes
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(place.installed(clock, changes))
        theirs = {**THEIRS, **more}
        second = await stack.enter_async_context(other.installed(clock, theirs))
        town.post(*scene.mails)
        assert await play(town, [first, second], clock) < ROUNDS
        for installation, promise in ((first, scene.first), (second, scene.other)):
            await assert_promised(
                town,
                installation,
                acknowledged=promise.acknowledged,
                forwarded=promise.forwarded,
                notices=0,
            )
