"""The relay over SMTP: a few connections, each handing over one letter after another.

aiosmtplib speaks the protocol. What it raises becomes the `Outcome` of the letter in hand; only
when no connection comes about at all is it the relay's fault, a RelayError.
"""

import asyncio
import logging
import ssl
from collections.abc import Iterator, Sequence

import aiosmtplib

from mailer.errors import RelayError
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain, Unreached
from mailer.mail.server import Server

log = logging.getLogger("mailer.smtp")

STEP_SECONDS = 60.0  # for each command and its reply; RFC 5321, 4.5.3.2 allows minutes, we retry


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

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        outcomes: dict[int, Outcome] = {}
        queue = iter(enumerate(letters))
        count = min(self._connections, len(letters))
        faults = await asyncio.gather(*(self._work(queue, outcomes) for _ in range(count)))
        if not outcomes and letters:
            raise RelayError(f"{self.name}: {next(fault for fault in faults if fault)}")
        return [outcomes.get(i, Unreached("no connection left")) for i in range(len(letters))]

    async def _work(self, queue: Iterator[tuple[int, Letter]], outcomes: dict[int, Outcome]) -> str:
        """Take letters until none is left or the line is gone; what went wrong with the line."""
        client = self._client()
        try:
            await client.connect()
            await _greet(client)
            if self._server.user:
                await client.login(self._server.user, self._server.password.reveal())
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            return _fault(error)
        try:
            for place, letter in queue:
                outcomes[place] = await self._hand_over(client, letter)
                if not client.is_connected:
                    return "the line was cut"
            await client.quit()
        except (aiosmtplib.SMTPException, OSError) as error:
            log.debug("quit-failed reason=%s", _fault(error))
        finally:
            client.close()
        return ""

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=self._timeout,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=self._context,
        )

    async def _hand_over(self, client: aiosmtplib.SMTP, letter: Letter) -> Outcome:
        """One transaction (RFC 5321, 3.3), step by step, to know at which step a line is cut."""
        try:
            options = ["BODY=8BITMIME"] if client.supports_extension("8bitmime") else []
            await client.mail(letter.mail_from, options=options)
            await client.rcpt(letter.recipient)
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(client, error)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return Unreached(_fault(error))
        try:
            reply = await client.data(letter.content)
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(client, error)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            return Uncertain(_fault(error))
        return Accepted(reply.message)

    async def _refused(
        self,
        client: aiosmtplib.SMTP,
        error: aiosmtplib.SMTPResponseException,
    ) -> Outcome:
        if error.code == 421 or not 400 <= error.code < 600:
            client.close()  # the server is about to hang up, or talks nonsense
            return Unreached(_fault(error))
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            client.close()
        if isinstance(error, aiosmtplib.SMTPSenderRefused):
            return Unreached(_fault(error))  # it is us that the relay does not want
        return Refused(error.code, error.message)


async def _greet(client: aiosmtplib.SMTP) -> None:
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


def _fault(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
