"""The relays that letters go through, wired: connections, logins and paces."""

from collections.abc import Callable
from datetime import datetime

from mailer.edge.oauth import Application, Tokens
from mailer.edge.relays import Paced, Relays
from mailer.edge.smtp import SmtpRelay
from mailer.edge.store.database import Database
from mailer.edge.store.pace import StoredPace
from mailer.errors import MailboxError, RelayError
from mailer.settings import Settings
from mailer.settings.values import RelaySettings

Now = Callable[[], datetime]


def relays(settings: Settings, now: Now, database: Database | None) -> Relays:
    """To be closed by the caller.

    Without a database no pace is kept: for a letter that must go even where the store fails.
    """
    return Relays([_paced(each, now, database) for each in settings.relays], now)


def imap_tokens(settings: Settings, now: Now) -> Tokens | None:
    """What the mailbox's login is made with, where that is no password."""
    application = settings.imap_application
    return Tokens(application, MailboxError, now) if application else None


def _paced(relay: RelaySettings, now: Now, database: Database | None) -> Paced:
    sender = SmtpRelay(
        relay.server,
        connections=relay.connections,
        letters=relay.letters,
        token=_tokens(relay.application, now),
    )
    if database is None or not relay.limits:
        return Paced(sender)
    return Paced(sender, StoredPace(database, sender.name, relay.limits))


def _tokens(application: Application | None, now: Now) -> Tokens | None:
    return Tokens(application, RelayError, now) if application else None
