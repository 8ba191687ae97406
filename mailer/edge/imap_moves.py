"""What people do in the folders of the mailbox: what came into one, where a mail lies, one moved.

Takes an `ImapMailbox`; implements the port `Folders`. Nothing is flagged, deleted or expunged. A
mail that is marked \\Deleted counts as gone: so does a mail program take it away that moves by
COPY. Whether anything came is asked with one STATUS a folder (UIDNEXT, RFC 3501); only then is the
folder searched, from that UID on.
"""

import logging
from collections.abc import Collection, Mapping, Sequence

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_folders import create_missing, enter, folders, naming
from mailer.edge.imap_reading import alike, batches, read
from mailer.edge.imap_session import is_refusal, reason
from mailer.inquiry.record import Case, Mark, News, Place, RawMail, Sight

logger = logging.getLogger("mailer.imap")

_HEADER = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


class ImapFolders:
    """The port `Folders`. `ours` are folders as the configuration names them.

    `inbox` is the server's own name of the inbox, `limit` the one that its mails are read with.
    """

    def __init__(self, mailbox: ImapMailbox, inbox: str, ours: Collection[str], limit: int) -> None:
        self._mailbox = mailbox
        self._inbox = inbox
        self._ours = ours
        self._limit = limit

    async def news(self, since: Mapping[str, Mark]) -> Sequence[News]:
        return await self._mailbox.run(lambda client: self._news(client, since))

    async def read(self, folder: str, validity: int, uids: Sequence[int]) -> Sequence[RawMail]:
        return await self._mailbox.run(lambda client: self._read(client, folder, validity, uids))

    async def lies(self, place: Place) -> bool:
        return await self._mailbox.run(lambda client: self._lies(client, place))

    async def holds(self, folder: str, case: Case, raw: bytes) -> bool:
        return await self._mailbox.run(lambda client: bool(self._find(client, folder, case, raw)))

    async def refile(self, source: str, target: str, case: Case, raw: bytes) -> bool:
        return await self._mailbox.run(
            lambda client: self._refile(client, source, target, case, raw)
        )

    # All below runs in the thread that owns the client.

    def _news(self, client: IMAPClient, since: Mapping[str, Mark]) -> list[News]:
        names = naming(client)
        ours = {names.on_server(folder): folder for folder in self._ours}
        found = []
        for folder in folders(client, virtual=False):
            if since and folder == self._inbox:
                continue
            name = ours.get(folder, folder)
            try:
                status = client.folder_status(folder, ["UIDVALIDITY", "UIDNEXT"])
                now = Mark(status[b"UIDVALIDITY"], status[b"UIDNEXT"])
                if not since:
                    found.append(News(name, now, ()))
                elif now != since.get(name):
                    found.append(_came(client, folder, name, since.get(name), now))
            except IMAPClientError as error:
                if not is_refusal(error):
                    raise
                logger.warning("look: %s: %s", name, reason(error), extra={"action": "look"})
        return found

    def _read(
        self, client: IMAPClient, folder: str, validity: int, uids: Sequence[int]
    ) -> list[RawMail]:
        if not self._select(client, folder, validity):
            return []
        return read(client, folder, validity, uids, self._limit)

    def _lies(self, client: IMAPClient, place: Place) -> bool:
        there = self._select(client, place.folder, place.validity)
        return there and bool(client.search(["UNDELETED", "UID", str(place.uid)]))

    def _refile(self, client: IMAPClient, source: str, target: str, case: Case, raw: bytes) -> bool:
        moves = client.has_capability("MOVE")
        if not moves and self._find(client, target, case, raw):
            return True
        to = self._on_server(client, target)
        create_missing(client, to)
        uids = self._find(client, source, case, raw, readonly=False)
        if uids and moves:
            client.move(uids, to)
        elif uids:
            client.copy(uids, to)
        return bool(uids)

    def _find(
        self, client: IMAPClient, folder: str, case: Case, raw: bytes, *, readonly: bool = True
    ) -> list[int]:
        if enter(client, self._on_server(client, folder), readonly=readonly) is None:
            return []
        return alike(client, raw, case.size, self._limit, "UNDELETED")

    def _select(self, client: IMAPClient, folder: str, validity: int) -> bool:
        """Whether the folder is there and is the one of which we know."""
        there = enter(client, self._on_server(client, folder))
        return there is not None and bool(there[b"UIDVALIDITY"] == validity)

    def _on_server(self, client: IMAPClient, folder: str) -> str:
        return naming(client).on_server(folder) if folder in self._ours else folder


def _came(client: IMAPClient, folder: str, name: str, mark: Mark | None, now: Mark) -> News:
    """What came since `mark`: all there is where the folder is new, or its UIDs are."""
    fresh = mark is not None and mark.validity == now.validity
    since = mark.next_uid if mark and fresh else 1
    client.select_folder(folder, readonly=True)
    # "n:*" gives the last mail of all even where that is older.
    uids = [u for u in sorted(client.search(["UNDELETED", "UID", f"{since}:*"])) if u >= since]
    sights = [sight for batch in batches(uids) for sight in _sights(client, batch)]
    until = max([now.next_uid, *(uid + 1 for uid in uids)])
    return News(name, Mark(now.validity, until), tuple(sights), fresh)


def _sights(client: IMAPClient, uids: Sequence[int]) -> list[Sight]:
    found = client.fetch(uids, ["RFC822.SIZE", _HEADER])
    sights = []
    for uid in uids:
        fact = found.get(uid, {})
        # Servers repeat the section each in its own way.
        header = next((value for key, value in fact.items() if key.startswith(b"BODY[")), None)
        if header is not None and b"RFC822.SIZE" in fact:
            sights.append(Sight(uid, fact[b"RFC822.SIZE"], header))
    return sights
