"""The words of every letter that triage sends: to leaders, to residents, to the coordinator.

Takes values and the templates of `templates/letters/<language>/`; gives `Words`. A template's first
line is the subject; the text follows after an empty line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from mailer.inquiry.answer_time import working_days_after
from mailer.inquiry.automatic import machine_sender, through_form
from mailer.inquiry.case import tag
from mailer.inquiry.danger import URGENT, helplines
from mailer.inquiry.reasons import told
from mailer.inquiry.route import owner_of
from mailer.inquiry.verdict import Inquiry, Reason, Route, StandIn, Standing, Verdict
from mailer.mail.address import Address, address
from mailer.organisation import COORDINATOR, Organisation
from mailer.rendering import LetterTemplates, Words

_SHOWN_WORDS = 20_000  # characters of the mail shown in the letter; all of it is attached
_SHOWN_BEFORE = 400  # characters of the mail that it follows up

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")

_SWEDISH = "sv"
LOCALES = {
    _SWEDISH: "sv",
    **{"en": "en_GB", "ar": "ar", "fi": "fi", "uk": "uk", "so": "so", "de": "de", "pl": "pl"},
}
"""The languages that residents are answered in, and how each writes its dates."""

_WHY: dict[Standing, str] = {
    "deputy": "som är ersättare",
    "colleague": "som leder samma delprojekt",
    "coordinator": "som är samordnare",
    "other": "som är den som är på plats",
}


@dataclass(frozen=True, slots=True)
class Before:
    """The mail that another follows up: its case number, when it came (local time), its words."""

    number: str
    received: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One mail and all that was decided on it. `received` is local time.

    `moved` is empty, or says in Swedish whose word it was that sent it here after all.
    """

    number: str
    received: datetime
    inquiry: Inquiry
    verdict: Verdict
    route: Route
    earlier: Before | None = None
    moved: str = ""


class Letters:
    """Writes letters from `templates` (name → source, as "letters/sv/forward.txt").

    Residents are answered in their own language where it is one of `LOCALES`, else in Swedish, and
    told to expect more within `answer_within` working days.
    """

    def __init__(
        self, templates: Mapping[str, str], organisation: Organisation, answer_within: int
    ) -> None:
        self._organisation = organisation
        self._answer_within = answer_within
        self._templates = LetterTemplates(templates)

    def forward(self, matter: Matter, links: Sequence[tuple[str, str]], *, attached: bool) -> Words:
        """To a leader: what came, why it is theirs. `attached`: the original goes along.

        `links` are the leader's own, each with what stands before it.
        """
        inquiry, verdict, organisation = matter.inquiry, matter.verdict, self._organisation
        earlier = matter.earlier
        owner = owner_of(verdict)
        answers_go_to = answer_to(inquiry, organisation.mailbox)
        return self._write(
            "forward",
            tag=tag(matter.number),
            urgent=verdict.urgent,
            subject=" ".join(inquiry.subject.split()),
            sender=written_by(inquiry),
            mailbox=organisation.mailbox.email,
            mailbox_name=organisation.mailbox.name,
            received=in_words(matter.received),
            earlier=earlier.number if earlier else "",
            earlier_day=_day(earlier.received, _SWEDISH) if earlier else "",
            earlier_words=shown(earlier.text, _SHOWN_BEFORE) if earlier else "",
            leaders=listed(leader.titled for leader in matter.route.leaders),
            moved=matter.moved,
            stand_ins=[_standing_in(each) for each in matter.route.stand_ins],
            owner=organisation[owner].name if owner else "",
            unreadable=inquiry.unreadable,
            note=inquiry.note,
            suggestions="" if verdict.certain else self._names(verdict.suggestions, "eller"),
            copies=self._names(verdict.copies) if owner else "",
            reasons=self._reasons(verdict),
            confidence=min(round(100 * verdict.confidence), 99),  # nothing is more sure than that
            runner_up="" if earlier else self._names(runner_up(verdict)),
            pointed=any(each.weight > 0 for each in verdict.reasons),
            own_words="" if inquiry.unreadable else shown(inquiry.text),
            attachments=listed(each.name or each.content_type for each in inquiry.attachments),
            attached=attached,
            folder=matter.route.folder,
            answer_to=answers_go_to.email if answers_go_to else "",
            acknowledged=matter.route.acknowledge,
            silence=matter.route.silence,
            links=links,
        )

    def acknowledgement(self, matter: Matter, today: date) -> Words:
        """To the resident: who has it, when an answer will come, where to ring in danger.

        What is urgent is promised no day: people would wait for it. Time is reckoned from `today`:
        what came while we were away cannot be answered before.
        """
        organisation = self._organisation
        owner = owner_of(matter.verdict)
        language = answered_in(matter.inquiry)
        answer_by = working_days_after(today, self._answer_within)
        return self._write(
            "acknowledgement",
            language,
            urgent=matter.verdict.urgent,
            helplines=helplines(matter.verdict.dangers),
            tag=tag(matter.number),
            number=matter.number,
            received=_day(matter.received, language),
            answer_by=format_date(answer_by, "full", LOCALES[language]),
            owner=organisation[owner].name if owner else "",
            leaders=[leader.titled for leader in matter.route.leaders],
            foreign=language != matter.inquiry.language,
            mailbox_name=organisation.mailbox.name,
            municipality=organisation.municipality,
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

    def too_large(self, subject: str, text: str, reply: str) -> Words:
        """To a leader: a letter with this subject and text, without what made it too large."""
        mailbox = self._organisation.mailbox.email
        return self._write("too_large", subject=subject, text=text, reply=reply, mailbox=mailbox)

    def breaker(self, limit: int) -> Words:
        """To the coordinator: `limit` acknowledgements went out in an hour, so no more are sent."""
        return self._write(
            "breaker",
            limit=limit,
            mailbox=self._organisation.mailbox.email,
            mailbox_name=self._organisation.mailbox.name,
        )

    def relay_trouble(self, reason: str, hour: str) -> Words:
        """To the coordinator: a mail server took nothing from us at `hour`, and what it said."""
        return self._write(
            "relay_trouble",
            reason=reason,
            hour=hour,
            mailbox_name=self._organisation.mailbox.name,
        )

    def secret_expires(self, client: str, expires: date, *, passed: bool) -> Words:
        """To the operator: the secret that this application logs in with runs out, or has."""
        return self._write("secret_expires", client=client, day=expires, passed=passed)

    def mailbox_trouble(self, reason: str, since: datetime) -> Words:
        """To the operator: nothing comes in since then (a local time), and why."""
        return self._write(
            "mailbox_trouble",
            reason=reason,
            since=in_words(since),
            mailbox=self._organisation.mailbox.email,
            mailbox_name=self._organisation.mailbox.name,
        )

    def unfiled(self, folder: str, count: int, since: datetime) -> Words:
        """To the operator: the server moves no mail to `folder` since then (a local time)."""
        return self._write(
            "unfiled",
            folder=folder,
            count=count,
            since=in_words(since),
            mailbox_name=self._organisation.mailbox.name,
        )

    def rehearse(self, now: datetime) -> None:
        """Write every letter about an invented mail. Raises TemplateFault for what would fail."""
        mailbox = self._organisation.mailbox
        inquiry = Inquiry(sender=mailbox, subject="Prov", text="Prov", note="Prov")
        owner = self._organisation.subprojects[0]
        certain = Verdict("inquiry", owner.slug, reasons=(Reason(owner.slug, "prov", 1.0),))
        doubtful = Verdict("inquiry", certain=False, suggestions=(owner.slug, COORDINATOR))
        dangers = ((), ("beating", "dope"))
        urgent = [Verdict("unreadable", urgent=True, dangers=each) for each in dangers]
        for verdict in (certain, doubtful, *urgent):
            coordinator = self._organisation.coordinator
            absent = StandIn(owner.leaders[0], now.date(), coordinator, "coordinator")
            route = Route(owner.folder, owner.leaders, acknowledge=True, stand_ins=(absent,))
            before = Before("IT-2020-0001", now, "Prov")
            matter = Matter("IT-2020-0002", now, inquiry, verdict, route, before)
            for attached in (True, False):
                self.forward(matter, [("Prov", "https://example.org")], attached=attached)
                self.undelivered("prov", "prov", matter.number, attached=attached)
            for language in LOCALES:
                theirs = replace(matter, inquiry=replace(inquiry, language=language))
                self.acknowledgement(theirs, now.date())
        self.too_large("prov", "prov", "prov")
        self.breaker(1)
        self.relay_trouble("prov", "12:00")
        self.mailbox_trouble("prov", now)
        self.unfiled("prov", 1, now)
        for passed in (True, False):
            self.secret_expires("prov", now.date(), passed=passed)

    def _reasons(self, verdict: Verdict) -> list[tuple[str, list[str]]]:
        """The reasons as a leader reads them: what they speak for; each, and how much it weighs."""
        return [
            (
                self._spoken_for(slug),
                [_weighed(each) if self._spoken_for(slug) else each.what for each in reasons],
            )
            for slug, reasons in told(verdict).items()
        ]

    def _spoken_for(self, slug: str) -> str:
        if slug == URGENT:
            return "att det är brådskande"
        return self._quoted(slug)

    def _names(self, slugs: Iterable[str], last: str = "och") -> str:
        return listed((self._quoted(slug) for slug in slugs), last)

    def _quoted(self, slug: str) -> str:
        name = self._name(slug)
        return f"”{name}”" if slug in self._organisation.by_slug else name

    def _name(self, slug: str) -> str:
        if slug == COORDINATOR:
            return "samordnaren"
        subproject = self._organisation.by_slug.get(slug)
        return subproject.name if subproject else ""

    def _write(self, letter: str, language: str = _SWEDISH, **values: object) -> Words:
        return self._templates.write(f"letters/{language}/{letter}.txt", values)


def answered_in(inquiry: Inquiry) -> str:
    """The language of its sender's acknowledgement."""
    return inquiry.language if inquiry.language in LOCALES else _SWEDISH


def answer_to(inquiry: Inquiry, mailbox: Address) -> Address | None:
    """Whom a leader's answer goes to; never to ourselves, who see a copy of it in any case.

    Nobody reads what goes to the program behind a web form: then to the address that was filled in.
    """
    theirs = (inquiry.reply_to, inquiry.sender)
    if inquiry.reply_to is None and machine_sender(inquiry) and through_form(inquiry):
        theirs = (_filled_in(inquiry.text), None)
    return next((each for each in theirs if each and not each.same(mailbox)), None)


def _filled_in(text: str) -> Address | None:
    """The only address in a text."""
    found = {each.casefold(): each for each in _ADDRESS.findall(text)}
    if len(found) != 1:
        return None
    with suppress(ValueError):
        return address(*found.values())
    return None


def written_by(inquiry: Inquiry) -> str:
    """The sender as a person reads it."""
    sender = inquiry.sender
    if sender is None:
        return "En okänd avsändare"
    return f"{sender.name} ({sender.email})" if sender.name else sender.email


def shown(text: str, most: int = _SHOWN_WORDS) -> str:
    """The beginning of a mail's text; all of it, as a rule."""
    cut = text[:most].strip()
    return cut if len(text) <= most else f"{cut} […]"


def listed(names: Iterable[str], last: str = "och") -> str:
    """Names as running text: "Anna, Bo och Cecilia"."""
    *first, end = [*names] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def runner_up(verdict: Verdict) -> Sequence[str]:
    """Whom it would have gone to next, where its words have decided that it goes to somebody."""
    if verdict.kind != "inquiry" or not verdict.certain:
        return ()
    first = verdict.owner or COORDINATOR
    return [slug for slug in verdict.suggestions if slug != first][:1]


def _weighed(reason: Reason) -> str:
    weight = f"{reason.weight:.1f}".replace(".", ",")
    return f"{reason.what}: väger {weight}"


def _standing_in(each: StandIn) -> str:
    return (
        f"{each.absent.name} är borta till och med den {_day(each.until, _SWEDISH)}."
        f" I stället går det till {each.reader.titled}, {_WHY[each.why]}."
    )


def _day(day: date, language: str) -> str:
    return format_date(day, "long", LOCALES[language])


def in_words(moment: datetime) -> str:
    """A local time in Swedish: "11 september 2020 kl. 09.30"."""
    return format_datetime(moment, "d MMMM y 'kl.' HH.mm", locale="sv")
