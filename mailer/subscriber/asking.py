"""What a link in a letter asks its reader to confirm, and how far that has come."""

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["confirm", "move-from", "move-to"]
"""A subscription, or an address to move it from or to: both ends of a move are asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a subscriber. `email` is the address that it is about; of a move, the new one.

    `progress` is "open" until the link was used, then "done", or "waiting" while the other end of a
    move has not confirmed. `token` is the subscriber's own; `agree` the words that were shown when
    a subscription was asked for.
    """

    purpose: Purpose
    email: str
    language: str
    progress: Literal["open", "waiting", "done"]
    token: str
    agree: str = ""
