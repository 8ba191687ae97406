"""An application on a socket of our own, for as long as we like.

The address is taken before anything else, so that a port that is in use is one clear line. Signals
stay with whoever called.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from mailer.errors import MailerError

GRACE_SECONDS = 1
"""How long an answer that is on its way may take once we stop."""


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    stop: asyncio.Event,
    opened: Callable[[int], None] = lambda port: None,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Serve until `stop` is set. `opened` is told the port: another than `port` where that is 0.

    Whoever comes through one of `trusted_proxies` comes from where it says (X-Forwarded-For).

    Raises MailerError where the address cannot be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # in brackets Python says the address again
        raise MailerError(
            f"{host}:{port}: the web pages cannot be there: {reason}; choose another port"
        ) from None
    # An answer is written in two pieces; or the second would wait 40 ms for the first's receipt.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with listening:
        server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                access_log=False,  # who reads what is nobody's business
                log_config=None,
                server_header=False,
                forwarded_allow_ips=[*trusted_proxies],
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        opened(listening.getsockname()[1])
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGTERM and SIGINT alone."""
        yield
