"""What the people behind an edition are written: the proof, reminders, what became of it.

Takes an edition, its letters and what preflight finds; gives `Words`, and for the proof the letter
itself with a note above it, so that it is looked at in the approver's own mail program.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from difflib import unified_diff
from hashlib import sha256

from babel import Locale
from babel.dates import format_datetime

from mailer.newsletter.approval import Answer, Approval
from mailer.newsletter.dates import period_in_words
from mailer.newsletter.finding import Finding
from mailer.newsletter.render import Rendered
from mailer.newsletter.words import ORIGINAL
from mailer.rendering import LetterTemplates, Words, environment, rendered

_SWEDISH = Locale("sv")

_NOTE = "letters/sv/proof.html"
_BODY = "<body"


@dataclass(frozen=True, slots=True)
class Asked:
    """A proof as its letter tells it.

    `changes` is what is new since the approvers were last asked, as a unified diff; `link` leads to
    the page with the buttons, and is the approver's own. `missed`: the hour has passed.
    """

    period: str
    title: str
    hour: datetime
    letters: Mapping[str, Rendered]
    findings: Sequence[Finding]
    changes: str
    missed: bool = False

    @property
    def errors(self) -> Sequence[Finding]:
        return [each for each in self.findings if each.is_error]

    @property
    def warnings(self) -> Sequence[Finding]:
        return [each for each in self.findings if not each.is_error]


def digest_of(letters: Mapping[str, Rendered]) -> str:
    """What an approval is bound to: the SHA-256 (hex) of every byte that readers would see."""
    whole = sha256()
    for language, letter in sorted(letters.items()):
        pictures = [picture.content for picture in letter.pictures]
        texts = [text.encode() for text in (language, letter.subject, letter.html, letter.text)]
        for part in (*texts, *pictures):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def changes(before: str, after: str) -> str:
    """The lines that are new (+) and gone (-), with one around each; empty where none is."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    told = [line for line in list(lines)[2:] if not line.startswith("@@")]
    return "\n".join(line.rstrip() for line in told)


class Editorial:
    """Writes the letters in Swedish from `templates` (name → source)."""

    def __init__(self, templates: Mapping[str, str], newsletter: str, zone: tzinfo) -> None:
        self._letters = LetterTemplates(templates)
        self._pages = environment(templates)
        self._newsletter = newsletter
        self._zone = zone

    def proof(self, asked: Asked, approval: Approval, link: str) -> tuple[Words, str]:
        """The letter to one approver, and the same as HTML above the edition's own."""
        letter = asked.letters[ORIGINAL]
        values: dict[str, object] = {
            "newsletter": self._newsletter,
            "period": _in_words(asked.period),
            "asked": asked,
            "hour": self._moment(asked.hour),
            "others": len(approval.by) - 1,
            "at_least": approval.at_least,
            "languages": sorted(_SWEDISH.languages[each] for each in asked.letters),
            "link": link,
        }
        words = self._letters.write("letters/sv/proof.txt", {**values, "text": letter.text})
        note = rendered(self._pages, _NOTE, values)
        head, mark, body = letter.html.partition(_BODY)
        attributes, _, rest = body.partition(">")
        return words, f"{head}{mark}{attributes}>{note}{rest}"

    def reminder(self, period: str, hour: datetime, now: datetime, link: str) -> Words:
        """To one who has not answered: the edition waits for it."""
        return self._write(
            "proof_reminder",
            period,
            hour=self._moment(hour),
            passed=now >= hour,
            link=link,
        )

    def answered(
        self, period: str, answer: Answer, name: str, hour: datetime, approved: bool
    ) -> Words:
        """To all approvers: what one of them said, and what follows."""
        return self._write(
            "proof_answered",
            period,
            answer=answer,
            name=name,
            hour=self._moment(hour),
            passed=answer.at >= hour,
            approved=approved,
        )

    def outdated(self, period: str) -> Words:
        """To one who answered about an edition that was changed since they were asked."""
        return self._write("proof_outdated", period)

    def held(self, period: str, reasons: Iterable[str]) -> Words:
        """To the editors: what must be mended before the edition can go out."""
        return self._write("edition_held", period, reasons=[*reasons])

    def empty(self, period: str) -> Words:
        """To the editors: there was nothing to tell."""
        return self._write("edition_empty", period)

    def missed(self, period: str, hour: datetime) -> Words:
        """To the editors: nothing ran at the hour, and it is too late now."""
        return self._write("edition_missed", period, hour=self._moment(hour))

    def late(self, period: str, hour: datetime, reason: str) -> Words:
        """To the operator: the edition should have gone out over an hour ago."""
        return self._write("edition_late", period, hour=self._moment(hour), reason=reason)

    def rehearse(self, asked: Asked, approval: Approval, now: datetime) -> None:
        """Write every letter once. Raises TemplateFault for what would fail."""
        self.proof(asked, approval, "https://kommun.example")
        for says in ("approve", "stop"):
            answer = Answer(1, "prov@kommun.example", says, "prov", now)
            self.answered(asked.period, answer, "Prov", now, approved=says == "approve")
        self.reminder(asked.period, asked.hour, now, "https://kommun.example")
        self.outdated(asked.period)
        self.held(asked.period, ["prov"])
        self.empty(asked.period)
        self.missed(asked.period, now)
        self.late(asked.period, now, "prov")

    def _write(self, letter: str, period: str, **values: object) -> Words:
        told = {"newsletter": self._newsletter, "period": _in_words(period), **values}
        return self._letters.write(f"letters/sv/{letter}.txt", told)

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(self._zone)
        return format_datetime(local, "EEEE d MMMM 'kl.' HH.mm", locale="sv")


def _in_words(period: str) -> str:
    return period_in_words(period, ORIGINAL)
