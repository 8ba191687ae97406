"""A received mail as the server gave it, and as the record knows it: values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.mail.post import Post


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as the server gave it: the exact bytes, and where and when it arrived.

    `(validity, uid)` is its place in `folder` (RFC 3501); `received` the server's INTERNALDATE.
    `size` is RFC822.SIZE; where it is over the limit, `raw` holds its beginning only.
    """

    folder: str
    validity: int
    uid: int
    received: datetime
    size: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Case:
    """A received mail in the record. `folder` is where it belongs once it is decided, else empty.

    `size` is the whole mail's, as the server counts it; `urgent` is known once it is decided.
    """

    id: int
    hash: str
    number: str
    received: datetime
    size: int
    folder: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail of the record as it was read. `tag` is the case number in its subject, or empty."""

    case: Case
    inquiry: Inquiry
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """All that was decided on a case: what it is about, where it goes, the letters that follow."""

    case: Case
    inquiry: Inquiry
    verdict: Verdict
    route: Route
    posts: Sequence[Post] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The decision that stands for a case, and whether it was `ours` or an earlier."""

    folder: str
    urgent: bool
    ours: bool


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A forward of ours as the outbox knows it."""

    key: str
    recipient: str
    inquiry_id: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The inquiry that a new mail follows up; `hash` is that of its bytes.

    `named`: by its number or a Message-ID. Else the two have sender and subject in common.
    """

    number: str
    owner: str | None
    certain: bool
    hash: str
    received: datetime
    named: bool = True


@dataclass(frozen=True, slots=True)
class Background:
    """What the record knows that bears on one mail.

    `acknowledged` is whether the sender had an acknowledgement in the last 24 hours, for another
    mail; `acknowledgements` how many went to anyone in the last hour. `confirms` is whether it
    answers our question, sent to this very address, if they want the newsletter. `subscribed` is
    whether the sender, or the token in the subject, is a subscriber's; `active` whether the sender
    gets the newsletter now. `answers_forward` is whether it answers a forward of ours, sent to this
    very address. `away` are the leaders who told us that they are away today, and to which day.
    """

    earlier: Earlier | None = None
    acknowledged: bool = False
    acknowledgements: int = 0
    confirms: bool = False
    subscribed: bool = False
    active: bool = False
    answers_forward: bool = False
    away: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder was looked through: its UIDVALIDITY, and the first UID to look at next."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Sight:
    """A mail in some folder, of which no more was read than its size and its Message-ID field."""

    uid: int
    size: int
    header: bytes


@dataclass(frozen=True, slots=True)
class News:
    """What came into a folder since it was looked through, and how far it is looked through now.

    `folder` is as the configuration has it, or the server's name of a folder that is not ours.
    `fresh`: it was looked through before; else the folder is new, or its UIDs are, and what is in
    it may have lain there for long.
    """

    folder: str
    mark: Mark
    sights: tuple[Sight, ...]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies (RFC 3501)."""

    folder: str
    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A known mail that people put into `place`; what it means is still to be found out."""

    place: Place
    number: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Errand:
    """A mail to be moved in the mailbox, from folder to folder, because a person said so."""

    case: Case
    source: str
    target: str
