"""Mails that nothing was learned from: what is made of other words than those of the examples.

`held_out/kinds.jsonl` holds mails of every kind that words can tell, and residents' mails that look
like one of them; `held_out/urgent.jsonl` holds dangers and what only sounds like one. Thresholds
were chosen with an eye on them, so that mails by others fare worse: the bounds guard against a step
back, and say nothing of how good triage is.
"""

from collections import Counter
from pathlib import Path

import pytest

from mailer.app.learning import models
from mailer.edge.examples import read_labelled
from mailer.inquiry.evaluation import Judgement
from mailer.inquiry.ours import Ours
from mailer.inquiry.triage import Triage
from mailer.settings.load import load

HELD_OUT = Path(__file__).parent / "held_out"
CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def triage() -> Triage:
    settings = load(CONFIG, {})
    ours = Ours((settings.organisation.mailbox,), lambda found: "", "IT")
    return Triage(settings.triage, settings.organisation, ours, models=models(settings))


def judged(triage: Triage, name: str) -> list[Judgement]:
    mailbox = load(CONFIG, {}).organisation.mailbox
    mails = read_labelled([HELD_OUT / name])
    assert len(mails) >= 200
    return [(mail, triage.judge(mail.mail(mailbox)).verdict) for mail in mails]


def test_other_words_tell_the_kind_of_a_mail(triage: Triage) -> None:
    judgements = judged(triage, "kinds.jsonl")
    total = Counter(mail.kind for mail, _ in judgements)
    right = Counter(mail.kind for mail, verdict in judgements if verdict.kind == mail.kind)
    assert right["inquiry"] >= 0.93 * total["inquiry"]
    del right["inquiry"], total["inquiry"]
    assert right.total() >= 0.9 * total.total()


def test_hardly_a_wish_is_done_by_machine_that_nobody_has(triage: Triage) -> None:
    wrong = [
        mail.name
        for mail, verdict in (*judged(triage, "kinds.jsonl"), *judged(triage, "urgent.jsonl"))
        if verdict.kind in ("subscribe", "unsubscribe")
        and verdict.kind != mail.kind
        and verdict.certain
    ]
    assert len(wrong) <= 2, wrong


def test_dangers_in_other_words_are_seen_and_little_else_is_taken_for_one(triage: Triage) -> None:
    judgements = judged(triage, "urgent.jsonl")
    seen = Counter(mail.urgent for mail, verdict in judgements if verdict.urgent)
    total = Counter(mail.urgent for mail, _ in judgements)
    assert seen[True] >= 0.88 * total[True]
    assert seen[False] <= 0.08 * total[False]


def test_no_farewell_in_the_words_of_a_wish_is_done_by_machine(triage: Triage) -> None:
    wishes = [
        verdict
        for mail, verdict in judged(triage, "urgent.jsonl")
        if mail.urgent and verdict.kind in ("subscribe", "unsubscribe")
    ]
    assert not any(verdict.certain for verdict in wishes)
