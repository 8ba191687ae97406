"""Pictures: what a letter may hold, and under which name.

Takes the bytes of an image file; gives a `Picture` with its size, or ValueError with a line that
the editor can act on. The name is derived from the bytes, so that it can be kept for ever.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

MAX_BYTES = 500_000
"""A letter carries its pictures to every subscriber; a phone photo scaled to 1200 px is 200 kB."""
MAX_PIXELS = 4000
"""On a side. Outlook on Windows leaves larger ones out."""

_SUFFIXES: Mapping[str, str] = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG frame (ITU-T T.81, table B.1), which holds height and width."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` is that of the file on the web and in the archive; sizes are in pixels."""

    name: str
    content_type: str
    width: int
    height: int
    content: bytes

    def cid(self, domain: str) -> str:
        """The Content-ID (RFC 2392) that the letter refers to it by."""
        return f"{self.name}@{domain}"

    @property
    def data_url(self) -> str:
        """The picture itself as an address (RFC 2397), for a page that stands alone."""
        return f"data:{self.content_type};base64,{b64encode(self.content).decode()}"


def relinked(
    html: str, pictures: Iterable[Picture], domain: str, address: Callable[[Picture], str]
) -> str:
    """A letter's HTML with another address for each picture than that of its part."""
    for each in pictures:
        html = html.replace(f'"cid:{each.cid(domain)}"', f'"{address(each)}"')
    return html


def picture(content: bytes) -> Picture:
    """Read PNG, JPEG or GIF. Raises ValueError."""
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"the picture is {len(content) // 1000} kB; expected at most {MAX_BYTES // 1000} kB: "
            "scale it down to 1200 pixels"
        )
    content_type, width, height = _measure(content)
    if not (0 < width <= MAX_PIXELS and 0 < height <= MAX_PIXELS):
        raise ValueError(f"the picture is {width} × {height}; expected at most {MAX_PIXELS} a side")
    name = f"{sha256(content).hexdigest()[:16]}.{_SUFFIXES[content_type]}"
    return Picture(name, content_type, width, height, content)


def _measure(content: bytes) -> tuple[str, int, int]:
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return "image/png", _big(content[16:20]), _big(content[20:24])
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        width, height = content[6:8], content[8:10]
        return "image/gif", int.from_bytes(width, "little"), int.from_bytes(height, "little")
    if content.startswith(b"\xff\xd8"):
        return "image/jpeg", *_measure_jpeg(content)
    raise ValueError("not a picture that every mail program shows; expected JPEG, PNG or GIF")


def _measure_jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _JPEG_SIZES:
            return _big(content[at + 7 : at + 9]), _big(content[at + 5 : at + 7])
        at += 2 + _big(content[at + 2 : at + 4])
    raise ValueError("the JPEG picture is damaged: save it anew")


def _big(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
