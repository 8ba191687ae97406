"""Waits for new mail on a line of its own: IDLE (RFC 2177), or NOOP where there is none.

Takes how to open a line and what to call when the inbox may have changed: once on every new line,
at every notice, at every renewal of IDLE. Promises to outlive the server: a line that is cut, hangs
or is refused is opened again, later and later, until `stop()`. Everything here blocks: `run()`
belongs in a thread of its own, and `stop()` may come from any other.
"""

import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from imapclient import IMAPClient

from mailer.edge.imap_session import FAULTS, drop, reason
from mailer.errors import LoginRefused, MailboxError

logger = logging.getLogger("mailer.imap")

RENEW = 20 * 60
"""Seconds in one IDLE. A server may log out after 30 minutes, RFC 2177 says to renew before 29;
it is also how long a server that hangs can go unnoticed."""

SHORTEST, LONGEST = 1, 5 * 60
"""Seconds before the line is opened again; LONGEST at once after a refused login, for trying again
soon locks the account."""

STEADY = 60
"""Seconds that a line must have held for the next pause to be short again."""


def pause(failures: int, part: float) -> float:
    """Seconds to wait after so many failures in a row; `part` (0 to 1) keeps clients apart."""
    step = min(SHORTEST * 2.0 ** min(failures, 10), LONGEST)
    return max(SHORTEST, step * (0.5 + part / 2))


class Watch:
    """`changed` is called in the thread of `run()`, and never after `stop()` has returned."""

    def __init__(
        self,
        connect: Callable[[], IMAPClient],
        inbox: str,
        poll: float,
        idle: bool,
        changed: Callable[[], object],
    ) -> None:
        self._connect = connect
        self._inbox = inbox
        self._poll = poll
        self._may_idle = idle
        self._changed = changed
        self._client: IMAPClient | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._watch_one_line()
            except (MailboxError, *FAULTS) as error:
                if self._stopping.is_set():
                    return
                failures = 1 if time.monotonic() - began > STEADY else failures + 1
                wait = pause(failures, random.random())  # noqa: S311 (spreads load, no secret)
                if isinstance(error, LoginRefused):
                    wait = LONGEST
                logger.warning(
                    "watch: trying again in %.0f s: %s",
                    wait,
                    error if isinstance(error, MailboxError) else reason(error),
                    extra={"action": "watch_again"},
                )
                self._stopping.wait(wait)

    def stop(self) -> None:
        """End `run()`, within moments unless it is just connecting."""
        self._stopping.set()
        client = self._client
        if client:
            with suppress(OSError):
                # The base class's, for that of SSLSocket is not made for another thread.
                socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)

    def _watch_one_line(self) -> None:
        client = self._connect()
        self._client = client
        try:
            client.select_folder(self._inbox, readonly=True)
            logger.info("watch: connected", extra={"action": "watch_connected"})
            if self._may_idle and client.has_capability("IDLE"):
                while not self._stopping.is_set():
                    self._idle(client)
            else:
                self._tell()
                looked = time.monotonic()
                while not self._stopping.wait(max(looked + self._poll - time.monotonic(), 0)):
                    looked = time.monotonic()
                    _, notices = client.noop()
                    self._tell_of(notices)
        finally:
            self._client = None
            drop(client)

    def _idle(self, client: IMAPClient) -> None:
        client.idle()
        # After, not before: a notice that arrives in one packet with the answer to IDLE lies in
        # imaplib's buffer, where idle_check() does not see it.
        self._tell()
        end = time.monotonic() + RENEW
        while (left := end - time.monotonic()) > 0:
            notices = client.idle_check(left)
            if not notices:
                # Time to renew, or the line is cut, which looks the same: idle_done() will tell.
                break
            self._tell_of(notices)
        client.idle_done()

    def _tell_of(self, notices: Iterable[tuple[Any, ...]]) -> None:
        if any(notice[1:2] in ((b"EXISTS",), (b"RECENT",)) for notice in notices):
            self._tell()

    def _tell(self) -> None:
        if not self._stopping.is_set():
            self._changed()
