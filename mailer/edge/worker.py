"""This process among those that share a data directory.

Each holds a locked file; the kernel frees the lock when a process ends, however it ends. So the
next one sees at once whose leases are nobody's any more, instead of waiting for them to run out.
"""

import fcntl
import secrets
from pathlib import Path
from typing import IO


class Worker:
    """A name of our own, for as long as the process lives or until `close`."""

    def __init__(self, folder: Path, name: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name or secrets.token_hex(8)
        self._folder = folder
        self._path = folder / f"{self.name}.lock"
        # Locked under another name first: nobody may find the file before it is held.
        hidden = folder / f".{self.name}"
        self._file = hidden.open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        hidden.rename(self._path)

    def dead(self) -> list[str]:
        """The names of workers that ended without `close`."""
        return [path.stem for path in self._folder.glob("*.lock") if _is_free(path)]

    def bury(self, name: str) -> None:
        """Forget a dead worker, once what it held is free."""
        (self._folder / f"{name}.lock").unlink(missing_ok=True)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()


def living(folder: Path) -> list[str]:
    """The names of the workers of a folder."""
    return sorted(path.stem for path in folder.glob("*.lock") if not _is_free(path))


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return try_lock(file)
    except FileNotFoundError:
        return False  # it ended, and tidied up, just now


def try_lock(file: IO[bytes]) -> bool:
    """Lock it for as long as it is open, or the process lives; False where another has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
