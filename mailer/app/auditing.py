"""What looks back on the record, wired: verifying it, exporting it, judging past mail again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from mailer.app.deciding import LIMIT
from mailer.app.service import Service
from mailer.edge.export import Enclosed, excel, write_zip
from mailer.edge.files import OriginalFiles, write_durably
from mailer.edge.imap import ImapMailbox
from mailer.edge.imap_census import ImapCensus
from mailer.edge.store.chain import StoredChain
from mailer.edge.store.past import StoredPast, Wanted
from mailer.errors import MailerError, StoreError
from mailer.flows.publish import COPY_OF
from mailer.flows.reconcile import Verification
from mailer.flows.replay import Replay
from mailer.inquiry.correction import holders
from mailer.inquiry.parse import read
from mailer.inquiry.register import TITLES, Entry
from mailer.inquiry.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Exported:
    """How many cases and originals were written; the numbers of those whose original is lost."""

    cases: int
    originals: int
    missing: Sequence[str]


def verification(service: Service, mailbox: ImapMailbox) -> Verification:
    settings = service.settings
    ours = holders(settings.organisation, settings.triage)
    return Verification(
        chain=StoredChain(service.database),
        past=StoredPast(service.database),
        journal=service.journal,
        originals=_originals(service),
        census=ImapCensus(mailbox, settings.inbox, ours, LIMIT, COPY_OF),
        kind_of_own=service.identity.kind_of,
        clock=service.clock,
    )


def replay(service: Service) -> Replay:
    return Replay(
        past=StoredPast(service.database),
        originals=_originals(service),
        knowledge=service.knowledge,
        kind_of_own=service.identity.kind_of,
        limit=LIMIT,
    )


async def export(service: Service, wanted: Wanted, out: Path, *, masked: bool) -> Exported:
    """Write the cases to `out`, a .csv or a .zip; masked, the zip holds no originals."""
    if out.suffix not in (".csv", ".zip"):
        raise MailerError(f"{out}: the name must end in .csv or .zip")
    rows = await StoredPast(service.database).find(wanted)
    entries = [await _entry(service, row, masked=masked) for row in rows]
    lines = [entry.cells(service.settings.organisation) for entry in entries]
    if out.suffix == ".csv":
        await asyncio.to_thread(write_durably, out, excel(TITLES, lines))
        return Exported(len(rows), 0, ())
    files = {} if masked else _files(service, rows)
    titles = (*TITLES, "Original", "Hela brevet")
    cells = [
        (*line, files[row.hash].name if row.hash in files else _gone(row), _whole(row))
        for row, line in zip(rows, lines, strict=True)
    ]
    await asyncio.to_thread(write_zip, out, excel(titles, cells), files.values())
    lost = [row for row in rows if row.hash not in files and not row.destroyed]
    missing = () if masked else [row.case_number for row in lost]
    return Exported(len(rows), len(files), missing)


async def masked_columns(service: Service, row: Row[Any]) -> dict[str, str]:
    """The columns of a case that tell who somebody is, as they may be handed out."""
    entry = await _entry(service, row, masked=True)
    return {"sender": entry.sender, "subject": entry.subject}


async def _entry(service: Service, row: Row[Any], *, masked: bool) -> Entry:
    entry = Entry(
        number=row.case_number,
        received=row.received.astimezone(service.settings.zone),
        hash=row.hash,
        verdict=Verdict(row.kind, owner=row.owner, certain=row.certain, urgent=row.urgent)
        if row.decided
        else None,
        folder=row.folder or "",
        sender=row.sender or "",
        name=await _name(service, row.hash) if masked else "",
        subject=row.subject or "",
    )
    return entry.masked() if masked else entry


async def _name(service: Service, hash: str) -> str:
    """What the sender calls themselves; nothing where the original is gone."""
    try:
        raw = await _originals(service).get(hash)
    except StoreError:
        return ""
    sender = read(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n").sender
    return sender.name if sender else ""


def _files(service: Service, rows: Sequence[Row[Any]]) -> dict[str, Enclosed]:
    """By hash, the originals that are there."""
    originals, zone = _originals(service), service.settings.zone
    return {
        row.hash: Enclosed(f"{row.case_number}.eml", row.received.astimezone(zone), file)
        for row in rows
        if (file := originals.path(row.hash)).is_file()
    }


def _gone(row: Row[Any]) -> str:
    return "gallrat" if row.destroyed else ""


def _whole(row: Row[Any]) -> str:
    return "nej, bara brevhuvudet" if (row.size or 0) > LIMIT else "ja"


def _originals(service: Service) -> OriginalFiles:
    return OriginalFiles(service.settings.data_dir / "originals")
