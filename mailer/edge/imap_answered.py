"""Which mails people have answered from the mailbox itself: what mail programs flag as \\Answered.

Takes an `ImapMailbox`; implements the port `Flags`. Nothing in the mailbox is changed. A mail is
looked for in the folder where it was filed, among those that are flagged and of its size; its bytes
are what decides.
"""

import logging
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_folders import enter, naming
from mailer.edge.imap_reading import bodies, fetched_of
from mailer.edge.imap_session import is_refusal, reason
from mailer.inquiry.record import Case

logger = logging.getLogger("mailer.imap")

_FLAGGED = ("UNDELETED", "ANSWERED")


class ImapFlags:
    """The port `Flags`; `limit` is the one that mails are read with."""

    def __init__(self, mailbox: ImapMailbox, limit: int) -> None:
        self._mailbox = mailbox
        self._limit = limit

    async def answered(self, cases: Sequence[Case]) -> Sequence[Case]:
        return await self._mailbox.run(lambda client: self._answered(client, cases))

    # All below runs in the thread that owns the client.

    def _answered(self, client: IMAPClient, cases: Sequence[Case]) -> list[Case]:
        found = []
        for folder, group in groupby(sorted(cases, key=_folder), _folder):
            try:
                if self._select(client, folder):
                    found += [case for case in group if self._is_answered(client, case)]
            except IMAPClientError as error:
                if not is_refusal(error):
                    raise
                logger.warning("answered: %s: %s", folder, reason(error), extra={"action": "look"})
        return found

    def _select(self, client: IMAPClient, folder: str) -> bool:
        """Whether the folder is there and has any mail with the flag."""
        there = enter(client, naming(client).on_server(folder)) is not None
        return there and bool(client.search(_FLAGGED))

    def _is_answered(self, client: IMAPClient, case: Case) -> bool:
        sized = ("LARGER", max(case.size - 1, 0), "SMALLER", case.size + 1)
        return any(
            sha256(raw).hexdigest() == case.hash
            for uid in client.search([*_FLAGGED, *sized])
            for _, raw in bodies(client, [uid], fetched_of(case.size, self._limit))
        )


def _folder(case: Case) -> str:
    return case.folder
