"""Which reasons a leader is shown, and how often: each word once, and nothing that says nothing."""

from dataclasses import replace

import pytest

from mailer.inquiry.reasons import telling, told
from mailer.inquiry.verdict import Reason, Verdict

DANGER = Reason("urgent", "”skjuter” i texten (vapen)", 1.2)
LAMP = Reason("boende", "”lampan” i ämnesraden", 2.5)
NEEDLES = Reason("drog", "”kanyler” i texten", 2.0)
REPORT = Reason("coordinator", "”rapport” i texten", 1.0)
OWNED = Verdict(
    "inquiry", "boende", suggestions=("boende", "drog"), reasons=(LAMP, NEEDLES, REPORT, DANGER)
)


def learned(words: str, weight: float = 1.0) -> Reason:
    return Reason("boende", f"{'orden' if ' ' in words else 'ordet'} ”{words}” (inlärt)", weight)


def shown(*reasons: Reason) -> list[tuple[str, float]]:
    return [(each.what, each.weight) for each in telling(replace(OWNED, reasons=reasons))]


@pytest.mark.parametrize(
    ("verdict", "slugs"),
    [
        (OWNED, ["urgent", "boende"]),
        (replace(OWNED, copies=("drog",)), ["urgent", "boende", "drog"]),
        (replace(OWNED, certain=False), ["urgent", "boende", "drog"]),
        (replace(OWNED, owner=None), ["urgent", "coordinator"]),
        (
            replace(OWNED, owner=None, suggestions=("coordinator", "drog"), certain=False),
            ["urgent", "coordinator", "drog"],
        ),
        (replace(OWNED, kind="follow-up"), ["urgent"]),
        (replace(OWNED, kind="follow-up", certain=False), ["urgent"]),
    ],
)
def test_what_speaks_for_danger_and_for_whom_it_went_to_is_told(
    verdict: Verdict, slugs: list[str]
) -> None:
    assert [*told(verdict)] == slugs


def test_the_reason_of_a_kind_is_told() -> None:
    why = (Reason("unreadable", "brevet går inte att läsa", 1.0), Reason("", "det är stort", 1.0))
    assert telling(Verdict("unreadable", reasons=why)) == [why[1], why[0]]


def test_what_speaks_against_is_not_told() -> None:
    assert shown(LAMP, Reason("boende", "”mötet” i texten", -0.5)) == [(LAMP.what, 2.5)]


def test_a_word_that_rules_and_examples_know_is_told_once_with_all_that_it_weighs() -> None:
    assert shown(LAMP, learned("lampan", 0.5)) == [(LAMP.what, 3.0)]
    assert shown(learned("lampan", 4.0), LAMP, learned("vid lampan")) == [(LAMP.what, 7.5)]


def test_the_same_word_for_another_is_another_reason() -> None:
    drug = replace(learned("lampan"), slug="drog")
    verdict = replace(OWNED, copies=("drog",), reasons=(LAMP, drug))
    assert told(verdict) == {"boende": [LAMP], "drog": [drug]}


def test_learned_words_are_told_once_without_those_that_say_nothing() -> None:
    said = learned("stolpen vid", 0.5)
    assert shown(said, learned("stolpen", 0.25)) == [(said.what, 0.75)]
    assert shown(learned("vi"), learned("ska det"), learned("2020"), learned("and the")) == []


def test_what_a_rule_names_is_told_whatever_the_word() -> None:
    just = Reason("urgent", "”just nu” i texten (nu)", 0.8)
    now = Reason("urgent", "”nu” i texten (nu)", 0.8)
    again = Reason("urgent", "”nu” i ämnesraden (snart)", 0.4)
    assert telling(replace(OWNED, reasons=(just, now, again))) == [just, now, again]


def test_four_reasons_are_told_for_each_the_strongest_first() -> None:
    many = [Reason("boende", f"”{name}” i texten", weight) for weight, name in enumerate("abcdef")]
    assert [what for what, _ in shown(*many)] == [each.what for each in many[:1:-1]]


def test_the_mail_that_it_is_like_is_told_however_little_it_weighs() -> None:
    like = Reason("boende", "liknar ”Mörkt vid skolan” (tidigare brev)", 0.2, example=True)
    many = [Reason("boende", f"”{name}” i texten", 1.0) for name in "abcdef"]
    assert shown(like, *many)[-1] == (like.what, 0.2)
    assert len(shown(like, *many)) == 5
