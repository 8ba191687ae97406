"""Filing: out of the inbox into a folder, without ever deleting or expunging.

Takes mails that were read from the inbox; gives the UIDs, as they were in the inbox, of those that
are in the folder now. With MOVE (RFC 6851) a mail is moved. Without, it is copied and the original
stays in the inbox with a mark on it; promises that it is copied once however often this is called,
unless another mail of the very same bytes was copied before it: then that one stands for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientReadOnlyError

from mailer.edge.imap_reading import alike, batches, each
from mailer.errors import MailboxError
from mailer.inquiry.record import RawMail
from mailer.mail.server import Server


@dataclass(frozen=True, slots=True)
class Mark:
    """The flag of a mail that was filed by copying, and how to search with and without it."""

    flag: bytes
    present: tuple[str, ...]
    absent: tuple[str, ...]


KEYWORD = Mark(b"$Filed", ("KEYWORD", "$Filed"), ("UNKEYWORD", "$Filed"))
FLAGGED = Mark(b"\\Flagged", ("FLAGGED",), ("UNFLAGGED",))
NEEDLESS = Mark(b"", (), ())
"""Where nothing can be marked and MOVE leaves nothing behind to mark."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox as it was just selected."""

    validity: int
    mark: Mark


def select(client: IMAPClient, folder: str) -> Inbox:
    """Select the inbox; one that may only be read is read, and what is filed there is refused."""
    try:
        answer = client.select_folder(folder)
        known = answer.get(b"PERMANENTFLAGS", ())
    except IMAPClientReadOnlyError:
        answer = client.select_folder(folder, readonly=True)
        known = answer.get(b"FLAGS", ())  # what was marked while it could be
    permanent = {flag.lower() for flag in known}
    if not permanent.isdisjoint({b"\\*", KEYWORD.flag.lower()}):
        mark = KEYWORD
    elif client.has_capability("MOVE"):
        mark = NEEDLESS
    else:
        # A star that a person sets then hides a mail from us; such a server leaves nothing else.
        mark = FLAGGED
    return Inbox(answer[b"UIDVALIDITY"], mark)


@dataclass(frozen=True, slots=True)
class Filing:
    """Files mails of the inbox called `inbox`; `limit` is the one that they were read with."""

    server: Server
    client: IMAPClient
    inbox: str
    limit: int

    def file(self, mails: Sequence[RawMail], target: str) -> list[int]:
        """File `mails` in the server's folder `target`, which exists.

        Raises MailboxError where the inbox is not the one that the mails were read from.
        """
        by = self._move if self.client.has_capability("MOVE") else self._copy
        return [uid for batch in batches(mails) for uid in by(batch, target)]

    def flag(self, mails: Sequence[RawMail]) -> None:
        """Put a star on `mails`, but not where it is the mark of filed mail. Raises as `file`."""
        if self._select(mails).mark is not FLAGGED:
            self.client.add_flags([mail.uid for mail in mails], [FLAGGED.flag], silent=True)

    def _move(self, mails: Sequence[RawMail], target: str) -> list[int]:
        def move(uids: Sequence[int]) -> Sequence[int]:
            self.client.move(uids, target)
            return uids

        self._select(mails)
        # MOVE passes over what is gone; what is there a moment before it is what it moves.
        return each("file", self.client.search(["UID", _set(mails)]), move)

    def _copy(self, mails: Sequence[RawMail], target: str) -> list[int]:
        def copy(uids: Sequence[int]) -> Sequence[int]:
            self.client.copy(uids, target)
            return uids

        # A crash may have come between COPY and mark: what is in the folder needs only the mark.
        self.client.select_folder(target, readonly=True)
        copied = {mail.uid for mail in mails if self._holds(mail)}
        mark = self._select(mails).mark
        marked = self.client.search(["UID", _set(mails), *mark.present])
        unmarked = self.client.search(["UID", _set(mails), *mark.absent])
        done = [uid for uid in unmarked if uid in copied]
        done += each("file", [uid for uid in unmarked if uid not in copied], copy)
        self.client.add_flags(done, [mark.flag], silent=True)
        return [*marked, *done]

    def _select(self, mails: Sequence[RawMail]) -> Inbox:
        """Select the inbox anew: UIDs mean nothing without its UIDVALIDITY."""
        inbox = select(self.client, self.inbox)
        if any(mail.validity != inbox.validity for mail in mails):
            raise MailboxError(
                f"{self.server}: the inbox was rebuilt (UIDVALIDITY is now {inbox.validity});"
                " nothing was moved, its mails must be read again"
            )
        return inbox

    def _holds(self, mail: RawMail) -> bool:
        return bool(alike(self.client, mail.raw, mail.size, self.limit))


def _set(mails: Sequence[RawMail]) -> str:
    """An RFC 3501 sequence-set."""
    return ",".join(str(mail.uid) for mail in mails)
