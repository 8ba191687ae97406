"""A second process judges as this one does, and may die at any moment."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import fields

import numpy as np
import pytest

from mailer.edge import judges, second_judge
from mailer.edge.judges import SecondJudge
from mailer.inquiry.learn import Example, fit
from mailer.inquiry.ours import Ours
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.triage import Models, Triage, classifier
from mailer.inquiry.verdict import Inquiry
from mailer.mail.identity import Identity
from mailer.mail.server import Secret
from tests.inquiry.project import ORGANISATION, RULES

pytestmark = pytest.mark.anyio

MAILBOX = ORGANISATION.mailbox
NEWS = (
    "Den första oktober öppnar vi ett nytt trygghetscenter på torget, där du kan träffa poliser, "
    "fältassistenter och representanter för föreningarna varje torsdag eftermiddag hela hösten."
)
SENT = Shingles([NEWS])


def mail(text: str, *header: str) -> bytes:
    known = ("From: Eva <eva@example.org>", f"To: {MAILBOX.email}", "Subject: Hej")
    head = (*known, "Content-Type: text/plain; charset=utf-8", *header)
    return "\r\n".join((*head, "", text, "")).encode()


MAILS = (
    (mail("Lampan vid porten är trasig, och gatlyktan på hörnet."), 0),
    (mail(f"Vad kostar det?\r\n\r\n> {NEWS}"), 0),
    (mail(f"Jag är ledig.\r\n\r\n> {NEWS}", "Auto-Submitted: auto-replied"), 0),
    (mail("Knivhot nu!", "X-Spam-Flag: YES"), 30 * 2**20),
    (b"\xff\x00", 0),
    (b"", 0),
)


def triage() -> Triage:
    """With rules, and a model of a few examples."""
    examples = [
        Example(subject="", text=f"{text} {number}", owner=owner, language="sv", name=text)
        for number in range(3)
        for text, owner in (("lyktan är sönder", "boende"), ("de röker i parken", "drog"))
    ]
    rules = classifier(RULES, ORGANISATION)
    sums = [rules.score(each.subject, each.text, each.language).sums for each in examples]
    identity = Identity(Secret("x" * 40), MAILBOX.domain)
    ours = Ours((MAILBOX,), identity.kind_of, "IT")
    return Triage(RULES, ORGANISATION, ours, SENT, Models(owner=fit(sums, examples)))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def second() -> AsyncIterator[SecondJudge]:
    judge = SecondJudge.start(triage(), SENT)
    assert judge
    try:
        await judge.ready()
        yield judge
    finally:
        await judge.close()


def content(inquiry: Inquiry) -> list[object]:
    return [getattr(inquiry, field.name) for field in fields(Inquiry)]


async def test_it_judges_as_this_process_does(second: SecondJudge) -> None:
    here = triage()
    judged = await second.judge(MAILS)
    assert judged
    for (raw, too_large), each in zip(MAILS, judged, strict=True):
        expected = here.judge(raw, too_large=too_large)
        assert (each.verdict, each.silence) == (expected.verdict, expected.silence)
        assert content(each.inquiry) == content(expected.inquiry)


async def test_answers_come_in_the_order_in_which_was_asked(second: SecondJudge) -> None:
    texts = [f"Lampan {number} är trasig" for number in range(20)]
    answers = await asyncio.gather(*(second.judge([(mail(text), 0)]) for text in texts))
    assert [judged[0].inquiry.text for judged in answers if judged] == texts


async def test_a_large_mail_passes_while_another_is_answered(second: SecondJudge) -> None:
    large = mail("Lampan", "X-Long: " + "x" * 2**20) + b"ord " * 2**20
    answers = await asyncio.gather(*(second.judge([(large, 0)] * 2) for _ in range(2)))
    assert [len(judged or ()) for judged in answers] == [2, 2]


async def test_until_it_is_there_nobody_waits_for_it() -> None:
    judge = SecondJudge.start(triage(), Shingles([str(number) for number in range(10)]))
    assert judge
    assert await judge.judge(MAILS) is None
    await judge.close()


async def test_one_that_died_says_nothing_for_ever(second: SecondJudge) -> None:
    os.kill(second.pid, signal.SIGKILL)
    assert await second.judge(MAILS) is None
    assert await second.judge(MAILS) is None


async def test_one_that_hangs_is_not_waited_for_for_ever(
    second: SecondJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judges, "DEADLINE", 0.2)
    os.kill(second.pid, signal.SIGSTOP)
    assert await second.judge(MAILS) is None
    assert await second.judge(MAILS) is None


async def test_what_was_asked_when_it_is_ended_is_not_answered(second: SecondJudge) -> None:
    asked = asyncio.gather(*(second.judge(MAILS * 200) for _ in range(3)))
    await asyncio.sleep(0)
    await second.close()
    assert await asked == [None, None, None]


KILLED = """
import asyncio, os
from tests.edge.test_judges import SENT, SecondJudge, triage

async def main():
    judge = SecondJudge.start(triage(), SENT)
    await judge.ready()
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def test_it_ends_when_the_process_that_started_it_is_killed() -> None:
    # Both have the same stderr, so this waits for the end of both.
    command = (sys.executable, "-c", KILLED)
    ended = subprocess.run(command, stderr=subprocess.PIPE, timeout=120)
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, b"")


async def test_where_it_cannot_be_started_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert SecondJudge.start(triage(), SENT) is None


def test_large_arrays_are_not_copied_on_their_way() -> None:
    array = np.arange(10**6)
    pieces = [*second_judge.asked([(array, 0)])]  # type: ignore[list-item]
    assert any(np.shares_memory(np.frombuffer(piece, np.uint8), array) for piece in pieces[2:])
