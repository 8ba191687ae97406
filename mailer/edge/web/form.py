"""Forms that strangers send: read within bounds, and only those that our own pages hold.

A form carries a seal: when its page was made, and a proof (HMAC) that we made it. It tells a page
of ours from another's and a person, who needs a moment, from a program; it names nobody.
"""

import asyncio
import hmac
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

OCTETS = 16 * 1024
"""The largest form: an address and a few words, in any encoding."""
SECONDS = 10.0
"""How long a form may take to arrive."""
FIELDS = 20

LASTS = timedelta(hours=24)
"""How long a page may lie open before its form is asked for again."""


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form, urlencoded or multipart; nothing of any other body.

    Raises HTTPException for one that is too large, too slow, or no form.
    """
    try:
        async with asyncio.timeout(SECONDS):
            content = await _body(request)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None

    async def stream() -> AsyncGenerator[bytes, None]:
        yield content

    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    parser: FormParser | MultiPartParser
    if kind == "application/x-www-form-urlencoded":
        parser = FormParser(request.headers, stream(), max_fields=FIELDS, max_part_size=OCTETS)
    elif kind == "multipart/form-data":
        parser = MultiPartParser(
            request.headers, stream(), max_files=0, max_fields=FIELDS, max_part_size=OCTETS
        )
    else:
        return {}
    try:
        found = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise HTTPException(400) from error
    return {name: value for name, value in found.items() if isinstance(value, str)}


def from_elsewhere(request: Request, base_url: str) -> bool:
    """Whether a browser says that another site's page sends this (Fetch Metadata, RFC 6454)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin", "null")
    ours = (urlsplit(base_url).netloc, request.headers.get("host"))
    # "null" is what a browser says of our own pages too, as they give no referrer.
    return origin != "null" and origin.partition("://")[2] not in ours


class Seal:
    """Seals moments with a key of the installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, now: datetime) -> str:
        """What a page that is made now carries."""
        second = str(int(now.timestamp()))
        return f"{second}.{self._proof(second)}"

    def age(self, seal: str, now: datetime) -> timedelta | None:
        """How long ago the page was made; None where it is too old, or we did not make it."""
        second, _, proof = seal.partition(".")
        if not hmac.compare_digest(proof.encode(), self._proof(second).encode()):
            return None
        age = now - datetime.fromtimestamp(int(second), UTC)
        return max(age, timedelta(0)) if age < LASTS else None  # a clock may be set back

    def _proof(self, second: str) -> str:
        return hmac.new(self._key, f"form\0{second}".encode(), sha256).hexdigest()[:32]


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > OCTETS:
            raise HTTPException(413)
    return bytes(content)
