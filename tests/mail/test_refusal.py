"""Whom a refusal is about, by the command, the code and the relay's words."""

import pytest

from mailer.mail.outcome import Refused, RelayRefused, Unreached
from mailer.mail.refusal import refusal


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        ("RCPT", 550, "5.1.1 <anna@kommun.example>: user unknown"),
        ("RCPT", 450, "4.2.0 <anna@kommun.example>: Recipient address rejected: Greylisted"),
        ("RCPT", 552, "5.2.2 mailbox full"),
        ("RCPT", 550, "5.1.1 <relay-access-denied@kommun.example> <relaying denied>: unknown"),
        ("RCPT", 454, "4.7.1 <anna@kommun.example>: Relay access denied"),  # it may be put right
        ("MAIL", 552, "5.3.4 Message size exceeds fixed limit"),
        ("DATA", 554, "5.5.1 Error: no valid recipients"),
        (".", 554, "5.7.1 Spam message rejected"),
        (".", 451, "4.3.0 Error: queue file write error"),
    ],
)
def test_what_is_said_of_a_recipient_or_a_letter_is_its_refusal(
    command: str, code: int, text: str
) -> None:
    assert refusal(command, code, text) == Refused(code, text)


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        ("MAIL", 530, "5.7.0 Must issue a STARTTLS command first"),
        ("MAIL", 550, "5.1.8 Sender domain not found"),
        ("MAIL", 553, "5.7.1 <kontakt@kommun.example>: Sender address rejected: not logged in"),
        ("RCPT", 530, "5.7.0 Authentication required"),
        ("RCPT", 535, "5.7.8 Bad credentials"),
        ("RCPT", 538, "5.7.11 Encryption required"),
        ("RCPT", 554, "5.7.1 <anna@kommun.example>: Relay access denied"),
        ("RCPT", 553, "5.7.1 <k@kommun.example>: Sender address rejected: not owned by user k"),
        ("RCPT", 554, "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"),
        ("RCPT", 550, "relay not permitted; authentication required"),
        ("RCPT", 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
        (
            ".",
            554,
            "5.2.252 SendAsDenied; k@kommun.example not allowed to send as n@kommun.example",
        ),
        (".", 550, "5.7.60 SMTP; Client does not have permissions to send as this sender"),
        (".", 554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"),
        ("RCPT", 550, "5.4.5 Daily user sending limit exceeded."),
        ("RCPT", 550, "5.4.5 Daily SMTP relay limit exceeded for user."),
    ],
)
def test_what_is_said_of_us_is_no_recipients_refusal(command: str, code: int, text: str) -> None:
    assert refusal(command, code, text) == RelayRefused(code, text)


def test_a_relay_that_takes_no_mail_just_now_has_said_nothing_of_a_recipient() -> None:
    full = Unreached("452 4.3.1 Insufficient system storage")
    assert refusal("MAIL", 452, "4.3.1 Insufficient system storage") == full
