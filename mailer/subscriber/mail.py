"""Subscribing and leaving by mail: what a mail asks for, as a `Change`.

A token in the subject (from List-Unsubscribe, RFC 2369) says who leaves, whatever address the mail
comes from; without one it is the sender.
"""

import re

from mailer.mail.address import Address
from mailer.subscriber.subscription import Act, Change

_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_YES = re.compile(
    r"\W*(?:ja|japp|jajamän|yes|ok|okej|stämmer|(?:jag )?bekräftar?|jag vill|kyllä|نعم|так|haa)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(?:nej|inte|ej|aldrig|no|not|don['’]t|never|ei|لا|ні|maya)\b", re.IGNORECASE)


def asked(act: Act, sender: Address | None, subject: str, evidence: str) -> Change | None:
    """The change that a mail asks for; None where it does not say for whom."""
    token = token_in(subject) if act == "leave" else ""
    if sender is None and not token:
        return None
    return Change(act, sender, evidence, token)


def token_in(subject: str) -> str:
    """The subscriber's token in a subject, or empty."""
    found = _TOKEN.search(subject.lower())
    return found.group() if found else ""


def says_yes(text: str) -> bool:
    """Whether an answer to "do you want the newsletter?" is empty, or a yes with no doubt in it."""
    return not text.strip() or (_YES.match(text) is not None and not _NO.search(text))
