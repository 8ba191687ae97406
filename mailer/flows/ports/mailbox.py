"""The contact mailbox, and the folders that people move mail between."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mailer.inquiry.reconciliation import Lying
from mailer.inquiry.record import Case, Mark, News, Place, RawMail


class Mailbox(Protocol):
    """One IMAP account, with its inbox selected."""

    async def waiting(self) -> Sequence[int]:
        """The UIDs in the inbox that are not marked as filed, oldest first."""
        ...

    async def fetch(self, uids: Sequence[int]) -> Sequence[RawMail]:
        """Those of `uids` that are still there, in this order; none where none is.

        They are a bounded number of octets, or one larger mail: what stands behind the last of them
        was not looked at. Leaves \\Seen as it was.
        """
        ...

    async def file(self, mails: Sequence[RawMail], folder: str) -> Sequence[int]:
        """Move mails of the inbox to `folder` (created when missing); the UIDs that are there now.

        A mail that somebody else has moved is not an error; it is left out of the answer. Where
        MOVE is missing the mail is copied once, however often this is called, and marked.
        """
        ...

    async def flag(self, mails: Sequence[RawMail]) -> None:
        """Put the star of mail programs on mails that still lie in the inbox (\\Flagged)."""
        ...


class Folders(Protocol):
    """The folders of the mailbox. A mail that is marked as deleted is gone."""

    async def news(self, since: Mapping[str, Mark]) -> Sequence[News]:
        """What came into each folder but the inbox since its mark; all, where it has none.

        Without any mark nothing came: what lies there was there before we looked. All folders then
        get theirs, the inbox too.
        """
        ...

    async def read(self, folder: str, validity: int, uids: Sequence[int]) -> Sequence[RawMail]:
        """Those of these mails that are still there. Leaves \\Seen as it was."""
        ...

    async def lies(self, place: Place) -> bool:
        """Whether there is a mail in this place."""
        ...

    async def holds(self, folder: str, case: Case, raw: bytes) -> bool:
        """Whether the folder has the case's mail, which is `raw`."""
        ...

    async def refile(self, source: str, target: str, case: Case, raw: bytes) -> bool:
        """Move the case's mail to `target` (created when missing); False where it is not there."""
        ...


class Flags(Protocol):
    """What mail programs note about the mails in the folders."""

    async def answered(self, cases: Sequence[Case]) -> Sequence[Case]:
        """Those of them whose mail, in the folder where it was filed, was answered (\\Answered)."""
        ...


class Census(Protocol):
    """The whole mailbox, read and left as it is."""

    async def mails(self) -> Sequence[Lying]:
        """Every mail of every folder, those of the inbox first. Raises MailboxError."""
        ...
