"""Working days in Sweden: when an answer can be expected, and when nobody is at work.

Takes days; gives days. Saturdays, Sundays, public holidays, and the eves that the law on annual
leave (SFS 1977:480, 7 §) puts beside them: Midsummer's, Christmas and New Year's.
"""

from collections.abc import Container
from datetime import date, timedelta
from functools import cache

_ONE = timedelta(days=1)


@cache
def _free() -> Container[date]:
    # Imported late: with Sweden come two hundred countries, which takes 0.2 s and 15 MB.
    from holidays import DE_FACTO, PUBLIC
    from holidays.countries.sweden import Sweden

    return Sweden(categories=(PUBLIC, DE_FACTO))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _free()


def working_days_after(day: date, count: int) -> date:
    """The working day that is the `count`th after `day`; `day` itself for 0."""
    for _ in range(count):
        day += _ONE
        while not is_working_day(day):
            day += _ONE
    return day
