"""What subscribers meet, wired: the letters to them, and how what they ask for is done."""

from collections.abc import Callable, Mapping

from mailer.edge.files import templates_for
from mailer.edge.store.database import Database
from mailer.edge.store.erasure import Fingerprint
from mailer.edge.store.subscriptions import StoredSubscriptions
from mailer.edge.strings import strings_of
from mailer.flows.ports.clock import Clock
from mailer.flows.subscribe import Invitations, Subscribing
from mailer.mail.identity import Identity
from mailer.settings import Settings
from mailer.subscriber.letters import SubscriberLetters
from mailer.subscriber.wording import wordings


def subscriber_letters(settings: Settings, templates: Mapping[str, str]) -> SubscriberLetters:
    """The words of letters to subscribers; raises SettingsError for strings that are none."""
    newsletter, organisation = settings.newsletter.title, settings.organisation
    agreed = wordings(strings_of(templates, "web"), newsletter, organisation.municipality)
    return SubscriberLetters(templates, organisation, newsletter, settings.base_url, agreed)


def invitations(settings: Settings, identity: Identity) -> Invitations:
    """Letters to subscribers, as posts."""
    letters = subscriber_letters(settings, templates_for(settings.config_dir))
    return Invitations(letters, settings.organisation.mailbox, identity, settings.zone)


def fingerprint(identity: Identity) -> Fingerprint:
    """What erased addresses are known again by."""
    return Fingerprint(identity.secret.reveal().encode(errors="surrogatepass"))


def subscribing(
    settings: Settings,
    identity: Identity,
    database: Database,
    clock: Clock,
    queued: Callable[[], None],
) -> Subscribing:
    """What the web pages do for subscribers."""
    store = StoredSubscriptions(database, fingerprint(identity))
    return Subscribing(store, invitations(settings, identity), clock, queued)
