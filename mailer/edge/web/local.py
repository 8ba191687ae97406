"""Pages for the person at this machine: they answer to a loopback name only.

So no web site that the person visits can reach them by DNS rebinding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from mailer.edge.web.policy import PUBLIC, SafeHeaders

_NAMES = ("localhost", "127.0.0.1", "[::1]")


def local(
    routes: Sequence[BaseRoute],
    policy: str,
    handlers: Mapping[Any, Any] = {},
    headers: Mapping[str, str] = {},
) -> Starlette:
    """The application. `policy` is its Content-Security-Policy; nothing of it is kept.

    `handlers` are Starlette's, by exception; `headers` come before those of public pages.
    """
    own = {"Content-Security-Policy": policy, "Cache-Control": "no-store", **headers}
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(SafeHeaders, headers=PUBLIC | own),
            Middleware(TrustedHostMiddleware, allowed_hosts=_NAMES, www_redirect=False),
        ],
        exception_handlers=handlers,
    )
