"""The archive: every edition that was sent, as files that never change.

Takes and gives `ArchivedEdition`s; the files are those of `mailer.newsletter.archived`, in a folder
named by the edition's period. An edition is there whole or not at all, also after a crash. Only
`receipt.json` is written anew: it is the account as it stands, and no part of the edition.
"""

import asyncio
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from mailer.edge.files import flush_folder, write_durably
from mailer.errors import EditionError, StoreError
from mailer.newsletter.activity import parse_period
from mailer.newsletter.archived import SUMS, ArchivedEdition, files_of, from_files, sums_in
from mailer.newsletter.receipt import Receipt

_RECEIPT = "receipt.json"


class ArchiveFiles:
    """The port `Archive`, for flows that must not wait for a disk."""

    def __init__(self, archive: "Archive") -> None:
        self._archive = archive

    async def keep(self, edition: ArchivedEdition) -> None:
        await asyncio.to_thread(self._archive.keep, edition)

    async def has(self, period: str) -> bool:
        return period in await asyncio.to_thread(self._archive.editions)


class Archive:
    """The editions under `folder`, made when the first is kept.

    Every method raises StoreError where files cannot be read or written, and EditionError for a
    period that is not in the archive.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, edition: ArchivedEdition) -> None:
        """Write the edition. Keeping it again changes nothing.

        Raises StoreError where another edition of that period is there already.
        """
        try:
            files = files_of(edition)
            home = self._folder / edition.period
            part = self._folder / f".{edition.period}.{secrets.token_hex(4)}"
            try:
                _write(part, files)
                part.rename(home)
            except OSError:
                # Also where it came there meanwhile: a folder with files in it is not replaced.
                if not home.is_dir():
                    raise
                self._compare(home, files[SUMS])
            else:
                flush_folder(self._folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        except (OSError, ValueError) as error:
            raise self._failed(edition.period, "be kept", error) from error

    def editions(self) -> Sequence[str]:
        """The periods that there are, the newest first."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._failed("", "be read", error) from error
        return sorted(filter(_is_period, names), key=parse_period, reverse=True)

    def read(self, period: str) -> ArchivedEdition:
        """The edition, as it was kept."""
        home = self._home(period)
        try:
            return from_files({name: (home / name).read_bytes() for name in _sums(home)})
        except (OSError, ValueError, KeyError) as error:
            raise self._failed(period, "be read", error) from error

    def verify(self, period: str) -> Sequence[str]:
        """The names of files that are not as they were kept: altered, missing, or new there."""
        home = self._home(period)
        try:
            sums = _sums(home)
            found = {
                path.relative_to(home).as_posix(): sha256(path.read_bytes()).hexdigest()
                for path in home.rglob("*")
                if path.is_file()
            }
        except (OSError, ValueError) as error:
            raise self._failed(period, "be verified", error) from error
        names = (sums.keys() | found.keys()) - {SUMS, _RECEIPT}
        return sorted(name for name in names if sums.get(name) != found.get(name))

    def write_receipt(self, period: str, receipt: Receipt) -> None:
        """Put the account beside the edition, in place of the one before."""
        content = json.dumps(asdict(receipt), ensure_ascii=False, indent=2).encode() + b"\n"
        try:
            write_durably(self._home(period) / _RECEIPT, content)
        except OSError as error:
            raise self._failed(period, "have its receipt", error) from error

    def _home(self, period: str) -> Path:
        home = self._folder / period
        if not _is_period(period) or not home.is_dir():
            raise EditionError(f"there is no edition {period!r} in the archive")
        return home

    def _compare(self, home: Path, sums: bytes) -> None:
        if (home / SUMS).read_bytes() != sums:
            raise StoreError(
                f"{home}: edition {home.name} was kept before with another content, and stays so"
            )

    def _failed(self, period: str, what: str, error: Exception) -> StoreError:
        return StoreError(f"{self._folder / period}: the edition cannot {what}: {error}")


def _is_period(name: str) -> bool:
    try:
        parse_period(name)
    except ValueError:
        return False
    return True


def _sums(home: Path) -> dict[str, str]:
    return sums_in((home / SUMS).read_bytes())


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(path, content)
