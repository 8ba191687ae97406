"""A received mail → what it is about, and why: the whole of the decision, without I/O.

Reads (`parse`), recognises its kind, classifies it, weighs its urgency. Whatever the mail does to
us, it gets a verdict: one that breaks our own code is unreadable, which a person then sees.
"""

from dataclasses import dataclass, replace

from mailer.inquiry.automatic import (
    machine_sender,
    post_office,
    speaks_for_server,
    through_form,
    told_in_form,
)
from mailer.inquiry.case import theirs
from mailer.inquiry.classify import Classifier
from mailer.inquiry.model import Model
from mailer.inquiry.ours import Ours
from mailer.inquiry.parse import read
from mailer.inquiry.quotation import NOTHING
from mailer.inquiry.recognise import NOTHING_LEARNED, Recognised, marked, recognise
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.silence import silence
from mailer.inquiry.sort import leaning
from mailer.inquiry.telling import surely_by_machine
from mailer.inquiry.urgency import urgency
from mailer.inquiry.verdict import Inquiry, Reason, Verdict
from mailer.inquiry.wish import ACTS, beside, leaves_too
from mailer.organisation import Organisation

CERTAIN = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A mail as read, the verdict, and in Swedish why its sender gets no answer (or empty)."""

    inquiry: Inquiry
    verdict: Verdict
    silence: str


@dataclass(frozen=True, slots=True)
class Models:
    """What was learned of whom a mail belongs to, and of what sort it is; None: of nothing."""

    owner: Model | None = None
    sort: Model | None = None


NO_MODELS = Models()

_MASKS = ("auto-reply", "bounce", "spam", "subscribe", "unsubscribe")
"""What somebody in danger may have written their mail to look like, or among."""
_MUCH_ALIKE = 1.0
"""Log odds from which a mail that tells of a danger is what it is like, and wakes a leader, too."""
_OF_PROGRAMS = ("auto-reply", "bounce")
_LEAVES_TOO = (
    "Mejlet kan också handla om att slippa nyhetsbrevet. Programmet har inte tagit bort någon"
    " adress."
)
_IN_DANGER = Recognised("inquiry", "brevet berättar om en fara")


class Triage:
    """The rules made ready. `sent` are texts that we sent, to be known in quotations.

    `models` are what was learned from labelled mails.
    """

    def __init__(
        self,
        rules: TriageRules,
        organisation: Organisation,
        ours: Ours,
        sent: Shingles = NOTHING,
        models: Models = NO_MODELS,
    ) -> None:
        self._rules = rules
        self._ours = ours
        self._sent = sent
        self._classifier = classifier(rules, organisation, models.owner)
        self._sorts = models.sort

    def judge(self, raw: bytes, *, too_large: int = 0) -> Judged:
        """Decide on one mail. `too_large`: its size, where only its beginning was fetched."""
        try:
            inquiry = read(raw, ours=self._sent)
            if too_large:
                inquiry = _begun(inquiry, too_large // 2**20)
            return self._judged(inquiry)
        except Exception as error:  # a defect of ours may cost this verdict, not the next mail
            return unreadable(f"programmet klarade inte brevet: {type(error).__name__}")

    def _by_header(self, inquiry: Inquiry) -> Recognised | None:
        """The kind that marks give, as far as can be without the text, which takes long to read."""
        found = marked(inquiry.head, self._ours)
        # The words of a mail server, and of a report of abuse, come before such marks.
        if found and found.kind in _OF_PROGRAMS and speaks_for_server(inquiry):
            return marked(inquiry, self._ours)
        return found

    def _judged(self, inquiry: Inquiry) -> Judged:
        silent = silence(inquiry, self._ours)
        found = self._by_header(inquiry)
        if found and _by_machine(inquiry, found):
            return Judged(inquiry, _verdict(found), silent)
        prefix = self._ours.case_prefix
        subject, text = theirs(inquiry.subject, prefix), theirs(inquiry.text, prefix)
        if through_form(inquiry):
            text = told_in_form(text)
        learned = None
        if self._sorts is not None:
            learned = leaning(self._sorts, subject, text)
        sorts = learned or NOTHING_LEARNED
        found = recognise(inquiry, self._ours, sorts)
        danger = urgency(subject, text, inquiry.language, self._rules, learned)
        likelier = sorts.urgent >= sorts.likeliest(found.kind)
        # "Vid fara, ring 112" stands in every autosvar.
        doubted = found.kind in _OF_PROGRAMS and machine_sender(inquiry) and not likelier
        urgent = danger.urgent and not (doubted or _by_machine(inquiry, found))
        dangers, named = (danger.reasons, danger.dangers) if urgent else ((), ())
        # Nobody says outright that he is in danger who only wants to leave the list.
        much_alike = found.kind not in ACTS and sorts.likeliest(found.kind) > _MUCH_ALIKE
        if urgent and found.kind in _MASKS and (likelier or (danger.outright and not much_alike)):
            silent = silent or f"{found.reason}, men det berättar om en fara"
            found = _IN_DANGER
        if found.kind in ACTS and (danger.named or self._tells_more(inquiry)):
            found = replace(found, certain=False)  # a farewell may have the words of a wish
        if found.kind not in ("inquiry", "follow-up"):
            verdict = _verdict(found)
            reasons = (*verdict.reasons, *dangers)
            verdict = replace(verdict, urgent=urgent, reasons=reasons, dangers=named)
            return Judged(inquiry, verdict, silent)
        if not urgent and leaves_too(inquiry):
            inquiry = _noted(inquiry, _LEAVES_TOO)
        scores = self._classifier.score(subject, text, inquiry.language)
        choice = self._classifier.decide(scores)
        verdict = Verdict(
            kind=found.kind,
            owner=choice.owner,
            copies=choice.copies,
            suggestions=choice.suggestions,
            confidence=choice.confidence,
            certain=choice.certain,
            urgent=urgent,
            reasons=(*dangers, *choice.reasons),
            dangers=named,
        )
        return Judged(inquiry, verdict, silent)

    def _tells_more(self, inquiry: Inquiry) -> bool:
        """Whether a wish has the matter of a subproject beside it."""
        return self._classifier.tells(beside(inquiry), inquiry.language)


def classifier(
    rules: TriageRules, organisation: Organisation, model: Model | None = None
) -> Classifier:
    """Who should own a mail, of those whom the organisation has."""
    parts = organisation.subprojects
    names = {part.slug: [leader.name for leader in part.leaders] for part in parts}
    return Classifier(rules, [part.slug for part in parts], names, model)


def _begun(inquiry: Inquiry, size: int) -> Inquiry:
    """As its beginning was read; `size` is that of the whole, in megabytes."""
    if not inquiry.text:
        return replace(inquiry, unreadable=f"brevet är för stort att hämta: {size} MB")
    return _noted(inquiry, f"Mejlet är på {size} MB. Programmet har bara läst början av det.")


def _noted(inquiry: Inquiry, note: str) -> Inquiry:
    return replace(inquiry, note=" ".join([inquiry.note, note]).strip())


def _verdict(found: Recognised) -> Verdict:
    why = Reason(found.kind, found.reason, CERTAIN)
    return Verdict(
        kind=found.kind, confidence=found.confidence, certain=found.certain, reasons=(why,)
    )


def _by_machine(inquiry: Inquiry, found: Recognised) -> bool:
    # A program's mail has no danger of its own. What only its words make one may be a person's.
    if found.kind in _OF_PROGRAMS:
        return surely_by_machine(inquiry) or post_office(inquiry)
    return found.kind in ("own", "complaint")


def following(verdict: Verdict, owner: str | None, certain: bool, number: str) -> Verdict:
    """The verdict on a mail that follows up case `number`: it stays with whoever has that."""
    reason = Reason(owner or "", f"fortsättning på ärende {number}", CERTAIN)
    return replace(
        verdict,
        kind="follow-up",
        owner=owner,
        copies=(),
        certain=certain,
        confidence=CERTAIN if certain else verdict.confidence,
        reasons=(reason, *verdict.reasons),
    )


def unreadable(why: str) -> Judged:
    """The judgement on a mail of which nothing is known but why (in Swedish)."""
    verdict = Verdict(kind="unreadable", reasons=(Reason("unreadable", why, CERTAIN),))
    return Judged(Inquiry(unreadable=why), verdict, silence=why)
