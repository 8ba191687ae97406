"""What the two journeys of triage hand on: an `Inquiry` as read, a `Verdict`, a `Route`.

Values only. `parse` makes the inquiry, `recognise` its kind, `classify` and `urgency` the verdict,
`route` the route.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from mailer.mail.address import Address
from mailer.organisation import Leader

Kind = Literal[
    "inquiry",
    "follow-up",
    "subscribe",
    "unsubscribe",
    "auto-reply",
    "bounce",
    "complaint",
    "spam",
    "own",
    "unreadable",
]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text itself. `size` in octets, decoded."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Inquiry:
    """One received mail, read. Nothing in it can raise any more; all text is plain Unicode.

    `headers` holds every top-level field, name in lower case, value unfolded and decoded, in
    order. `text` is the sender's own words, quotations removed; `whole` the text before that.
    `content_types` lists the types of every part, depth first. `references` holds the ids of
    In-Reply-To and References without angle brackets. `unreadable` says why the mail could not be
    read, or is empty. `note` names, in a Swedish sentence, what the text does not show.
    """

    sender: Address | None = None
    reply_to: Address | None = None
    recipients: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    whole: str = ""
    language: str = "sv"
    message_id: str = ""
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content_types: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    unreadable: str = ""
    note: str = ""

    def __hash__(self) -> int:
        """Of what is known before the text is read, which takes long."""
        return hash((self.message_id, self.subject))

    @property
    def head(self) -> "Inquiry":
        """The same, as if nothing but the header and the types of its parts were known."""
        return Inquiry(
            sender=self.sender,
            reply_to=self.reply_to,
            recipients=self.recipients,
            subject=self.subject,
            message_id=self.message_id,
            references=self.references,
            headers=self.headers,
            content_types=self.content_types,
        )

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of one header field; `name` in lower case."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        """The headers, by name: they are asked for a hundred times."""
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name, []).append(value)
        return {name: tuple(values) for name, values in found.items()}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: `what` in plain Swedish, for the slug (or kind, or "urgent") it speaks for.

    An `example` names an earlier mail that this one is like.
    """

    slug: str
    what: str
    weight: float
    example: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a mail is about. `owner` None means the coordinator.

    `certain` False means: to the coordinator, with the two `suggestions`; then `owner` still names
    the best guess. `suggestions` holds the two most likely, "coordinator" standing for none of
    the subprojects; it is empty where the kind is not about a subproject. `dangers` are those of
    `danger.DANGERS` that an urgent mail names; it may name none. They are not stored.
    """

    kind: Kind
    owner: str | None = None
    copies: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float = 1.0
    certain: bool = True
    urgent: bool = False
    reasons: tuple[Reason, ...] = ()
    dangers: tuple[str, ...] = ()


Standing = Literal["deputy", "colleague", "coordinator", "other"]
"""What makes somebody the one who stands in."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """`reader` gets what `absent`, who is away to the day `until`, would have got; `why`."""

    absent: Leader
    until: date
    reader: Leader
    why: Standing


@dataclass(frozen=True, slots=True)
class Route:
    """Where a mail goes: `folder` in the mailbox, a forward to each of `leaders`.

    `acknowledge` is whether the sender gets a first answer; `silence` says in Swedish why not.
    `stand_ins` tell who of the leaders gets it in the place of whom.
    """

    folder: str
    leaders: tuple[Leader, ...]
    acknowledge: bool
    silence: str = ""
    stand_ins: tuple[StandIn, ...] = ()
