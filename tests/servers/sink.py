"""An SMTP server that keeps what it gets and answers by script."""

import asyncio
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult

from tests.servers.running import PATIENCE, Thread, issue_certificate


@dataclass(frozen=True)
class Letter:
    """What a relay took: the envelope, and the bytes without dot-stuffing, lines ended by CRLF."""

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes


CUT = "cut the line"
"""An answer of the sink: none, and the connection is closed."""


class Sink(Thread):
    """An SMTP server that keeps every letter and answers by script.

    `answers(mail_from, recipient)` is asked at RCPT and `data_answers(letter)` after the end of
    DATA: they give a reply ("550 5.1.1 No such user"), CUT, or None for 250. After a 421 the line
    is closed too. A letter answered with CUT was taken all the same: it is in `letters`.

    With `user`, nobody may send without AUTH.
    """

    def __init__(
        self,
        tls: Literal["none", "starttls", "implicit"] = "none",
        user: str = "",
        password: str = "",
    ) -> None:
        self.tls = tls
        self.user = user
        self.password = password
        self.letters: list[Letter] = []
        self.answers: Callable[[str, str], str | None] = lambda mail_from, recipient: None
        self.data_answers: Callable[[Letter], str | None] = lambda letter: None
        self._directory = tempfile.TemporaryDirectory(prefix="sink-")
        self.ca = Path(self._directory.name) / "ca.pem"

    @property
    def url(self) -> str:
        scheme = "smtps" if self.tls == "implicit" else "smtp"
        login = f"{self.user}:{self.password}@" if self.user else ""
        options = "?tls=starttls" if self.tls == "starttls" else ""
        return f"{scheme}://{login}localhost:{self.port}{options}"

    async def listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        context = None
        if self.tls != "none":
            issue_certificate(self.ca.parent)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.ca.parent / "server.pem")

        def session() -> SMTP:
            return SMTP(
                _Answers(self),
                loop=loop,
                hostname="localhost",
                enable_SMTPUTF8=True,
                tls_context=context if self.tls == "starttls" else None,
                require_starttls=True,
                auth_require_tls=self.tls == "starttls",
                authenticator=self._authenticate,
            )

        implicit = context if self.tls == "implicit" else None
        return await loop.create_server(session, "127.0.0.1", 0, ssl=implicit)

    def wait_for(self, number: int) -> list[Letter]:
        """The letters, once there are `number` of them."""
        end = time.monotonic() + PATIENCE
        while len(self.letters) < number:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self.letters)} letters of {number} came")
            time.sleep(0.02)
        return self.letters

    def _authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, login: Any
    ) -> AuthResult:
        asked = (self.user.encode(), self.password.encode())
        return AuthResult(success=(login.login, login.password) == asked, handled=False)

    def stop(self) -> None:
        super().stop()
        self._directory.cleanup()


class _Answers:
    """What aiosmtpd asks, in its words, in the thread of the sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in lines if self._sink.user or not line.startswith("250-AUTH")]

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self._sink.user and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._sink.answers(_bare(envelope.mail_from), address)
        if answer:
            return await self._say(server, answer)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        letter = Letter(_bare(envelope.mail_from), tuple(envelope.rcpt_tos), envelope.content)
        answer = self._sink.data_answers(letter)
        if not answer or answer == CUT:
            self._sink.letters.append(letter)
        return await self._say(server, answer) if answer else "250 2.0.0 Ok: kept"

    async def _say(self, server: SMTP, answer: str) -> str:
        if answer.startswith("421"):
            await server.push(answer)
        if answer == CUT or answer.startswith("421"):
            assert server.transport
            server.transport.close()  # what aiosmtpd writes from here on goes nowhere
        return answer


def _bare(mail_from: str) -> str:
    """The null sender is "<>" to aiosmtpd."""
    return "" if mail_from == "<>" else mail_from
