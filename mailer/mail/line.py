"""Text of strangers on one line, for header fields, logs and the record.

What comes out holds no line end, no other control character and no lone surrogate, so it can be
encoded and stored anywhere.
"""

import re

_BREAK = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def one_line(text: str) -> str:
    """The same words, each run of spaces and unprintable characters made one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()  # nearly always, and faster
    return _BREAK.sub(" ", text).strip()
