"""A verdict as the command line tells it: one JSON object, or a few lines.

The keys of the object are a contract with other programs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mailer.inquiry.route import owner_of
from mailer.inquiry.triage import Judged
from mailer.organisation import COORDINATOR, Organisation

_SHOWN_REASONS = 10
_WISHED = "it only seems so: the coordinator does what it asks"
_BY_WORDS = "by its words alone: it stands in the coordinator's digest"
_DOUBTED = {
    "subscribe": _WISHED,
    "unsubscribe": _WISHED,
    "auto-reply": _BY_WORDS,
    "bounce": _BY_WORDS,
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What triage would do with the mail in `file`, and why."""

    file: str
    judged: Judged
    organisation: Organisation

    def as_json(self) -> dict[str, Any]:
        inquiry, verdict = self.judged.inquiry, self.judged.verdict
        return {
            "file": self.file,
            "kind": verdict.kind,
            "owner": verdict.owner,
            "copies": list(verdict.copies),
            "suggestions": list(verdict.suggestions),
            "confidence": round(verdict.confidence, 4),
            "certain": verdict.certain,
            "urgent": verdict.urgent,
            "language": inquiry.language,
            "text": inquiry.text,
            "reasons": [
                {"for": reason.slug, "what": reason.what, "weight": round(reason.weight, 3)}
                for reason in verdict.reasons
            ],
        }

    def in_words(self) -> str:
        verdict = self.judged.verdict
        lines = [f"{self.file}: {verdict.kind}{', URGENT' if verdict.urgent else ''}"]
        if verdict.kind in ("inquiry", "follow-up"):
            lines.append(f"  to {self._owner()} ({verdict.confidence:.0%})")
        elif not verdict.certain:
            lines.append(f"  {_DOUBTED[verdict.kind]}")
        if verdict.copies:
            lines.append(f"  copies: {self._names(verdict.copies)}")
        if self.judged.silence:
            lines.append(f"  no acknowledgement: {self.judged.silence}")
        lines += [
            f"  {reason.weight:+.1f} {named(reason.slug, self.organisation)}: {reason.what}"
            for reason in verdict.reasons[:_SHOWN_REASONS]
        ]
        return "\n".join(lines)

    def _owner(self) -> str:
        verdict = self.judged.verdict
        if owner := owner_of(verdict):
            return named(owner, self.organisation)
        likely = self._names(slug for slug in verdict.suggestions if slug != COORDINATOR)
        doubt = f"; likely: {likely}" if likely and not verdict.certain else ""
        return f"the coordinator{doubt}"

    def _names(self, slugs: Iterable[str]) -> str:
        # Names may have commas of their own.
        return ", ".join(f"”{named(slug, self.organisation)}”" for slug in slugs)


def named(slug: str, organisation: Organisation) -> str:
    """A subproject's name; of a kind, of danger and of the coordinator the word itself."""
    subproject = organisation.by_slug.get(slug)
    return subproject.name if subproject else slug
