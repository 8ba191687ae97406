"""What works the contact mailbox, wired: intake, corrections, moves by hand, following up."""

from collections.abc import Callable

from mailer.app import press
from mailer.app.deciding import LIMIT
from mailer.app.helping import Helping
from mailer.app.service import Service
from mailer.edge.files import templates_for
from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_answered import ImapFlags
from mailer.edge.imap_moves import ImapFolders
from mailer.edge.store.sightings import StoredSightings
from mailer.flows.corrections import Corrections
from mailer.flows.decisions import Decisions
from mailer.flows.follow_up import FollowUp
from mailer.flows.intake import Intake
from mailer.flows.moves import Moves
from mailer.flows.newsroom import Newsroom
from mailer.flows.returned import Returns
from mailer.flows.upkeep import Upkeep
from mailer.inquiry.correction import holders
from mailer.inquiry.reminders import Reminders
from mailer.inquiry.rerouted import Rerouted
from mailer.inquiry.verdict import Inquiry


def intake(
    service: Service,
    mailbox: ImapMailbox,
    queued: Callable[[], None] = lambda: None,
    newsroom: Newsroom | None = None,
) -> Intake:
    """The worker of the mailbox. Approvers' answers go to `newsroom`, or to one of its own."""
    settings = service.settings
    room = newsroom or press.newsroom(service)
    corrected = corrections(service, queued)

    async def answered(inquiry: Inquiry) -> str:
        approval = await room.paper.approvals.take(inquiry)
        return approval or await corrected.take(inquiry)

    decisions = Decisions(
        journal=service.journal,
        originals=service.originals,
        absences=service.absences,
        answers=service.follow_ups,
        triage=service.knowledge,
        correspondence=service.correspondence,
        returns=Returns(service.bounces, service.journal, service.correspondence),
        organisation=settings.organisation,
        rules=settings.triage,
        case_prefix=settings.case_prefix,
        limit=LIMIT,
        zone=settings.zone,
        clock=service.clock,
        queued=queued,
        answered=answered,
        helper=Helping(service.knowledge),
    )
    return Intake(
        mailbox=mailbox,
        journal=service.journal,
        originals=service.originals,
        triage=service.knowledge,
        decisions=decisions,
        clock=service.clock,
    )


def upkeep(
    service: Service,
    mailbox: ImapMailbox,
    queued: Callable[[], None] = lambda: None,
    newsroom: Newsroom | None = None,
) -> Upkeep:
    """The same, and what tells the operator of a mailbox that does not do as asked."""
    taking = intake(service, mailbox, queued, newsroom)
    return Upkeep(taking, service.follow_ups, service.correspondence, service.clock, queued)


def corrections(service: Service, queued: Callable[[], None] = lambda: None) -> Corrections:
    """What obeys leaders who say that a case belongs to others."""
    settings = service.settings
    return Corrections(
        labels=service.labels,
        originals=service.originals,
        absences=service.absences,
        triage=service.knowledge,
        correspondence=service.correspondence,
        rerouted=Rerouted(templates_for(settings.config_dir), settings.organisation),
        organisation=settings.organisation,
        rules=settings.triage,
        identity=service.identity,
        zone=settings.zone,
        limit=LIMIT,
        clock=service.clock,
        queued=queued,
    )


def moves(
    service: Service, mailbox: ImapMailbox, queued: Callable[[], None] = lambda: None
) -> Moves:
    """What sees that people move mails in the mailbox."""
    settings = service.settings
    ours = holders(settings.organisation, settings.triage)
    return Moves(
        folders=ImapFolders(mailbox, settings.inbox, ours, LIMIT),
        sightings=StoredSightings(service.database),
        labels=service.labels,
        journal=service.journal,
        originals=service.originals,
        corrections=corrections(service, queued),
        triage=service.knowledge,
        follow_ups=service.follow_ups,
        clock=service.clock,
    )


def follow_up(
    service: Service, mailbox: ImapMailbox, queued: Callable[[], None] = lambda: None
) -> FollowUp:
    """What sees that no inquiry lies unanswered."""
    settings = service.settings
    templates = templates_for(settings.config_dir)
    return FollowUp(
        follow_ups=service.follow_ups,
        flags=ImapFlags(mailbox, LIMIT),
        originals=service.originals,
        absences=service.absences,
        triage=service.knowledge,
        reminders=Reminders(templates, settings.organisation, settings.triage, settings.zone),
        links_for=service.correspondence.links_for,
        organisation=settings.organisation,
        rules=settings.triage,
        operator=settings.operator,
        identity=service.identity,
        zone=settings.zone,
        limit=LIMIT,
        clock=service.clock,
        queued=queued,
    )
