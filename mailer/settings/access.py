"""How the program gets in: the mail servers with their logins, and its own secret.

Takes the form of mailer.yaml and what the environment overrides; gives an `Access`, and a problem
for each file that should hold a secret and does not. A file whose secret the environment gives is
not looked for: it may be on another machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mailer.edge.documents import NodePath
from mailer.edge.oauth import Application
from mailer.errors import Problem
from mailer.mail.server import Secret, Server, is_loopback
from mailer.settings import relays
from mailer.settings.environment import Overrides
from mailer.settings.explain import Fitted
from mailer.settings.schema import MailboxForm, MailerForm, RelayForm
from mailer.settings.values import RelaySettings

_LARGEST = 4096
"""Octets of a file that holds one secret: more is another file."""


@dataclass(frozen=True, slots=True)
class Access:
    imap: Server
    imap_application: Application | None
    relays: tuple[RelaySettings, ...]
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

    def application() -> Application | None:
        form = mailer.form.oauth
        if form is None:
            return None
        secret = secret_in(form.secret_file, ("oauth", "secret-file"))
        return Application(form.tenant, form.client, secret, form.secret_expires)

    def logged_in(
        place: NodePath, form: MailboxForm | RelayForm
    ) -> tuple[Server, Application | None]:
        server = replace(form.server, user=form.user)
        if form.login == "oauth":
            problems.extend(_without_token(mailer, place, form))
            return server, application()
        if form.password_file:
            secret = secret_in(form.password_file, (*place, "password-file"))
            server = replace(server, password=secret)
        return server, None

    secret = overrides.secret
    if secret is None and mailer.form.secret_file:
        secret = secret_in(mailer.form.secret_file, ("secret-file",))
    imap, imap_application = (
        (overrides.imap, None) if overrides.imap else logged_in(("mailbox",), mailer.form.mailbox)
    )
    forms = relays.forms(mailer.form)
    if overrides.smtp:
        found = [relays.relay(form, overrides.smtp, None) for form in [*forms.values()][:1]]
    else:
        found = [relays.relay(form, *logged_in(place, form)) for place, form in forms.items()]
    return Access(imap, imap_application, tuple(found), secret), tuple(problems)


def _without_token(
    mailer: Fitted[MailerForm], place: NodePath, form: MailboxForm | RelayForm
) -> Iterator[Problem]:
    """What keeps a login by token from being one."""
    if mailer.form.oauth is None:
        message = "a login by token needs the section 'oauth', which names the application"
        yield mailer.problem((*place, "login"), message)
    if not form.user:
        yield mailer.problem((*place, "user"), "a login by token needs 'user', the mailbox's name")
    if form.password_file:
        message = "a token takes the place of the password; leave out password-file"
        yield mailer.problem((*place, "password-file"), message)
    if form.server.tls == "none" and not is_loopback(form.server.host):
        yield mailer.problem((*place, "server"), "a token needs TLS; leave out ?tls=none")


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
