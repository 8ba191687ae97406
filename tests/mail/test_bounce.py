"""Reports of mail servers: invented ones by form, and those that others have collected."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailer.mail.bounce import LIMIT, read_bounce
from mailer.mail.diagnosis import Cause, Diagnosis, Permanence

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
BOUNCES = sorted((CORPUS / "bounces").glob("*.eml"))
NOT_BOUNCES = sorted((CORPUS / "not-bounces").glob("*.eml"))

HEADER = "From: MAILER-DAEMON@mx.example.org\nReturn-Path: <>\nSubject: {}\n"
LETTER = "Received: from a by b\nFrom: x@kommun.example\nSubject: Our mailbox is full of 5.1.1\n"


def plain(text: str, subject: str = "Undelivered Mail", header: str = "") -> bytes:
    return (HEADER.format(subject) + header + "\n" + text).encode()


def multipart(*parts: tuple[str, str], subject: str = "Report") -> bytes:
    body = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return plain(body + "--b--\n", subject, 'Content-Type: multipart/report; boundary="b"\n')


def status(*recipients: str) -> bytes:
    """A report as RFC 3464 has it, with these blocks."""
    return multipart(
        ("text/plain", "We are sorry."),
        (
            "message/delivery-status",
            "Reporting-MTA: dns; mx.example.org\n\n" + "\n\n".join(recipients),
        ),
        ("message/rfc822", LETTER),
    )


def feedback(kind: str) -> bytes:
    told = f"Feedback-Type: {kind}\nOriginal-Rcpt-To: <anna@example.org>\n"
    return multipart(
        ("text/plain", "Spam."), ("message/feedback-report", told), ("message/rfc822", LETTER)
    )


GONE = (
    "Original-Recipient: rfc822;anna@example.org\nFinal-Recipient: rfc822; anna.ek@example.net\n"
    "Action: failed\nStatus: 5.0.0\n"
    "Diagnostic-Code: smtp; 550 5.1.1 <anna.ek@example.net>:\n User unknown"
)
LATE = (
    "Final-Recipient: rfc822; bo@example.org\nAction: delayed\nStatus: 4.4.1\n"
    "Diagnostic-Code: smtp; 421 4.4.1 timed out"
)

REPORTS: dict[str, tuple[bytes, tuple[str, ...], Permanence, Cause]] = {
    "RFC 3464": (
        status(GONE),
        ("anna@example.org", "anna.ek@example.net"),
        "permanent",
        "address",
    ),
    "RFC 3464, delayed": (status(LATE), ("bo@example.org",), "temporary", "route"),
    "RFC 3464, two recipients: the milder": (
        status(GONE, LATE),
        ("anna@example.org", "anna.ek@example.net", "bo@example.org"),
        "temporary",
        "route",
    ),
    "RFC 3464, no diagnostic: its text": (
        multipart(
            ("text/plain", "anna@example.org: User unknown"),
            (
                "message/delivery-status",
                "Final-Recipient: rfc822;anna@example.org\nAction: failed\nStatus: 5.0.0\n",
            ),
        ),
        ("anna@example.org",),
        "permanent",
        "address",
    ),
    "RFC 6533": (
        multipart(
            ("text/plain", ""),
            ("message/global-delivery-status", GONE),
        ),
        ("anna@example.org", "anna.ek@example.net"),
        "permanent",
        "address",
    ),
    "qmail": (
        plain(
            "Hi. This is the qmail-send program at mx.example.org.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            "<anna@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            "--- Below this line is a copy of the message.\n\n" + LETTER,
            "failure notice",
        ),
        ("anna@example.org",),
        "permanent",
        "address",
    ),
    "Exim": (
        plain(
            "A message that you sent could not be delivered to one or more of its recipients.\n\n"
            "  anna@example.org\n    host mx.example.org [192.0.2.1]: 552 5.2.2 Mailbox full\n\n"
            "------ This is a copy of the message, including all the headers. ------\n" + LETTER,
            header="X-Failed-Recipients: anna@example.org\nAuto-Submitted: auto-replied\n",
        ),
        ("anna@example.org",),
        "permanent",
        "full",
    ),
    "a delay in words": (
        plain(
            "THIS IS A WARNING MESSAGE ONLY.\nDelivery to the following recipient has been "
            "delayed:\n\n     anna@example.org\n\nMessage will be retried for 2 more day(s)\n",
            "Delivery Status Notification (Delay)",
        ),
        ("anna@example.org",),
        "temporary",
        "unknown",
    ),
    "a temporary code in words": (
        plain("Your message to bo@example.org was not delivered: 451 busy", "Besked"),
        ("bo@example.org",),
        "temporary",
        "unknown",
    ),
    "Swedish words": (
        plain("Brevet kunde inte levereras till <anna@example.org>.", "Besked"),
        (),
        "unknown",
        "unknown",
    ),
    "HTML alone": (
        plain(
            "<p>Your mail could not be delivered to: &lt;anna@example.org&gt;</p>"
            "<p>550 <b>5.1.1</b> User unknown</p>",
            header="Content-Type: text/html; charset=idna\n",
        ),
        ("anna@example.org",),
        "permanent",
        "address",
    ),
    "no From": (
        b"Subject: Returned mail: Host unknown\n\n550 <anna@example.org>... Host unknown\n",
        ("anna@example.org",),
        "permanent",
        "address",
    ),
    "a multipart without its boundary": (
        plain("550 5.1.1 <anna@example.org> no", header="Content-Type: multipart/report\n"),
        ("anna@example.org",),
        "permanent",
        "address",
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_read(name: str) -> None:
    raw, recipients, permanence, cause = REPORTS[name]
    for wire in (raw, raw.replace(b"\n", b"\r\n")):
        found = read_bounce(wire)
        assert found is not None
        assert found.recipients == recipients
        assert (found.diagnosis.permanence, found.diagnosis.cause) == (permanence, cause)
        assert not found.complaint


def test_the_diagnostic_is_the_servers_own_words() -> None:
    found = read_bounce(status(GONE))
    assert found is not None
    assert found.diagnosis.status == "5.1.1"
    assert found.diagnosis.words == "550 5.1.1 <anna.ek@example.net>: User unknown"


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [("abuse", True), ("fraud", True), ("not-spam", False), ("auth-failure", False)],
)
def test_a_feedback_report_is_a_complaint_if_it_says_so(kind: str, complaint: bool) -> None:
    found = read_bounce(feedback(kind))
    assert found is not None
    assert found.recipients == ("anna@example.org",)
    assert found.diagnosis == Diagnosis()
    assert found.complaint is complaint


def test_a_complaint_may_be_told_by_its_subject_alone() -> None:
    found = read_bounce(plain(LETTER, "complaint about message from 192.0.2.1"))
    assert found is not None
    assert found.complaint


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: anna@example.org\nSubject: Lampan\n\nLampan \xe4r trasig.\n",
        plain("I am away until Monday.", "Autosvar: borta"),
        # What calls itself an answer is none for its words alone.
        plain("Mailbox full: not delivered", "note", "Auto-Submitted: auto-replied\n"),
        # The standard library raises TypeError.
        plain("550 5.1.1 \xe5", header="Content-Type: text/plain; charset*=x'y'%ff\n"),
        b"Content-Type: message/rfc822\n\n" * 99,
        multipart(*[("text/plain", "boundary=x")] * 99),
    ],
    ids=["nothing", "a person", "away", "an answer", "broken", "nested", "many parts"],
)
def test_what_is_no_report_is_none(raw: bytes) -> None:
    assert read_bounce(raw) is None


@settings(max_examples=200)
@given(st.binary(max_size=2_000), st.sampled_from(sorted(REPORTS)), st.integers(0, 1_500))
@example(b"\xff\n", "RFC 3464", 0)
@example(b"Content-Transfer-Encoding: base64\n", "HTML alone", 3)
def test_no_mail_is_too_broken(junk: bytes, name: str, place: int) -> None:
    raw = REPORTS[name][0]
    read_bounce(raw[:place] + junk + raw[place:])
    read_bounce(junk)


def test_what_stands_far_behind_is_not_read() -> None:
    assert read_bounce(plain("x\n" * LIMIT + "550 5.1.1 User unknown", "Hej")) is None


@pytest.mark.parametrize(
    "raw",
    [
        status(*["Status: 5.1.1"] * 9_000),
        plain("failed addresses follow:\n" + ("<" * 998 + "\n") * 50),
        plain("a" * 500_000, "Returned mail"),
    ],
    ids=["blocks", "long lines", "one line"],
)
def test_mail_made_to_be_slow_is_read_all_the_same(raw: bytes) -> None:
    assert read_bounce(raw) is not None


# --- what others have seen -----------------------------------------------------------------------

TEMPORARY = """
lhost-amazonworkmail-05 lhost-dragonfly-30 lhost-exim-07 lhost-exim-41 lhost-gmail-06
lhost-gmail-08 lhost-gmail-17 lhost-gmx-04 lhost-kddi-02 lhost-mailru-10 lhost-mfilter-05
lhost-messagingserver-07
lhost-office365-06 lhost-office365-08 lhost-opensmtpd-05 lhost-opensmtpd-12 lhost-opensmtpd-16
lhost-outlook-06 lhost-postfix-05 lhost-postfix-09 lhost-postfix-34 lhost-postfix-40
lhost-postfix-50 lhost-postfix-56 lhost-postfix-74 lhost-qmail-05 lhost-qmail-07 lhost-qmail-19
lhost-sendmail-11 lhost-sendmail-21 lhost-sendmail-30 lhost-sendmail-54 lhost-x2-03 lhost-x2-05
lhost-x4-01 lhost-yandex-03 lhost-zoho-04 rfc3464-07 rfc3464-09 rfc3464-53 rfc3464-55
rfc3464-59 rhost-franceptt-08 rhost-franceptt-11 rhost-gsuite-03 rhost-gsuite-05
rhost-gsuite-07 rhost-gsuite-13 rhost-gsuite-15 rhost-outlook-06
"""
"""As we read them: delayed, refused with 4xx, or given up for want of time."""

UNTOLD = """
lhost-amazonses-12 lhost-notes-01 lhost-postfix-64 lhost-v5sendmail-06 rfc3464-35
rfc3834-01 rfc3834-03 rfc3834-05
"""
"""Delivered, without a reason, of two recipients with one each; three are answers of the absent."""


@pytest.mark.skipif(not BOUNCES, reason="the shared corpus/bounces is not here")
def test_real_reports_are_recognised_and_the_permanent_told_from_the_temporary() -> None:
    found = {file.stem: read_bounce(file.read_bytes()) for file in BOUNCES}
    recognised = [name for name, each in found.items() if each]
    assert len(recognised) >= 0.98 * len(found)  # four are answers and a wish to leave
    told = {
        name: each.diagnosis.permanence
        for name, each in found.items()
        if each and not name.startswith("arf-") and name not in UNTOLD.split()
    }
    wrong = {
        name: permanence
        for name, permanence in told.items()
        if permanence != ("temporary" if name in TEMPORARY.split() else "permanent")
    }
    assert len(wrong) <= 0.03 * len(told), wrong
    complaints = [name for name, each in found.items() if each and each.complaint]
    assert all(name.startswith("arf-") for name in complaints)
    assert len(complaints) == 6  # of nine: two tell of DMARC, one unsubscribes


@pytest.mark.skipif(not NOT_BOUNCES, reason="the shared corpus/not-bounces is not here")
def test_what_only_looks_like_a_report_is_none() -> None:
    assert [read_bounce(file.read_bytes()) for file in NOT_BOUNCES] == [None] * len(NOT_BOUNCES)
