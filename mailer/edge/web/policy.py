"""What a browser may do with our pages (CSP level 3), put on every response.

A page loads its own style sheet and pictures and nothing else, and stands in no frame. A letter's
HTML, whoever wrote it, stands in a frame that runs no script and loads nothing from anywhere.
"""

import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PUBLIC: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""For pages that anybody may read."""

STRICT_TRANSPORT: dict[str, str] = {"Strict-Transport-Security": "max-age=31536000"}
"""For a year browsers come by TLS only (RFC 6797): for an installation that always has it."""

_SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"
_FRAME = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)


class SafeHeaders:
    """Middleware: `headers` on each response, where it does not bring its own."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def framed(html: str, *, pictures: bool = True, same_origin: bool = False) -> HTMLResponse:
    """A letter's HTML for the frame; its links open in a new tab, its pictures are data: URLs.

    With `same_origin` the page around it may look into the frame; it still runs no script.
    """
    base = '<base target="_blank">'
    head = _HEAD.search(html)
    opened = html[: head.end()] + base + html[head.end() :] if head else base + html
    sandbox = f"{_SANDBOX} allow-same-origin" if same_origin else _SANDBOX
    frame = _FRAME.format(images="data:" if pictures else "'none'")
    return HTMLResponse(opened, headers={"Content-Security-Policy": f"{sandbox}; {frame}"})
