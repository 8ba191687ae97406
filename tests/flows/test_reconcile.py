"""The record held against the world: what was touched is named, and what was forgotten is noted."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mailer.edge.store.chain import StoredChain, append
from mailer.edge.store.past import StoredPast
from mailer.errors import MailboxError
from mailer.flows.reconcile import Verification
from mailer.inquiry.chain import Event
from mailer.inquiry.reconciliation import Lying
from mailer.inquiry.record import Place
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import Account
from tests.flows.world import IDENTITY, World, mail

pytestmark = pytest.mark.anyio

FOLDER = "Trygg boendemiljö"


class Census:
    """The port on an account in memory; `then` is called between two looks."""

    def __init__(self, account: Account, then: Callable[[], None] = lambda: None) -> None:
        self._account = account
        self._then = then
        self.looks = 0

    async def mails(self) -> Sequence[Lying]:
        if self._account.gone:
            raise self._account.gone
        found = [
            Lying(
                Place(folder, self._account.validity, uid),
                sha256(raw).hexdigest(),
                "",
                waits=folder == "INBOX",
            )
            for folder, mails in self._account.folders.items()
            for uid, raw in mails.items()
        ]
        self.looks += 1
        self._then()
        return found


def verification(world: World, **others: Any) -> Verification:
    parts: dict[str, Any] = {
        "chain": StoredChain(world.database),
        "past": StoredPast(world.database),
        "journal": world.journal,
        "originals": world.originals,
        "census": Census(world.mailbox),
        "kind_of_own": IDENTITY.kind_of,
        "clock": world.clock,
    }
    return Verification(**{**parts, **others})


def original(tmp_path: Path, raw: bytes) -> Path:
    digest = sha256(raw).hexdigest()
    (found,) = tmp_path.rglob(f"{digest}.eml")
    return found


async def test_what_triage_has_taken_is_sound(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail(), mail(number=2))
        world.mailbox.deliver(mail(number=3))
        found = await verification(world).verify()
    assert found.sound
    assert (found.cases, found.originals, found.noted, found.unseen) == (2, [], 0, "")
    assert found.account
    assert (found.account.cases["filed"], found.account.mails["new"]) == (2, 1)


async def test_a_crash_between_move_and_note_is_mended_once(open_world: OpenWorld) -> None:
    async with open_world() as world:

        class Forgetful:
            def __getattr__(self, name: str) -> Any:
                return getattr(world.journal, name)

            async def filed(self, *given: Any) -> None: ...

        world.mailbox.deliver(mail(), mail(number=2))
        await world.intake(journal=Forgetful()).once()
        found = await verification(world).verify()
        assert (found.sound, found.noted) == (True, 2)
        assert [row.filed_to for row in await world.places()] == [FOLDER] * 2
        again = await verification(world).verify()
        assert (again.sound, again.noted) == (True, 0)


async def test_a_mail_that_a_person_deleted_is_missing_by_its_number(
    open_world: OpenWorld,
) -> None:
    async with open_world() as world:
        await world.take(mail())
        world.mailbox.folders[FOLDER].clear()
        found = await verification(world).verify()
    assert not found.sound
    assert found.account
    assert found.account.missing == ("IT-2020-0001",)


async def test_what_is_moved_while_we_look_is_looked_for_again(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        (uid, raw), *_ = world.mailbox.folders[FOLDER].items()
        del world.mailbox.folders[FOLDER][uid]
        census = Census(
            world.mailbox, lambda: world.mailbox.folders.setdefault("Arkiv", {}).update({1: raw})
        )
        found = await verification(world, census=census).verify()
    assert found.sound
    assert found.account
    assert (census.looks, found.account.elsewhere) == (2, (("IT-2020-0001", "Arkiv"),))


async def test_an_original_that_was_altered_or_lost_is_named(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    async with open_world() as world:
        await world.take(mail(), mail(number=2), mail(number=3))
        altered, lost = (original(tmp_path, mail(number=number)) for number in (1, 2))
        altered.write_bytes(mail() + b"!")
        lost.unlink()
        found = await verification(world).verify()
    assert not found.sound
    first, second = found.originals
    assert first == "IT-2020-0001: its original was altered since it was received"
    assert second.startswith("IT-2020-0002: ")
    assert "No such file" in second


async def test_an_erased_case_has_no_original_and_no_mail(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    async with open_world() as world:
        await world.take(mail())
        erased = [Event("erased", "IT-2020-0001")]
        await world.database.write(lambda c: append(c, erased, world.clock.now()))
        still = await verification(world).verify()
        original(tmp_path, mail()).unlink()
        world.mailbox.folders[FOLDER].clear()
        gone = await verification(world).verify()
    assert still.originals == ["IT-2020-0001: was erased, and its original is still there"]
    assert gone.sound
    assert gone.account
    assert gone.account.cases["erased"] == 1


async def test_where_the_mailbox_cannot_be_seen_the_rest_is_told(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail())
        world.mailbox.gone = MailboxError("imap.example: connection refused")
        found = await verification(world).verify()
    assert (found.sound, found.cases, found.account) == (False, 1, None)
    assert found.unseen == "imap.example: connection refused"
