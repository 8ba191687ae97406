"""A mail as a mail program shows it.

Takes the bytes of any mail, ours or a stranger's; gives a frozen `Reading` and never raises. Its
`html` is as the sender wrote it: show it in a sandbox only.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from email.utils import parsedate_to_datetime
from typing import Literal

from babel.dates import format_datetime

from mailer.inquiry.decoding import header_text, text_of
from mailer.inquiry.mime import LIMITS, Part, parts_of

Sort = Literal["newsletter", "forward", "acknowledgement", "other"]

_SHOWN_SOURCE = 200_000
"""Characters of source that a browser still scrolls through with ease."""

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An attachment. `picture` is a data: URL where a browser can show it, else empty."""

    name: str
    content_type: str
    size: int
    picture: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail. `html` and `text` are empty where it has none; `date` is local, in Swedish."""

    sort: Sort
    subject: str
    sender: str
    to: str
    date: str
    html: str
    text: str
    source: str
    enclosed: tuple[Enclosed, ...]


def reading(raw: bytes, zone: tzinfo = UTC) -> Reading:
    """Read one mail; `zone` is the reader's."""
    root, _ = parts_of(raw, LIMITS)
    header: dict[str, str] = {}
    for name, value in root.fields:
        header.setdefault(name, header_text(value))
    leaves = list(_leaves(root))
    html = _first(leaves, "text/html")
    text = _first(leaves, "text/plain") if root.fields else None
    return Reading(
        sort=_sort(root, header),
        subject=header.get("subject", ""),
        sender=header.get("from", ""),
        to=header.get("to", ""),
        date=_in_swedish(header.get("date", ""), zone),
        html=_with_pictures(_text(html), leaves) if html else "",
        text=_text(text) if text else "",
        source=text_of(raw)[:_SHOWN_SOURCE],
        enclosed=tuple(_enclosed(part) for part in leaves if part is not html and part is not text),
    )


def _sort(root: Part, header: dict[str, str]) -> Sort:
    if "list-id" in header:
        return "newsletter"
    if any(part.name == "original.eml" for part in root.children):
        return "forward"
    if header.get("auto-submitted", "").startswith("auto-replied"):
        return "acknowledgement"
    return "other"


def _leaves(part: Part) -> Iterator[Part]:
    if part.content_type.startswith("multipart/") and part.children:
        for child in part.children:
            yield from _leaves(child)
    else:
        yield part


def _first(leaves: list[Part], content_type: str) -> Part | None:
    shown = (part for part in leaves if part.disposition != "attachment")
    return next((part for part in shown if part.content_type == content_type), None)


def _text(part: Part) -> str:
    return text_of(part.octets, part.parameters.get("charset", ""))


def _with_pictures(html: str, leaves: list[Part]) -> str:
    """The same HTML with the pictures that came with it (RFC 2392) written into it."""
    for part in leaves:
        identity = header_text(dict(part.fields).get("content-id", b"")).strip("<>")
        if identity:
            html = html.replace(f"cid:{identity}", _data_url(part))
    return html


def _enclosed(part: Part) -> Enclosed:
    return Enclosed(
        name=part.name or "utan namn",
        content_type=part.content_type,
        size=sum(len(below.octets) for below in part.walk()),
        picture=_data_url(part),
    )


def _data_url(part: Part) -> str:
    if part.content_type not in _PICTURES:
        return ""
    return f"data:{part.content_type};base64,{b64encode(part.octets).decode('ascii')}"


def _in_swedish(date: str, zone: tzinfo) -> str:
    try:
        sent = parsedate_to_datetime(date)
        aware = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
        local = aware.astimezone(zone)
    except (ValueError, OverflowError):
        return date
    return format_datetime(local, "d MMMM y 'kl.' HH.mm", locale="sv")
