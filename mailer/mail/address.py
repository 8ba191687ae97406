"""Mail addresses as values (RFC 5321, 5322, 6531).

Takes text from files and from strangers; gives an `Address` that can be put in a header or an
envelope as it is, or ValueError. Nothing here looks up a domain.
"""

import re
from dataclasses import dataclass
from email.utils import formataddr, unquote

from mailer.mail.line import one_line

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = re.compile(rf"{_ATEXT}+(\.{_ATEXT}+)*\Z")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}\Z|localhost\Z")
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>\Z")
_SHOWN = 60  # characters of a wrong address that a message repeats


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: `email` is ASCII and fits an envelope; `name` (maybe empty) is plain Unicode."""

    email: str
    name: str = ""

    def __str__(self) -> str:
        return formataddr((self.name, self.email)) if self.name else self.email

    @property
    def local(self) -> str:
        return self.email.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]

    @property
    def box(self) -> str:
        """Where its mail comes to: without letter case (no server in use tells Anna from anna) and
        without what a "+" adds to the name of the box (RFC 5233).
        """
        name = self.local.partition("+")[0] or self.local
        return f"{name}@{self.domain}".casefold()

    def same(self, other: "Address") -> bool:
        return self.box == other.box


def address(text: str, name: str = "") -> Address:
    """Read `anna@example.org` or `Anna Ek <anna@example.org>`; the domain in lower case, as ASCII.

    Letters such as å before the @ need SMTPUTF8 at every relay on the way; next to nobody has such
    an address, and mail to it would be lost on that way, so it is refused here. Quoted local parts
    and address literals are legal and refused too: each is a way past a filter.

    Raises ValueError, with a reason that a person can act on.
    """
    named = _NAMED.match(text.strip())
    found, email = (unquote(named[1].strip()), named[2]) if named else ("", text)
    local, at, domain = email.strip().rpartition("@")
    if not at:
        raise ValueError(f"{_shown(text)} has no @")
    if not _LOCAL.match(local):
        raise ValueError(f"{_shown(local)} cannot stand before the @")
    email = f"{local}@{_ascii(domain)}"
    if len(local) > 64 or len(email) > 254:  # RFC 5321, 4.5.3.1
        raise ValueError(f"{_shown(email)} is too long for an address")
    return Address(email, clean_name(name or found))


def _ascii(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    if not _DOMAIN.match(ascii_domain):
        raise ValueError(f"{_shown(domain)} is not a domain name")
    return ascii_domain


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def clean_name(name: str) -> str:
    """A display name on one line, without control characters, at most 100 characters."""
    return one_line(name)[:100].rstrip()
