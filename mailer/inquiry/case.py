"""The case number that a resident and a leader see: [IT-2020-0042] in a subject."""

import re


def tag(number: str) -> str:
    """How a case number stands in a subject."""
    return f"[{number}]"


def tagged(subject: str, prefix: str) -> str:
    """The case number in a subject, or empty. The last one counts: it was put there last."""
    found = re.findall(_tag(prefix), subject, re.IGNORECASE)
    return found[-1].upper() if found else ""


def theirs(text: str, prefix: str) -> str:
    """A subject or a text without our own subjects, which end in a case number or begin with it.

    What stands before them in the line is left: "Autosvar:".
    """
    left, end = "", 0
    for found in re.finditer(_tag(prefix), text, re.IGNORECASE):
        before = text[end : found.start()]
        left += before[: max(before.rfind(":"), before.rfind("\n")) + 1]
        end = found.end()
    return (left + text[end:]).strip()


def _tag(prefix: str) -> str:
    return rf"\[\s*({re.escape(prefix)}-\d{{4}}-\d{{4,}})\s*\]"
