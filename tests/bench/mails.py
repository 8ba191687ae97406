"""The mails that triage is measured with: 16 kB each on average, no two alike, the same each time.

An inquiry is one of the shipped examples, from a sender of its own, with the newsletter quoted
below in the way of some mail program. Automatic mail is answering machines' that quote it likewise,
and in every fourth a report that it could not be delivered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.header import Header
from itertools import count, cycle

from mailer.app.composing import composer
from mailer.edge.examples import shipped_examples
from mailer.settings import Settings
from tests.inquiry.clients import FORMATS, Letter

SENT = datetime(2020, 9, 11, 7, 30, tzinfo=UTC)

_AWAY = "Tack för ditt mejl! Jag är ledig och läser det när jag är tillbaka den 28 september."
_FAILED = """\
Content-Type: multipart/report; report-type=delivery-status; boundary="=_r"

--=_r
Content-Type: text/plain; charset=utf-8

Your message could not be delivered to the address below.

--=_r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; reader{number}@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user

--=_r
Content-Type: message/rfc822

Subject: Nyhetsbrev
{letter}
--=_r--
"""


@dataclass(frozen=True, slots=True)
class Mails:
    """`texts` are subject and text of what people wrote, `letter` is the newsletter."""

    mailbox: str
    texts: tuple[tuple[str, str], ...]
    letter: Letter

    @classmethod
    def of(cls, settings: Settings) -> "Mails":
        compose = composer(settings)
        plan = compose.plan(date(2020, 9, 11), None, frozenset())
        rendered = compose.compose(plan, SENT).rendered
        examples = shipped_examples(settings.config_dir)
        texts = ((each.subject, each.body) for each in examples if each.kind == "inquiry")
        letter = Letter(rendered.html, rendered.text)
        return cls(settings.organisation.mailbox.email, tuple(texts), letter)

    def inquiries(self) -> Iterator[bytes]:
        """One after the other, without end."""
        for number, (subject, text), quoting in zip(
            count(), cycle(self.texts), cycle(FORMATS), strict=False
        ):
            yield self._mail(number, f"SV: {subject}", quoting(text, self.letter))

    def automatic(self) -> Iterator[bytes]:
        """The same of automatic mail."""
        for number, quoting in zip(count(), cycle(FORMATS), strict=False):
            if number % 4:
                answer = f"Auto-Submitted: auto-replied\n{quoting(_AWAY, self.letter)}"
                yield self._mail(number, "Autosvar: Nyhetsbrev", answer)
            else:
                returned = quoting("", self.letter)
                failed = _FAILED.format(number=number, letter=returned)
                yield self._mail(number, "Undelivered Mail", failed)

    def _mail(self, number: int, subject: str, rest: str) -> bytes:
        head = (
            f"From: Person {number} <p{number}@example.org>\n"
            f"To: {self.mailbox}\n"
            f"Subject: {Header(subject, 'utf-8').encode()}\n"
            f"Message-ID: <{number}@mail.example.org>\n"
            "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n"
        )
        return (head + rest).encode().replace(b"\n", b"\r\n")
