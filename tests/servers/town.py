"""Those who live behind a relay: what it takes is delivered, and whoever answers is heard.

Takes a `Sink` that letters come to, and who lives where: an IMAP account, a robot, nobody. Promises
that a round delivers what came before it, each letter once and with the fields that a server adds,
and no more: what the robots send meanwhile, by SMTP, is for the next round.
"""

import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime

from tests.servers.imap import Account
from tests.servers.running import PATIENCE
from tests.servers.sink import Letter, Sink

Robot = Callable[[Letter], Sequence[Letter]]
"""What answers by itself: the letters that follow from one that it got."""


class Town:
    """`accounts` and `robots` are by address; letters to all others are only kept by the sink.

    Letters to an address that is `unknown` are refused. Who sends hands them to the relay at
    `port`, which is the sink's own or that of a server before it.
    """

    def __init__(self, sink: Sink, port: int = 0) -> None:
        self.accounts: dict[str, Account] = {}
        self.robots: dict[str, Robot] = {}
        self.unknown: set[str] = set()
        self.received: dict[str, list[Letter]] = {}
        self.answered: list[tuple[str, Letter]] = []
        self._sink = sink
        self._port = port or sink.port
        self._delivered = 0
        sink.answers = self._at_rcpt

    def post(self, *letters: Letter) -> None:
        """Hand letters to the relay, which takes them all."""
        if letters:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=PATIENCE) as client:
                for letter in letters:
                    client.sendmail(letter.mail_from, letter.recipients, letter.raw)

    def round(self, now: datetime) -> int:
        """Deliver what has come; how many letters that were."""
        new = self._sink.letters[self._delivered :]
        self._delivered += len(new)
        for letter in new:
            for recipient in letter.recipients:
                self._deliver(letter, recipient.lower(), now)
        return len(new)

    def _deliver(self, letter: Letter, recipient: str, now: datetime) -> None:
        trace = f"Return-Path: <{letter.mail_from}>\r\nDelivered-To: {recipient}\r\n"
        raw = trace.encode() + letter.raw
        delivered = Letter(letter.mail_from, (recipient,), raw)
        if account := self.accounts.get(recipient):
            account.deliver(raw, now)
        elif robot := self.robots.get(recipient):
            answers = robot(delivered)
            self.answered += [(recipient, answer) for answer in answers]
            self.post(*answers)
        self.received.setdefault(recipient, []).append(delivered)

    def _at_rcpt(self, mail_from: str, recipient: str) -> str | None:
        unknown = recipient.lower() in self.unknown
        return f"550 5.1.1 <{recipient}>: user unknown" if unknown else None


def report(letter: Letter, recipient: str, status: str, says: str) -> list[Letter]:
    """What a server tells the sender of a letter (RFC 3464); nothing where there is none to tell.

    A `status` of 5.x.x is for good, of 4.x.x a delay.
    """
    if not letter.mail_from:
        return []
    failed = status.startswith("5")
    head = f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {letter.mail_from}
Subject: {"Undelivered Mail Returned to Sender" if failed else "Delayed Mail"}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=report

--report

Your message to <{recipient}> could not be delivered{"." if failed else " yet."}

    {says}

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {recipient}
Action: {"failed" if failed else "delayed"}
Status: {status}
Diagnostic-Code: smtp; {says}

--report
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

"""
    raw = head.replace("\n", "\r\n").encode() + letter.raw + b"\r\n--report--\r\n"
    return [Letter("", (letter.mail_from,), raw)]
