"""What deciding on a mail needs, wired: no database, no mailbox."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mailer.edge.files import secret_if_made, secret_in
from mailer.inquiry.explanation import Explanation
from mailer.inquiry.recognise import Ours
from mailer.inquiry.triage import Triage
from mailer.mail.identity import Identity
from mailer.settings import Settings

LIMIT = 25 * 2**20
"""A mail over this many octets is not fetched whole: relays would refuse to forward it."""


def triage(settings: Settings, identity: Identity) -> Triage:
    """What decides on a mail."""
    ours = Ours(
        addresses=(settings.organisation.mailbox,),
        kind_of_own=identity.kind_of,
        case_prefix=settings.case_prefix,
        trusted_authserv=settings.triage.trusted_authserv,
    )
    return Triage(settings.triage, settings.organisation, ours, tuple(_own_texts(settings)))


def identity(settings: Settings) -> Identity:
    """Whose Message-IDs are ours; makes the installation's secret at the first call."""
    secret = settings.secret or secret_in(settings.data_dir)
    return Identity(secret, settings.organisation.mailbox.domain)


def explain(settings: Settings, files: Iterable[tuple[Path, bytes]]) -> Iterator[Explanation]:
    """What triage would do with each of these mails. Touches nothing."""
    # Nothing is sent, so the ids of an installation that has no secret yet need not be its own.
    secret = settings.secret or secret_if_made(settings.data_dir)
    decider = triage(settings, Identity(secret, settings.organisation.mailbox.domain))
    for file, raw in files:
        judged = decider.judge(raw, too_large=len(raw) if len(raw) > LIMIT else 0)
        yield Explanation(str(file), judged, settings.organisation)


def _own_texts(settings: Settings) -> Iterator[str]:
    """What residents quote of us: every text that an edition is made of."""
    for text in settings.editions.values():
        yield from (text.introduction, text.news, text.closing)
        for words in text.translations.values():
            yield from (words.introduction, words.news, words.closing)
    for subproject in settings.organisation.subprojects:
        yield subproject.purpose
    for activity in settings.activities:
        yield from (activity.title, activity.text)
        for translation in activity.translations.values():
            yield from (translation.title, translation.text)
