"""The environment variables that override config/mailer.yaml.

Takes the environment; gives what it sets, and a problem for each variable that cannot be used, in
which the variable's name stands for the file. An empty variable counts as not set. No message
repeats a value: three of them may hold a password.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.errors import Problem
from mailer.mail.server import Secret, Server, read_server
from mailer.settings.addresses import read_base_url, read_database_url, read_listen


@dataclass(frozen=True, slots=True)
class Overrides:
    """None: not set."""

    database_url: str | None = None
    imap: Server | None = None
    smtp: Server | None = None
    data_dir: Path | None = None
    web_listen: tuple[str, int] | None = None
    base_url: str | None = None
    secret: Secret | None = None


_VARIABLES: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    ("MAILER_DATABASE_URL", "database_url", read_database_url),
    ("MAILER_IMAP_URL", "imap", lambda url: read_server(url, "imap")),
    ("MAILER_SMTP_URL", "smtp", lambda url: read_server(url, "smtp")),
    ("MAILER_DATA_DIR", "data_dir", lambda path: Path(path).absolute()),
    ("MAILER_WEB_LISTEN", "web_listen", read_listen),
    ("MAILER_BASE_URL", "base_url", read_base_url),
    ("MAILER_SECRET", "secret", Secret),
)


def read_environment(environ: Mapping[str, str]) -> tuple[Overrides, tuple[Problem, ...]]:
    """What the environment sets; MAILER_DATA_DIR resolves against the working directory."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for variable, name, read in _VARIABLES:
        if value := environ.get(variable):
            try:
                found[name] = read(value)
            except ValueError as error:
                problems.append(Problem(variable, 0, str(error)))
    return Overrides(**found), tuple(problems)
