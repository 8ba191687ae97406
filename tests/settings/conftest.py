import shutil
from pathlib import Path

import pytest


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped config, to be broken."""
    shipped = Path(__file__).parents[2] / "config"
    return Path(shutil.copytree(shipped, tmp_path / "config"))
