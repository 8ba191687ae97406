"""Packages of npm, each once, into pytest's cache.

Where npm or its registry are missing the test that asks is skipped by name.
"""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

_CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d"


def module(package: str, version: str) -> Path:
    """The folder of an installed package; what it needs lies beside it."""
    folder = _CACHE / f"{package}-{version}"
    if missing := _missing(package, version, folder):
        pytest.skip(missing)
    return folder / "node_modules" / package


@cache
def _missing(package: str, version: str, folder: Path) -> str:
    """Why the package cannot be had here; empty where it is there."""
    if (folder / "node_modules" / package).exists():
        return ""
    if not shutil.which("npm"):
        return f"npm is not installed, and {package} is not in the cache"
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--fetch-retries=0"]
    command += ["--prefix", str(folder), f"{package}@{version}"]
    try:
        subprocess.run(command, capture_output=True, timeout=120, check=True)
    except subprocess.SubprocessError:
        return f"npm cannot install {package}: is its registry reached?"
    return ""
