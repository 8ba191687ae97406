"""mailer check: every problem of the settings, then of every edition that is not past."""

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner, Result

from mailer.cli import app
from mailer.edge import links
from mailer.newsletter.preflight import CHECKS

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "config"))


def check(config: Path, *options: str, on: str = "2020-09-01") -> Result:
    with time_machine.travel(f"{on} 12:00:00+00:00", tick=False):
        return CliRunner().invoke(app, ["--config", str(config), "check", *options])


def write(config: Path, name: str, text: str) -> None:
    (config / name).write_text(text, "utf-8")


def test_the_shipped_config_has_no_error_and_no_warning() -> None:
    result = check(SHIPPED)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "all right" in result.stdout


def test_an_edition_with_nothing_to_tell_is_only_a_warning(config: Path) -> None:
    result = check(config, on="2021-06-01")
    assert result.exit_code == 0
    assert result.stderr == (
        f"{config}/activities:0: edition 2021-06 has nothing done and nothing to come: "
        "it is not sent (warning: empty)\n"
    )


def test_an_error_has_its_line_and_the_exit_code_says_so(config: Path) -> None:
    write(
        config,
        "activities/2020-09-18-fest.yaml",
        "title: Fest\nwhen: 2020-09-18\ntranslations:\n  en:\n    text: TODO\n",
    )
    result = check(config)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{config}/activities/2020-09-18-fest.yaml:5: 'TODO': "
        "something is still to be written here (error: placeholder)\n"
    )


def test_a_setting_that_is_wrong_is_said_before_any_edition_is_looked_at(config: Path) -> None:
    write(config, "activities/2020-09-18-fest.yaml", "title: TODO\nwhen: 2020-09-31\n")
    result = check(config)
    assert result.exit_code == 1
    assert result.stdout == (
        f"{config}/activities/2020-09-18-fest.yaml:2: 2020-09-31: September 2020 has 30 days\n"
    )


@pytest.mark.parametrize(
    ("today", "found"),
    [
        # an edition that has a file is looked at until its period is over
        ("2020-09-01", ["2020-10.yaml:1", "2020-12.yaml:1"]),
        ("2020-10-31", ["2020-10.yaml:1", "2020-12.yaml:1"]),
        ("2020-11-01", ["2020-12.yaml:1"]),
        ("2020-12-31", ["2020-12.yaml:1"]),
        ("2021-01-01", []),
    ],
)
def test_every_edition_that_is_not_past_is_looked_at(
    config: Path, today: str, found: list[str]
) -> None:
    for period in ("2020-10", "2020-12"):
        write(config, f"editions/{period}.yaml", "news: TODO\n")
    result = check(config, on=today)
    assert [line.partition(": ")[0] for line in result.stdout.splitlines() if "TODO" in line] == [
        f"{config}/editions/{name}" for name in found
    ]


@pytest.mark.parametrize(
    ("today", "warned"),
    [
        ("2020-10-01", True),  # the edition is due on 9 October, and then this is past
        ("2020-10-20", False),  # it was due: today it would be coming
    ],
)
def test_an_edition_is_looked_at_as_of_its_day(config: Path, today: str, warned: bool) -> None:
    day = "2020-10-05" if warned else "2020-10-22"
    write(config, "activities/fest.yaml", f"title: Fest\nwhen: {day}\nstatus: planned\n")
    result = check(config, on=today)
    assert ("(warning: past)" in result.stderr) is warned


def test_the_guide_explains_every_finding_and_no_other() -> None:
    guide = (SHIPPED / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (fel|varning) \|", guide, re.MULTILINE)
    swedish = {"error": "fel", "warning": "varning"}
    assert rows == [(check.name, swedish[check.severity]) for check in CHECKS]


def test_online_the_links_are_asked(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def ask(given: Iterable[str]) -> Mapping[str, str]:
        asked.extend(given)
        return {"https://a.example/x": "404 Not Found"}

    monkeypatch.setattr(links, "ask", ask)
    write(
        config,
        "activities/2020-09-18-fest.yaml",
        "title: Fest\nwhen: 2020-09-18\nlink: https://a.example/x\n",
    )
    assert check(config).stderr == ""
    assert asked == []
    result = check(config, "--online")
    assert asked == ["https://a.example/x"]
    assert result.exit_code == 0
    assert ":3: 'https://a.example/x' does not answer: 404 Not Found" in result.stderr
