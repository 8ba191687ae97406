"""What became of one try to hand a letter to a relay, as a value (RFC 5321, RFC 3463)."""

from dataclasses import dataclass

from mailer.mail.line import one_line


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay took it: `reply` is the text of its 250."""

    reply: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay said no to this recipient: a 4xx or 5xx `code` with its text."""

    code: int
    reply: str

    @property
    def permanent(self) -> bool:
        return self.code >= 500


@dataclass(frozen=True, slots=True)
class RelayRefused:
    """The relay said no to us, whoever the recipient is: to our login, sender or address.

    See `refusal`. Nobody's letter fails for it; the operator has to put it right.
    """

    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """No answer about this recipient: no connection, a cut line, a deadline, the relay shut.

    The letter was not handed over; `reason` says what happened.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The line was cut after the whole letter was sent and before the reply."""

    reason: str


Outcome = Accepted | Refused | RelayRefused | Unreached | Uncertain


def said(outcome: Outcome) -> str:
    """What happened, on one line of at most 500 characters."""
    match outcome:
        case Accepted(reply=text):
            line = text
        case Refused(code=code, reply=text) | RelayRefused(code=code, reply=text):
            line = f"{code} {text}"
        case _:
            line = outcome.reason
    return one_line(line)[:500]
