"""The words of letters about inquiries that nobody has answered, and of the daily digest.

Takes how an inquiry waits, who has it, and the mail itself; gives `Words`, in Swedish. What goes to
an urgent inquiry's readers has no word of the resident in its subject.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from mailer.inquiry.case import tag
from mailer.inquiry.correction import holder_of
from mailer.inquiry.digest import Digest, Happened, Seen, Undelivered, digest
from mailer.inquiry.follow_up import STEPS, Step, Waiting, answer_by, is_overdue, working_days
from mailer.inquiry.record import Case
from mailer.inquiry.reply import answer_to, in_words, listed, shown, written_by
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Inquiry, Kind, Verdict
from mailer.organisation import Leader, Organisation
from mailer.rendering import LetterTemplates, Words

_SHOWN_AGAIN = 400  # characters of a mail that its readers have had before
_LISTED = 100  # entries under one heading of the digest
_SUBJECT = 80  # characters

_SHELVED: Mapping[Kind, tuple[str, str]] = {
    "spam": ("misstänkt skräppost", "misstänkt skräppost"),
    "auto-reply": ("automatiskt svar", "automatiska svar"),
    "bounce": ("studsat brev", "studsade brev"),
    "own": ("av våra egna utskick", "av våra egna utskick"),
    "follow-up": ("svar från er själva", "svar från er själva"),
}
_OTHER = ("annat mejl", "andra mejl")


class Reminders:
    """Writes the letters from `templates` (name → source)."""

    def __init__(
        self,
        templates: Mapping[str, str],
        organisation: Organisation,
        rules: TriageRules,
        zone: ZoneInfo,
    ) -> None:
        self._templates = LetterTemplates(templates)
        self._organisation = organisation
        self._rules = rules
        self._zone = zone

    def of_step(
        self,
        step: Step,
        waiting: Waiting,
        inquiry: Inquiry,
        holders: Sequence[Leader],
        reader: Leader | None,
        links: Sequence[tuple[str, str]],
        now: datetime,
        *,
        attached: bool,
    ) -> Words:
        """To one reader of a step; None is the operator. `inquiry` is the mail as it was read.

        `links` are the reader's own, each with what stands before it. `attached`: the original goes
        along.
        """
        answers_go_to = answer_to(inquiry, self._organisation.mailbox)
        most = {} if step.urgent else {"most": _SHOWN_AGAIN}
        return self._write(
            step.name.replace("-", "_"),
            number=waiting.case.number,
            tag=tag(waiting.case.number),
            urgent=waiting.verdict.urgent,
            subject=_subject(waiting.subject),
            sender=written_by(inquiry),
            received=in_words(waiting.case.received.astimezone(self._zone)),
            since=in_words(waiting.since.astimezone(self._zone)),
            days=self._days(waiting, now),
            promised=_day(answer_by(waiting, self._zone, self._rules)) if waiting.promised else "",
            holders=listed(leader.titled for leader in holders),
            yours=reader in holders,
            operator=reader is None,
            others=len(holders) > 1,
            own_words=shown(inquiry.text, **most),
            attached=attached,
            answer_to=answers_go_to.email if answers_go_to else "",
            folder=waiting.case.folder,
            links=links,
            mailbox=self._organisation.mailbox.email,
        )

    def digest(self, made: Digest) -> Words:
        """To the coordinator."""
        lists: dict[str, Sequence[Seen | Waiting]] = {
            "uncertain": made.uncertain,
            "new": made.new,
            "older": made.older,
            "unreadable": made.unreadable,
            "suspected": made.suspected,
        }
        return self._write(
            "digest",
            day=_day(made.until.astimezone(self._zone).date()),
            since=in_words(made.since.astimezone(self._zone)),
            received=made.received,
            routed=made.routed,
            by_machine=made.by_machine,
            shelved=sum(made.shelved.values()),
            shelves=listed(_counted(kind, count) for kind, count in made.shelved.items()),
            undecided=made.undecided,
            undelivered=made.undelivered,
            waiting=len(made.waiting),
            more={name: max(len(entries) - _LISTED, 0) for name, entries in lists.items()},
            **{
                name: [self._entry(each, made) for each in entries[:_LISTED]]
                for name, entries in lists.items()
            },
        )

    def rehearse(self, now: datetime) -> None:
        """Write every letter about an invented inquiry. Raises TemplateFault for what fails."""
        organisation = self._organisation
        sender = organisation.mailbox
        case = Case(1, "", "IT-2020-0001", now, 0, "Prov")
        leaders = organisation.subprojects[0].leaders
        for urgent in (False, True):
            verdict = Verdict("inquiry", organisation.subprojects[0].slug, urgent=urgent)
            waiting = Waiting(case, verdict, "Prov", sender, now, promised=urgent)
            for step in STEPS:
                for inquiry in (Inquiry(sender=sender, text="Prov"), Inquiry()):
                    for reader in (leaders[0], None):
                        links = [("Prov", "https://example.org")]
                        self.of_step(
                            step, waiting, inquiry, leaders, reader, links, now, attached=urgent
                        )
        unsure = Waiting(case, Verdict("inquiry", certain=False), "", None, now)
        kinds: tuple[Kind, ...] = ("inquiry", "unreadable", "spam", "subscribe")
        seen = [
            Seen(f"IT-2020-{number}", Verdict(kind), "Prov", sender, forwarded=number < 2)
            for number, kind in enumerate(kinds)
        ]
        happened = Happened(seen, [Undelivered("IT-2020-0001", sender.email)], 1)
        for what, waits in ((happened, [unsure]), (Happened(), [])):
            self.digest(digest(now, now + timedelta(days=30), what, waits))

    def _entry(self, each: Seen | Waiting, made: Digest) -> dict[str, Any]:
        number = each.number if isinstance(each, Seen) else each.case.number
        waiting = made.waiting.get(number)
        late = waiting and is_overdue(waiting, made.until, self._zone, self._rules)
        return {
            "number": number,
            "subject": _subject(each.subject),
            "sender": written_by(Inquiry(sender=each.sender)),
            "holder": self._holder(each.verdict),
            "urgent": each.verdict.urgent,
            "kind": _SHELVED.get(each.verdict.kind, _OTHER)[0],
            "waits": waiting is not None,
            "days": self._days(waiting, made.until) if waiting else "",
            "late": _day(answer_by(waiting, self._zone, self._rules)) if waiting and late else "",
        }

    def _holder(self, verdict: Verdict) -> str:
        part = self._organisation.by_slug.get(holder_of(verdict))
        return part.name if part else self._organisation.coordinator.name

    def _days(self, waiting: Waiting, now: datetime) -> str:
        """For how long it has waited; empty for less than a working day."""
        first, last = (each.astimezone(self._zone).date() for each in (waiting.since, now))
        match working_days(first, last):
            case 0:
                return ""
            case 1:
                return "1 arbetsdag"
            case count:
                return f"{count} arbetsdagar"

    def _write(self, letter: str, **values: object) -> Words:
        name = self._organisation.mailbox.name
        return self._templates.write(f"letters/sv/{letter}.txt", {"mailbox_name": name, **values})


def _subject(subject: str) -> str:
    return shown(" ".join(subject.split()), _SUBJECT)


def _counted(kind: Kind, count: int) -> str:
    one, several = _SHELVED.get(kind, _OTHER)
    return f"{count} {one if count == 1 else several}"


def _day(day: date) -> str:
    return format_date(day, "d MMMM y", "sv")
