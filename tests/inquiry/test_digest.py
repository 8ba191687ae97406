"""The digest holds every mail once, and its counts add up, whatever came."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inquiry.digest import Digest, Happened, Seen, Undelivered, digest
from mailer.inquiry.follow_up import Waiting
from mailer.inquiry.record import Case
from mailer.inquiry.verdict import Kind, Verdict

UNTIL = datetime(2020, 9, 14, 5, 30, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=3)
BEFORE = SINCE - timedelta(days=3)


def seen(
    number: int, kind: Kind = "inquiry", *, forwarded: bool = True, certain: bool = True
) -> Seen:
    return Seen(str(number), Verdict(kind, certain=certain), "Lampan", None, forwarded)


def waits(number: int, *, certain: bool = True, since: datetime = SINCE) -> Waiting:
    case = Case(number, "", str(number), since, 0, "Boende")
    return Waiting(case, Verdict("inquiry", certain=certain), "Lampan", None, since)


def made(*what: Seen | Waiting) -> Digest:
    happened = Happened([each for each in what if isinstance(each, Seen)])
    return digest(SINCE, UNTIL, happened, [each for each in what if isinstance(each, Waiting)])


def listed(found: Digest) -> dict[str, list[str]]:
    """The numbers under each heading that has any."""
    headings = {
        "uncertain": [each.case.number for each in found.uncertain],
        "new": [each.number for each in found.new],
        "older": [each.case.number for each in found.older],
        "unreadable": [each.number for each in found.unreadable],
        "suspected": [each.number for each in found.suspected],
    }
    return {name: numbers for name, numbers in headings.items() if numbers}


@pytest.mark.parametrize(
    ("what", "heading"),
    [
        ([seen(1)], "new"),
        ([seen(1), waits(1)], "new"),
        ([seen(1, "follow-up"), waits(1)], "new"),
        ([seen(1, certain=False), waits(1, certain=False)], "uncertain"),
        ([seen(1, certain=False)], "new"),  # uncertain, and answered meanwhile
        ([waits(1, since=BEFORE)], "older"),
        ([waits(1, since=BEFORE, certain=False)], "uncertain"),
        ([seen(1, "unreadable")], "unreadable"),
        ([seen(1, "complaint")], "unreadable"),
        ([seen(1, "spam", forwarded=False)], "suspected"),
        ([seen(1, "spam"), waits(1)], "new"),  # somebody has it, for it may be urgent
        ([seen(1, "bounce", forwarded=False)], ""),
        ([seen(1, "bounce", forwarded=False, certain=False)], "suspected"),
        ([seen(1, "auto-reply", forwarded=False, certain=False)], "suspected"),
        ([seen(1, "follow-up", forwarded=False, certain=False)], ""),
        ([seen(1, "subscribe", forwarded=False)], ""),
        ([seen(1, "follow-up", forwarded=False)], ""),  # a colleague's answer
        ([waits(1, since=UNTIL)], ""),  # came after the morning
    ],
)
def test_a_mail_stands_under_its_heading(what: list[Seen | Waiting], heading: str) -> None:
    assert listed(made(*what)) == ({heading: ["1"]} if heading else {})


def test_what_comes_in_is_counted_by_what_became_of_it() -> None:
    found = made(
        seen(1),
        seen(2, "unreadable"),
        seen(3, "subscribe", forwarded=False),
        seen(4, "unsubscribe", forwarded=False),
        seen(5, "unsubscribe"),  # with danger in it
        seen(6, "spam", forwarded=False),
        seen(7, "spam", forwarded=False),
        seen(8, "auto-reply", forwarded=False),
    )
    assert (found.received, found.routed, found.by_machine) == (8, 3, 2)
    assert found.shelved == {"spam": 2, "auto-reply": 1}


@given(
    st.lists(st.tuples(st.sampled_from(get_args(Kind)), st.booleans(), st.booleans())),
    st.sets(st.integers(0, 20)),
)
def test_received_is_routed_and_done_by_machine_and_shelved(
    mails: list[tuple[Kind, bool, bool]], waiting: set[int]
) -> None:
    came = [
        seen(number, kind, forwarded=forwarded, certain=certain)
        for number, (kind, forwarded, certain) in enumerate(mails)
    ]
    # Those that wait and are not among the mails came before; nothing waits that nobody got.
    open_now = [
        waits(number, certain=number >= len(came) or came[number].verdict.certain)
        for number in sorted(waiting)
        if number >= len(came) or came[number].forwarded
    ]
    found = made(*came, *open_now)
    assert found.received == found.routed + found.by_machine + sum(found.shelved.values())
    numbers = [number for heading in listed(found).values() for number in heading]
    assert len(numbers) == len(set(numbers))
    assert {each.case.number for each in open_now} <= set(numbers)
    assert {each.number for each in came if each.forwarded} <= set(numbers)


@pytest.mark.parametrize(
    ("happened", "empty"),
    [
        (Happened(), True),
        (Happened([seen(1, "bounce", forwarded=False)]), True),
        (Happened([seen(1)]), False),
        (Happened([seen(1, "spam", forwarded=False)]), False),
        (Happened(undelivered=[Undelivered("1", "sven@markaryd.example")]), False),
        (Happened(undecided=1), False),
    ],
)
def test_without_anything_to_look_at_it_is_empty(happened: Happened, empty: bool) -> None:
    assert digest(SINCE, UNTIL, happened, []).is_empty is empty
