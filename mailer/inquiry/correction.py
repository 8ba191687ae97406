"""Others should have a case than those whom triage chose: what a leader's word about it leads to.

Takes a `Holding` (how a case stands) and who is to have it; gives a `Step`. It does not matter
whether a mail was moved by hand, a button was pressed or a forward was answered. The first row
counts:

| it is to go to | step |
| --- | --- |
| who has it already | nothing |
| who had it before the last correction, made less than SETTLES ago | take back |
| a shelf of what triage gave to nobody | nothing |
| anyone else | obey |

What a step does:

| | obey | take back |
| --- | --- | --- |
| the label, which triage learns from | is stored | is removed |
| leaders who have it now and have not seen it | get the mail | get the mail |
| leaders who had it, and those who have seen it | get one line | get one line |
| a sender who was told that another has it | gets one line, once SETTLES has passed | likewise |
| such a line to the sender that still waits | is withdrawn | is withdrawn |

So whoever drags a mail out and back has changed nothing, and the sender never hears of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mailer.inquiry.record import Case
from mailer.inquiry.route import READERS, owner_of
from mailer.inquiry.rules import TriageRules
from mailer.inquiry.verdict import Verdict
from mailer.mail.address import Address
from mailer.organisation import COORDINATOR, Organisation

SETTLES = timedelta(minutes=10)

COPIED = timedelta(days=1)
"""How long a mail may lie in two folders and still be on its way: some mail programs copy it and
take the original away much later."""

SHELF = ""
"""Stands in place of a slug where triage gave a case to nobody: spam, an automatic answer."""

Way = Literal["move", "page", "reply"]
Step = Literal["nothing", "obey", "take back"]


@dataclass(frozen=True, slots=True)
class Label:
    """A correction that stands: it took a case from `before` to `holder`, both as in `Holding`."""

    before: str
    holder: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """A decided case as it stands. `holder` has it: a slug, COORDINATOR or SHELF.

    `last` is the latest correction, `seen` the leaders (slugs) who had a forward, `told` the holder
    that the sender was last told of (empty: none), `silence` why there was no acknowledgement.
    """

    case: Case
    holder: str
    subject: str = ""
    sender: Address | None = None
    urgent: bool = False
    silence: str = ""
    last: Label | None = None
    seen: frozenset[str] = frozenset()
    told: str = ""
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be done: `holding` goes `to` a slug or the COORDINATOR, or back to the SHELF.

    `by` is the leader who said so (a slug), empty where somebody moved the mail by hand. `folder`
    is where its mail belongs then, empty for a SHELF.
    """

    holding: Holding
    to: str
    step: Literal["obey", "take back"]
    way: Way
    by: str
    folder: str


@dataclass(frozen=True, slots=True)
class Known:
    """A mail of the record that may be the one that lies somewhere: one has to compare the bytes.

    `holder` is None while it is not decided. `size` counts where there is no `message_id`, else 0.
    """

    hash: str
    number: str
    folder: str
    holder: str | None
    message_id: str
    size: int

    def like(self, message_id: str, size: int) -> bool:
        """Whether a mail with that Message-ID and size may be this one."""
        return self.message_id == message_id if self.message_id else self.size == size

    def is_at_home(self, folder: str, holder: str) -> bool:
        """Whether it lies in `folder` because it belongs to its `holder`, or was filed there."""
        return self.folder == folder or (holder != SHELF and holder == self.holder)


def step(holding: Holding, to: str, now: datetime) -> Step:
    """What follows when a case is to go to another holder."""
    last = holding.last
    back = last is not None and to == last.before and now - last.at < SETTLES
    table: tuple[tuple[bool, Step], ...] = (
        (to == holding.holder, "nothing"),
        (back, "take back"),
        (to == SHELF, "nothing"),
        (True, "obey"),
    )
    return next(found for applies, found in table if applies)


def holder_of(verdict: Verdict) -> str:
    """Who has a case that was decided so."""
    return owner_of(verdict) or (COORDINATOR if READERS[verdict.kind] == "owner" else SHELF)


def holders(organisation: Organisation, rules: TriageRules) -> Mapping[str, str]:
    """By folder, who has what lies there."""
    return {
        **dict.fromkeys(rules.folders.values(), SHELF),
        organisation.coordinator_folder: COORDINATOR,
        **{part.folder: part.slug for part in organisation.subprojects},
    }


def folder_of(holder: str, organisation: Organisation) -> str:
    """Where the mail of this holder belongs; empty for a SHELF, of which there are several."""
    if holder == COORDINATOR:
        return organisation.coordinator_folder
    return organisation[holder].folder if holder != SHELF else ""


def sender_key(number: str) -> str:
    """How the outbox keys of letters begin that tell the sender who has it; the holder follows."""
    return f"notice/{number}/sender/"


# --- in an answer to a forward

# As the forward writes it, and as people type it: ”Fel: drog”, Fel; drog.
_WRONG = re.compile(r"[\"'”“»(]*fel\s*[:;](.*?)[\"'”“«).]*", re.IGNORECASE)
_GREETING = 3  # words of a line above it
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 60
"""Characters: what is longer tells the resident something, and names nobody."""


def named(text: str) -> str | None:
    """What an answer that begins "Fel: drog" says there; None where it is no such answer."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    greets = len(lines) > 1 and len(_words(lines[0])) <= _GREETING and ":" not in lines[0]
    tried = lines[: 2 if greets else 1]
    found = next(filter(None, map(_WRONG.fullmatch, tried)), None)
    return found[1].strip() if found and len(found[1]) <= _LONGEST else None


def wanted(text: str, organisation: Organisation) -> tuple[str, ...] | None:
    """Who may be meant by such an answer; None where it is none.

    That is whose slug or name it is; else everybody whose name has, for each word, one that begins
    so. One is certain; of none and of several it must be asked.
    """
    said = named(text)
    if said is None:
        return None
    given = _words(said)
    names = _names(organisation)
    exact = tuple(slug for slug, own in names.items() if given in own)
    if exact or not given:
        return exact
    return tuple(
        slug
        for slug, own in names.items()
        if all(any(word.startswith(each) for name in own for word in name) for each in given)
    )


def _names(organisation: Organisation) -> Mapping[str, Sequence[Sequence[str]]]:
    """By slug, the words of everything that it is called."""
    coordinator = (COORDINATOR, "samordnaren", organisation.coordinator.name)
    called = {part.slug: (part.slug, part.name) for part in organisation.subprojects}
    return {
        **{slug: [_words(name) for name in names] for slug, names in called.items()},
        COORDINATOR: [_words(name) for name in coordinator],
    }


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
