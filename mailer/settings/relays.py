"""The relays of mailer.yaml, one as `relay` or several as `relays`, in order of preference.

Takes the form of mailer.yaml; gives each relay's form by its place, what is wrong with them
together, and the `RelaySettings` of one whose login is known.
"""

from collections.abc import Iterator

from mailer.edge.documents import NodePath
from mailer.edge.oauth import Application
from mailer.errors import Problem
from mailer.mail.pace import pace
from mailer.mail.server import Server
from mailer.settings.explain import Fitted
from mailer.settings.schema import MailerForm, RelayForm
from mailer.settings.values import RelaySettings


def forms(form: MailerForm) -> dict[NodePath, RelayForm]:
    """Each relay by its place in the file."""
    if form.relays is not None:
        return {("relays", number): each for number, each in enumerate(form.relays)}
    return {("relay",): form.relay} if form.relay else {}


def problems_of(mailer: Fitted[MailerForm]) -> Iterator[Problem]:
    """What is wrong with the relays as a whole."""
    form = mailer.form
    if form.relay and form.relays is not None:
        yield mailer.problem_of_key(("relays",), "'relay' is given, too; expected one of the two")
    elif not form.relay and form.relays is None:
        yield mailer.problem((), "'relay' is missing in mailer.yaml")
    elif not forms(form):
        yield mailer.problem(("relays",), "the list is empty")
    servers: set[str] = set()
    for place, each in forms(form).items():
        if str(each.server) in servers:
            yield mailer.problem((*place, "server"), f"{each.server} is given twice")
        servers.add(str(each.server))


def relay(form: RelayForm, server: Server, application: Application | None) -> RelaySettings:
    """`server` with its login, by a token of `application` if there is one."""
    return RelaySettings(
        server=server,
        connections=form.connections,
        letters=form.letters_a_connection,
        limits=pace(form.a_second, form.a_minute, form.a_day),
        application=application,
    )
