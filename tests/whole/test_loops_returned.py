"""What a real Postfix returns of our letters, and what becomes of that."""

import asyncio
from dataclasses import replace

import pytest

from tests.servers import Postfix, Sink
from tests.servers.town import Town
from tests.whole.installation import Place
from tests.whole.scenes import ANNA, COORDINATOR, JOHN, SVEN, Scene, perform

SCENES = (
    Scene("a leader who is unknown: the coordinator is told", unknown=[SVEN], notices=1),
    Scene("both leaders are unknown", unknown=[SVEN, JOHN], notices=2),
    Scene("the notice returns, too", unknown=[SVEN, COORDINATOR], notices=1),
    Scene("nobody whom we write to is known", unknown=[ANNA, SVEN, JOHN, COORDINATOR], notices=2),
    Scene("a resident who is unknown: nothing comes back", unknown=[ANNA]),
)


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_what_returns_is_told_once(
    scene: Scene, postfix: Postfix, sink: Sink, place: Place
) -> None:
    town = Town(sink, postfix.port)
    behind = replace(place, smtp_url=postfix.url)
    asyncio.run(perform(scene, town, behind, settle=postfix.wait_until_idle))
