"""One line to an IMAP server: opened, secured, logged in; and what its faults mean to us.

Takes a `Server`. Gives an IMAPClient that answers within `timeout` seconds a read and whose times
are aware. Promises that no text of an error holds a secret or a word of somebody's mail.
Everything here blocks.
"""

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from imapclient import IMAPClient
from imapclient.exceptions import (
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
    ProtocolError,
)

from mailer.errors import LoginRefused, MailboxError
from mailer.mail.server import Secret, Server
from mailer.mail.xoauth2 import advice, first_words

Token = Callable[[], Secret]
"""Where an access token for XOAUTH2 comes from, fresh each time. It may raise MailboxError."""

FAULTS = (IMAPClientError, OSError, ValueError)
"""All that IMAPClient raises where the server or the line is at fault."""

_CODE = re.compile(r"\[([A-Z-]+)")
_PASSING = {"UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG"}
"""Codes (RFC 5530, RFC 9051) of a NO that says nothing about the name or the password."""


def connect(
    server: Server, context: ssl.SSLContext, timeout: float, token: Token | None = None
) -> IMAPClient:
    """Open a line and log in.

    Raises LoginRefused where the server says no, MailboxError for everything else.
    """
    try:
        client = IMAPClient(
            server.host,
            server.port,
            ssl=server.tls == "implicit",
            ssl_context=context,
            timeout=timeout,
        )
    except FAULTS as error:
        raise fault(server, error) from error
    try:
        client.normalise_times = False
        _tune(client.socket())
        if server.tls == "starttls":
            client.starttls(context)
        if server.user:
            _login(client, server, token)
    except BaseException as error:
        drop(client)
        if isinstance(error, FAULTS):
            # Without its cause: a login's own error may carry the password.
            raise fault(server, error) from None
        raise
    return client


def _tune(sock: socket.socket) -> None:
    # imaplib sends a mail and its last CRLF apart; without this, every APPEND waits 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # The kernel finds within three minutes that the other end is gone.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)


def _login(client: IMAPClient, server: Server, token: Token | None) -> None:
    password = (token() if token else server.password).reveal()
    challenges: list[bytes] = []

    def give_token(challenge: bytes) -> bytes:
        if not challenge:
            return first_words(server.user, password)
        challenges.append(challenge)
        return b""

    try:
        if token:
            client.sasl_login("XOAUTH2", give_token)
        # LOGIN takes ASCII only, and imaplib does not quote the user name in it.
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(server.user, password)
        else:
            client.login(server.user, password)
    except LoginError as error:
        # IMAPClient gives a cut line the same name as a refusal.
        if isinstance(error.__context__, IMAPClientAbortError):
            raise error.__context__ from None
        # The code alone: a server may repeat the name in its text, or worse.
        code = _CODE.search(str(error))
        said = f" [{code[1]}]" if code else ""
        if code and code[1] in _PASSING:
            raise MailboxError(f"{server}: logging in is not possible now{said}") from None
        why = (
            advice("IMAP.AccessAsApp", password, b"".join(challenges))
            if token
            else "check the user name and the password"
        )
        raise LoginRefused(f"{server}: the login was refused{said}: {why}") from None


def drop(client: IMAPClient) -> None:
    """Close the line without a word; it may be cut already."""
    with suppress(OSError):
        client.shutdown()


def log_out(client: IMAPClient) -> None:
    """Close the line as RFC 3501 asks."""
    try:
        client.logout()
    except FAULTS:
        drop(client)


def is_refusal(error: Exception) -> bool:
    """Whether a command failed (NO, BAD, an answer that cannot be read) on a line that goes on."""
    return isinstance(error, IMAPClientError | ValueError) and not isinstance(
        error, IMAPClientAbortError
    )


def reason(error: Exception) -> str:
    """What went wrong, in words that are fit for a log."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case TimeoutError():
            return "no answer in time"
        case OSError():
            return error.strerror or str(error)
        case IMAPClientReadOnlyError():
            return "the mailbox may only be read"
        case IMAPClientAbortError():
            return "the line was cut"
        case ProtocolError() | ValueError():
            # Their texts quote what was being read: somebody's mail.
            return "its answer cannot be read"
        case _:
            return " ".join(str(error).split())[:200]


def fault(server: Server, error: Exception) -> MailboxError:
    """The error as ours."""
    return MailboxError(f"{server}: {reason(error)}")
