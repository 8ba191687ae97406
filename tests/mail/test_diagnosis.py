"""Servers' words as they are seen, each with what it means for the letter and for the address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.diagnosis import Cause, Diagnosis, Permanence, diagnosed, severity

# What the server says: of the letter, why, and whether that is evidence of a dead address.
WORDS: tuple[tuple[str, Permanence, Cause], ...] = (
    ("550 5.1.1 <a@example.org>: Recipient address rejected: User unknown", "permanent", "address"),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "permanent", "address"),
    ("550 No such user here", "permanent", "address"),
    ("553 5.1.2 Host unknown", "permanent", "address"),
    ("550 5.2.1 The account is disabled", "permanent", "address"),
    ("550 5.7.1 Unknown user", "permanent", "address"),  # the words know better than the code
    ("554 This user doesn't have an example.org account", "permanent", "address"),
    ("DNS: host mail.example.org not found", "permanent", "address"),
    ("Unrouteable address", "permanent", "address"),
    ("User unknown. Check the address and try again.", "permanent", "address"),
    ("550 5.1.0 Address rejected.", "permanent", "unknown"),
    ("550 Rejected", "permanent", "unknown"),
    # Ended for good, and no evidence: the next letter may arrive.
    ("552 5.2.2 Mailbox full", "permanent", "full"),
    ("550 5.1.1 user is over quota", "permanent", "full"),
    ("550 5.7.1 Service unavailable; client host blocked using an RBL", "permanent", "refused"),
    ("550 5.1.1 IP address blacklisted by recipient", "permanent", "refused"),
    ("554 5.7.1 Too many unknown users from your address", "permanent", "refused"),
    ("550 5.7.26 Unauthenticated email: DMARC policy", "permanent", "refused"),
    ("552 5.3.4 Message too big", "permanent", "refused"),
    ("553 5.1.8 Sender address rejected: Domain not found", "permanent", "refused"),
    ("after MAIL FROM:<x@y.example>: 553 y.example does not exist", "permanent", "refused"),
    ("554 5.4.6 Hop count exceeded - possible mail loop", "permanent", "route"),
    # Nothing that lasts.
    ("450 4.7.1 Greylisted, try again in five minutes", "temporary", "refused"),
    ("452 4.2.2 Mailbox full", "temporary", "full"),
    ("Your mailbox is full", "temporary", "full"),
    ("421 4.4.2 Connection timed out", "temporary", "route"),
    ("554 5.4.7 Message expired", "temporary", "route"),
    ("Could not deliver for the last 432000 seconds. Giving up.", "temporary", "route"),
    ("Name service error: Host not found, try again", "temporary", "address"),
    ("450 4.1.1 User unknown", "temporary", "address"),
    # Not told.
    ("", "unknown", "unknown"),
    ("We moved to new servers in 2.0.5 and 10.5.1.1", "unknown", "unknown"),
)


@pytest.mark.parametrize(("words", "permanence", "cause"), WORDS)
def test_what_a_server_says(words: str, permanence: Permanence, cause: Cause) -> None:
    found = diagnosed("", "", words)
    assert (found.permanence, found.cause) == (permanence, cause)
    assert found.hard is (permanence == "permanent" and cause == "address")


@pytest.mark.parametrize(
    ("action", "status", "words", "found"),
    [
        ("failed", "5.0.0", "550 5.1.1 no", "5.1.1"),
        ("failed", "5.1.1 (no such user)", "", "5.1.1"),
        ("failed", "5.1.1", "550 5.7.1 blocked", "5.7.1"),
        ("failed", "4.0.0", "554 no", "5.0.0"),
        ("failed", "5.0.0", "", "5.0.0"),
        ("failed", "", "no", ""),
    ],
)
def test_the_most_telling_code_counts(action: str, status: str, words: str, found: str) -> None:
    assert diagnosed(action, status, words).status == found


@pytest.mark.parametrize(
    ("action", "status", "words", "permanence", "ended"),
    [
        ("failed", "4.4.7", "", "temporary", True),
        ("failed", "", "", "permanent", True),
        ("error", "5.1.1", "", "permanent", True),
        ("delayed", "4.4.1", "", "temporary", False),
        ("delayed", "5.1.1", "", "temporary", False),
        ("delivered", "2.0.0", "", "unknown", False),
        ("relayed (to a fax)", "", "550 5.1.1", "unknown", False),
        ("", "", "Your message has been delayed", "temporary", False),
        ("", "", '{"notificationType":"Delivery"}', "unknown", False),
        ("", "", "550 5.1.1 User unknown", "permanent", True),
    ],
)
def test_an_action_tells_whether_that_is_the_end(
    action: str, status: str, words: str, permanence: Permanence, ended: bool
) -> None:
    found = diagnosed(action, status, words)
    assert (found.permanence, found.ended) == (permanence, ended)


def test_the_words_about_the_code_are_shown_on_one_line() -> None:
    found = diagnosed("", "", "y" * 1000 + "\n550 5.1.1 no\r\nsuch user " + "x" * 1000)
    assert found.words.startswith("y" * 99 + " 550 5.1.1 no such user x")
    assert len(found.words) == 300


def test_of_several_the_mildest_comes_first() -> None:
    rising = (
        diagnosed("failed", "4.4.7", ""),
        Diagnosis(),
        diagnosed("failed", "5.7.1", ""),
        diagnosed("failed", "5.1.1", ""),
    )
    assert [severity(each) for each in rising] == [0, 1, 2, 3]


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=500))
def test_no_words_are_too_odd(action: str, status: str, words: str) -> None:
    diagnosed(action, status, words)
