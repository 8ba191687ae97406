"""What decides on mails, and what leaders teach it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from mailer.inquiry.correction import Correction, Holding, Known
from mailer.inquiry.record import Errand, Mark, Place, Sighting
from mailer.inquiry.triage import Judged
from mailer.mail.post import Post
from mailer.organisation import Absence


class Knowledge(Protocol):
    """What is known of mails: the rules, what was learned, and what we sent ourselves."""

    async def renew(self) -> None:
        """Take in what is new since; cheap where nothing is. To be called before `judge`."""
        ...

    def judge(self, raw: bytes, *, too_large: int = 0) -> Judged:
        """Decide on one mail. `too_large`: its size, where only its beginning was fetched."""
        ...


class Helper(Protocol):
    """Judges as `Knowledge` does, beside it; asked about some mails, and then about the next."""

    async def call(self) -> None:
        """Be there, as many mails wait, and know what `Knowledge` knows by now."""
        ...

    async def judge(self, mails: Sequence[tuple[bytes, int]]) -> Sequence[Judged] | None:
        """As `Knowledge.judge` on each, with its `too_large`; None where nobody is there."""
        ...

    async def rest(self) -> None:
        """Go; to be called again."""
        ...


class Absences(Protocol):
    """When leaders are away, as their automatic answers say."""

    async def note(self, leader: str, absence: Absence, source: str) -> None:
        """`leader` is a slug, `source` the case number of the answer; each source counts once."""
        ...

    async def on(self, day: date) -> Mapping[str, date]:
        """By the slug of each leader who is away on `day`: the last day of it."""
        ...


class Labels(Protocol):
    """Who has an inquiry by a person's word, and who takes it."""

    async def holding(self, number: str, now: datetime) -> Holding | None:
        """How the case with this number stands; None where there is none, or it is undecided."""
        ...

    async def case_of(self, message_ids: Collection[str]) -> str:
        """The number of the case that one of these letters to leaders is about; or empty."""
        ...

    async def correct(self, correction: Correction, posts: Sequence[Post], now: datetime) -> bool:
        """Do it and queue what follows, all or none; a letter to the sender waits for SETTLES.

        Another that still waits is withdrawn. Where the mail was not moved by hand it becomes an
        errand. False, and no effect, where the case stands otherwise by now.
        """
        ...

    async def put(self, posts: Sequence[Post], now: datetime) -> None:
        """Queue letters; those whose key is there already are left alone."""
        ...

    async def take(
        self, holding: Holding, leader: str, posts: Sequence[Post], now: datetime
    ) -> bool:
        """Note that a leader (a slug) takes it, and queue the letters if nobody had taken it.

        False where this leader had.
        """
        ...

    async def errands(self) -> Sequence[Errand]:
        """What is still to be moved in the mailbox."""
        ...

    async def done(self, errand: Errand, moved: bool, now: datetime) -> None:
        """Note that the mail was `moved`, or that it is not there to be moved."""
        ...


class Sightings(Protocol):
    """Where people put mails of the record, as far as we looked."""

    async def marks(self) -> Mapping[str, Mark]:
        """By folder, how far it was looked through."""
        ...

    async def like(self, message_ids: Collection[str], sizes: Collection[int]) -> Sequence[Known]:
        """The mails of the record that have one of these ids; or no id known, and such a size."""
        ...

    async def note(
        self, folder: str, mark: Mark, found: Sequence[tuple[Place, str]], now: datetime
    ) -> None:
        """Note the cases (by number) found in a folder, and how far it was looked through."""
        ...

    async def unsettled(self) -> Sequence[Sighting]:
        """In the order in which they were found."""
        ...

    async def settle(self, place: Place, now: datetime) -> None:
        """Note that what was found there is dealt with."""
        ...
