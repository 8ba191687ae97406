"""Checks for what must not be published about a person: identity and private telephone numbers.

No finding repeats a number: findings are mailed, and a mail to a public body is a public record.
"""

import re
from collections.abc import Iterator

from mailer.newsletter.finding import Hit
from mailer.newsletter.sheet import Sheet

_IDENTITY = re.compile(
    r"(?<![0-9])(?:18|19|20)?([0-9]{2}(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]))[-+–\u2011 ]?([0-9]{4})(?![0-9])"
)
"""A personal identity number, or a coordination number, which has 60 added to its day."""
_MOBILE = re.compile(
    r"(?<![0-9])(?:(?:\+|00)46[ \xa0-]?(?:\(0\)[ \xa0]?)?|0)"
    r"7[02369](?:[ \xa0/–\u2011-]{0,3}[0-9]){7}(?![0-9])"
)


def identity_number(sheet: Sheet) -> Iterator[Hit]:
    for passage in sheet.passages:
        for found in _IDENTITY.finditer(passage.text):
            if _luhn(found[1] + found[2]):
                yield Hit(passage.place)


def mobile_number(sheet: Sheet) -> Iterator[Hit]:
    """A mobile number that no activity of the edition has as its contact."""
    published = {
        _national(found)
        for passage in sheet.passages
        if passage.key == "contact"
        for found in _MOBILE.findall(passage.text)
    }
    for passage in sheet.passages:
        for found in _MOBILE.findall(passage.text):
            if _national(found) not in published:
                yield Hit(passage.place, {"end": _national(found)[-2:]})


def _luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (ISO/IEC 7812-1, annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value // 10 + value % 10
    return total % 10 == 0


def _national(number: str) -> str:
    """The nine digits behind the country code or the zero."""
    return re.sub("[^0-9]", "", number)[-9:]
