"""The mailbox held against the record: nothing may lie there unseen, nothing recorded may be gone.

Takes every mail that lies in any folder and every case; gives an `Account` that adds up both ways.
A mail and a case belong together where the bytes are the same (SHA-256). The first row counts:

| a case whose mail | is |
| --- | --- |
| lies in the folder where it belongs | filed |
| waits in the inbox | waiting |
| lies in any other folder: people moved it | elsewhere |
| lies nowhere, as a person was erased | erased |
| lies nowhere | missing |

| a mail that | is |
| --- | --- |
| is that of a case | known |
| is a copy of an edition that we put there | own |
| lies among what was sent or is being written from this mailbox | written |
| waits in the inbox for triage | new |
| is none of these | unexplained |
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mailer.inquiry.record import Place

CaseIs = Literal["filed", "elsewhere", "waiting", "erased", "missing"]
MailIs = Literal["known", "own", "written", "new", "unexplained"]


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail in the mailbox. `hash` is that of its bytes as the record takes it, or empty: refused.

    `edition` says of which edition it claims to be a copy. `waits`: triage is still to take it;
    `written`: it lies where the mailbox keeps what its users write.
    """

    place: Place
    hash: str
    message_id: str
    edition: str = ""
    waits: bool = False
    written: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in the record. `folder` is where its mail belongs, or empty: not decided yet.

    `unnoted` are the places where it was seen and from which nobody noted that it was filed.
    """

    number: str
    hash: str
    folder: str
    unnoted: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """How many cases became what and how many mails are what, with those by name that matter.

    `elsewhere` has the folder beside each number. `unnoted` are, by folder, the places of mails
    that lie there although nobody noted it: the process ended between the two.
    """

    cases: Mapping[str, int]
    mails: Mapping[str, int]
    elsewhere: Sequence[tuple[str, str]]
    missing: Sequence[str]
    unexplained: Sequence[Lying]
    unnoted: Mapping[str, Sequence[Place]]

    @property
    def received(self) -> int:
        return sum(self.cases.values())

    @property
    def adds_up(self) -> bool:
        """Whether nothing is unexplained and nothing missing."""
        return not self.unexplained and not self.missing


def reconcile(
    mails: Iterable[Lying],
    cases: Sequence[Listed],
    erased: Collection[str],
    kind_of_own: Callable[[str], str],
) -> Account:
    """`erased` are case numbers; `kind_of_own` knows our own Message-IDs (`Identity.kind_of`)."""
    known = {case.hash for case in cases}
    lying: dict[str, list[Lying]] = {}
    are: Counter[MailIs] = Counter()
    unexplained = []
    for mail in mails:
        what = _mail_is(mail, known, kind_of_own)
        are[what] += 1
        if what == "known":
            lying.setdefault(mail.hash, []).append(mail)
        elif what == "unexplained":
            unexplained.append(mail)
    became: Counter[CaseIs] = Counter()
    elsewhere: list[tuple[str, str]] = []
    missing = []
    unnoted: dict[str, list[Place]] = {}
    for case in cases:
        theirs = lying.get(case.hash, [])
        state = _case_is(case, theirs, erased)
        became[state] += 1
        match state:
            case "filed":
                waiting = {mail.place for mail in theirs if mail.waits}
                if left := [place for place in case.unnoted if place not in waiting]:
                    unnoted.setdefault(case.folder, []).extend(left)
            case "elsewhere":
                elsewhere.append((case.number, theirs[0].place.folder))
            case "missing":
                missing.append(case.number)
    return Account(
        {name: became[name] for name in get_args(CaseIs)},
        {name: are[name] for name in get_args(MailIs)},
        tuple(elsewhere),
        tuple(missing),
        tuple(unexplained),
        unnoted,
    )


def _mail_is(mail: Lying, known: Collection[str], kind_of_own: Callable[[str], str]) -> MailIs:
    table: tuple[tuple[bool, MailIs], ...] = (
        (mail.hash in known, "known"),
        (bool(mail.edition and kind_of_own(mail.message_id)), "own"),
        (mail.written, "written"),
        (mail.waits, "new"),
        (True, "unexplained"),
    )
    return next(what for applies, what in table if applies)


def _case_is(case: Listed, lying: Sequence[Lying], erased: Collection[str]) -> CaseIs:
    table: tuple[tuple[bool, CaseIs], ...] = (
        (any(mail.place.folder == case.folder for mail in lying), "filed"),
        (any(mail.waits for mail in lying), "waiting"),
        (bool(lying), "elsewhere"),
        (case.number in erased, "erased"),
        (True, "missing"),
    )
    return next(what for applies, what in table if applies)
