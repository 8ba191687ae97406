"""What a calendar part says, in Swedish for the leader (RFC 5545, 5546).

Takes a text/calendar part; gives what it asks for, and a sentence: who invites or answers, to what,
when and where.
"""

import re

from mailer.inquiry.decoding import text_of
from mailer.inquiry.mime import Part

_METHODS = {
    "reply": "Mejlet är ett svar på en mötesinbjudan",
    "cancel": "Mejlet ställer in ett möte",
    "counter": "Mejlet föreslår en annan tid för ett möte",
}
_ANSWERS = {
    "ACCEPTED": "tackar ja till en mötesinbjudan",
    "DECLINED": "tackar nej till en mötesinbjudan",
    "TENTATIVE": "kommer kanske till ett möte",
    "DELEGATED": "låter någon annan gå på ett möte",
}
_METHOD = re.compile(rb"^METHOD:([A-Za-z-]{1,20})", re.MULTILINE)
_FOLD = re.compile(r"\n[ \t]")
_DETAIL = re.compile(
    r"^(SUMMARY|DTSTART|LOCATION|COMMENT)(?:;[^:\n]{0,200})?:([^\n]{1,300})", re.MULTILINE
)
_ATTENDEE = re.compile(
    r"^ATTENDEE((?:;[A-Z-]{1,30}=(?:\"[^\"\n]{0,200}\"|[^\":;\n]{0,200}))*):([^\n]{1,300})",
    re.MULTILINE,
)
_PARAMETER = re.compile(r";(CN|PARTSTAT)=(?:\"([^\"\n]*)\"|([^\":;\n]*))")
_START = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d)?(Z?)")
_ESCAPED = re.compile(r"\\(?:[nN]|([,;\\]))")


def method_of(part: Part) -> str:
    """What a calendar part asks for, in lower case ("request"), or ""."""
    written = _METHOD.search(part.octets[:2_000])
    method = part.parameters.get("method") or (written[1].decode("ascii") if written else "")
    return method.lower()


def meeting(part: Part) -> str:
    """What a calendar part is, and of its first event what, when and where."""
    event = _FOLD.sub("", text_of(part.octets[:20_000])).partition("BEGIN:VEVENT")[2]
    details = dict.fromkeys(("SUMMARY", "DTSTART", "LOCATION", "COMMENT"), "")
    for name, value in _DETAIL.findall(event):
        details[name] = details[name] or _ESCAPED.sub(lambda found: found[1] or " ", value).strip()
    details["DTSTART"] = _START.sub(_in_words, details["DTSTART"])
    method = method_of(part)
    what = _METHODS.get(method, "Mejlet har en mötesinbjudan")
    if method == "reply":
        what = _answer(event) or what
    told = ", ".join(filter(None, details.values()))
    return f"{what}: {told.rstrip('.')}." if told else f"{what}."


def _answer(event: str) -> str:
    """Who answers an invitation, and how; "" where it does not say."""
    found = _ATTENDEE.search(event)
    if not found:
        return ""
    said = {name: (quoted or bare).strip() for name, quoted, bare in _PARAMETER.findall(found[1])}
    answer = _ANSWERS.get(said.get("PARTSTAT", "").upper(), "")
    who = said.get("CN") or found[2].strip().removeprefix("mailto:").removeprefix("MAILTO:")
    return f"{who} {answer}" if answer else ""


def _in_words(start: re.Match[str]) -> str:
    year, month, day, hour, minute, utc = start.groups()
    time = f" {hour}.{minute}" if hour else ""
    return f"{year}-{month}-{day}{time}{' UTC' if utc and time else ''}"
