"""What must hold between mailer.yaml, subprojects.yaml, triage.yaml and the activities."""

from collections.abc import Iterable, Iterator

from mailer.errors import Problem
from mailer.mail.server import Server, is_loopback
from mailer.newsletter.activity import Activity
from mailer.settings import organisation, triage
from mailer.settings.explain import Fitted
from mailer.settings.schema import MailboxForm, SubprojectsForm, TriageForm

_RESERVED = ("example", "example.com", "example.net", "example.org", "invalid", "localhost", "test")
"""Domains that nobody owns (RFC 2606, 6761)."""


def mail_in_a_circle(mailbox: MailboxForm, people: Fitted[SubprojectsForm]) -> Iterator[Problem]:
    """Whose address is the mailbox itself: what is forwarded to them comes back for ever."""
    for place, address in organisation.addresses(people.form).items():
        if address.same(mailbox.address):
            yield people.problem(place, "this is the mailbox's own address; expected a person's")


def folders_that_are_one(
    inbox: str, people: Fitted[SubprojectsForm], rules: Fitted[TriageForm] | None
) -> Iterator[Problem]:
    """Folders that would mix what triage keeps apart; kinds of mail may share one."""
    taken = {inbox.casefold(): "the inbox", "inbox": "the inbox"}
    for place, folder in organisation.folders(people.form).items():
        if other := taken.get(folder.casefold()):
            message = f"the folder {folder!r} is that of {other}; expected one of its own"
            yield people.problem(place, message)
        taken.setdefault(folder.casefold(), repr(str(place[-2])))
    kinds = triage.folders(rules.form.folders).items() if rules else ()
    for kind, folder in kinds:
        if rules and (other := taken.get(folder.casefold())):
            message = f"the folder {folder!r} is that of {other}; expected another for {kind}"
            yield rules.problem(("folders", kind), message)


def keys_that_are_one(activities: Iterable[Activity]) -> Iterator[Problem]:
    first: dict[str, Activity] = {}
    for activity in activities:
        other = first.setdefault(activity.key, activity)
        if other is not activity:
            message = f"has the same name as {other.file}:{other.line}; rename one of the files"
            yield Problem(activity.file, activity.line, message)


def unreachable(relay: Server, people: Fitted[SubprojectsForm]) -> Iterator[Problem]:
    """Addresses at reserved domains, where the relay is a real one."""
    if is_loopback(relay.host) or _is_reserved(relay.host):
        return
    for place, address in organisation.addresses(people.form).items():
        if _is_reserved(address.domain):
            yield people.problem(place, f"no mail reaches {address.domain}: it is for examples")


def _is_reserved(domain: str) -> bool:
    return f".{domain.lower()}".endswith(tuple(f".{reserved}" for reserved in _RESERVED))
