"""What the registrator takes out: a table for Excel, and the originals in one zip.

Takes cells and files. Promises that a file is there whole or not at all, for its owner's eyes only;
and that Excel as it is set up in Sweden shows the table as it is and runs nothing in it: semicolons
between the cells, a byte order mark before them, an apostrophe before what begins like a formula.
"""

import csv
import io
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mailer.edge.files import flush_folder
from mailer.subscriber.table import inert

INDEX = "innehåll.csv"

_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An original: the file, and the name and time (local) that it gets in the zip."""

    name: str
    received: datetime
    file: Path


def excel(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as the bytes of a CSV file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def write_zip(path: Path, index: bytes, originals: Iterable[Enclosed]) -> None:
    """Write the zip in place of what was there. Raises OSError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                archive.writestr(INDEX, index)
                for original in originals:
                    _enclose(archive, original)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    flush_folder(path.parent)


def _enclose(archive: ZipFile, original: Enclosed) -> None:
    # A zip knows no year before 1980; 1970 stands for an arrival that the server did not tell.
    moment = max(original.received.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    info = ZipInfo(original.name, moment)
    info.compress_type = ZIP_DEFLATED
    with original.file.open("rb") as source, archive.open(info, "w") as target:
        while block := source.read(_AT_ONCE):
            target.write(block)
