"""Received mail as the registrator lists it: a line a case, in Swedish.

Takes a case as it stands; gives the cells of its line, on request without what tells who wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailer.inquiry.correction import SHELF, holder_of
from mailer.inquiry.masking import masked, names_in
from mailer.inquiry.verdict import Kind, Verdict
from mailer.organisation import COORDINATOR, Organisation

TITLES = (
    "Ärende",
    "Inkom",
    "Slag",
    "Ansvarig",
    "Brådskande",
    "Mapp",
    "Avsändare",
    "Ämne",
    "SHA-256",
)

_KINDS: Mapping[Kind, str] = {
    "inquiry": "fråga eller synpunkt",
    "follow-up": "fortsättning på ett ärende",
    "subscribe": "anmälan till nyhetsbrevet",
    "unsubscribe": "avanmälan från nyhetsbrevet",
    "auto-reply": "automatiskt svar",
    "bounce": "brev som inte kom fram",
    "complaint": "klagomål på utskick",
    "spam": "misstänkt skräppost",
    "own": "eget utskick",
    "unreadable": "oläsligt brev",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A case; `verdict` is None while it is undecided, `received` in local time.

    `name` is the sender's as their mail has it.
    """

    number: str
    received: datetime
    hash: str
    verdict: Verdict | None = None
    folder: str = ""
    sender: str = ""
    name: str = ""
    subject: str = ""

    def masked(self) -> "Entry":
        """Without who wrote, and whom the subject names."""
        names = names_in(self.name, self.sender.partition("@")[0])
        subject = masked(self.subject, names)
        return replace(self, sender="[e-post]" if self.sender else "", name="", subject=subject)

    def cells(self, organisation: Organisation) -> tuple[str, ...]:
        """In the order of TITLES."""
        kind = _KINDS[self.verdict.kind] if self.verdict else "inte avgjort"
        return (
            self.number,
            f"{self.received:%Y-%m-%d %H:%M}",
            kind,
            _holder(self.verdict, organisation) if self.verdict else "",
            "ja" if self.verdict and self.verdict.urgent else "nej",
            self.folder,
            self.sender,
            self.subject,
            self.hash,
        )


def _holder(verdict: Verdict, organisation: Organisation) -> str:
    holder = holder_of(verdict)
    if holder in (COORDINATOR, SHELF):
        return "samordnaren" if holder == COORDINATOR else ""
    # The subproject may be gone from the configuration since then.
    return organisation[holder].name if holder in organisation.by_slug else holder
