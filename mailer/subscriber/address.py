"""The address of a subscriber: `mail.address`, and as strict as mail on the open net needs it.

The domain must be one that can be registered, and is kept as IDNA 2008 has it; the local part is
kept as it was written. Nothing here looks up a domain.
"""

import re
from functools import lru_cache

from email_validator import validate_email

from mailer.mail.address import Address, address

_DOMAIN = re.compile(r"(?<=@)[^@\s<>]+(?=>?\s*\Z)")


def subscriber_address(text: str, name: str = "") -> Address:
    """Read `anna@example.org` or `Anna Ek <anna@example.org>`.

    Raises ValueError, with a reason that a person can act on.
    """
    return address(_DOMAIN.sub(lambda found: _registrable(found[0]), text), name)


@lru_cache(maxsize=10_000)  # a table of 100,000 people has some hundred domains
def _registrable(domain: str) -> str:
    # The environment of tests is only the name `test`, which others take from us as well.
    valid = validate_email(f"a@{domain}", check_deliverability=False, test_environment=True)
    return str(valid.ascii_domain)
