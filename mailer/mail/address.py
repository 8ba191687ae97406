"""Mail addresses as values (RFC 5321, 5322, 6531).

Takes text from files and from strangers; gives an `Address` that can be put in a header or an
envelope as it is, or ValueError. Nothing here looks up a domain.
"""

import re
from dataclasses import dataclass
from email.utils import formataddr, parseaddr

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = re.compile(rf"{_ATEXT}+(\.{_ATEXT}+)*\Z")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}\Z|localhost\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


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

    def same(self, other: "Address") -> bool:
        """The same box: letter case and names apart (no server in use tells Anna from anna)."""
        return self.email.casefold() == other.email.casefold()


def address(text: str, name: str = "") -> Address:
    """Read `anna@example.org` or `Anna Ek <anna@example.org>`; the domain in lower case, as ASCII.

    Letters such as å before the @ need SMTPUTF8 at every relay on the way; next to nobody has such
    an address, and mail to it would be lost on that way, so it is refused here. Quoted local parts
    and address literals are legal and refused too: each is a way past a filter.

    Raises ValueError, with a reason that a person can act on.
    """
    found, email = parseaddr(text.strip()) if "<" in text else ("", text.strip())
    local, at, domain = email.rpartition("@")
    if not at:
        raise ValueError(f"{text!r} has no @")
    if len(local) > 64 or len(email) > 254:
        raise ValueError(f"{text[:40]!r}… is too long for an address")
    if not _LOCAL.match(local):
        raise ValueError(f"{local!r} cannot stand before the @")
    return Address(f"{local}@{_ascii(domain)}", clean_name(name or found))


def _ascii(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    if not _DOMAIN.match(ascii_domain):
        raise ValueError(f"{domain!r} is not a domain name")
    return ascii_domain


def clean_name(name: str) -> str:
    """A display name on one line, without control characters, at most 100 characters."""
    return _CONTROL.sub(" ", name).strip()[:100]
