"""The command line, run in this process."""

import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.cli import main
from tests.cli.calling import Mailer, Said
from tests.whole.program import CHECKOUT, RULES


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a copy of the shipped config, and nothing in the environment.

    Only the words of triage are others, `RULES`, and nothing is learned from examples.
    """
    examples = shutil.ignore_patterns("*.jsonl")
    shutil.copytree(CHECKOUT / "config", tmp_path / "config", ignore=examples)
    triage = tmp_path / "config" / "triage.yaml"
    triage.write_text(triage.read_text("utf-8").partition("\nrules:")[0] + RULES, "utf-8")
    for name in (
        "CONFIG",
        "DATABASE_URL",
        "IMAP_URL",
        "SMTP_URL",
        "WEB_LISTEN",
        "BASE_URL",
        "SECRET",
    ):
        monkeypatch.delenv(f"MAILER_{name}", raising=False)
    monkeypatch.setenv("MAILER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mailer(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Mailer]:
    """Call `mailer` with these words."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # typer puts its own there

    def call(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["mailer", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, out, err)

    level = logging.getLogger("apscheduler").level
    yield call
    logging.getLogger("apscheduler").setLevel(level)
