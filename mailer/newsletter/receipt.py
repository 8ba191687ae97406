"""An edition on its way out, and the account of it, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class RenderedEdition:
    """An edition whose letters are final. `content` is what all readers of a language share.

    `told` is the whole edition as plain values (see `edition.as_json`).
    """

    period: str
    date: date
    subject: str
    content: Mapping[str, bytes]
    content_hash: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SentEdition:
    """What is remembered of an edition that was claimed, as `RenderedEdition` had it."""

    told: Mapping[str, Any]
    content: Mapping[str, bytes]


STATES = ("accepted", "failed", "uncertain", "excluded", "pending")
"""What becomes of the letters of an edition; each is in one."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The account of one edition: accepted + failed + uncertain + excluded + pending = audience."""

    edition: str
    audience: int
    accepted: int
    failed: int
    uncertain: int
    excluded: int
    pending: int
