"""The models that come with the program are those of the shipped rules and examples."""

import os
import shutil
from pathlib import Path

import pytest

from mailer.app.learning import models
from mailer.edge.model import FITTED
from mailer.settings import load

CONFIG = Path(__file__).parents[2] / "config"


def test_nothing_is_fitted_anew_with_the_shipped_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UPDATE_GOLDEN=1 fits them anew, after a change of rules, examples or method."""
    settings = load(CONFIG, {"MAILER_DATA_DIR": str(tmp_path)})
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(FITTED, ignore_errors=True)
        models(settings)
        shutil.copytree(tmp_path / "models", FITTED)
    else:
        monkeypatch.setattr("mailer.app.learning.fit", lambda *_: pytest.fail("it is fitted anew"))
    found = models(settings)
    assert found.owner and found.sort
