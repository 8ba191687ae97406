"""Which parts of a mail are its text, what they say, and which are attachments.

Takes the tree of its parts; gives the text as a reader sees it, lines and quotations as they are,
and the attachments. How much is decoded is bounded for the whole mail.
"""

import re
from collections.abc import Iterable, Sequence

from mailer.inquiry.decoding import clean, text_of
from mailer.inquiry.mime import MAIL, TNEF, Part
from mailer.inquiry.plaintext import TAGS, plain_text
from mailer.inquiry.verdict import Attachment

# Room for a long text after pictures written into its HTML.
_OCTETS = 5 * 1024 * 1024

# What programs write in place of a text that they give as HTML alone.
_STUB = re.compile(
    r"html[ -]?(?:format|message|mail|e-?post|meddelande)|view .{0,30}browser|"
    r"(?:visa|öppna) .{0,30}webbläsare",
    re.IGNORECASE,
)
_STUB_LENGTH = 300


def text_in(root: Part) -> str:
    """The sender's text; that of winmail.dat or of a forwarded mail where there is no other."""
    decoder = _Decoder()
    texts = _texts(root, root.content_type, decoder)
    for part in root.walk():
        if texts:
            break
        if part.content_type in (MAIL, TNEF):
            texts = [
                text
                for child in part.children
                for text in _texts(child, child.content_type, decoder)
            ]
    return "\n\n".join(texts)


def all_texts_in(root: Part) -> tuple[str, ...]:
    """Every text, plain or HTML, whether it is shown or not."""
    decoder = _Decoder()
    texts = ("text/plain", "text/html")
    return tuple(decoder.text(part) for part in root.walk() if part.content_type in texts)


def attachments_in(root: Part) -> Iterable[Attachment]:
    """Every leaf that is not text, and every mail that is attached to this one."""
    stack = [(root, root.content_type, True)]
    while stack:
        part, within, first = stack.pop()
        if part.children and part.content_type != MAIL:
            children = enumerate(part.children)
            stack += [(child, part.content_type, not number) for number, child in children][::-1]
        elif not _is_text(part, within, first):
            size = len(part.octets) or sum(len(below.octets) for below in part.walk())
            yield Attachment(part.name, part.content_type, size)


def _texts(part: Part, within: str, decoder: "_Decoder", first: bool = True) -> list[str]:
    """The texts to read, in order, none of them blank. `within` is the type around the part."""
    if part.content_type in (MAIL, TNEF) or not part.children:
        shown = _is_text(part, within, first)
        return [text] if shown and (text := decoder.text(part).strip()) else []
    numbered = list(enumerate(part.children))
    choices = [numbered]
    if part.content_type == "multipart/alternative":
        choices = [
            [child for child in numbered if _has_html(child[1]) is html] for html in (False, True)
        ]
    # What is not needed is not decoded: HTML takes most of the time of reading.
    below = (
        [
            text
            for number, child in each
            for text in _texts(child, part.content_type, decoder, not number)
        ]
        for each in choices
    )
    found = next(filter(None, below), [])
    if len(choices) > 1 and _is_stub(found):
        return next(filter(None, below), found)
    return found


def _is_stub(texts: Sequence[str]) -> bool:
    whole = "\n".join(texts)
    return len(whole) <= _STUB_LENGTH and bool(_STUB.search(whole))


def _is_text(part: Part, within: str, first: bool) -> bool:
    """Whether a leaf is part of the text and not an attachment (RFC 8621, 4.1.4)."""
    if part.content_type.startswith("multipart/"):
        return True  # one without its boundary
    if part.content_type not in ("text/plain", "text/html") or part.disposition == "attachment":
        return False
    return first or (within != "multipart/related" and not part.name)


def _has_html(part: Part) -> bool:
    return any(found.content_type == "text/html" for found in part.walk())


class _Decoder:
    """Decodes the texts of one mail, as long as there is room for them."""

    def __init__(self) -> None:
        self._octets = _OCTETS
        self._tags = TAGS

    def text(self, part: Part) -> str:
        octets = part.octets[: self._octets]
        self._octets -= len(octets)
        text = text_of(octets, part.parameters.get("charset", ""))
        if part.content_type == "text/html":
            shown = plain_text(text, self._tags)
            self._tags -= min(self._tags, text.count("<"))
            return clean(shown)  # again: entities may stand for anything
        if part.parameters.get("format", "").lower() == "flowed":
            return _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
        return text


def _unflowed(text: str, delete_space: bool) -> str:
    """Join the lines that a flowed text was broken into (RFC 3676, 4)."""
    lines: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        words = line.lstrip(">")
        if pieces and (words == "-- " or len(line) - len(words) != depth):
            lines.append("".join(pieces))
            pieces = []
        if not pieces:
            depth = len(line) - len(words)
            pieces.append(">" * depth + " " * bool(depth))
        words = words.removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        pieces.append(words[:-1] if flows and delete_space else words)
        if not flows:
            lines.append("".join(pieces))
            pieces = []
    return "\n".join([*lines, "".join(pieces)])
