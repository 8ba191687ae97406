"""mailer check: every problem of the settings, then of every edition that is not past."""

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner, Result

from mailer.app import checking
from mailer.cli import app
from mailer.newsletter.preflight import CHECKS, OF_ALL

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


@pytest.mark.parametrize("today", ["2020-10-20", "2021-06-01", "2026-11-23"])
def test_a_fresh_copy_has_no_warning_on_any_day(tmp_path: Path, today: str) -> None:
    made = CliRunner().invoke(app, ["init", str(tmp_path / "home")])
    assert made.exit_code == 0, made.output
    result = check(tmp_path / "home" / "config", on=today)
    assert (result.exit_code, result.stderr) == (0, "")


def test_an_edition_that_is_still_gathered_is_said_to_be_empty_without_a_warning(
    config: Path,
) -> None:
    result = check(config, on="2021-06-01")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{config}: 9 activities, 1 edition, 4 subprojects: all right\n"
        "Edition 2021-06 has nothing to tell yet.\n"
    )


@pytest.mark.parametrize("by_date", [False, True])
def test_an_edition_that_was_begun_or_asked_for_and_has_nothing_to_tell_is_a_warning(
    config: Path, by_date: bool
) -> None:
    if not by_date:
        write(config, "editions/2021-06.yaml", "title: Sommar\n")
    options = ["--date", "2021-06-11"] if by_date else []
    result = check(config, *options, on="2021-06-01")
    assert result.exit_code == 0
    assert "edition 2021-06 has nothing done and nothing to come: it is not sent" in result.stderr
    assert "(warning: empty)\n" in result.stderr
    assert "nothing to tell yet" not in result.stdout


def test_with_a_date_only_the_edition_of_that_day_is_looked_at(config: Path) -> None:
    write(config, "editions/2020-10.yaml", "news: TODO\n")
    assert check(config).exit_code == 1
    assert check(config, "--date", "2020-09-11").exit_code == 0
    assert "2020-10.yaml:1: 'TODO'" in check(config, "--date", "2020-10-09").stdout
    wrong = check(config, "--date", "11/9")
    assert wrong.exit_code == 2
    assert "11/9: write dates as 2020-09-18" in wrong.stderr


def test_an_activity_whose_year_is_wrong_is_told_with_its_line(config: Path) -> None:
    write(config, "activities/fest.yaml", "title: Fest\nwhen: 2002-09-18\n")
    result = check(config)
    assert result.exit_code == 0
    assert result.stderr == (
        f"{config}/activities/fest.yaml:2: 2002-09-18 lies in no edition that is still to be sent, "
        "and no edition known here has told it; correct the date, or delete the activity "
        "(warning: never-told)\n"
    )


def test_what_an_edition_with_a_file_told_is_not_taken_for_a_mistake(config: Path) -> None:
    for day in ("2020-09-05", "2020-11-05"):
        write(config, f"activities/{day}.yaml", f"title: Fest\nwhen: {day}\n")
    for period in ("2020-09", "2020-12"):
        write(config, f"editions/{period}.yaml", "title: Nytt\n")
    assert check(config, on="2026-11-23").stderr == ""


def test_what_was_sent_is_read_from_the_archive(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MAILER_IMAP_URL", "imap://a:b@127.0.0.1:1")
    monkeypatch.setenv("MAILER_SMTP_URL", "smtp://127.0.0.1:1?tls=none")
    write(config, "activities/fest.yaml", "title: Fest\nwhen: 2022-03-20\n")
    assert "(warning: never-told)" in check(config, on="2022-06-01").stderr
    words = ["--config", str(config), "send", "--date", "2022-04-08"]
    CliRunner().invoke(app, ["--config", str(config), "subscribers", "add", "bo@example.org"])
    CliRunner().invoke(app, words)
    assert (tmp_path / "data" / "archive" / "2022-04").is_dir()
    assert "never-told" not in check(config, on="2022-06-01").stderr


def test_a_text_that_a_number_sign_cuts_off_is_told_with_its_line(config: Path) -> None:
    write(
        config,
        "activities/2020-09-18-mote.yaml",
        "# ett möte\ntitle: Möte #2 i parken\nwhen: 2020-09-18  # preliminärt\n",
    )
    result = check(config)
    assert result.exit_code == 0
    assert result.stderr == (
        f"{config}/activities/2020-09-18-mote.yaml:2: '#2 i parken' is not part of the text: "
        "' #' begins a comment; put the text in quotes, or write two spaces before a comment "
        "(warning)\n"
    )


def test_one_is_counted_as_one(config: Path) -> None:
    for file in (config / "activities").iterdir():
        file.unlink()
    write(config, "activities/2020-09-18-mote.yaml", "title: Möte\nwhen: 2020-09-18\n")
    assert ": 1 activity, 1 edition, 4 subprojects: all right" in check(config).stdout


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
    assert rows == [(check.name, swedish[check.severity]) for check in (*CHECKS, *OF_ALL)]


def test_online_the_links_are_asked(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def ask(given: Iterable[str]) -> Mapping[str, str]:
        asked.extend(given)
        return {"https://a.example/x": "404 Not Found"}

    monkeypatch.setattr(checking, "ask", ask)
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
