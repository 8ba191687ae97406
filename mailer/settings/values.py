"""Everything that config/ and the environment say, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer.errors import Problem
from mailer.inquiry.rules import TriageRules
from mailer.mail.server import Secret, Server
from mailer.newsletter.activity import Activity
from mailer.newsletter.edition import EditionText, Newsletter
from mailer.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret` None: none is given, and the program makes one in `data_dir`.

    `data_dir` is absolute. `warnings` tell of what can be meant so, and most likely is not.
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
    imap: Server
    inbox: str
    poll: timedelta
    idle: bool
    smtp: Server
    connections: int
    web_listen: tuple[str, int]
    base_url: str
    secret: Secret | None
    warnings: tuple[Problem, ...]
