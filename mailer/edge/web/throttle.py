"""How often the same thing may be asked, kept in memory.

Each key has the moment at which its allowance would be used up if nothing more came (the generic
cell rate algorithm): one number a key, no list of what came. A full memory forgets those that are
long over, then the oldest.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

KEYS = 50_000
"""A few megabytes; more are a flood, which the allowance of everybody together ends."""


@dataclass(slots=True)
class Throttle:
    """Lets `most` through at once, and `most` in every `within` after that."""

    most: int
    within: timedelta
    _full_at: dict[str, datetime] = field(default_factory=dict, init=False)

    def lets(self, key: str, now: datetime) -> bool:
        """Whether it is let through; then it counts."""
        each = self.within / self.most
        begins = max(self._full_at.get(key, now), now)
        if begins + each > now + self.within:
            return False
        self._full_at.pop(key, None)  # the newest stands last
        self._full_at[key] = begins + each
        if len(self._full_at) > KEYS:
            self._forget(now)
        return True

    def _forget(self, now: datetime) -> None:
        going = {key: full for key, full in self._full_at.items() if full > now}
        self._full_at = dict(list(going.items())[-KEYS // 2 :])


def network(client: str) -> str:
    """The network that a client's address is in: one household or office, /24 or /64."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))
