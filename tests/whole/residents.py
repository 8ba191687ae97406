"""What residents write in these tests, and how the letters that follow are read.

Each mail has a number in its subject and in its sender's address, so that each letter that it leads
to can be counted. It speaks plainly of what one subproject does.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.servers import Letter

SUBPROJECT = "Trygg boendemiljö"
LEADERS = ("john.karlsson@markaryd.example", "sven.holmberg@markaryd.example")

_NUMBER = re.compile(r"Gatlampa (\d+) ")


def mail(number: int) -> bytes:
    """The mail of one resident, as it lies on the server."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f"Boende {number} <{sender(number)}>"
    message["To"] = "initiativtrygghet@markaryd.se"
    message["Subject"] = f"Gatlampa {number} är släckt"
    message["Date"] = "Mon, 07 Sep 2020 09:00:00 +0200"
    message["Message-ID"] = f"<gatlampa.{number}@example.org>"
    message.set_content(
        "Hej! Gatlyktan vid gångvägen i vårt bostadsområde lyser inte. Kan ni laga belysningen?\n"
    )
    return message.as_bytes()


def sender(number: int) -> str:
    return f"boende.{number}@example.org"


def opened(raw: bytes) -> EmailMessage:
    """A letter as a mail program opens it."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def by_key(letters: Iterable[Letter]) -> Mapping[tuple[str, str], list[str]]:
    """The Message-IDs of what each (subject or "acknowledgement", recipient) got, in order.

    The subject of a forward is that of the resident's mail.
    """
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for letter in letters:
        (recipient,) = letter.recipients
        message = opened(letter.raw)
        number = _NUMBER.search(message["Subject"])
        about = number.group().strip() if number else "acknowledgement"
        found[about, recipient].append(message["Message-ID"])
    return found


def expected(numbers: Iterable[int]) -> set[tuple[str, str]]:
    """What must be sent for these mails: a forward to each leader, and an acknowledgement."""
    return {
        (about, recipient)
        for number in numbers
        for about, recipient in (
            *((f"Gatlampa {number}", leader) for leader in LEADERS),
            ("acknowledgement", sender(number)),
        )
    }
