"""A connection to the relay that is ready for MAIL: greeting, TLS, EHLO and login by aiosmtplib.

Gives the transport and what the relay offers. Connecting, TLS and each reply have a deadline;
whatever goes wrong is a RelayError that names the relay and never a password or token.
"""

import asyncio
import os
import ssl
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from mailer.errors import RelayError
from mailer.mail.line import one_line
from mailer.mail.server import Secret, Server
from mailer.mail.smtp import Offered, offered
from mailer.mail.xoauth2 import advice, first_words

_WELCOME, _GO_ON = 235, 334  # RFC 4954

REFUSED_SECONDS = 300.0
"""After a refused login (5xx): trying again soon would lock the account."""

Token = Callable[[], Awaitable[Secret]]
"""Where an access token for XOAUTH2 comes from, fresh each time. It may raise RelayError."""


async def connect(
    server: Server, patience: float, context: ssl.SSLContext | None, token: Token | None
) -> tuple[asyncio.Transport, Offered]:
    """Raises RelayError. `patience` is for each command and its reply, in seconds."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        timeout=patience,
        use_tls=server.tls == "implicit",
        start_tls=server.tls == "starttls",
        tls_context=context,
    )
    try:
        await client.connect()
        await _greet(client)
        if server.user:
            await _log_in(client, server, token)
    except (SMTPException, OSError, ValueError) as error:
        client.close()
        refused = isinstance(error, SMTPAuthenticationError | _TokenRefused) and error.code >= 500
        left_alone = REFUSED_SECONDS if refused else 0
        raise RelayError(f"{server}: {fault(error)}", left_alone) from error
    except BaseException:
        client.close()
        raise
    return cast(asyncio.Transport, client.transport), offered(client.esmtp_extensions)


async def _greet(client: SMTP) -> None:
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError:
            if not client.is_connected:
                raise
            await client.helo()


async def _log_in(client: SMTP, server: Server, token: Token | None) -> None:
    """One mechanism, tried once: many relays lock an account after a few wrong passwords."""
    offers = client.server_auth_methods
    if token:
        if "xoauth2" not in offers:
            raise SMTPException("it does not offer AUTH XOAUTH2, which an access token needs")
        await _give_token(client, server.user, (await token()).reveal())
        return
    mechanisms = {
        "plain": client.auth_plain,
        "login": client.auth_login,
        "cram-md5": client.auth_crammd5,
    }
    for name, log_in in mechanisms.items():
        if name in offers:
            await log_in(server.user, server.password.reveal())
            return
    raise SMTPException("it offers none of AUTH PLAIN, LOGIN, CRAM-MD5, which a password needs")


async def _give_token(client: SMTP, user: str, token: str) -> None:
    """By ourselves: aiosmtplib keeps from us what the server says of a token before it says no."""
    answer = await client.execute_command(b"AUTH", b"XOAUTH2", b64encode(first_words(user, token)))
    challenge = b""
    if answer.code == _GO_ON:
        with suppress(ValueError):
            challenge = b64decode(answer.message)
        answer = await client.execute_command(b"")
    if answer.code != _WELCOME:
        why = advice("SMTP.SendAsApp", token, challenge)
        raise _TokenRefused(answer.code, f"the login was refused ({answer.code}): {why}")


class _TokenRefused(SMTPException):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def fault(error: BaseException) -> str:
    """What went wrong, in words that are fit for a log."""
    match error:
        case SMTPAuthenticationError():
            # The code alone: a server may repeat the name in its text, or worse.
            return f"the login was refused ({error.code}); check the user name and the password"
        case SMTPResponseException():
            return one_line(f"{error.code} {error.message}")
        case TimeoutError():
            return "no answer in time"
        case SMTPServerDisconnected():
            return "the line was cut"
        case SMTPConnectError(__cause__=OSError() as cause):
            return fault(cause)
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ConnectionError(errno=int() as number):
            return os.strerror(number)  # asyncio's own words name the call, not the reason
        case OSError(strerror=str(words)) if not isinstance(error, SMTPException):
            return words  # without its number
        case _:
            return one_line(str(error)) or type(error).__name__
