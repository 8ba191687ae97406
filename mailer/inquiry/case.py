"""The case number that a resident and a leader see: [IT-2020-0042] in a subject."""

import re


def tag(number: str) -> str:
    """How a case number stands in a subject."""
    return f"[{number}]"


def tagged(subject: str, prefix: str) -> str:
    """The case number in a subject, or empty. The last one counts: it was put there last."""
    found = re.findall(rf"\[\s*({re.escape(prefix)}-\d{{4}}-\d{{4,}})\s*\]", subject, re.IGNORECASE)
    return found[-1].upper() if found else ""
