"""All that is stored of one subscriber, as a subscriber may have it (GDPR, articles 15 and 20)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailer.subscriber.subscription import Consent, Subscriber


@dataclass(frozen=True, slots=True)
class Sent:
    """An edition's letter to a subscriber: to which address, and what became of it when."""

    edition: str
    recipient: str
    state: str
    settled: datetime | None


def record(
    subscriber: Subscriber, history: Iterable[Consent], letters: Iterable[Sent] = ()
) -> Mapping[str, Any]:
    """As JSON; the subscriber's own token stands in every letter, and not here."""
    return {
        "email": subscriber.address.email,
        "name": subscriber.address.name,
        "language": subscriber.language,
        "state": subscriber.state,
        "since": _moment(subscriber.since),
        "paused_until": subscriber.paused_until and subscriber.paused_until.isoformat(),
        "history": [
            {
                "at": _moment(each.at),
                "what": each.act,
                "state": each.state,
                "way": each.way,
                "agreed_to": each.wording,
                "evidence": each.evidence,
            }
            for each in history
        ],
        "letters": [
            {
                "edition": each.edition,
                "to": each.recipient,
                "state": each.state,
                "at": each.settled and _moment(each.settled),
            }
            for each in letters
        ],
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
