"""A subscription and its states: what may follow from what, as one table.

    pending ──confirm──▶ active ──leave──▶ left ──subscribe──▶ pending
                         │    ▲
                       pause  resume (or its day comes)
                         ▼    │
                         paused

Nobody becomes active but by a confirmation from the address itself (double opt-in), an import that
names its legal ground, or the operator's own hand. Whoever left, or was suppressed because mail
came back or was complained about, is brought back by no import. A stranger's request for somebody
who has a subscription changes nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from mailer.mail.address import Address
from mailer.subscriber.wording import Wording

State = Literal["pending", "active", "paused", "left", "suppressed"]
Act = Literal["subscribe", "confirm", "add", "import", "pause", "resume", "suppress", "leave"]
Way = Literal["web", "mail", "command line", "import", "bounce", "clock"]
"""By which way a change came; "clock" is a pause whose day came."""

ACTS: Mapping[Act, Mapping[State | None, State]] = {
    "subscribe": {
        None: "pending",
        "pending": "pending",
        "left": "pending",
        "paused": "paused",
        "suppressed": "suppressed",
    },
    "confirm": {"pending": "active", "paused": "active", "suppressed": "active"},
    "add": {
        None: "active",
        "pending": "active",
        "paused": "active",
        "left": "active",
        "suppressed": "active",
    },
    "import": {None: "active", "pending": "active"},
    "pause": {"active": "paused", "paused": "paused"},
    "resume": {"paused": "active"},
    "suppress": {"pending": "suppressed", "active": "suppressed", "paused": "suppressed"},
    "leave": {"pending": "left", "active": "left", "paused": "left", "suppressed": "left"},
}
"""By act, the state after each state that it changes or keeps; None is an unknown address."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One address. `token` is known to us and to it; `evidence` says how its state came about.

    A pause ends on the day `paused_until`.
    """

    id: int
    address: Address
    language: str
    state: State
    evidence: str
    token: str
    since: datetime
    paused_until: date | None = None

    @property
    def is_erased(self) -> bool:
        """Whether there is no address any more."""
        return "@" not in self.address.email


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for: `act`, for the subscriber with `token`, else for `address`.

    `wording` is what is agreed to. Who subscribes is written to in `language`, and confirms with
    the token `confirmed_by`. A pause ends on the day `until`.
    """

    act: Act
    address: Address | None
    evidence: str
    token: str = ""
    way: Way = "mail"
    wording: Wording | None = None
    language: str = ""
    confirmed_by: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry of a subscription's history: what changed when, how, and to what words."""

    at: datetime
    act: str
    state: str
    way: str
    wording: str
    evidence: str


def after(state: State | None, act: Act) -> State | None:
    """The state that follows; None where the act does nothing (state None: not known)."""
    return ACTS[act].get(state)
