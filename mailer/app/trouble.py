"""Which servers are in trouble now, and why: a quick look at each, and what was told of them."""

import asyncio
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailer.app.service import Service
from mailer.edge import imap_session, smtp_connect
from mailer.edge.store.troubles import Told, mailbox_notice, relay_notice
from mailer.errors import MailerError
from mailer.mail.server import Server

PATIENCE = 3.0
"""Seconds for a look. Nobody logs in for it: a wrong password, tried often, locks the account."""

_TOLD_AGAIN = timedelta(hours=25)
"""A mailbox in trouble is told of once a day: what is older is over, though no mail came since."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`what` is "mailbox" or "relay"; `since` at the latest, None where only a look found it.

    `seen` is whether the look found it. If not, somebody was told of it, and no mail came or no
    letter went since: it may be over.
    """

    what: str
    server: str
    reason: str
    since: datetime | None
    seen: bool


async def troubles(service: Service) -> list[Trouble]:
    """Every server that does not answer, or of whose trouble somebody was told, maybe over."""
    settings, now = service.settings, service.clock.now()
    servers = [settings.imap, *(relay.server for relay in settings.relays)]
    looks = [_looked_at(_greeted(settings.imap))]
    looks += [_looked_at(_ready(relay.server)) for relay in settings.relays]
    found = await asyncio.gather(*looks)
    of_mailbox = await mailbox_notice(service.database)
    if of_mailbox and now - of_mailbox.at > _TOLD_AGAIN:
        of_mailbox = None
    of_relay = await relay_notice(service.database)
    return [
        trouble
        for server, reason in zip(servers, found, strict=True)
        if (trouble := _trouble(server, reason, of_mailbox if server is servers[0] else of_relay))
    ]


def _trouble(server: Server, reason: str, told: Told | None) -> Trouble | None:
    # What was told names the server, and the reason after it, in whatever words before it.
    name = f"{server}: "
    reasons = [each.partition(name)[2] for each in told.paragraphs] if told else []
    told_of_it = next(filter(None, reasons), "")
    if not (reason or told_of_it):
        return None
    what = "mailbox" if server.protocol == "imap" else "relay"
    since = told.at if told and told_of_it else None
    shown = reason.removeprefix(name) or told_of_it
    return Trouble(what, str(server), shown, since, seen=bool(reason))


async def _looked_at(look: Awaitable[None]) -> str:
    try:
        await asyncio.wait_for(look, 2 * PATIENCE)
    except TimeoutError:
        return "no answer in time"
    except MailerError as error:
        return str(error)
    return ""


async def _greeted(server: Server) -> None:
    """Raises MailboxError."""

    def look() -> None:
        context = ssl.create_default_context()
        imap_session.log_out(imap_session.connect(replace(server, user=""), context, PATIENCE))

    await asyncio.to_thread(look)


async def _ready(server: Server) -> None:
    """Raises RelayError."""
    transport, _ = await smtp_connect.connect(replace(server, user=""), PATIENCE, None, None)
    transport.close()
