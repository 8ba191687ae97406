"""What a mail server's refusal means: for this letter, and for the address.

Takes what a report says of one recipient (the fields of RFC 3464, the server's words); gives a
`Diagnosis`. For the letter and for the address are two questions: "5.7.1 blocked" and "5.2.2 over
quota" end this letter for good, and prove nothing against an address that takes the next one. Only
the cause "address" does.

Two tables, `permanence_of` and `cause_of`, both in order: the first row that holds decides. Words
come before codes where servers are known to give wrong codes, and milder words before harder ones:
a dead address costs a few letters more, a live one written off costs a reader.
"""

import re
from dataclasses import dataclass
from typing import Literal

from mailer.mail.line import one_line

Permanence = Literal["permanent", "temporary", "unknown"]
"""Of this letter: refused for good; delayed, or given up for want of time; not told."""

Cause = Literal["address", "full", "refused", "route", "unknown"]
"""No such address; no room in the mailbox; our letter or we unwelcome; no way there; not told."""

_SHOWN = 300  # characters of a server's words,
_BEFORE = 100  # and of those before its code


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`status` is as in RFC 3463, or empty; `words` are the server's, those about the code.

    `ended`: the letter did not arrive and will not; else the server goes on trying, or it did.
    """

    permanence: Permanence = "unknown"
    cause: Cause = "unknown"
    status: str = ""
    words: str = ""
    ended: bool = False

    @property
    def hard(self) -> bool:
        """Whether it is evidence that the address is dead."""
        return self.permanence == "permanent" and self.cause == "address"


def severity(diagnosis: Diagnosis) -> int:
    """The less, the milder."""
    by_permanence = ("temporary", "unknown", "permanent")
    return by_permanence.index(diagnosis.permanence) + diagnosis.hard


def diagnosed(action: str, status: str, words: str) -> Diagnosis:
    """`action` and `status` are as RFC 3464 has them, or empty."""
    done, words = action.partition(" ")[0].lower(), one_line(words)
    code = _most_telling([*_codes(words), *_codes(status)])
    failed = done.startswith(("fail", "error"))
    ended = failed or not (done or _DELAYED.search(words) or _ARRIVED.search(words))
    first = _CODE.search(words)
    shown = words[max(0, first.start() - _BEFORE) :] if first else words
    return Diagnosis(
        permanence_of(done, code, words),
        cause_of(code, words),
        code,
        shown[:_SHOWN],
        ended,
    )


# --- codes ---------------------------------------------------------------------------------------

_CODE = re.compile(
    r"(?<![\d.])(?P<status>[45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)|"
    r"(?<![\d.:=/-])(?P<reply>[45])[0-57]\d(?=[ -]\S)"
)

_RECIPIENT = re.compile(r"[45]\.(?:1\.(?:[12346]|10)|2\.1)\Z")
_UNWELCOME = re.compile(r"[45]\.(?:[67]\.|1\.[78]\Z|2\.3\Z|3\.4\Z)")
_WAY = re.compile(r"[45]\.[34]\.")


def _codes(words: str) -> list[str]:
    """Every code, a mere reply such as 550 as the status 5.0.0 (RFC 3463, 2)."""
    return [found["status"] or f"{found['reply']}.0.0" for found in _CODE.finditer(words)]


def _most_telling(codes: list[str]) -> str:
    return next((code for code in codes if not code.endswith(".0.0")), next(iter(codes), ""))


# --- words ---------------------------------------------------------------------------------------


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ARRIVED = _any(r"notificationtype\W{1,9}delivery\b")
_EXPIRED = _any(
    r"retry time(?:out)? (?:not reached|exceeded)|(?:message|envelope|time) (?:has )?expired",
    r"too long in the queue|in the queue too long|unable to deliver in \d",
    r"(?:be delivered|deliver) (?:\w+ )?for (?:the last )?\d",
    r"timed out|connection refused|no route to host|network (?:is )?unreachable",
)
_DELAYED = _any(
    r"has been delayed|message \S+ delayed|not yet been delivered|delivery is delayed",
    r"will (?:\w+ )?be retried|will continue|will keep trying|not need to resend",
)
_PASSING = _any(r"not found, try again|try again later|temporar(?:y|ily)")
_FULL = _any(
    r"(?:mailbox|inbox|mailfolder|folder|account) (?:size )?(?:is )?(?:full|over|exceed)",
    r"over ?quota|quota (?:is )?(?:exceed|full)|exceed\w* (?:\w+ ){0,3}(?:quota|storage)",
    r"(?:insufficient|not enough|out of) (?:\w+ )?(?:storage|disk|space)|disk (?:is )?full",
)
_SENDER = _any(
    r"after (?:mail from|initial connection|end of data)|domain of sender",
    r"sender (?:address )?(?:was )?(?:rejected|denied|refused)|mail ?from domain|from:\s+domain",
)
_NO_USER = _any(
    r"(?:user|recipient|mailbox|account)(?: name)?(?: is)? (?:unknown|not found)\b",
    r"(?:unknown|no such) (?:or illegal )?(?:user|recipient|mailbox|account|alias)\b(?!s)",
    r"n[o']t have an? \S{1,80} account|not our (?:user|customer)",
    r"(?:does|do|did) ?n[o']t exist|recipnotfound|no mailbox here",
)
_UNWANTED = _any(
    r"\bspam|\bjunk\b|\bvirus|malware|phish|content rejected",
    r"black ?-?list|block ?-?list|\bblocked\b|\bbanned\b|\b(?:rbl|dnsbl)\b",
    r"(?<!not )\blisted (?:in|by|on)\b",
    r"reputation|abuse|gr[ea]y ?-?list|rate limit|frequency limit|too many|throttl|deferred due to",
    r"\bdmarc\b|\bspf\b|\bdkim\b|authenticat|reverse dns|\bptr\b|relay access|unable to relay",
    r"insecure mail relay|polic(?:y|ies)|access denied|permission|not (?:allowed|permitted)",
    r"(?:message|mail|header\w*) (?:size|length|too)|too (?:big|large)|size limit|member of this",
)
_GONE = _any(
    r"(?:user|recipient|address|mailbox|account|host|domain)(?: name)?(?: is)? "
    r"(?:unknown|not found|not known|invalid|inactive|disabled|deactivated|closed|unavailable)",
    r"(?:unknown|invalid|illegal|no such|not a valid|non-?existent) "
    r"(?:final delivery userid|user|recipient|address|mailbox|account|host|domain|person|name)",
    r"unrouteable|nxdomain|not (?:recogni[sz]ed|listed)|could ?n[o']t be found|has moved",
    r"no (?:mail exchanger|mx)\b|find any host|host \S{1,255} not found",
    r"mail exchanger or ip|account has been disabled",
)
_FINAL = _any(
    r"permanent (?:fatal )?(?:error|failure)|failed permanently|no further (?:delivery )?attempts",
    r"fatal errors|no valid recipients",
)
_ROUTE = _any(r"hop count|routing loop|mail loop|requests to connect|not reachable")


# --- the tables ----------------------------------------------------------------------------------


def permanence_of(action: str, status: str, words: str) -> Permanence:
    """Of this letter. That it failed is the last to count: it tells nothing of why."""
    rows: tuple[tuple[bool, Permanence], ...] = (
        (action in ("delivered", "relayed", "expanded"), "unknown"),
        (bool(_ARRIVED.search(words)), "unknown"),
        (action == "delayed", "temporary"),
        (bool(_EXPIRED.search(words)), "temporary"),
        (status.startswith("4"), "temporary"),
        (status.startswith("5"), "permanent"),
        (bool(_DELAYED.search(words) or _PASSING.search(words)), "temporary"),
        (bool(_FULL.search(words)), "temporary"),
        (bool(_NO_USER.search(words) or _GONE.search(words) or _FINAL.search(words)), "permanent"),
        (bool(action), "permanent"),
    )
    return next((permanence for holds, permanence in rows if holds), "unknown")


def cause_of(status: str, words: str) -> Cause:
    """Whose fault it is."""
    rows: tuple[tuple[bool, Cause], ...] = (
        (status.endswith(".2.2") or bool(_FULL.search(words)), "full"),
        (bool(_SENDER.search(words)), "refused"),
        (bool(_NO_USER.search(words)), "address"),
        (bool(_UNWANTED.search(words)), "refused"),
        (bool(_RECIPIENT.match(status)), "address"),
        (bool(_UNWELCOME.match(status)), "refused"),
        (bool(_GONE.search(words)), "address"),
        (bool(_WAY.match(status) or _EXPIRED.search(words) or _ROUTE.search(words)), "route"),
    )
    return next((cause for holds, cause in rows if holds), "unknown")
