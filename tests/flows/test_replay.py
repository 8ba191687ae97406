"""Past mail judged again: what is otherwise is told, and nothing is sent or written."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailer.edge.store.past import StoredPast
from mailer.edge.store.tables import labels
from mailer.flows.replay import Replay
from mailer.inquiry.hindsight import Outcome
from mailer.inquiry.ours import Ours
from mailer.inquiry.triage import Judged, Triage
from tests.flows.conftest import OpenWorld
from tests.flows.doubles import START
from tests.flows.world import IDENTITY, LIMIT, MAILBOX, ORGANISATION, RULES, World, mail

pytestmark = pytest.mark.anyio


class Otherwise:
    """Knows everything as its rules have it, with the subprojects exchanged."""

    def __init__(self, *, exchanged: bool = True) -> None:
        sv = RULES.rules["sv"]
        other = {"boende": sv["drog"], "drog": sv["boende"]}
        rules = replace(RULES, rules={"sv": other if exchanged else sv})
        ours = Ours((MAILBOX,), IDENTITY.kind_of, "IT")
        self._triage = Triage(rules, ORGANISATION, ours)
        self.renewed = 0

    async def renew(self) -> None:
        self.renewed += 1

    def judge(self, raw: bytes, *, too_large: int = 0) -> Judged:
        assert self.renewed
        return self._triage.judge(raw, too_large=too_large)


def lose(folder: Path) -> None:
    """Delete the one original below a folder."""
    (file,) = folder.rglob("*.eml")
    file.unlink()


def replay(world: World, knowledge: Any) -> Replay:
    past = StoredPast(world.database)
    return Replay(past, world.originals, knowledge, IDENTITY.kind_of, LIMIT)


async def test_nothing_is_otherwise_where_nothing_was_learned(open_world: OpenWorld) -> None:
    async with open_world() as world:
        large = mail("lampa " * LIMIT, number=2)
        await world.take(mail(), large, mail("Hej", subject="Hej", number=3))
        found = await replay(world, Otherwise(exchanged=False)).since(START)
    assert found.otherwise == []
    totals = found.totals()
    assert (totals["replayed"], totals["same"], totals["otherwise"]) == (3, 3, 0)


async def test_what_is_otherwise_is_told_and_nothing_changes(open_world: OpenWorld) -> None:
    async with open_world() as world:
        await world.take(mail(), mail("Hej", subject="Hej", number=2))
        before = await world.rows(), await world.cases(), world.mailbox.contents()
        found = await replay(world, Otherwise()).since(START)
        assert (await world.rows(), await world.cases(), world.mailbox.contents()) == before
    (one,) = found.otherwise
    assert one.number == "IT-2020-0001"
    assert one.was == Outcome("inquiry", "boende", urgent=False)
    assert one.now == Outcome("inquiry", "drog", urgent=False)
    assert found.totals() == {
        "replayed": 2,
        "same": 1,
        "otherwise": 1,
        "other_kind": 0,
        "other_owner": 1,
        "newly_urgent": 0,
        "no_longer_urgent": 0,
        "corrected": 0,
        "as_corrected": 0,
    }


@pytest.mark.parametrize(("slug", "right"), [("drog", 1), ("coordinator", 0)])
async def test_what_people_corrected_is_counted(
    open_world: OpenWorld, slug: str, right: int
) -> None:
    async with open_world() as world:
        await world.take(mail())
        (case,) = await world.cases()
        before = {name: getattr(case, name) for name in ("kind", "owner", "certain", "folder")}
        label = {"inquiry_id": case.id, "slug": slug, "before": before, "way": "move", "by": ""}
        values = label | {"at": world.clock.now()}
        await world.database.write(lambda c: c.execute(labels.insert().values(values)))
        found = await replay(world, Otherwise()).since(START)
    assert [each.label for each in found.otherwise] == [slug]
    assert (found.labelled, found.as_labelled) == (1, right)


async def test_a_mail_whose_original_is_gone_is_named(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    async with open_world() as world:
        await world.take(mail())
        lose(tmp_path)
        found = await replay(world, Otherwise()).since(START)
    assert (found.unread, found.cases) == (["IT-2020-0001"], 0)
