"""Mails are judged by whoever is free, each once, and come back in order."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from mailer.flows.intake import BATCH, MANY
from mailer.flows.judging import HANDED, Mail, judge_all
from mailer.inquiry.triage import Judged
from mailer.inquiry.verdict import Inquiry, Verdict
from tests.flows.conftest import OpenWorld
from tests.flows.world import mail

pytestmark = pytest.mark.anyio

MAILS = [(str(number).encode(), number) for number in range(50)]


def judged(mail: Mail) -> Judged:
    raw, too_large = mail
    return Judged(Inquiry(subject=raw.decode()), Verdict("inquiry"), str(too_large))


@dataclass
class Colleague:
    """The port Helper: judges `able` lists, each after a while, and then is gone."""

    able: int = 10**6
    calls: list[str] = field(default_factory=list)
    asked: list[Mail] = field(default_factory=list)
    judge_one: Callable[[Mail], Judged] = judged

    async def call(self) -> None:
        self.calls.append("call")

    async def rest(self) -> None:
        self.calls.append("rest")

    async def judge(self, mails: Sequence[Mail]) -> Sequence[Judged] | None:
        self.able -= 1
        if self.able < 0:
            return None
        self.asked += mails
        await asyncio.sleep(0)
        return [self.judge_one(each) for each in mails]


@pytest.mark.parametrize("helper", [None, Colleague(), Colleague(able=3), Colleague(able=0)])
async def test_each_is_judged_once_and_in_order(helper: Colleague | None) -> None:
    here: list[Mail] = []

    def judge(mail: Mail) -> Judged:
        here.append(mail)
        return judged(mail)

    assert await judge_all(MAILS, judge, helper) == [judged(each) for each in MAILS]
    there = helper.asked if helper else []
    assert sorted([*here, *there], key=lambda each: each[1]) == MAILS


async def test_the_helper_has_the_first_and_we_the_last() -> None:
    here: list[Mail] = []
    helper = Colleague()
    await judge_all(MAILS, lambda mail: here.append(mail) or judged(mail), helper)  # type: ignore[func-returns-value]
    assert helper.asked[:HANDED] == MAILS[:HANDED]
    assert here[0] == MAILS[-1]


async def test_of_no_mails_nobody_is_asked() -> None:
    helper = Colleague()
    assert await judge_all([], judged, helper) == []
    assert not helper.asked


async def test_what_goes_wrong_here_is_told() -> None:
    def judge(mail: Mail) -> Judged:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        await judge_all(MAILS, judge, Colleague())


async def test_help_is_called_where_many_wait_and_rests_after_them(open_world: OpenWorld) -> None:
    async with open_world() as world:
        helper = Colleague(judge_one=lambda each: world.triage.judge(each[0]))
        intake = world.intake(helper=helper)
        world.mailbox.deliver(*(mail(number=number) for number in range(3)))
        await intake.once()
        assert helper.calls == ["rest"]
        world.mailbox.deliver(*(mail(number=10 + number) for number in range(BATCH + MANY)))
        assert (await intake.once()).moved == BATCH + MANY
        assert helper.calls == ["rest", "call", "rest"]


async def test_for_what_programs_send_no_help_is_called(open_world: OpenWorld) -> None:
    async with open_world() as world:
        helper = Colleague(judge_one=lambda each: world.triage.judge(each[0]))
        answers = (mail(number=n, Auto_Submitted="auto-replied") for n in range(BATCH + MANY))
        world.mailbox.deliver(*answers)
        assert (await world.intake(helper=helper).once()).moved == BATCH + MANY
        assert helper.calls == ["rest"]
