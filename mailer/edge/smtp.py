"""The relay over SMTP: a few connections, each handing over one letter after another.

aiosmtplib speaks the protocol. The first connection alone decides whether the relay can be used,
so that a wrong password is tried once and not by all; what goes wrong after that becomes the
`Outcome` of the letter in hand.
"""

import asyncio
import logging
import os
import re
import ssl
from collections.abc import Iterator, Sequence

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from mailer.errors import RelayError
from mailer.mail.line import one_line
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain, Unreached
from mailer.mail.server import Server

log = logging.getLogger("mailer.smtp")

STEP_SECONDS = 60.0  # for each command and its reply; RFC 5321, 4.5.3.2 allows minutes, we retry

SLOWEST_OCTETS = 128 * 1024
"""A second: the slowest line that a letter is given time for, on top of the step."""

SEND_SECONDS = 300.0
"""No letter is begun later than this after `send`, not even the first of a connection, so that a
slow relay outlasts no lease.
"""

_LEFT = Unreached("not tried: no connection or no time was left")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpRelay:
    """The port `Relay`. `connections` are opened when there is something to send, then closed."""

    def __init__(
        self,
        server: Server,
        *,
        connections: int = 4,
        timeout: float = STEP_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = str(server)
        self._server = server
        self._connections = connections
        self._timeout = timeout
        self._context = context

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
    ) -> Sequence[Outcome]:
        if not letters:
            return []
        outcomes = {} if known is None else known
        stop = stop or asyncio.Event()
        queue = _in_time(letters, asyncio.get_running_loop().time() + SEND_SECONDS, stop)
        first = await self._connect()
        others = min(self._connections, len(letters)) - 1
        await asyncio.gather(
            self._work(first, queue, outcomes),
            *(self._join(queue, outcomes) for _ in range(others)),
        )
        every = [outcomes.get(place, _LEFT) for place in range(len(letters))]
        if not stop.is_set():
            outcomes.update(enumerate(every))
        return every

    async def _connect(self) -> SMTP:
        """A connection that is ready for MAIL. Raises RelayError."""
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            timeout=self._timeout,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=self._context,
        )
        try:
            await client.connect()
            await _greet(client)
            if server.user:
                await client.login(server.user, server.password.reveal())
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise RelayError(f"{self.name}: {_fault(error)}") from error
        except asyncio.CancelledError:
            client.close()
            raise
        return client

    async def _join(
        self, queue: Iterator[tuple[int, Letter]], outcomes: dict[int, Outcome]
    ) -> None:
        """Help with the queue over one more connection, if the relay gives one."""
        try:
            client = await self._connect()
        except RelayError as error:
            log.info("connection-refused reason=%s", error)
        else:
            await self._work(client, queue, outcomes)

    async def _work(
        self,
        client: SMTP,
        queue: Iterator[tuple[int, Letter]],
        outcomes: dict[int, Outcome],
    ) -> None:
        """Take letters until none is left or the line is gone."""
        try:
            for place, letter in queue:
                outcomes[place] = await self._hand_over(client, letter)
                if not client.is_connected:
                    return
            await client.quit()
        except (SMTPException, OSError) as error:
            log.debug("quit-failed reason=%s", _fault(error))
        finally:
            client.close()

    async def _hand_over(self, client: SMTP, letter: Letter) -> Outcome:
        """One transaction (RFC 5321, 3.3), step by step, to know at which step a line is cut.

        A letter with octets over 127 (a forwarded original, which nobody may rewrite) goes to a
        relay without 8BITMIME all the same. RFC 6152 would have it refused, but relays that do
        not offer the extension carry the octets through, and a refusal would lose the forward.
        """
        eight_bit = not letter.content.isascii() and client.supports_extension("8bitmime")
        try:
            await client.mail(letter.mail_from, options=["BODY=8BITMIME"] if eight_bit else [])
            await client.rcpt(letter.recipient)
            reply = await client.execute_command(b"DATA")
            line = client.protocol
            if reply.code != 354 or line is None:
                raise SMTPDataError(reply.code, reply.message)
            line.write(on_the_wire(letter.content))
        except SMTPResponseException as error:
            return await _refused(client, error)
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            return Unreached(_fault(error))
        try:
            patience = self._timeout + len(letter.content) / SLOWEST_OCTETS
            reply = await line.read_response(patience)
        except (SMTPException, OSError) as error:
            client.close()
            return Uncertain(_fault(error))
        if 200 <= reply.code < 300:
            return Accepted(reply.message)
        return await _refused(client, SMTPDataError(reply.code, reply.message))


def on_the_wire(content: bytes) -> bytes:
    """Lines ended by CRLF, leading dots doubled, and the line that ends them (RFC 5321, 4.5.2)."""
    lines = _LINE_END.sub(b"\r\n", content)
    end = b".\r\n" if lines.endswith(b"\r\n") or not lines else b"\r\n.\r\n"
    return _LEADING_DOT.sub(b"..", lines) + end


def _in_time(
    letters: Sequence[Letter], end: float, stop: asyncio.Event
) -> Iterator[tuple[int, Letter]]:
    """The letters with their places, for as long as one may be begun."""
    clock = asyncio.get_running_loop()
    for place, letter in enumerate(letters):
        if stop.is_set() or clock.time() > end:
            return
        yield place, letter


async def _greet(client: SMTP) -> None:
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError:
            if not client.is_connected:
                raise
            await client.helo()


async def _refused(client: SMTP, error: SMTPResponseException) -> Outcome:
    if error.code == 421 or not 400 <= error.code < 600:
        client.close()  # the server is about to hang up, or talks nonsense
        return Unreached(_fault(error))
    try:
        await client.rset()
    except (SMTPException, OSError):
        client.close()
    if isinstance(error, SMTPSenderRefused):
        return Unreached(_fault(error))  # it is us that the relay does not want
    return Refused(error.code, error.message)


def _fault(error: BaseException) -> str:
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
            return _fault(cause)
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case ConnectionError(errno=int() as number):
            return os.strerror(number)  # asyncio's own words name the call, not the reason
        case _:
            return one_line(str(error)) or type(error).__name__
