"""A received mail as the server gave it, and as the record knows it: values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as the server gave it: the exact bytes, and where and when it arrived.

    `(validity, uid)` is its place in `folder` (RFC 3501); `received` the server's INTERNALDATE.
    `size` is RFC822.SIZE; where it is over the limit, `raw` holds the header block only.
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

    `size` is the whole mail's, as the server counts it.
    """

    id: int
    hash: str
    number: str
    received: datetime
    size: int
    folder: str


@dataclass(frozen=True, slots=True)
class Written:
    """The decision that stands for a case: its folder, and whether it was `ours` or an earlier."""

    folder: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A forward of ours as the outbox knows it."""

    key: str
    recipient: str
    inquiry_id: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The inquiry that a new mail follows up."""

    number: str
    owner: str | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Background:
    """What the record knows that bears on one mail.

    `acknowledged` is whether the sender had an acknowledgement in the last 24 hours, for another
    mail; `acknowledgements` how many went to anyone in the last hour. `confirms` is whether it
    answers our question, sent to this very address, if they want the newsletter. `subscribed` is
    whether the sender, or the token in the subject, is a subscriber's; `active` whether the sender
    gets the newsletter now.
    """

    earlier: Earlier | None = None
    acknowledged: bool = False
    acknowledgements: int = 0
    confirms: bool = False
    subscribed: bool = False
    active: bool = False
