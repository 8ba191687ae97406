"""A newsletter quoted below a mail changes nothing of what is decided on the mail."""

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mailer.app.composing import composer
from mailer.inquiry.ours import Ours
from mailer.inquiry.parse import texts_sent
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.triage import Judged, Triage
from mailer.settings import Settings
from mailer.settings.load import load
from tests.inquiry.clients import (
    FORMATS,
    Format,
    Letter,
    outlook_desktop_text,
    outlook_mobile,
    plain,
    samsung_email,
    without_a_mark,
    yahoo,
)

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT.parent / "shared" / "triage").glob("examples_*.jsonl"))
EVERY = 20
"""One mail in so many, and for each format others; all of them would take minutes."""

OF_A_HUNDRED = 1
OWN = "Hej!\nLampan utanför 14 B har varit trasig i en månad.\n\nMvh Åsa"


@cache
def settings() -> Settings:
    return load(ROOT / "config", {})


@cache
def edition() -> tuple[Letter, tuple[str, ...]]:
    """The edition of September 2020 as its readers see it, and its texts as we know them."""
    compose = composer(settings())
    plan = compose.plan(date(2020, 9, 11), None, frozenset())
    composed = compose.compose(plan, datetime(2020, 9, 11, 7, 30, tzinfo=UTC))
    return Letter(composed.rendered.html, composed.rendered.text), texts_sent(composed.content)


@cache
def triage(known: bool) -> Triage:
    organisation = settings().organisation
    ours = Ours((organisation.mailbox,), lambda message_id: "", settings().case_prefix)
    sent = Shingles(edition()[1]) if known else Shingles()
    return Triage(settings().triage, organisation, ours, sent)


@cache
def mails() -> tuple[dict[str, Any], ...]:
    lines = [line for file in EXAMPLES for line in file.read_text(encoding="utf-8").split("\n")]
    found = [json.loads(line) for line in lines if line]
    return tuple(mail for mail in found if not mail["quotes_newsletter"])


def judged(mail: dict[str, Any], body: str, known: bool) -> Judged:
    head = f"From: {mail['from_name']} <{mail['from']}>\nSubject: {mail['subject']}\n"
    to = f"To: {settings().organisation.mailbox.email}\n"
    return triage(known).judge(f"{head}{to}{body}".encode())


def decided(judged: Judged) -> tuple[str, str | None, bool]:
    return judged.verdict.kind, judged.verdict.owner, judged.verdict.urgent


def words(judged: Judged) -> list[str]:
    return judged.inquiry.text.split()


@pytest.mark.skipif(not EXAMPLES, reason="the shared triage/examples_*.jsonl are not here")
@pytest.mark.parametrize(
    ("number", "format", "known"),
    [
        *((number, each, known) for known in (True, False) for number, each in enumerate(FORMATS)),
        (0, without_a_mark, True),
    ],
)
def test_a_quoted_newsletter_changes_no_verdict(number: int, format: Format, known: bool) -> None:
    letter, _ = edition()
    sample = mails()[number % EVERY :: EVERY]
    pairs = [
        (
            judged(mail, plain(mail["body"]), known),
            judged(mail, format(mail["body"], letter), known),
        )
        for mail in sample
    ]
    verdicts = [pair for pair in pairs if decided(pair[0]) != decided(pair[1])]
    texts = [pair for pair in pairs if words(pair[0]) != words(pair[1])]
    assert 100 * len(verdicts) <= OF_A_HUNDRED * len(sample)
    assert 100 * len(texts) <= OF_A_HUNDRED * len(sample)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("known", [True, False])
def test_the_own_words_are_all_that_is_left(format: Format, known: bool) -> None:
    mail = {"from_name": "Åsa", "from": "asa@example.org", "subject": "Sv: Nummer 1"}
    assert words(judged(mail, format(OWN, edition()[0]), known)) == OWN.split()


@pytest.mark.parametrize("format", [outlook_desktop_text, outlook_mobile, samsung_email, yahoo])
def test_an_answer_below_our_newsletter_is_kept_where_no_line_is_marked(format: Format) -> None:
    letter, _ = edition()
    html = letter.html.replace("</body>", "<p>Jag kan hjälpa till på lördag!</p></body>")
    mail = {"from_name": "Åsa", "from": "asa@example.org", "subject": "Sv: Nummer 1"}
    answer = judged(mail, format("Svaret står sist.", Letter(html, letter.text)), True)
    assert " ".join(words(answer)) == "Svaret står sist. Jag kan hjälpa till på lördag!"
