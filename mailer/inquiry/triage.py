"""A received mail → what it is about, and why: the whole of the decision, without I/O.

Reads (`parse`), recognises its kind, classifies it, weighs its urgency. Whatever the mail does to
us, it gets a verdict: one that breaks our own code is unreadable, which a person then sees.
"""

from dataclasses import dataclass, replace

from mailer.inquiry.classify import Classifier
from mailer.inquiry.model import Model
from mailer.inquiry.parse import read
from mailer.inquiry.quotation import NOTHING
from mailer.inquiry.recognise import (
    NOTHING_LEARNED,
    Ours,
    Recognised,
    recognise,
    silence,
    surely_by_machine,
)
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.sort import leaning
from mailer.inquiry.urgency import urgency
from mailer.inquiry.verdict import Inquiry, Reason, Verdict
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
        """Decide on one mail. `too_large`: its size, where only the header block was fetched."""
        try:
            inquiry = read(raw, ours=self._sent)
            if too_large:
                size = f"brevet är för stort att hämta: {too_large // 2**20} MB"
                inquiry = replace(inquiry, unreadable=size)
            verdict = self._verdict(inquiry)
            return Judged(inquiry, verdict, silence(inquiry, self._ours))
        except Exception as error:  # a defect of ours may cost this verdict, not the next mail
            return unreadable(f"programmet klarade inte brevet: {type(error).__name__}")

    def _verdict(self, inquiry: Inquiry) -> Verdict:
        learned = None
        if self._sorts is not None:
            learned = leaning(self._sorts, inquiry.subject, inquiry.text)
        found = recognise(inquiry, self._ours, learned or NOTHING_LEARNED)
        why = Reason(found.kind, found.reason, CERTAIN)
        danger = urgency(inquiry.subject, inquiry.text, inquiry.language, self._rules, learned)
        urgent = danger.urgent and not _by_machine(inquiry, found)
        dangers = danger.reasons if urgent else ()
        if found.kind not in ("inquiry", "follow-up"):
            return Verdict(
                kind=found.kind, certain=found.certain, urgent=urgent, reasons=(why, *dangers)
            )
        scores = self._classifier.score(inquiry.subject, inquiry.text, inquiry.language)
        choice = self._classifier.decide(scores)
        return Verdict(
            kind=found.kind,
            owner=choice.owner,
            copies=choice.copies,
            suggestions=choice.suggestions,
            confidence=choice.confidence,
            certain=choice.certain,
            urgent=urgent,
            reasons=(*dangers, *choice.reasons),
        )


def classifier(
    rules: TriageRules, organisation: Organisation, model: Model | None = None
) -> Classifier:
    """Who should own a mail, of those whom the organisation has."""
    parts = organisation.subprojects
    names = {part.slug: [leader.name for leader in part.leaders] for part in parts}
    return Classifier(rules, [part.slug for part in parts], names, model)


def _by_machine(inquiry: Inquiry, found: Recognised) -> bool:
    # A program's mail has no danger of its own: "vid fara, ring 112" stands in every autosvar.
    # What only its words make an answer may be a person's.
    if found.kind == "auto-reply":
        return surely_by_machine(inquiry)
    return found.kind in ("bounce", "own")


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
