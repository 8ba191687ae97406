"""Whom a refusal is about: this recipient, or us whoever the recipient is.

Takes the command that was refused, the code and the text of a 4yz or 5yz reply; gives an outcome:

=======================================  ============
530, 534, 535, 538 to any command        RelayRefused
552 to MAIL                              Refused
another 5yz to MAIL                      RelayRefused
4yz to MAIL                              Unreached
5yz in the words of _US                  RelayRefused
any other                                Refused
=======================================  ============
"""

import re

from mailer.mail.outcome import Refused, RelayRefused, Unreached

_LOGIN = frozenset({530, 534, 535, 538})  # RFC 4954, section 6
_TOO_LARGE = 552  # RFC 1870, 6.1: about this letter, told at MAIL

_US = re.compile(
    r"relay(ing)? (access )?denied"  # Postfix, Sendmail
    r"|relay(ing)? (is )?not (allowed|permitted)|unable to relay"  # Exim; Exchange
    r"|authenticat(ion|ed) (is )?required|must (be )?authenticate|not authenticated"
    r"|sender address rejected|client host rejected|helo command rejected"  # Postfix
    r"|permissions? to send as|sendasdenied|submissionquota"  # Microsoft 365
    r"|daily .{0,20}(sending|relay) (limit|quota)",  # Google
    re.IGNORECASE,
)
"""Relays answer RCPT or the letter with these, though they are about who is asking."""

_QUOTED = re.compile(r"<[^>]*>")  # an address may hold any words


def refusal(command: str, code: int, text: str) -> Refused | RelayRefused | Unreached:
    """`command` is "MAIL", "RCPT", "DATA" or "." (the end of the letter)."""
    if code in _LOGIN:
        return RelayRefused(code, text)
    if command == "MAIL" and code != _TOO_LARGE:
        return RelayRefused(code, text) if code >= 500 else Unreached(f"{code} {text}")
    if code >= 500 and _US.search(_QUOTED.sub("", text)):
        return RelayRefused(code, text)
    return Refused(code, text)
