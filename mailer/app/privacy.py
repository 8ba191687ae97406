"""What is known of a person, and forgetting it, wired: the database, originals and models."""

from collections.abc import Mapping
from pathlib import Path

from mailer.app.service import Service
from mailer.app.subscribing import fingerprint
from mailer.edge.files import flush_folder, original_of
from mailer.edge.store.privacy import Stored, StoredPrivacy
from mailer.errors import MailerError
from mailer.mail.address import Address
from mailer.settings import Settings


async def everything(service: Service, address: Address) -> Stored:
    """Every row about the person at `address`, by table."""
    return await _stored(service).show(address.email)


async def forget(service: Service, address: Address, *, originals: bool) -> Mapping[str, int]:
    """Erase the person, and the mails themselves where `originals` says so.

    How many rows of each table; empty where nothing was known. What was learned from their mails is
    learned anew without them. Raises MailerError for an address that the settings name.
    """
    settings = service.settings
    if place := _named(settings, address):
        raise MailerError(f"{address.email} is {place}: name somebody else there first")

    def remove(hash: str) -> None:
        file = original_of(settings.data_dir, hash)
        if file.exists():
            file.unlink()
            flush_folder(file.parent)

    now = service.clock.now()
    counts = await _stored(service).erase(address.email, now, remove if originals else None)
    _remove_models(settings.data_dir / "models")
    await service.database.tidy()
    return counts


def _stored(service: Service) -> StoredPrivacy:
    return StoredPrivacy(service.database, fingerprint(service.identity))


def _named(settings: Settings, address: Address) -> str:
    """Where the settings name an address, or empty: they would bring it back with the next mail."""
    approval = settings.newsletter.approval
    table = (
        (settings.organisation.mailbox.same(address), "the contact mailbox"),
        (settings.operator.same(address), "the operator's, in mailer.yaml"),
        (
            settings.organisation.person_at(address) is not None,
            "a colleague's, in subprojects.yaml",
        ),
        (
            approval is not None and approval.approver(address) is not None,
            "an approver's, in newsletter.yaml",
        ),
    )
    return next((where for there, where in table if there), "")


def _remove_models(folder: Path) -> None:
    """They are fitted anew, from what is left, by whoever next decides on a mail."""
    for model in folder.glob("*.npz"):
        model.unlink(missing_ok=True)
