"""Letters past the outbox, straight to the relay: a test for an editor, a word to the operator."""

from datetime import date

from mailer.app.composing import composer
from mailer.app.relaying import relays
from mailer.app.service import Service
from mailer.errors import RelayError
from mailer.flows.publish import edition_of
from mailer.mail.address import Address
from mailer.mail.message import Draft, Letter, own_lines, shared
from mailer.mail.outcome import Accepted, Outcome, said
from mailer.rendering import Words


async def send_test(service: Service, day: date, reader: Address) -> Outcome:
    """Send the edition due on `day` to one address, past the outbox; claims nothing."""
    compose = composer(service.settings)
    edition = await edition_of(day, compose, service.editions)
    now = service.clock.now()
    content = compose.compose(edition, now).content
    lines = own_lines(reader, service.identity.message_id(f"test/{now.isoformat()}"))
    sender = service.settings.organisation.mailbox.email
    letter = _signed(service, sender, reader.email, lines + content)
    (outcome,) = await service.relay.send([letter], pressing=1)
    return outcome


async def mail_operator(service: Service, words: Words) -> None:
    """Send the operator a letter straight to the relay, past the outbox. Raises RelayError."""
    settings, now = service.settings, service.clock.now()
    mailbox, operator = settings.organisation.mailbox, settings.operator
    draft = Draft(
        sender=mailbox,
        subject=words.subject,
        text=words.text,
        date=now.astimezone(settings.zone),
        auto_submitted="auto-generated",
    )
    lines = own_lines(operator, service.identity.message_id(f"notice/operator/{now.isoformat()}"))
    letter = _signed(service, mailbox.email, operator.email, lines + shared(draft))
    relay = relays(settings, service.clock.now, None)
    try:
        (outcome,) = await relay.send([letter])
    finally:
        await relay.close()
    if not isinstance(outcome, Accepted):
        raise RelayError(f"the letter to {operator.email} was not taken: {said(outcome)}")


def _signed(service: Service, mail_from: str, recipient: str, content: bytes) -> Letter:
    return Letter(
        mail_from, recipient, service.sign(content) + content if service.sign else content
    )
