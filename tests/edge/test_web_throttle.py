"""Allowances, as they are used up and come back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge.web import throttle
from mailer.edge.web.throttle import Throttle, network
from tests.edge.browsing import NOW

HOUR = timedelta(hours=1)


def test_so_many_come_at_once_and_so_many_an_hour_after_that() -> None:
    by = Throttle(6, HOUR)
    assert [by.lets("a", NOW) for _ in range(8)] == [True] * 6 + [False] * 2
    later = NOW + timedelta(minutes=10)
    assert [by.lets("a", later) for _ in range(2)] == [True, False]
    assert [by.lets("a", later + HOUR) for _ in range(8)] == [True] * 6 + [False] * 2


def test_keys_do_not_use_up_each_others_allowance() -> None:
    by = Throttle(1, HOUR)
    assert by.lets("a", NOW) and by.lets("b", NOW)
    assert not by.lets("a", NOW)


@given(st.lists(st.integers(0, 7200), max_size=200))
def test_no_hour_sees_more_than_twice_the_allowance(seconds: list[int]) -> None:
    by = Throttle(10, HOUR)
    moments = [NOW + timedelta(seconds=each) for each in sorted(seconds)]
    let = [moment for moment in moments if by.lets("a", moment)]
    for begin in let:
        assert sum(begin <= moment < begin + HOUR for moment in let) <= 20


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "KEYS", 100)
    by = Throttle(1, HOUR)
    for number in range(1000):
        assert by.lets(f"old {number}", NOW)
        assert len(by._full_at) <= 101
    assert not by.lets("old 999", NOW)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
        ("2001:db8::1%eth0", "2001:db8::/64"),
    ],
)
def test_a_client_is_counted_by_its_network(client: str, expected: str) -> None:
    assert network(client) == expected
