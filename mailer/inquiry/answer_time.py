"""Working days in Sweden: when an answer can be expected, and when nobody is at work.

Takes days; gives days. Saturdays, Sundays, public holidays, and the eves that the law on annual
leave (SFS 1977:480, 7 §) puts beside them: Midsummer's, Christmas and New Year's.
"""

from datetime import date, timedelta

from holidays import DE_FACTO, PUBLIC
from holidays.countries.sweden import Sweden

_ONE = timedelta(days=1)
_FREE = Sweden(categories=(PUBLIC, DE_FACTO))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _FREE


def working_days_after(day: date, count: int) -> date:
    """The working day that is the `count`th after `day`; `day` itself for 0."""
    for _ in range(count):
        day += _ONE
        while not is_working_day(day):
            day += _ONE
    return day
