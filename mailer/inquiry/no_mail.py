"""Whether a file is a mail at all, for those who give us files: a picture and a note are none.

Takes its octets. What came into a mailbox is a mail whatever it looks like, and is never asked.
"""

import re

from mailer.inquiry.mime import LIMITS, parts_of

_FIELD = re.compile(rb"^[A-Za-z][A-Za-z0-9-]*[ \t]*:[ \t]*\S", re.MULTILINE)


def why_no_mail(raw: bytes) -> str:
    """The reason why these octets are no mail, or "".

    A mail may be broken in any way, as long as it has a header field, or a line like one in a text.
    """
    if not raw.strip():
        return "it is empty"
    root, _ = parts_of(raw, LIMITS)
    if root.fields:
        return ""
    if b"\0" in raw:
        return "it has no header, and is no text"
    return (
        "" if _FIELD.search(raw) else "it has no header: no line such as 'From: anna@example.org'"
    )
