"""What an HTML body says, as plain text.

Takes the source of a stranger's HTML; gives the words that it shows with a line for each block,
quotations marked with ">" and the target of a link where its text does not show it. Time grows with
the size alone: html.parser of Python 3.11 needs seconds for 20 kB of unfinished tags.
"""

import re
from html import unescape

# Far more than a long newsletter has; what follows is left out.
TAGS = 50_000

# Deeper quotations are marked no further: each level costs two characters on every line.
MARKS = 5
_MARK = "> "
_BULLET = "- "

_TOKEN = re.compile(r"<(?:(!--)|(/?)([A-Za-z][A-Za-z0-9:]{0,30}+)([^<>]*+)>|[!?][^<>]*+>)")
_COMMENT_END = re.compile(r"--!?>")
_HREF = re.compile(r"\shref ?= ?(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_BARE = re.compile(r"\Ahttps?://(?:www\.)?|\Amailto:|/\Z")
_BLANKS = re.compile(r"\n{3,}")
_BLANK = " \t\r\n\f\u00a0"
_SPACES = re.compile(f"[{_BLANK}]+")
# How newsletters hide their preheader. The words are looked for first: the pattern takes five times
# as long, and most of the time of a newsletter.
_UNSEEN_WORDS = ("hidden", "none", "mso-hide", "max-height")
_UNSEEN = re.compile(
    r"\shidden(?=[\s=/]|\Z)|display ?: ?none|visibility ?: ?hidden|mso-hide ?: ?all|"
    r"max-height ?: ?0(?:px|pt|em)? ?(?:[;\"']|\Z)"
)
# How Gmail, Apple Mail and others indent what is no quotation.
_INDENTED = re.compile(r"border ?: ?(?:none|0|medium none)\b")
_HIDEABLE = frozenset({"div", "p", "span", "table", "td", "tr"})
_HIDDEN = frozenset({"head", "script", "style", "template", "title"})
_PARAGRAPHS = frozenset(
    {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "table", "ul"}
)
_LINES = frozenset(
    {"address", "article", "aside", "body", "br", "center", "dd", "div", "dl", "dt", "figure"}
    | {"footer", "form", "header", "hr", "li", "main", "nav", "pre", "section", "tr"}
)


def plain_text(source: str, tags: int = TAGS) -> str:
    """The text of an HTML document or of a piece of one, as far as so many tags reach."""
    writer = _Writer()
    position = 0
    unclosed: set[str] = set()
    for _ in range(tags):
        found = _TOKEN.search(source, position)
        if not found:
            break
        writer.text(source[position : found.start()])
        position = found.end()
        name = "!--" if found[1] else (found[3] or "").lower()
        if found[1] or (name and not found[2] and _hides(name, found[4])):
            end = -1 if name in unclosed else _end(source, name, position)
            if end < 0:
                unclosed.add(name)  # looked for once only: the time stays linear
            position = max(position, end)
        elif name:
            writer.tag(name, bool(found[2]), found[4])
    else:
        return writer.finish()
    writer.text(source[position:])
    return writer.finish()


def _hides(name: str, attributes: str) -> bool:
    return name in _HIDDEN or (name in _HIDEABLE and _unseen(attributes.lower()))


def _unseen(attributes: str) -> bool:
    return any(word in attributes for word in _UNSEEN_WORDS) and bool(_UNSEEN.search(attributes))


def _indents(attributes: str) -> bool:
    named = attributes.lower()
    return bool(_INDENTED.search(named)) and "cite" not in named and "quote" not in named


def _end(source: str, name: str, position: int) -> int:
    """Where that which opened with `name` is over; -1 where it never is."""
    if name == "!--":
        found = _COMMENT_END.search(source, position)
        return found.end() if found else -1
    nests = "" if name in _HIDDEN else "?"
    tags = re.compile(rf"<(/{nests}){name}(?=[\s/>])[^<>]*>", re.IGNORECASE)
    opened = 1
    for tag in tags.finditer(source, position):
        opened += -1 if tag[1] else 1
        if not opened:
            return tag.end()
    return -1


class _Writer:
    """Collects words into lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.quotes: list[bool] = []  # of each open blockquote, whether it quotes
        self.quoted = 0
        self.preformatted = 0
        self.link = ""
        self.link_from = 0

    def text(self, source: str) -> None:
        if not source or (not self.preformatted and self._begins() and not source.strip(_BLANK)):
            return  # what stands between most tags
        words = unescape(source)
        if self.preformatted:
            first, *more = words.split("\n")
            self.words.append(first)
            for line in more:
                self.end_line()
                self.words.append(line)
            return
        words = _SPACES.sub(" ", words)
        if self._begins():
            words = words.lstrip(" ")
        if words:
            self.words.append(words)

    def _begins(self) -> bool:
        """Whether a space here would begin a line, or follow another."""
        return not self.words or self.words[-1][-1:] == " "

    def tag(self, name: str, closes: bool, attributes: str) -> None:
        if name == "a":
            self.end_link()
            found = None if closes else _HREF.search(attributes)
            self.link = unescape(next(filter(None, found.groups()), "")) if found else ""
            self.link_from = len(self.words)
        elif name in _PARAGRAPHS:
            self.end_words()
            outside = self.quoted
            if name == "blockquote":
                self.quote(closes, attributes)
            if self.lines and self.lines[-1].strip("> ") and not self.words:
                self.lines.append(_MARK * min(outside, self.quoted, MARKS))
        elif name == "br":
            self.end_line()
        elif name in _LINES:
            self.end_words()
            if name == "pre":
                self.preformatted = max(0, self.preformatted + (-1 if closes else 1))
            if name == "li":
                self.words = [] if closes else [_BULLET]
        elif name in ("td", "th"):
            self.text(" ")

    def quote(self, closes: bool, attributes: str) -> None:
        if not closes:
            self.quotes.append(not _indents(attributes))
            self.quoted += self.quotes[-1]
        elif self.quotes:
            self.quoted -= self.quotes.pop()

    def end_link(self) -> None:
        """Show where a link leads, unless its words say so already."""
        target = self.link.strip()[:2000]
        self.link = ""
        shown = "".join(self.words[self.link_from :])
        bare = _BARE.sub("", target)
        if bare and bare not in shown and not target.startswith(("#", "cid:", "javascript:")):
            self.words.append(f" <{target}> ")

    def end_line(self) -> None:
        self.end_link()
        marks = _MARK * min(self.quoted, MARKS)
        self.lines.append((marks + "".join(self.words)).rstrip())
        self.words = []
        self.link_from = 0

    def end_words(self) -> None:
        if self.words == [_BULLET]:
            return  # its text stands in a block of its own
        if "".join(self.words).strip():
            self.end_line()
        self.words = []

    def finish(self) -> str:
        self.end_words()
        text = "\n".join(line.rstrip() for line in self.lines)
        return _BLANKS.sub("\n\n", text).strip("\n")
