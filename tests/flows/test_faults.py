"""Every port fails, or the process is killed, at its n-th call; then the flow runs once more.

What is there afterwards must be what would be there without the fault: the same rows, the same
folders, and each letter sent once. Only where it is killed between the relay's answer and our
note of it is a letter sent twice, with one Message-ID.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mailer.edge.archive import ArchiveFiles
from mailer.errors import MailboxError, MailerError, RelayError, StoreError
from mailer.flows import intake
from mailer.mail.address import Address
from mailer.mail.message import Draft, shared, text_of
from mailer.mail.post import Post
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import START, Fault, Killed
from tests.flows.editions import composer
from tests.flows.world import IDENTITY, MAILBOX, World, mail, open_database, opened, public

pytestmark = pytest.mark.anyio

MAILS = (
    mail(number=1),
    mail("Det knarkas i parken.", "Parken", "Bo Ek <bo@example.org>", number=2),
    mail("Jag är på semester.", "Autosvar", number=3, Auto_Submitted="auto-replied"),
    mail(number=1),
)

CALLS = {
    "mailbox": {"waiting", "fetch", "file"},
    "journal": {"undecided", "record", "background", "decide", "filed"},
    "originals": {"keep"},
}


async def faults(errors: Sequence[type[MailerError] | None]) -> AsyncIterator[Fault]:
    """One after the other, until the flow runs through without the n-th call."""
    for error in errors:
        for after in (False, True):
            for at in count(1):
                fault = Fault(at, error, after=after)
                yield fault
                if not fault.struck:
                    break


async def state_of(world: World) -> dict[str, Any]:
    """Everything that must be the same with a fault as without it."""
    await world.delivery().drain()
    return {
        "letters": {key: (row.recipient, row.state) for key, row in (await world.rows()).items()},
        "cases": [(case.case_number, case.kind, case.folder) for case in await world.cases()],
        "folders": world.mailbox.contents(),
        "sent": Counter(opened(letter)["Message-ID"] for letter in world.relay.letters),
    }


async def undisturbed(world: World) -> dict[str, Any]:
    world.mailbox.deliver(*MAILS)
    await world.intake().once()
    return await state_of(world)


@pytest.mark.parametrize(
    ("port", "error"),
    [("mailbox", MailboxError), ("journal", StoreError), ("originals", StoreError)],
)
async def test_mail_is_taken_exactly_once_whatever_fails(
    open_world: OpenWorld,
    port: str,
    error: type[MailerError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with open_world() as world:
        expected = await undisturbed(world)
        assert len(expected["letters"]) == 5
        assert set(expected["sent"].values()) == {1}
    # The last mail, the first one again, is made ready while the others are worked on.
    monkeypatch.setattr(intake, "BATCH", len(MAILS) - 1)
    struck = set()
    async for fault in faults((error, None)):
        async with open_world() as world:
            world.mailbox.deliver(*MAILS)
            ports = {name: fault.beside(getattr(world, name)) for name in CALLS}
            ports[port] = fault.on(getattr(world, port))
            with suppress(error, Killed):
                await world.intake(**ports).once()
            await world.intake().once()
            assert await state_of(world) == expected, str(fault)
        struck.add(fault.struck)
    assert struck == {*CALLS[port], ""}


@pytest.mark.parametrize(("port", "error"), [("outbox", StoreError), ("relay", RelayError)])
async def test_letters_are_sent_exactly_once_but_for_the_one_gap(
    open_world: OpenWorld, port: str, error: type[MailerError]
) -> None:
    keys = ["edition/2020-09/1", "edition/2020-09/2", "edition/2020-09/3"]
    struck = set()
    async for fault in faults((error, None)):
        async with open_world() as world:
            await world.outbox.settle("", [], [post(key) for key in keys], world.clock.now())
            ports = {name: fault.beside(getattr(world, name)) for name in ("outbox", "relay")}
            ports[port] = fault.on(getattr(world, port))
            with suppress(error, Killed):
                await world.delivery("first", **ports).drain()
            await world.outbox.release("first")  # as the next start does for a dead process
            await world.delivery("second").drain()
            assert {row.state for row in (await world.rows()).values()} == {"accepted"}, str(fault)
            sent = Counter(opened(letter)["Message-ID"] for letter in world.relay.letters)
            ids = {f"<{IDENTITY.message_id(key)}>" for key in keys}
            assert sent == dict.fromkeys(ids, 2 if in_the_gap(fault) else 1), str(fault)
        struck.add(fault.struck)
    assert struck >= ({"claim", "settle"} if port == "outbox" else {"send"})


def in_the_gap(fault: Fault) -> bool:
    """Whether the relay had answered and nobody lived to write that down."""
    return str(fault) in ("killed after send", "killed before settle")


def post(key: str) -> Post:
    to = Address(f"reader.{key[-1]}@example.org")
    content = shared(Draft(MAILBOX, "Nyheter", "Hej!", START))
    return Post(key, "edition", to, MAILBOX.email, IDENTITY.message_id(key), content)


@pytest.mark.parametrize(
    ("port", "calls"),
    [
        ("editions", {"claimed", "last_before", "told_before", "queue", "sent"}),
        ("archive", {"has", "keep"}),
    ],
)
async def test_an_edition_is_queued_and_archived_exactly_once_whatever_fails(
    open_world: OpenWorld, port: str, calls: set[str]
) -> None:
    day = date(2020, 9, 11)
    readers = [(Address(f"reader.{n}@example.org"), "sv") for n in range(3)]
    struck = set()
    async for fault in faults((StoreError, None)):
        async with open_world() as world:
            await world.subscribers.add(readers, "test", world.clock.now())
            every = {"editions": world.editions, "archive": ArchiveFiles(world.archived)}
            ports = {name: fault.beside(each) for name, each in every.items()}
            ports[port] = fault.on(every[port])
            with suppress(StoreError, Killed):
                await world.publish(day, composer(), **ports)
            await world.publish(day, composer(introduction="Nya ord."))  # edited meanwhile
            keys = [f"edition/2020-09/{n}" for n in (1, 2, 3)]
            assert list(await world.rows()) == keys, str(fault)
            assert len(await world.editions.all()) == 1
            assert world.archived.editions() == ["2020-09"], str(fault)
            assert world.archived.verify("2020-09") == []
            await world.delivery().drain()
            sent = {
                letter.recipient: public(text_of(letter.content)) for letter in world.relay.letters
            }
            assert len(world.relay.letters) == len(sent) == 3, str(fault)
            kept = world.archived.read("2020-09").letters["sv"].text.decode()
            assert set(sent.values()) == {kept}, str(fault)
        struck.add(fault.struck)
    assert struck == {*calls, ""}


async def test_postgresql_does_the_same(
    open_world: OpenWorld, postgresql_url: str, tmp_path: Path
) -> None:
    async with open_world() as world:
        expected = await undisturbed(world)
    async with open_database(postgresql_url, tmp_path) as world:
        world.mailbox.deliver(*MAILS)
        fault = Fault(2, None, after=True)
        with suppress(Killed):
            await world.intake(journal=fault.on(world.journal)).once()
        assert str(fault) == "killed after record"
        fault = Fault(2, None, after=False)
        with suppress(Killed):
            await world.delivery("dead", outbox=fault.on(world.outbox)).drain()
        await world.outbox.release("dead")
        await world.intake().once()
        assert await state_of(world) == expected
