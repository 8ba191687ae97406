"""How `mailer` is called: help, exit codes, where the config is found."""

import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.calling import Mailer, every_verb

VERBS = every_verb()


@pytest.mark.parametrize("verb", [*VERBS, "", "subscribers", "outbox", "inquiries"])
def test_every_verb_has_help(verb: str, mailer: Mailer) -> None:
    said = mailer(*verb.split(), "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1].startswith(f" Usage: mailer {verb}".rstrip())
    if verb in VERBS:
        assert VERBS[verb].help


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_and_argument_says_what_it_does(verb: str) -> None:
    assert [each.name for each in VERBS[verb].params if not each.help] == []


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("compose --out o --date 11-09-2020", "11-09-2020: write dates as 2020-09-18"),
        ("send --date 2020-02-30", "2020-02-30: February 2020 has 29 days"),
        ("check --date tomorrow", "tomorrow: write dates as 2020-09-18"),
        ("triage replay --since 2020-9-1", "2020-9-1: write dates as 2020-09-18"),
        ("inquiries export --until 2020", "2020: write dates as 2020-09-18"),
    ],
)
def test_a_day_that_is_none_is_said_once_and_how_to_write_it(
    words: str, right: str, mailer: Mailer
) -> None:
    said = mailer(*words.split())
    assert said.code == 2
    assert right in said.err
    assert "alue error" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        "frobnicate",
        "outbox frobnicate",
        "compose",
        "compose --out o --date 11-09-2020",
        "compose --out o --date 2020-02-30",
        "send --date tomorrow",
        "send 2020-09",
        "receipt",
        "receipt 2020-09 2020-10",
        "explain",
        "subscribers import file.csv",
        "subscribers add",
        "subscribers remove",
        "outbox list --limit 0",
        "outbox list --limit many",
        "outbox retry",
        "inquiries show",
        "init",
        "status --frobnicate",
        "--config",
    ],
)
def test_wrong_usage_is_2_and_says_what_is_right(words: str, mailer: Mailer) -> None:
    said = mailer(*words.split())
    assert (said.code, said.out) == (2, "")
    assert "Error" in said.err
    assert not Path("data").exists()


@pytest.mark.parametrize("words", ["", "subscribers", "outbox", "inquiries"])
def test_without_a_verb_it_shows_the_help(words: str, mailer: Mailer) -> None:
    said = mailer(*words.split())
    assert (said.code, said.err) == (2, "")
    assert said.out.strip() == mailer(*words.split(), "--help").out.strip()


def test_the_config_is_given_before_the_verb_or_by_the_environment(
    mailer: Mailer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.move(home / "config", home / "elsewhere")
    assert mailer("check").out == (
        "config:1: no such directory; give the config directory with --config or MAILER_CONFIG\n"
    )
    assert mailer("--config", "elsewhere", "check").out.startswith("elsewhere: 9 activities")
    monkeypatch.setenv("MAILER_CONFIG", "elsewhere")
    assert mailer("check").out.startswith("elsewhere: 9 activities")
    assert mailer("--config", "nowhere", "check").code == 1


def test_init_writes_a_config_that_passes_its_own_check(mailer: Mailer) -> None:
    said = mailer("init", "vår kommun")
    assert said.code == 0
    assert "mailer --config 'vår kommun/config' check" in said.out
    assert mailer("--config", "vår kommun/config", "check").code == 0
    again = mailer("init", "vår kommun")
    assert (again.code, again.err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("words", "none"),
    [
        ("inquiries list", "No mail has come in yet."),
        ("inquiries list --open", "No inquiry waits for an answer."),
        ("outbox list", "No letter yet."),
        ("outbox list --state failed", "No letter is failed."),
        ("subscribers list", "No subscriber yet."),
    ],
)
def test_a_list_without_a_row_says_so_beside_what_a_program_reads(
    words: str, none: str, mailer: Mailer
) -> None:
    said = mailer(*words.split())
    assert (said.code, said.out, said.err) == (0, "", f"{none}\n")
    assert mailer(*words.split(), "--json").err == ""


def test_no_edition_is_sent_before_its_day(mailer: Mailer) -> None:
    said = mailer("send", "--date", "2099-12-10")
    assert said.code == 1
    assert said.err.startswith("2099-12-10 has not come: nothing is sent before its day; ")


def test_the_version_is_told(mailer: Mailer) -> None:
    said = mailer("--version")
    assert (said.code, said.out) == (0, f"mailer {version('mailer')}\n")
