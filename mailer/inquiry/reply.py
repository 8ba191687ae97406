"""The words of every letter that triage sends: to leaders, to residents, to the coordinator.

Takes values and the templates of `templates/letters/<language>/`; gives `Words`. A template's first
line is the subject; the text follows after an empty line. What stands in `{% filter paragraph %}`
or goes through `bullet` is filled to lines of at most `WIDTH` columns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from babel.dates import format_datetime
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from mailer.inquiry.case import tag
from mailer.inquiry.route import owner_of
from mailer.inquiry.urgency import URGENT
from mailer.inquiry.verdict import Inquiry, Reason, Route, Verdict
from mailer.organisation import COORDINATOR, Organisation
from mailer.rendering import rendered

WIDTH = 72
_SHOWN_REASONS = 4
_SHOWN_WORDS = 20_000  # characters of the mail shown in the letter; all of it is attached


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's subject (one line) and text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One mail and all that was decided on it. `received` is local time."""

    number: str
    received: datetime
    inquiry: Inquiry
    verdict: Verdict
    route: Route
    earlier: str = ""


class Letters:
    """Writes letters in Swedish from `templates` (name → source, as "letters/sv/forward.txt")."""

    def __init__(self, templates: Mapping[str, str], organisation: Organisation) -> None:
        self._organisation = organisation
        self._templates = SandboxedEnvironment(
            loader=DictLoader(dict(templates)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"paragraph": paragraph, "bullet": bullet}

    def forward(self, matter: Matter, *, attached: bool) -> Words:
        """To the leaders: what came, why it is theirs. `attached`: the original goes along."""
        inquiry, verdict, organisation = matter.inquiry, matter.verdict, self._organisation
        owner = owner_of(verdict)
        answer_to = inquiry.reply_to or inquiry.sender
        return self._write(
            "forward",
            tag=tag(matter.number),
            urgent=verdict.urgent,
            subject=" ".join(inquiry.subject.split()),
            sender=written_by(inquiry),
            mailbox=organisation.mailbox.email,
            mailbox_name=organisation.mailbox.name,
            received=in_words(matter.received),
            earlier=matter.earlier,
            leaders=listed(leader.titled for leader in matter.route.leaders),
            owner=organisation[owner].name if owner else "",
            unreadable=inquiry.unreadable,
            suggestions="" if verdict.certain else self._names(verdict.suggestions, "eller"),
            copies=self._names(verdict.copies) if owner else "",
            reasons=[self.reason(each) for each in telling(verdict)],
            pointed=any(each.weight > 0 for each in verdict.reasons),
            own_words="" if inquiry.unreadable else shown(inquiry.text),
            attachments=listed(each.name or each.content_type for each in inquiry.attachments),
            attached=attached,
            folder=matter.route.folder,
            answer_to=answer_to.email if answer_to else "",
            acknowledged=matter.route.acknowledge,
            silence=matter.route.silence,
        )

    def acknowledgement(self, matter: Matter) -> Words:
        """To the resident: who has it, what happens next, where to ring in danger."""
        organisation = self._organisation
        slug = owner_of(matter.verdict)
        owner = organisation[slug] if slug else None
        leaders = owner.leaders if owner else (organisation.coordinator,)
        return self._write(
            "acknowledgement",
            urgent=matter.verdict.urgent,
            tag=tag(matter.number),
            number=matter.number,
            received=in_words(matter.received),
            owner=owner.name if owner else "",
            leaders=listed(leader.titled for leader in leaders),
            mailbox_name=organisation.mailbox.name,
            municipality=organisation.municipality,
        )

    def confirmation(self, newsletter: str) -> Words:
        """To one who asked for the newsletter by mail: is it you?"""
        return self._write(
            "confirmation",
            newsletter=newsletter,
            mailbox_name=self._organisation.mailbox.name,
            municipality=self._organisation.municipality,
        )

    def undelivered(self, recipient: str, reply: str, number: str, *, attached: bool) -> Words:
        """To the coordinator: somebody did not get case `number`; `reply` is the server's words."""
        return self._write(
            "undelivered",
            tag=tag(number),
            number=number,
            recipient=recipient,
            reply=reply,
            attached=attached,
            mailbox_name=self._organisation.mailbox.name,
        )

    def breaker(self, limit: int) -> Words:
        """To the coordinator: `limit` acknowledgements went out in an hour, so no more are sent."""
        return self._write(
            "breaker",
            limit=limit,
            mailbox=self._organisation.mailbox.email,
            mailbox_name=self._organisation.mailbox.name,
        )

    def rehearse(self, now: datetime) -> None:
        """Write every letter about an invented mail. Raises TemplateFault for what would fail."""
        inquiry = Inquiry(sender=self._organisation.mailbox, subject="Prov", text="Prov")
        owner = self._organisation.subprojects[0]
        certain = Verdict("inquiry", owner.slug, reasons=(Reason(owner.slug, "prov", 1.0),))
        doubtful = Verdict("inquiry", certain=False, suggestions=(owner.slug, COORDINATOR))
        for verdict in (certain, doubtful, Verdict("unreadable", urgent=True)):
            route = Route(owner.folder, owner.leaders, acknowledge=True)
            matter = Matter("IT-2020-0001", now, inquiry, verdict, route)
            for attached in (True, False):
                self.forward(matter, attached=attached)
                self.undelivered("prov", "prov", matter.number, attached=attached)
            self.acknowledgement(matter)
        self.confirmation("prov")
        self.breaker(1)

    def reason(self, reason: Reason) -> str:
        """One reason as a leader reads it: what, for whom, how much."""
        name = self._name(reason.slug)
        return f"{reason.what} (talar för {name})" if name else reason.what

    def _names(self, slugs: Iterable[str], last: str = "och") -> str:
        return listed((self._name(slug) for slug in slugs), last)

    def _name(self, slug: str) -> str:
        if slug == COORDINATOR:
            return "inget av delprojekten"
        if slug == URGENT:
            return "att det är brådskande"
        subproject = self._organisation.by_slug.get(slug)
        return subproject.name if subproject else ""

    def _write(self, letter: str, **values: object) -> Words:
        text = rendered(self._templates, f"letters/sv/{letter}.txt", values)
        subject, _, body = text.partition("\n")
        return Words(" ".join(subject.split()), body.strip() + "\n")


def written_by(inquiry: Inquiry) -> str:
    """The sender as a person reads it."""
    sender = inquiry.sender
    if sender is None:
        return "En okänd avsändare"
    return f"{sender.name} ({sender.email})" if sender.name else sender.email


def shown(text: str) -> str:
    """The beginning of a mail's text; all of it, as a rule."""
    cut = text[:_SHOWN_WORDS].strip()
    return cut if len(text) <= _SHOWN_WORDS else f"{cut} […]"


def listed(names: Iterable[str], last: str = "och") -> str:
    """Names as running text: "Anna, Bo och Cecilia"."""
    *first, end = [*names] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def telling(verdict: Verdict) -> list[Reason]:
    """The reasons that a leader is shown: the strongest few for each of those it went to.

    Where no subproject has it that is everyone; else the owner, the copies, and danger.
    """
    owner = owner_of(verdict)
    about = {owner, *verdict.copies, URGENT}
    told: dict[str, list[Reason]] = {}
    for reason in verdict.reasons:
        if reason.weight > 0 and (owner is None or reason.slug in about):
            told.setdefault(reason.slug, []).append(reason)
    return [reason for reasons in told.values() for reason in reasons[:_SHOWN_REASONS]]


def paragraph(text: str) -> str:
    """Running text in lines of at most WIDTH columns; a longer word, such as a URL, stays whole."""
    return "\n".join(_filled(text, WIDTH)) + "\n"


def bullet(text: str) -> str:
    """One entry of a list, filled like a paragraph."""
    return "– " + "\n  ".join(_filled(text, WIDTH - 2))


def _filled(text: str, width: int) -> list[str]:
    return wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)


def in_words(moment: datetime) -> str:
    """A local time in Swedish: "11 september 2020 kl. 09.30"."""
    return format_datetime(moment, "d MMMM y 'kl.' HH.mm", locale="sv")
