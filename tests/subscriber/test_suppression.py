"""The table of what ends a subscription, with the numbers in use."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.bounce import Returned
from mailer.mail.diagnosis import diagnosed
from mailer.subscriber.suppression import Bounce, Ending, Weight, decide, weigh

NOW = datetime(2026, 9, 11, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WEIGHTS: tuple[Weight, ...] = ("complaint", "hard", "soft", "none")


@pytest.mark.parametrize(
    ("action", "words", "proven", "weight"),
    [
        ("failed", "550 5.1.1 User unknown", True, "hard"),
        ("failed", "550 5.1.1 User unknown", False, "soft"),
        ("failed", "552 5.2.2 Mailbox full", True, "soft"),
        ("failed", "550 5.7.1 blocked", True, "soft"),
        ("failed", "421 4.4.7 Message expired", True, "soft"),
        ("delayed", "421 4.4.1 timed out", True, "none"),
        ("delivered", "250 2.0.0 ok", True, "none"),
        ("", "no reason", True, "none"),
    ],
)
def test_what_a_report_weighs(action: str, words: str, proven: bool, weight: Weight) -> None:
    returned = Returned((), diagnosed(action, "", words))
    assert weigh(returned, proven=proven) == weight


@pytest.mark.parametrize(("proven", "weight"), [(True, "complaint"), (False, "none")])
def test_a_complaint_counts_if_it_shows_our_letter(proven: bool, weight: Weight) -> None:
    returned = Returned((), diagnosed("", "", ""), complaint=True)
    assert weigh(returned, proven=proven) == weight


def each(weight: Weight, *days_ago: float) -> list[Bounce]:
    """One report about a letter of its own on each of these days."""
    return [Bounce(NOW - days * DAY, f"edition/{days}", weight) for days in days_ago]


@pytest.mark.parametrize(
    ("bounces", "act"),
    [
        ([], None),
        (each("complaint", 0), "leave"),
        (each("none", *range(40)), None),
        (each("hard", 0), None),
        (each("hard", 30, 0), "suppress"),
        (each("hard", 0, 30), "suppress"),
        (each("hard", 0.5, 0), None),  # one day's trouble
        (each("hard", 1, 0), "suppress"),
        (each("hard", 180, 0), None),  # there were letters between that arrived
        (each("hard", 179, 0), "suppress"),
        (each("soft", 30, 0), None),
        (each("hard", 30) + each("soft", 0), None),
        (each("soft", *range(0, 7 * 4, 7)), None),
        (each("soft", *range(0, 7 * 5, 7)), "suppress"),  # the fifth weekly letter
        (each("soft", *range(0, 30 * 7, 30)), None),
        (each("soft", *range(0, 30 * 8, 30)), "suppress"),  # the eighth monthly one
        (each("hard", 90) + each("soft", 3, 2, 1, 0), "suppress"),
    ],
)
def test_when_a_subscription_ends(bounces: list[Bounce], act: str | None) -> None:
    ending = decide(bounces, NOW)
    assert (ending.act if ending else None) == act


def test_several_reports_about_one_letter_count_as_its_first() -> None:
    reports = [Bounce(NOW - days * DAY, "edition/1", "hard") for days in range(50)]
    assert decide(reports, NOW) is None


def test_the_reason_says_what_happened() -> None:
    assert decide(each("hard", 30, 0), NOW) == Ending(
        "suppress", "2 letters came back: there is no such address"
    )
    assert decide(each("soft", *range(5)), NOW) == Ending(
        "suppress", "5 letters did not arrive, the last ones among them"
    )
    assert decide(each("complaint", 0), NOW) == Ending(
        "leave", "a mail provider reported that the letter was marked as spam"
    )


BOUNCES = st.lists(
    st.builds(
        Bounce,
        st.integers(0, 400).map(lambda days: NOW - days * DAY),
        st.sampled_from(["a", "b", "c", "d", "e", "f"]),
        st.sampled_from(WEIGHTS),
    ),
    max_size=12,
)


@given(BOUNCES)
def test_the_order_of_the_reports_does_not_matter(bounces: list[Bounce]) -> None:
    shuffled = sorted(bounces, key=lambda bounce: (bounce.letter, bounce.weight))
    ending, again = decide(bounces, NOW), decide(shuffled, NOW)
    assert (ending and ending.act) == (again and again.act)


@given(BOUNCES)
def test_time_heals(bounces: list[Bounce]) -> None:
    ending = decide(bounces, NOW + 2000 * DAY)
    assert ending is None or ending.act == "leave"
