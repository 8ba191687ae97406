"""A received mail → what it is about, and why: the whole of the decision, without I/O.

Reads (`parse`), recognises its kind, classifies it, weighs its urgency. Whatever the mail does to
us, it gets a verdict: one that breaks our own code is unreadable, which a person then sees.
"""

from dataclasses import dataclass, replace

from mailer.inquiry.automatic import machine_sender
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
from mailer.inquiry.wish import ACTS
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

    def _judged(self, inquiry: Inquiry) -> Judged:
        silent = silence(inquiry, self._ours)
        found = marked(inquiry.head, self._ours)  # without the text, which takes long to read
        if found and _by_machine(inquiry, found):
            return Judged(inquiry, _verdict(found), silent)
        prefix = self._ours.case_prefix
        subject, text = theirs(inquiry.subject, prefix), theirs(inquiry.text, prefix)
        learned = None
        if self._sorts is not None:
            learned = leaning(self._sorts, subject, text)
        sorts = learned or NOTHING_LEARNED
        found = recognise(inquiry, self._ours, sorts)
        danger = urgency(subject, text, inquiry.language, self._rules, learned)
        urgent = danger.urgent and not _by_machine(inquiry, found)
        dangers = danger.reasons if urgent else ()
        if urgent and found.kind in _MASKS and sorts.urgent >= sorts.likeliest(found.kind):
            silent = silent or f"{found.reason}, men det berättar om en fara"
            found = _IN_DANGER
        if danger.named and found.kind in ACTS:
            found = replace(found, certain=False)  # a farewell may have the words of a wish
        if found.kind not in ("inquiry", "follow-up"):
            verdict = _verdict(found)
            reasons = (*verdict.reasons, *dangers)
            return Judged(inquiry, replace(verdict, urgent=urgent, reasons=reasons), silent)
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
        )
        return Judged(inquiry, verdict, silent)


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
    note = f"Mejlet är på {size} MB. Programmet har bara läst början av det."
    return replace(inquiry, note=" ".join([inquiry.note, note]).strip())


def _verdict(found: Recognised) -> Verdict:
    why = Reason(found.kind, found.reason, CERTAIN)
    return Verdict(kind=found.kind, certain=found.certain, reasons=(why,))


def _by_machine(inquiry: Inquiry, found: Recognised) -> bool:
    # A program's mail has no danger of its own: "vid fara, ring 112" stands in every autosvar.
    # What only its words make an answer may be a person's.
    if found.kind in ("auto-reply", "bounce"):
        return surely_by_machine(inquiry) or machine_sender(inquiry)
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
