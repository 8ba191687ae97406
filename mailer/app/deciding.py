"""What deciding on a mail needs, wired: no mailbox, and no database is opened."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from mailer import schedule
from mailer.app.composing import composer
from mailer.app.learning import examples_of, models
from mailer.edge.archive import Archive
from mailer.edge.files import secret_if_made, secret_in, templates_for
from mailer.errors import MailerError
from mailer.inquiry.explanation import Explanation
from mailer.inquiry.ours import Ours
from mailer.inquiry.parse import texts_sent
from mailer.inquiry.quotable import acknowledgements
from mailer.inquiry.reply import Letters
from mailer.inquiry.route import Circumstances, route
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.taught import Taught
from mailer.inquiry.triage import Models, Triage
from mailer.mail.identity import Identity
from mailer.newsletter.activity import parse_period
from mailer.settings import Settings

LIMIT = 25 * 2**20
"""A mail over this many octets is not fetched whole: relays would refuse to forward it."""


def triage(settings: Settings, identity: Identity, learned: Models, sent: Shingles) -> Triage:
    """What decides on a mail; `sent` are our own texts."""
    ours = Ours(
        addresses=(settings.organisation.mailbox,),
        kind_of_own=identity.kind_of,
        case_prefix=settings.case_prefix,
        trusted_authserv=settings.triage.trusted_authserv,
    )
    return Triage(settings.triage, settings.organisation, ours, sent, learned)


def identity(settings: Settings) -> Identity:
    """Whose Message-IDs are ours; makes the installation's secret at the first call."""
    secret = settings.secret or secret_in(settings.data_dir)
    return Identity(secret, settings.organisation.mailbox.domain)


def identity_if_made(settings: Settings) -> Identity:
    """As `identity`, but makes nothing; for where nothing is sent, and the ids may be anyone's."""
    secret = settings.secret or secret_if_made(settings.data_dir)
    return Identity(secret, settings.organisation.mailbox.domain)


def explain(
    settings: Settings, files: Iterable[tuple[Path, bytes]], taught: Sequence[Taught]
) -> Iterator[Explanation]:
    """What triage would do with each of these mails; leaders have `taught` it. Touches nothing."""
    sent = own_texts(settings)
    learned = models(settings, examples_of(settings, taught, sent))
    decider = triage(settings, identity_if_made(settings), learned, sent)
    for file, raw in files:
        judged = decider.judge(raw, too_large=len(raw) if len(raw) > LIMIT else 0)
        where = route(
            judged.inquiry,
            judged.verdict,
            Circumstances(judged.silence),
            settings.organisation,
            settings.triage,
        )
        told = replace(judged, silence=where.silence)
        yield Explanation(str(file), told, settings.organisation)


def own_texts(settings: Settings) -> Shingles:
    """What residents quote of us: editions as they were sent, or will be, and our letters."""
    archive = Archive(settings.data_dir / "archive")
    sent = Shingles(texts_to_come(settings))
    for period in archive.editions():
        sent.add(texts_of_edition(archive, period))
    return sent


def texts_of_edition(archive: Archive, period: str) -> Iterator[str]:
    """An edition as it was sent, in every language; nothing of one that cannot be read."""
    with suppress(MailerError):
        for letter in archive.read(period).letters.values():
            yield from texts_sent(letter.eml)


def texts_to_come(settings: Settings) -> Iterator[str]:
    """Editions that the editor has begun, and our letters."""
    for period in settings.editions:
        with suppress(MailerError):  # an edition that cannot be shown stops no mail
            yield from _edition_to_come(settings, period)
    templates, organisation = templates_for(settings.config_dir), settings.organisation
    for name, template in templates.items():
        if name.startswith("letters/"):
            yield template
    letters = Letters(templates, organisation, settings.triage.answer_within)
    yield from acknowledgements(letters, organisation, settings.case_prefix)


def _edition_to_come(settings: Settings, period: str) -> Iterator[str]:
    """The letters of an edition that the editor has begun, as they would go out."""
    compose = composer(settings)
    first, _ = parse_period(period)
    day = schedule.next_hour(settings.newsletter.cron, settings.zone, _midnight(first, settings))
    edition = compose.plan(day.date(), None, frozenset())
    for language in compose.languages(edition):
        yield from texts_sent(compose.compose(edition, day, language).content)


def _midnight(day: date, settings: Settings) -> datetime:
    return datetime.combine(day, time(), settings.zone)
