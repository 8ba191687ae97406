"""Why letters were not taken, so that a thousand refusals for one cause count as one reason.

Takes what a relay said to one letter; gives it without what belongs to that letter alone.
"""

import re

_ADDRESS = re.compile(r"<?[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+>?")
_NAME = re.compile(r"\b(?=\w*[0-9])(?=\w*[A-Za-z])\w{6,}\b")  # of a letter in a server's queue


def reason(reply: str) -> str:
    """The same words, with "…" for addresses and for the names that servers give to letters."""
    return _NAME.sub("…", _ADDRESS.sub("…", reply))
