"""What a subscriber gets who asks for all that is stored."""

import json
from datetime import UTC, date, datetime

from mailer.mail.address import Address
from mailer.subscriber.record import Sent, record
from mailer.subscriber.subscription import Consent, Subscriber

NOW = datetime(2020, 9, 11, 8, 0, 0, 123, tzinfo=UTC)


def test_a_record_holds_all_but_the_token() -> None:
    anna = Address("anna@example.org", "Anna")
    subscriber = Subscriber(1, anna, "sv", "paused", "", "f" * 32, NOW, date(2020, 12, 1))
    history = [Consent(NOW, "subscribe", "pending", "web", "Jag vill.", "form")]
    letters = [Sent("2020-09", "anna@example.org", "accepted", NOW), Sent("2020-10", "", "", None)]
    told = record(subscriber, history, letters)
    assert told == {
        "email": "anna@example.org",
        "name": "Anna",
        "language": "sv",
        "state": "paused",
        "since": "2020-09-11T08:00:00+00:00",
        "paused_until": "2020-12-01",
        "history": [
            {
                "at": "2020-09-11T08:00:00+00:00",
                "what": "subscribe",
                "state": "pending",
                "way": "web",
                "agreed_to": "Jag vill.",
                "evidence": "form",
            }
        ],
        "letters": [
            {
                "edition": "2020-09",
                "to": "anna@example.org",
                "state": "accepted",
                "at": "2020-09-11T08:00:00+00:00",
            },
            {"edition": "2020-10", "to": "", "state": "", "at": None},
        ],
    }
    assert "f" * 32 not in json.dumps(told)


def test_without_a_pause_there_is_none() -> None:
    subscriber = Subscriber(1, Address("a@b.se"), "sv", "active", "", "f" * 32, NOW)
    assert record(subscriber, [])["paused_until"] is None
