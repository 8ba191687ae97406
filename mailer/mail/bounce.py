"""What a returned mail says: who did not get our letter, why, and whether that is for good.

Takes the octets of a mail that triage took for a bounce or a complaint; gives a `Returned`, or None
where no mail server reports anything in it. Never raises, in time bounded by LIMIT. First comes
what the report says field by field (RFC 3464, RFC 5965), then what flufl.bounce knows of servers
that follow no standard, then the report's words. What the letter says that a report repeats is no
reason.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from html import unescape
from typing import Any

from flufl.bounce import all_failures

from mailer.mail.diagnosis import Diagnosis, diagnosed, severity
from mailer.mail.line import one_line

LIMIT = 64 * 1024
"""Octets; a report begins with what it reports."""

_LINE = 1_000  # octets (RFC 5321, 4.5.3.1.6): patterns take the square of a line's length
_NESTED = 40  # boundaries: the standard library takes seconds over a mail nested on purpose
_TEXT = 20_000  # characters of a report: servers write 2,000
_RECIPIENTS = 20

_DELIVERY = ("message/delivery-status", "message/global-delivery-status")
_FEEDBACK = "message/feedback-report"

# Where the letter begins that a report without parts repeats.
_LETTER = re.compile(
    r"^(?:Received|Return-Path|DKIM-Signature|X-Received|X-Google-Smtp-Source):[ \t]|"
    r"^[- ]*(?:Original message(?: headers| follows| info)?|Below (?:this line )?is a copy|"
    r"(?:This|Enclosed|Included) is a copy of the message|The header of the original message|"
    r"Message headers follow|Unsent message follows|Returned Message|original mail info)\b",
    re.MULTILINE,
)
_FIELD = re.compile(
    r"^((?:Original|Final)-Recipient|Action|Status|Diagnostic-Code|Feedback-Type|Original-Rcpt-To):"
    r"[ \t]*([^\n]{0,2000}(?:\n[ \t]+[^\n]{1,2000}){0,20})",
    re.MULTILINE | re.IGNORECASE,
)
_TYPE = re.compile(r"\A[\w-]{1,20}\s*;\s*")  # of an address or a diagnostic (RFC 3464, 2.1.2)
_ADDRESS = re.compile(r"[^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255}")
# After "deliver … to", or at the beginning of a line.
_IN_WORDS = re.compile(
    r"(?:(?:RCPT|delivered|mail|message) to:?|recipient:|^[ \t>*]*(?:\d{3} (?:[\d.]+ )?)?)[ \t]*<?"
    r"([^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255})",
    re.MULTILINE | re.IGNORECASE,
)
_UNDELIVERED = re.compile(
    r"(?:could|was|can|did) ?n[o']t (?:be )?(?:deliver|reach)|deliver\w* (?:\w+ ){0,3}fail|"
    r"deliver\w* (?:status|problem|error|is delayed)|(?:unable|failed) to deliver|undeliver|"
    r"returned mail|failure notice|notificationtype|fatal errors|message \S+ delayed|"
    r"error sending your mail|kunde inte levereras|gick inte att leverera|olevererat|"
    r"\b[45]\d\d[ -][45]\.\d{1,3}\.\d|not (?:a )?member of this mailing list",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"complaint about message from|(?:email )?abuse report|fbl:", re.IGNORECASE)
_COMPLAINTS = ("abuse", "fraud", "virus", "other", "opt-out", "opt-out-list")
"""Feedback types that say: no more of this. "not-spam" and "auth-failure" do not."""


@dataclass(frozen=True, slots=True)
class Returned:
    """`recipients` are as the report writes them; of several the mildest diagnosis counts."""

    recipients: tuple[str, ...]
    diagnosis: Diagnosis
    complaint: bool = False


def read_bounce(raw: bytes) -> Returned | None:
    """What the mail reports; None where it is no report."""
    head = b"\n".join(line[:_LINE] for line in raw[:LIMIT].splitlines())
    lower = head.lower()
    if lower.count(b"boundary=") + lower.count(b"message/rfc822") > _NESTED:
        return None
    try:
        return _read(message_from_bytes(head))
    except Exception:  # the standard library raises anything over broken mail
        return None


def _read(message: Message) -> Returned | None:
    parts = list(_report(message))
    subject = one_line(str(message.get("Subject", "")))
    text = "\n".join(text for _, text in parts)[:_TEXT]
    fields = [(name.lower(), " ".join(value.split())) for name, value in _FIELD.findall(text)]
    types = {kind for kind, _ in parts}
    if _FEEDBACK in types or _COMPLAINT.match(subject):
        return _complaint(fields)
    delayed, failed = _known_formats(message)
    headers = [str(value) for value in message.get_all("X-Failed-Recipients", [])]
    told = [value for name, value in fields if name.endswith("-recipient")]
    recipients = (
        _addresses(headers + told) or failed or delayed or _addresses(_IN_WORDS.findall(text))
    )
    # Words alone prove nothing where the mail calls itself an answer.
    answers = "auto-replied" in str(message.get("Auto-Submitted", "")).lower()
    words = subject if answers else f"{subject}\n{text}"
    certain = headers or told or failed or delayed or not types.isdisjoint(_DELIVERY)
    if not certain and not _UNDELIVERED.search(words):
        return None
    otherwise = "failed" if failed else "delayed" if delayed else ""
    found = (
        diagnosed(
            group.get("action", otherwise),
            group.get("status", ""),
            _TYPE.sub("", group.get("diagnostic-code", "")) or f"{subject}\n{text}",
        )
        for group in _groups(fields)[:_RECIPIENTS]
    )
    return Returned(recipients, min(found, key=severity))


def _complaint(fields: Sequence[tuple[str, str]]) -> Returned:
    types = [value.lower() for name, value in fields if name == "feedback-type"]
    told = (value for name, value in fields if name == "original-rcpt-to")
    complaint = not types or types[0] in _COMPLAINTS
    return Returned(_addresses(told), Diagnosis(), complaint)


def _groups(fields: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """The fields of each recipient, at least one: a name that is there already begins the next."""
    groups: list[dict[str, str]] = [{}]
    for name, value in fields:
        if name in groups[-1]:
            groups.append({})
        groups[-1][name] = value
    return groups


def _report(message: Message) -> Iterator[tuple[str, str]]:
    """The parts of the report by their types, without the letter that it repeats."""
    kind = message.get_content_type()
    # A list of messages in what has parts; else text.
    payload: Any = message.get_payload()
    if kind.startswith("multipart/") and message.is_multipart():
        for part in payload:
            yield from _report(part)
    elif kind in (*_DELIVERY, _FEEDBACK) and message.is_multipart():
        yield kind, "\n\n".join(block.as_string() for block in payload)
    elif kind.startswith(("text/plain", "text/html", "multipart/")):
        text = _text(message, kind)
        letter = _LETTER.search(text)
        yield kind, text[: letter.start()] if letter else text


def _text(part: Message, kind: str) -> str:
    octets: Any = part.get_payload(decode=True)
    try:
        text: str = octets[:_TEXT].decode(part.get_content_charset("utf-8"), errors="replace")
    except (LookupError, ValueError):  # an unknown charset, or one that is none for mail
        text = octets[:_TEXT].decode(errors="replace")
    if kind == "text/html":
        text = unescape(re.sub(r"<[^<>]{0,500}>", " ", text))
    return "\n".join(text.splitlines())


def _known_formats(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whose mail is delayed and whose failed, by the formats that flufl.bounce knows."""
    try:
        delayed, failed = all_failures(message)
    except Exception:  # a mail without From, among others
        return (), ()
    first, second = (sorted(each.decode() for each in found) for found in (delayed, failed))
    return _addresses(first), _addresses(second)


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    found = (address for text in texts for address in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(found))[:_RECIPIENTS]
