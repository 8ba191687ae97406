"""Text that is handed out, without what tells who somebody is.

Takes one line, and the names that are known to be somebody's; gives it with addresses, telephone
and personal numbers, and names put out of sight. A name that nobody knows is told by its capital
within a sentence, so that places go with it; one that begins a sentence looks like any word and
stays: therefore a person reads what is handed out. Case numbers and dates stay.
"""

import re
from collections.abc import Collection, Sequence

_TOKEN = re.compile(
    r"""
    (?P<stays> \[[A-Z]+-\d{4}-\d{4,}\] | \b(?:19|20)\d\d-\d\d-\d\d\b(?![-+]) )
  | (?P<address> [^\s<>"(),;:@]+@[^\s<>"(),;:@]+ )
  | (?P<personal> (?<!\d)(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+\ ]?\d{4}(?!\d) )
  | (?P<telephone> (?:\+|\b)\d(?:[\s()/–-]*\d){6,} )
  | (?P<word> [^\W\d_]+(?:['’-][^\W\d_]+)* )
    """,  # noqa: E501
    re.VERBOSE,
)
_MASKS = {"address": "[e-post]", "personal": "[personnummer]", "telephone": "[telefon]"}
_NAME = "[namn]"
_NAMES = re.compile(r"\[namn\](?:\s+\[namn\])+")
_BEGINS = re.compile(r"(?:\A|[.!?:;])[\s\"”'(\[]*\Z")


def masked(text: str, names: Collection[str] = ()) -> str:
    """`names` are words, in any case, that are somebody's name."""
    known = {name.casefold() for name in names}
    tokens = [*_TOKEN.finditer(text)]
    pieces = []
    end = 0
    for place, token in enumerate(tokens):
        pieces += [text[end : token.start()], _shown(tokens, place, known)]
        end = token.end()
    return _NAMES.sub(_NAME, "".join((*pieces, text[end:])))


def names_in(*texts: str) -> frozenset[str]:
    """The words of names and addresses that may be somebody's name: two letters are none."""
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]{3,}", text))


def _shown(tokens: Sequence[re.Match[str]], place: int, known: Collection[str]) -> str:
    token = tokens[place]
    if token.lastgroup != "word":
        return _MASKS.get(token.lastgroup or "", token[0])
    return _NAME if _is_name(tokens, place, known) else token[0]


def _is_name(tokens: Sequence[re.Match[str]], place: int, known: Collection[str]) -> bool:
    token = tokens[place]
    if token[0].casefold() in known:
        return True
    if not token[0][0].isupper():
        return False
    if not _BEGINS.search(token.string, 0, token.start()):
        return True
    # "Bengt Ek är": where two begin a sentence, the first is no mere beginning either.
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    between = token.string[token.end() : after.start()] if after else ""
    return after is not None and between == " " and after[0][0].isupper()
