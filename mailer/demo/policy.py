"""What a browser may do with the demo's pages (CSP level 3), put on every response.

A page loads its one style sheet and nothing else. The HTML of a mail stands in a frame that has no
origin and no script, and that loads nothing at all; its links open in a new tab.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGE = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)


class SafeHeaders:
    """Middleware: the security headers, on each response that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", _PAGE)
                headers["X-Content-Type-Options"] = "nosniff"
                # Not no-referrer: a browser would then name no origin with a form.
                headers["Referrer-Policy"] = "same-origin"
                headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, with_headers)


def framed(html: str) -> HTMLResponse:
    """A mail's own HTML, whoever wrote it, for the frame."""
    base = '<base target="_blank">'
    head = _HEAD.search(html)
    opened = html[: head.end()] + base + html[head.end() :] if head else base + html
    return HTMLResponse(opened, headers={"Content-Security-Policy": _FRAME})
