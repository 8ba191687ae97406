"""A verdict as the command line tells it: one JSON object, or a few lines.

The keys of the object are a contract with other programs.
"""

from dataclasses import dataclass
from typing import Any

from mailer.inquiry.route import owner_of
from mailer.inquiry.triage import Judged
from mailer.organisation import COORDINATOR, Organisation

_SHOWN_REASONS = 10


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
        if verdict.copies:
            lines.append(f"  copies: {', '.join(verdict.copies)}")
        if self.judged.silence:
            lines.append(f"  no acknowledgement: {self.judged.silence}")
        lines += [
            f"  {reason.weight:+.1f} {reason.slug}: {reason.what}"
            for reason in verdict.reasons[:_SHOWN_REASONS]
        ]
        return "\n".join(lines)

    def _owner(self) -> str:
        verdict = self.judged.verdict
        if owner := owner_of(verdict):
            return self.organisation[owner].name
        likely = [slug for slug in verdict.suggestions if slug != COORDINATOR]
        doubt = f"; likely: {', '.join(likely)}" if likely and not verdict.certain else ""
        return f"the coordinator{doubt}"
