"""Everything that config/ and the environment say, as one frozen value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer.edge.keys import KeyFile
from mailer.edge.oauth import Application
from mailer.errors import Problem
from mailer.inquiry.rules import TriageRules
from mailer.mail.address import Address
from mailer.mail.pace import Limit
from mailer.mail.retry import OnDoubt
from mailer.mail.server import Secret, Server
from mailer.newsletter.activity import Activity
from mailer.newsletter.edition import EditionText, Newsletter
from mailer.organisation import Organisation

Reread = Callable[[], "Settings"]
"""Reads the same files and environment again. Raises SettingsError."""


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """One relay. `letters` is how many over one connection; no `limits`: as fast as it takes them.

    With an `application` the login is by its token.
    """

    server: Server
    connections: int
    letters: int
    limits: tuple[Limit, ...]
    application: Application | None


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret` None: none is given, and the program makes one in `data_dir`.

    `data_dir` is absolute. `dkim` empty: letters are not signed. `warnings` tell of what can be
    meant so, and most likely is not.
    """

    config_dir: Path
    zone: ZoneInfo
    data_dir: Path
    database_url: str = field(repr=False)  # may hold a password
    organisation: Organisation
    newsletter: Newsletter
    activities: tuple[Activity, ...]
    editions: Mapping[str, EditionText]
    triage: TriageRules
    case_prefix: str
    operator: Address
    imap: Server
    inbox: str
    poll: timedelta
    idle: bool
    imap_application: Application | None
    relays: tuple[RelaySettings, ...]
    uncertain: OnDoubt
    dkim: tuple[KeyFile, ...]
    web_listen: tuple[str, int]
    base_url: str
    hsts: bool
    trusted_proxies: tuple[str, ...]
    metrics: tuple[str, ...]
    secret: Secret | None
    warnings: tuple[Problem, ...]

    @property
    def applications(self) -> frozenset[Application]:
        """Those that log in by token."""
        logins = (self.imap_application, *(relay.application for relay in self.relays))
        return frozenset(filter(None, logins))
