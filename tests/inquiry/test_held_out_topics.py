"""Mails of one subject each that nothing was learned from: whose they are, and how sure that is.

`held_out/topics.jsonl` holds residents' mails told in other words than the examples, many without
the words of their subject or with those of another. They were written together with some of the
examples, so that mails by others fare worse: the bounds guard against a step back.
"""

from pathlib import Path

import pytest

from mailer.app.learning import models
from mailer.edge.examples import read_labelled, shipped_examples
from mailer.inquiry.evaluation import Report, report
from mailer.inquiry.ours import Ours
from mailer.inquiry.triage import Triage
from mailer.settings.load import load

HELD_OUT = Path(__file__).parent / "held_out" / "topics.jsonl"
CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def found() -> Report:
    settings = load(CONFIG, {})
    mailbox = settings.organisation.mailbox
    ours = Ours((mailbox,), lambda found: "", "IT")
    triage = Triage(settings.triage, settings.organisation, ours, models=models(settings))
    mails = read_labelled([HELD_OUT])
    return report([(mail, triage.judge(mail.mail(mailbox)).verdict) for mail in mails])


def test_no_example_is_one_of_these_mails() -> None:
    mails = {mail.body for mail in read_labelled([HELD_OUT])}
    assert len(mails) >= 250
    assert not mails & {mail.body for mail in shipped_examples(CONFIG)}


@pytest.mark.parametrize(
    ("figure", "least"),
    [
        ("owner_accuracy", 0.84),
        ("acceptable_accuracy", 0.86),
        ("recall_at_2", 0.95),
        ("accuracy_at_80_coverage", 0.92),
        ("accuracy_of_certain", 0.9),
    ],
)
def test_most_go_to_their_owner(found: Report, figure: str, least: float) -> None:
    assert found.figures[figure].value >= least


def test_confidence_is_about_as_high_as_it_is_right(found: Report) -> None:
    assert found.figures["calibration_error"].value <= 0.06
