"""The words of letters about a case that went on to others.

Takes how the case stands and who has it now; gives `Words`: to leaders in Swedish, to residents in
the language of their acknowledgement. The mail itself goes to those who have not seen it as any
forward does (`inquiry.reply`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mailer.inquiry.case import tag
from mailer.inquiry.correction import SHELF, Correction, Holding
from mailer.inquiry.record import Case
from mailer.inquiry.reply import LOCALES, listed
from mailer.organisation import COORDINATOR, Leader, Organisation
from mailer.rendering import LetterTemplates, Words


class Rerouted:
    """Writes the letters from `templates` (name → source)."""

    def __init__(self, templates: Mapping[str, str], organisation: Organisation) -> None:
        self._templates = LetterTemplates(templates)
        self._organisation = organisation

    def to_reader(self, correction: Correction, reader: Leader, leaders: Sequence[Leader]) -> Words:
        """To one who has the mail already: which `leaders` have it now."""
        people = self._organisation.people
        return self._write(
            "rerouted",
            correction.holding,
            to=self._name(correction.to),
            leaders=listed(leader.titled for leader in leaders),
            yours=reader in leaders,
            back=correction.step == "take back",
            by=people[correction.by].titled if correction.by in people else "En kollega",
        )

    def taken(self, holding: Holding, leader: Leader) -> Words:
        """To one who has the mail: this leader takes it."""
        return self._write("taken", holding, name=leader.name, by=leader.titled)

    def to_sender(self, correction: Correction, language: str) -> Words:
        """To the resident who was told of others: who has it now."""
        organisation, to = self._organisation, correction.to
        owner = organisation[to] if to != COORDINATOR else None
        leaders = owner.leaders if owner else (organisation.coordinator,)
        return self._write(
            "rerouted_sender",
            correction.holding,
            language,
            owner=owner.name if owner else "",
            leaders=[leader.titled for leader in leaders],
            municipality=organisation.municipality,
        )

    def choices(self, holding: Holding, asked: str) -> Words:
        """To a leader whose answer names nobody, or several: whom they can name."""
        parts = self._organisation.subprojects
        return self._write(
            "rerouted_choices",
            holding,
            asked=asked,
            choices=[*(part.name for part in parts), "samordnaren"],
        )

    def rehearse(self, now: datetime) -> None:
        """Write every letter about an invented case. Raises TemplateFault for what would fail."""
        organisation = self._organisation
        holding = Holding(Case(1, "", "IT-2020-0001", now, 0, ""), COORDINATOR, "Prov")
        leaders = organisation.subprojects[0].leaders
        for correction in (
            Correction(holding, organisation.subprojects[0].slug, "obey", "move", "", ""),
            Correction(holding, COORDINATOR, "take back", "page", leaders[0].slug, ""),
        ):
            for reader in (leaders[0], organisation.coordinator):
                self.to_reader(correction, reader, leaders)
            for language in LOCALES:
                self.to_sender(correction, language)
        self.choices(holding, "prov")
        self.taken(holding, leaders[0])

    def _name(self, holder: str) -> str:
        """What a holder is called in running text; a shelf has no name."""
        if holder == COORDINATOR:
            return self._organisation.coordinator.name
        return self._organisation[holder].name if holder != SHELF else ""

    def _write(
        self, letter: str, holding: Holding, language: str = "sv", **values: object
    ) -> Words:
        return self._templates.write(
            f"letters/{language}/{letter}.txt",
            {
                "tag": tag(holding.case.number),
                "number": holding.case.number,
                "subject": " ".join(holding.subject.split()),
                "mailbox_name": self._organisation.mailbox.name,
                **values,
            },
        )
