"""Every mail that lies in the mailbox, in whatever folder, by the hash of its bytes.

Takes an `ImapMailbox`; implements the port `Census`. Nothing is changed, \\Seen stays as it is, and
no more than FETCH_BYTES of mails are in memory at a time. A mail that is marked \\Deleted lies
there until somebody expunges it. Folders that only show what lies in others are passed over.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from email.parser import BytesHeaderParser
from email.policy import compat32
from hashlib import sha256

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_filing import select
from mailer.edge.imap_folders import folders, naming
from mailer.edge.imap_reading import batches, contents, each
from mailer.edge.imap_session import is_refusal, reason
from mailer.inquiry.reconciliation import Lying
from mailer.inquiry.record import Place

logger = logging.getLogger("mailer.imap")

_WRITTEN = {b"\\sent", b"\\drafts"}  # RFC 6154
_HEADERS = BytesHeaderParser(policy=compat32)


class ImapCensus:
    """The port `Census`. `ours` are folders as the configuration names them.

    `inbox` is the server's own name of the inbox, `limit` the one that its mails are read with.
    `copy_of` is the field that tells our copies of editions.
    """

    def __init__(
        self, mailbox: ImapMailbox, inbox: str, ours: Collection[str], limit: int, copy_of: str
    ) -> None:
        self._mailbox = mailbox
        self._inbox = inbox
        self._ours = ours
        self._limit = limit
        self._copy_of = copy_of

    async def mails(self) -> Sequence[Lying]:
        return await self._mailbox.run(lambda client: list(self._mails(client)))

    # All below runs in the thread that owns the client.

    def _mails(self, client: IMAPClient) -> Iterator[Lying]:
        names = naming(client)
        ours = {names.on_server(folder): folder for folder in self._ours}
        written = _written(client)
        for folder in sorted(folders(client, virtual=False), key=self._inbox.__ne__):
            try:
                yield from self._in_folder(
                    client, folder, ours.get(folder, folder), written=folder in written
                )
            except IMAPClientError as error:
                if not is_refusal(error):
                    raise
                logger.warning("look: %s: %s", folder, reason(error), extra={"action": "look"})

    def _in_folder(
        self, client: IMAPClient, folder: str, name: str, *, written: bool
    ) -> Iterator[Lying]:
        selected = client.select_folder(folder, readonly=True)
        waits: set[int] = set()
        if folder == self._inbox:
            unmarked = select(client, folder).mark.absent
            waits.update(client.search(["UNDELETED", *unmarked]))
        for uids in batches(sorted(client.search())):
            for uid, hash, header in self._read(client, uids):
                yield Lying(
                    Place(name, selected[b"UIDVALIDITY"], uid),
                    hash,
                    _field(header, "Message-ID").strip("<>"),
                    edition=_field(header, self._copy_of),
                    waits=uid in waits,
                    written=written,
                )

    def _read(self, client: IMAPClient, uids: Sequence[int]) -> Iterator[tuple[int, str, bytes]]:
        """The UID of each mail, the hash of what the record keeps of it, and two fields of it."""
        asked = ["RFC822.SIZE", f"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID {self._copy_of.upper()})]"]
        facts = dict(each("look", uids, lambda part: client.fetch(part, asked).items()))
        sizes = {uid: fact[b"RFC822.SIZE"] for uid, fact in facts.items() if b"RFC822.SIZE" in fact}
        hashes = {uid: sha256(raw).hexdigest() for uid, raw in contents(client, sizes, self._limit)}
        for uid in uids:
            fact = facts.get(uid, {})
            # Servers repeat the section each in its own way.
            header = next((value for key, value in fact.items() if key.startswith(b"BODY[")), b"")
            yield uid, hashes.get(uid, ""), header or b""


def _written(client: IMAPClient) -> set[str]:
    """The folders where a mailbox keeps what its users write."""
    return {
        name
        for flags, _, name in client.list_folders()
        if not _WRITTEN.isdisjoint(flag.lower() for flag in flags)
    }


def _field(header: bytes, name: str) -> str:
    return str(_HEADERS.parsebytes(header).get(name, "")).strip()
