"""Mails → judgements, each by whoever is free: this process, or a helper.

Takes mails in the order of their arrival; gives a judgement of each in that order. The helper takes
them from the front, a few at a time; we from the back, one at a time, and what else runs has its
turn in between. What the helper does not do is done here.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from mailer.flows.ports.judging import Helper
from mailer.inquiry.triage import Judged

Mail = tuple[bytes, int]
"""A mail, and its size where it is too large to be fetched whole, else 0."""

HANDED, AT_ONCE = 12, 2
"""Mails that the helper is given together, and how often before it has answered: it never waits."""


async def judge_all(
    mails: Sequence[Mail], judge: Callable[[Mail], Judged], helper: Helper | None
) -> list[Judged]:
    """What `judge` says of each."""
    waiting = deque(range(len(mails)))
    judged: dict[int, Judged] = {}

    async def here(numbers: Sequence[int]) -> None:
        for number in numbers:
            judged[number] = judge(mails[number])
            await asyncio.sleep(0)

    async def hand_over(helper: Helper) -> None:
        while waiting:
            numbers = [waiting.popleft() for _ in range(min(HANDED, len(waiting)))]
            answer = await helper.judge([mails[number] for number in numbers])
            if answer is None:
                await here(numbers)
            else:
                judged.update(zip(numbers, answer, strict=True))

    async with asyncio.TaskGroup() as group:
        if helper:
            for _ in range(AT_ONCE):
                group.create_task(hand_over(helper))
        while waiting:
            await here([waiting.pop()])
    return [judged[number] for number in range(len(mails))]
