"""Which mails are one conversation, by their subjects and by what was decided on them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.record import Earlier
from mailer.inquiry.silence import SILENCES
from mailer.inquiry.thread import continues, says_again, topic
from mailer.inquiry.verdict import Attachment, Inquiry, Kind, Verdict

NOW = datetime(2020, 9, 11, tzinfo=UTC)
NAMED = Earlier("IT-2020-0007", "boende", True, "hash", NOW)
ALIKE = Earlier("IT-2020-0007", "boende", True, "hash", NOW, named=False)


@pytest.mark.parametrize(
    "subject",
    [
        "Lampan vid lekplatsen",
        "SV: Lampan vid lekplatsen",
        "Sv: SV: lampan  vid lekplatsen ",
        "RE: Re[2]: Lampan vid lekplatsen",
        "VB: [Externt] Lampan vid lekplatsen",
        "[IT-2020-0042] Lampan vid lekplatsen",
        "VS: AW: Odp: Fwd: Lampan vid lekplatsen",
        "Re : Lampan vid lekplatsen",
    ],
)
def test_answers_and_forwards_are_about_the_same(subject: str) -> None:
    assert topic(subject) == "lampan vid lekplatsen"


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("", ""),
        ("SV:", ""),
        ("[IT-2020-0042]", ""),
        ("Svar sökes: lampan", "svar sökes: lampan"),
        ("Reparation: lampan", "reparation: lampan"),
        ("Lampan SV: igen", "lampan sv: igen"),
    ],
)
def test_what_only_looks_like_an_answer_is_a_subject_of_its_own(subject: str, about: str) -> None:
    assert topic(subject) == about


@given(st.text(), st.lists(st.sampled_from(["SV: ", "re:", "[x] ", "Fwd : "]), max_size=30))
def test_prefixes_change_nothing_however_many(subject: str, prefixes: list[str]) -> None:
    assert topic("".join(prefixes) + subject) == topic(subject)


NUMBERED = next(rule.reason for rule in SILENCES if rule.name == "quotes a case")
BOENDE, DROG = Verdict("inquiry", "boende"), Verdict("inquiry", "drog")


@pytest.mark.parametrize(
    ("earlier", "verdict", "silence", "same"),
    [
        (NAMED, BOENDE, "", True),
        (NAMED, DROG, "det är en lista", True),
        (NAMED, Verdict("subscribe"), "", True),
        (ALIKE, BOENDE, "", True),
        (ALIKE, Verdict("follow-up", "boende"), "", True),  # its tag names no case
        (ALIKE, Verdict("inquiry", "drog", certain=False), "", True),
        (ALIKE, DROG, "", False),
        (ALIKE, Verdict("inquiry"), "", False),  # surely no subproject's
        (ALIKE, BOENDE, NUMBERED, True),
        (ALIKE, BOENDE, "ingen läser svar till avsändarens adress", False),
        (ALIKE, Verdict("subscribe"), "", False),
    ],
)
def test_a_likeness_counts_only_where_nothing_speaks_against_it(
    earlier: Earlier, verdict: Verdict, silence: str, same: bool
) -> None:
    assert continues(earlier, verdict, silence) == same


@pytest.mark.parametrize("kind", ["inquiry", "follow-up"])
def test_an_earlier_case_of_the_coordinator_goes_on_there(kind: Kind) -> None:
    coordinators = Earlier("IT-2020-0007", None, True, "hash", NOW, named=False)
    assert continues(coordinators, Verdict(kind), "")
    assert not continues(coordinators, Verdict(kind, "drog"), "")


HELLO = Inquiry(text="Hej")


@pytest.mark.parametrize(
    ("earlier", "words", "inquiry", "hours", "again"),
    [
        (ALIKE, "Hej", HELLO, 23, True),
        (ALIKE, "Hej", HELLO, 24, False),
        (NAMED, "Hej", HELLO, 1, False),
        (ALIKE, "Hej!", HELLO, 1, False),
        (ALIKE, "", Inquiry(), 1, False),
        (ALIKE, "Hej", replace(HELLO, attachments=(Attachment("a", "image/png", 1),)), 1, False),
    ],
)
def test_a_mail_that_says_nothing_new_is_known(
    earlier: Earlier, words: str, inquiry: Inquiry, hours: int, again: bool
) -> None:
    assert says_again(earlier, words, inquiry, NOW + timedelta(hours=hours)) == again
