"""Letters to send, and a relay that is closed again."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mailer.edge.smtp import SmtpRelay
from mailer.mail.message import Letter
from mailer.mail.outcome import Outcome
from mailer.mail.server import Server, read_server

SENDER = "kontakt@example.org"
CONTENT = b"From: kontakt@example.org\r\nSubject: Ljuset\r\n\r\nHej!\r\n"
EIGHT_BIT = CONTENT + "Det är mörkt vid torget.\r\n".encode("latin-1")


def letter(to: str = "anna@example.org", content: bytes = CONTENT) -> Letter:
    return Letter(SENDER, to, content)


def letters(count: int) -> list[Letter]:
    return [letter(f"p{number}@example.org") for number in range(count)]


def kinds(outcomes: Sequence[Outcome]) -> list[type]:
    return [type(outcome) for outcome in outcomes]


@asynccontextmanager
async def opened(
    server: str | Server, *, ca: Path | None = None, **options: Any
) -> AsyncIterator[SmtpRelay]:
    context = ssl.create_default_context(cafile=str(ca)) if ca else None
    if isinstance(server, str):
        server = read_server(server, "smtp")
    relay = SmtpRelay(server, context=context, **{"timeout": 5, **options})
    try:
        yield relay
    finally:
        await relay.close()


async def send(server: str | Server, sent: Sequence[Letter], **options: Any) -> Sequence[Outcome]:
    async with opened(server, **options) as relay:
        return await relay.send(sent)
