"""One letter for all readers of a language, and what each reader's own copy has of its own.

An edition is rendered and encoded once, with marks where its readers' copies differ. Takes that
content; gives one reader's copy by joining bytes, which costs microseconds, or the public form.

A mark always stands inside a URL: a token that is encoded for a URL is encoded for a header field
and for quoted-printable, too. Promises: where the content has no line that begins with a dot, no
copy has one, and encoded text has no line over 76 octets for any token of up to 32.
"""

import re
from email.quoprimime import body_encode
from urllib.parse import quote

LEAVE = "LEAVE".ljust(40, "x")
"""Behind base_url and a slash: the page where the reader leaves."""

MY_PAGE = "MYPAGE".ljust(41, "x")
"""The same: where the reader sees and changes what we know of the reader."""

TOKEN = "TOKEN".ljust(32, "x")
"""The reader's token itself, in any other URL."""

# As long as what they stand for: lines are broken, and fields folded, as if they were that.
_STANDS_FOR = {LEAVE: "avsluta/", MY_PAGE: "min-sida/", TOKEN: ""}  # and the token behind it
_MARK = re.compile(f"({'|'.join(_STANDS_FOR)})")
_MARK_IN_BYTES = re.compile(_MARK.pattern.encode())

_PERSONAL_FIELD = re.compile(rb"^List-Unsubscribe.*\r\n(?:[ \t].*\r\n)*", re.MULTILINE)
_BLANK_LINE = b"\r\n\r\n"
_LEADING_DOT = re.compile(r"^\.", re.MULTILINE)
_WIDTH = 74  # RFC 2045, 6.7 allows 76; a leading dot becomes two octets longer


class Template:
    """A letter with marks, split at them. Give it nothing that a stranger wrote.

    `beginning` is how the body of every copy begins.
    """

    def __init__(self, content: bytes) -> None:
        self._pieces = _MARK_IN_BYTES.split(content)
        self._marks = [
            (place, _STANDS_FOR[self._pieces[place].decode()].encode())
            for place in range(1, len(self._pieces), 2)
        ]
        bodies = (piece.partition(_BLANK_LINE)[2] for piece in self._pieces if _BLANK_LINE in piece)
        self.beginning = next(bodies, b"")

    def copy_for(self, token: str, own_lines: bytes = b"") -> bytes:
        """The copy of the reader with this token, behind the reader's own header fields."""
        value = (
            token
            if token.isascii() and token.isalnum()
            else quote(token, safe="").replace(".", "%2E")
        ).encode()
        pieces = self._pieces.copy()
        for place, before in self._marks:
            pieces[place] = before + value
        return b"".join((own_lines, *pieces))

    def public(self) -> bytes:
        """What anybody may see: the links lead to the start page, and no field unsubscribes."""
        pieces = self._pieces.copy()
        for place, _ in self._marks:
            pieces[place] = b""
        header, blank, body = b"".join(pieces).partition(_BLANK_LINE)
        return _PERSONAL_FIELD.sub(b"", header + b"\r\n") + blank[2:] + body


def without_marks(text: str) -> str:
    """Text that is not encoded yet, with links that lead to the start page."""
    return _MARK.sub("", text)


def quoted(text: str) -> str:
    """Text as quoted-printable UTF-8 (RFC 2045, 6.7) that ends its last line, marks kept whole.

    Each mark has a line of its own, between soft breaks.
    """
    octets = b"\n".join(text.encode().splitlines()) + b"\n"
    pieces = _MARK.split(octets.decode("latin-1"))  # the codec's own way to be given octets
    encoded = [
        piece if place % 2 else body_encode(piece, _WIDTH, "\r\n")
        for place, piece in enumerate(pieces)
    ]
    return _LEADING_DOT.sub("=2E", "=\r\n".join(encoded))
