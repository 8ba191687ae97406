"""How the program gets in: the mail servers with their logins, and its own secret.

Takes the form of mailer.yaml and what the environment overrides; gives an `Access`, and a problem
for each file that should hold a secret and does not. A file whose secret the environment gives is
not looked for: it may be on another machine.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from mailer.edge.documents import NodePath
from mailer.errors import Problem
from mailer.mail.server import Secret, Server
from mailer.settings.environment import Overrides
from mailer.settings.explain import Fitted
from mailer.settings.schema import MailboxForm, MailerForm, RelayForm

_LARGEST = 4096
"""Octets of a file that holds one secret: more is another file."""


@dataclass(frozen=True, slots=True)
class Access:
    imap: Server
    smtp: Server
    secret: Secret | None


def access(
    mailer: Fitted[MailerForm], overrides: Overrides, base: Path
) -> tuple[Access, tuple[Problem, ...]]:
    """`base` is where a relative path in the file begins."""
    problems: list[Problem] = []

    def secret_in(name: str, place: NodePath) -> Secret:
        try:
            return read_secret(base / name)
        except ValueError as error:
            problems.append(mailer.problem(place, str(error)))
            return Secret("")

    def server(section: str, form: MailboxForm | RelayForm) -> Server:
        found = replace(form.server, user=form.user)
        if not form.password_file:
            return found
        place = (section, "password-file")
        return replace(found, password=secret_in(form.password_file, place))

    secret = overrides.secret
    if secret is None and mailer.form.secret_file:
        secret = secret_in(mailer.form.secret_file, ("secret-file",))
    return Access(
        imap=overrides.imap or server("mailbox", mailer.form.mailbox),
        smtp=overrides.smtp or server("relay", mailer.form.relay),
        secret=secret,
    ), tuple(problems)


def read_secret(path: Path) -> Secret:
    """The one line that a file holds.

    Raises ValueError without the path in it: somebody may have put the password in its place.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except (OSError, ValueError):
        raise ValueError("cannot be read; expected the path of a file that holds it") from None
    try:
        text = raw.decode().strip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8; expected one line of text in it") from None
    if not text or len(raw) > _LARGEST or len(text.splitlines()) > 1:
        raise ValueError("expected a file that holds one line of text")
    return Secret(text)
