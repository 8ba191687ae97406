"""How the service knows itself: its addresses, its letters, its case numbers.

Takes what the composition root knows; promises nothing but to hold it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailer.mail.address import Address


@dataclass(frozen=True, slots=True)
class Ours:
    """How to know ourselves.

    `addresses` are the contact mailbox's. `kind_of_own` tells what a Message-ID (without angle
    brackets) of ours stands on: "edition", "acknowledgement", "forward" …, "" for another's.
    `case_prefix` is "IT" in [IT-2020-0042]. Only the authserv-ids in `trusted_authserv` are
    believed when they write Authentication-Results.
    """

    addresses: tuple[Address, ...]
    kind_of_own: Callable[[str], str]
    case_prefix: str
    trusted_authserv: tuple[str, ...] = ()

    def writes(self, address: Address | None) -> bool:
        """Whether `address` is one of the contact mailbox's."""
        return address is not None and any(address.same(own) for own in self.addresses)
