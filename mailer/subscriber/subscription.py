"""A subscription and its states.

    pending ──confirm──▶ active ──leave──▶ left
       └──────leave──────────────────────▶ left ──subscribe──▶ pending

An import names its legal ground and makes a subscription active at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailer.mail.address import Address

State = Literal["pending", "active", "left", "suppressed"]
Act = Literal["subscribe", "confirm", "leave"]

_NEXT: dict[tuple[State | None, Act], State] = {
    (None, "subscribe"): "pending",
    ("left", "subscribe"): "pending",
    ("pending", "subscribe"): "pending",
    ("pending", "confirm"): "active",
    ("pending", "leave"): "left",
    ("active", "leave"): "left",
    ("suppressed", "leave"): "left",
}


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One address. `token` is known to us and to it; `evidence` says how its state came about."""

    id: int
    address: Address
    language: str
    state: State
    evidence: str
    token: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody asks for: `act`, for the subscriber with `token`, else for `address`."""

    act: Act
    address: Address | None
    evidence: str
    token: str = ""


def after(state: State | None, act: Act) -> State | None:
    """The state that follows; None where the act changes nothing (state None: not known)."""
    return _NEXT.get((state, act))
