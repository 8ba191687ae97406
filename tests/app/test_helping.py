"""A second process comes where it is of use, and knows what is known when it is called."""

import os
from collections.abc import Sequence
from typing import Any, ClassVar, cast

import pytest

from mailer.app.helping import Helping
from mailer.edge.judges import SecondJudge
from mailer.inquiry.shingles import Shingles

pytestmark = pytest.mark.anyio


class Known:
    """Knowledge, as far as it is handed on."""

    def __init__(self) -> None:
        self.triage: object = object()
        self.sent = Shingles()


class Second:
    """Notes what was started and ended."""

    started: ClassVar[list[object]] = []
    ended: ClassVar[list[object]] = []

    def __init__(self, triage: object) -> None:
        self.triage = triage
        self.started.append(triage)

    async def judge(self, mails: Sequence[Any]) -> Sequence[Any]:
        return mails

    async def close(self) -> None:
        self.ended.append(self.triage)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Second, "started", [])
    monkeypatch.setattr(Second, "ended", [])
    monkeypatch.setattr(SecondJudge, "start", lambda triage, _: Second(triage))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


async def test_it_comes_when_called_and_goes_when_it_may_rest() -> None:
    known = Known()
    help_ = Helping(cast(Any, known))
    assert await help_.judge([(b"", 0)]) is None
    await help_.call()
    await help_.call()
    assert await help_.judge([(b"", 0)]) is not None
    await help_.rest()
    await help_.rest()
    assert Second.started == Second.ended == [known.triage]
    assert await help_.judge([(b"", 0)]) is None


async def test_where_more_is_known_by_then_another_comes() -> None:
    known = Known()
    help_ = Helping(cast(Any, known))
    await help_.call()
    first, known.triage = known.triage, object()
    await help_.call()
    assert Second.started == [first, known.triage]
    assert Second.ended == [first]


async def test_on_one_processor_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    help_ = Helping(cast(Any, Known()))
    await help_.call()
    assert not Second.started
