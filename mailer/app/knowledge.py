"""What triage knows, kept up to date while the service runs; implements the port `Knowledge`.

Renewing costs two look-ups while nothing is new. Else what is new is learned in a thread before it
returns, so that a correction counts from the next mail on. Where that fails triage goes on with
what it knew.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from mailer.app.deciding import texts_of_edition, texts_to_come, triage
from mailer.app.learning import examples_of, models
from mailer.edge.archive import Archive
from mailer.edge.store.labels import StoredLabels
from mailer.errors import MailerError
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.taught import Taught
from mailer.inquiry.triage import Judged, Triage
from mailer.mail.identity import Identity
from mailer.settings import Settings

log = logging.getLogger("mailer.knowledge")


class Knowledge:
    """Takes the labels and originals of the store, and the archive of editions."""

    def __init__(self, settings: Settings, identity: Identity, labels: StoredLabels) -> None:
        self._settings = settings
        self._identity = identity
        self._labels = labels
        self._archive = Archive(settings.data_dir / "archive")
        self._sent = Shingles()
        self._editions: set[str] = set()
        self._version: tuple[int, datetime | None, int, int] | None = None
        self._triage: Triage | None = None
        self._lock = asyncio.Lock()

    async def renew(self) -> None:
        """See the port. Raises MailerError where nothing is known yet, and nothing can be."""
        async with self._lock:
            try:
                await self._renew()
            except MailerError as error:
                if self._triage is None:
                    raise
                log.error("knowledge-not-renewed reason=%s", error)

    def judge(self, raw: bytes, *, too_large: int = 0) -> Judged:
        return self.triage.judge(raw, too_large=too_large)

    @property
    def triage(self) -> Triage:
        """What decides, by what is known now."""
        assert self._triage is not None  # noqa: S101 - renew() comes first
        return self._triage

    @property
    def sent(self) -> Shingles:
        """What we have sent, as far as it is known now."""
        return self._sent

    async def _renew(self) -> None:
        await asyncio.to_thread(self._read_editions)
        version = await self._labels.version()
        if self._triage is None or version != self._version:
            taught = await self._labels.taught()
            self._triage = await asyncio.to_thread(self._made, taught)
            self._version = version

    def _read_editions(self) -> None:
        new = [period for period in self._archive.editions() if period not in self._editions]
        for period in new:
            self._sent.add(texts_of_edition(self._archive, period))
            self._editions.add(period)

    def _made(self, taught: Sequence[Taught]) -> Triage:
        if self._triage is None:
            self._sent.add(texts_to_come(self._settings))
        learned = models(self._settings, examples_of(self._settings, taught, self._sent))
        return triage(self._settings, self._identity, learned, self._sent)
