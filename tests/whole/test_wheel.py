"""The wheel holds all that the installed program reads."""

import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.whole.program import CHECKOUT


def test_the_wheel_carries_config_templates_and_data(tmp_path: Path) -> None:
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    built = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"),
            *("--disable-pip-version-check", "--retries", "0", "--wheel-dir", tmp_path),
            *isolation,
            CHECKOUT,
        ],
        capture_output=True,
        text=True,
    )
    if not isolation and "No matching distribution found for hatchling" in built.stderr:
        pytest.skip("hatchling is neither installed nor to be had")
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("mailer-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("config", "templates"):
        for path in (CHECKOUT / folder).rglob("*"):
            if path.is_file():
                assert f"mailer/shipped/{path.relative_to(CHECKOUT)}" in names
    for path in (CHECKOUT / "mailer").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert str(path.relative_to(CHECKOUT)) in names
