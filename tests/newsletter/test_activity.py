from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.newsletter.activity import RangeError, When, parse_date, parse_period, parse_when

DAY = date(2020, 9, 18)
NEXT = date(2020, 9, 19)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2020-09-18", When(DAY, DAY)),
        (" 2020-09-18 ", When(DAY, DAY)),
        ("2020-02-29", When(date(2020, 2, 29), date(2020, 2, 29))),
        ("2020-09-18 18:00", When(DAY, DAY, time(18))),
        ("2020-09-18T18:00", When(DAY, DAY, time(18))),
        ("2020-09-18 00:00", When(DAY, DAY, time(0))),
        ("2020-W36", When(date(2020, 8, 31), date(2020, 9, 6), week="2020-W36")),
        ("2020-W53", When(date(2020, 12, 28), date(2021, 1, 3), week="2020-W53")),
        ("2021-W01", When(date(2021, 1, 4), date(2021, 1, 10), week="2021-W01")),
        ({"from": "2020-09-18", "to": "2020-09-19"}, When(DAY, NEXT)),
        ({"from": "2020-09-18", "to": "2020-09-18"}, When(DAY, DAY)),
        ({"from": "2020-09-18 18:00", "to": "20:00"}, When(DAY, DAY, time(18), time(20))),
        ({"from": "2020-09-18 18:00", "to": "18:00"}, When(DAY, DAY, time(18), time(18))),
        ({"from": "2020-09-18 18:00", "to": "2020-09-19"}, When(DAY, NEXT, time(18))),
        (
            {"from": "2020-09-18T22:00", "to": "2020-09-19T02:00"},
            When(DAY, NEXT, time(22), time(2)),
        ),
    ],
)
def test_what_an_editor_writes_is_read_as_days_and_times(written: object, when: When) -> None:
    assert parse_when(written) == when


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2020-02-30", "2020-02-30: February 2020 has 29 days"),
        ("2019-02-29", "2019-02-29: February 2019 has 28 days"),
        ("2020-09-00", "2020-09-00: September 2020 has 30 days"),
        ("2020-13-01", "2020-13-01: there is no month 13"),
        ("2020-00-01", "2020-00-01: there is no month 00"),
        ("0020-09-18", "0020-09-18: expected a year from 1900 to 2199"),
        ("18/9 2020", "18/9 2020: write dates as 2020-09-18"),
        ("2020-9-18", "2020-9-18: write dates as 2020-09-18"),
        ("18 september", "18 september: write dates as 2020-09-18"),
        ("2020-09-18\u0660", "2020-09-18\u0660: write dates as 2020-09-18"),
        ("", ": write dates as 2020-09-18"),
        ("2021-W53", "2021-W53: 2021 has 52 weeks"),
        ("2020-W00", "2020-W00: 2020 has 53 weeks"),
        ("9999-W52", "9999-W52: expected a year from 1900 to 2199"),
        ("18:00", "18:00: a time needs its date before it, as in 2020-09-18 18:00"),
        (
            "2020-09-18 24:00",
            "2020-09-18 24:00: there is no time 24:00; the last of a day is 23:59",
        ),
        (
            "2020-09-18 18:60",
            "2020-09-18 18:60: there is no time 18:60; the last of a day is 23:59",
        ),
        (
            "2020-09-18 18.00",
            "2020-09-18 18.00: write times as 18:00; where it ends goes into from and to",
        ),
        (
            "2020-09-18 18:00-20:00",
            "2020-09-18 18:00-20:00: write times as 18:00; where it ends goes into from and to",
        ),
        (2020, "expected a date as 2020-09-18, a week as 2020-W36, or from and to"),
        (None, "expected a date as 2020-09-18, a week as 2020-W36, or from and to"),
        (["2020-09-18"], "expected a date as 2020-09-18, a week as 2020-W36, or from and to"),
    ],
)
def test_an_impossible_date_is_refused_with_the_reason(written: object, message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_when(written)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        ({"from": "2020-09-18"}, "to", "'to' is missing; expected from and to"),
        ({"to": "2020-09-18"}, "from", "'from' is missing; expected from and to"),
        ({}, "from", "'from' is missing; expected from and to"),
        (
            {"from": "2020-09-18", "until": "2020-09-19"},
            "until",
            "unknown key 'until'; expected from and to",
        ),
        (
            {"from": "2020-09-18", "to": 20},
            "to",
            "'to': expected a date as 2020-09-18 or 2020-09-18 18:00",
        ),
        (
            {"from": "2020-09-31", "to": "2020-10-01"},
            "from",
            "2020-09-31: September 2020 has 30 days",
        ),
        (
            {"from": "18:00", "to": "20:00"},
            "from",
            "18:00: a time needs its date before it, as in 2020-09-18 18:00",
        ),
        (
            {"from": "2020-09-18 18:00", "to": "25:00"},
            "to",
            "25:00: there is no time 25:00; the last of a day is 23:59",
        ),
        ({"from": "2020-09-18", "to": "20:00"}, "from", "to has a time, so from needs one too"),
        (
            {"from": "2020-09-18", "to": "2020-09-17"},
            "to",
            "to (2020-09-17) is before from (2020-09-18)",
        ),
        (
            {"from": "2020-09-18 22:00", "to": "02:00"},
            "to",
            "to (02:00) is before from (22:00); past midnight write its date too",
        ),
    ],
)
def test_a_range_that_cannot_be_says_which_end_is_wrong(
    written: object, key: str, message: str
) -> None:
    with pytest.raises(RangeError) as refusal:
        parse_when(written)
    assert (refusal.value.key, str(refusal.value)) == (key, message)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_reads_back_as_itself_as_its_month_and_as_its_week(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert parse_date(day.isoformat()) == day
    assert parse_when(day.isoformat()) == When(day, day)
    first, last = parse_period(f"{day:%Y-%m}")
    assert first <= day <= last
    if 1900 <= year <= 2199:
        first, last = parse_period(f"{year}-W{week:02}")
        assert first <= day <= last


values = st.recursive(
    st.none()
    | st.integers()
    | st.text()
    | st.from_regex(r"[0-9]{4}-[0-9W]{2,3}(-[0-9]{2})?([ T][0-9]{2}:[0-9]{2})?", fullmatch=True),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["from", "to"]) | st.text(), inner, max_size=3)
    ),
    max_leaves=4,
)


@given(values)
def test_whatever_is_written_it_is_read_or_refused_and_never_ends_before_it_begins(
    written: object,
) -> None:
    try:
        when = parse_when(written)
    except ValueError:
        return
    assert when.first <= when.last
    assert when.starts or not when.ends


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2020-09", date(2020, 9, 1), date(2020, 9, 30)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-W37", date(2020, 9, 7), date(2020, 9, 13)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(written: str, first: date, last: date) -> None:
    assert parse_period(written) == (first, last)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2020-9", "2020-9: write a month as 2020-09, a week as 2020-W37"),
        ("2020-W7", "2020-W7: write a month as 2020-09, a week as 2020-W37"),
        ("september", "september: write a month as 2020-09, a week as 2020-W37"),
        ("2020-13", "2020-13: there is no month 13"),
        ("2021-W53", "2021-W53: 2021 has 52 weeks"),
        ("1020-09", "1020-09: expected a year from 1900 to 2199"),
    ],
)
def test_a_period_that_does_not_exist_is_refused(written: str, message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_period(written)
    assert str(refusal.value) == message


def test_a_date_alone_is_refused_when_it_is_written_otherwise() -> None:
    with pytest.raises(ValueError, match=r"^18 sept: write dates as 2020-09-18$"):
        parse_date("18 sept")
