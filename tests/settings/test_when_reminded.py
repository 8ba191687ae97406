"""When leaders are reminded, as triage.yaml gives it."""

from datetime import timedelta
from pathlib import Path

import pytest

from mailer.errors import SettingsError
from mailer.settings import load


def changed(copy: Path, line: str, instead: str) -> Path:
    """The config with another line in triage.yaml; without its rules, which are much to read."""
    file = copy / "triage.yaml"
    settings = file.read_text("utf-8").partition("\nrules:")[0]
    assert settings.count(line) == 1
    file.write_text(settings.replace(line, instead), "utf-8")
    return copy


def test_the_shipped_config_reminds_after_half_an_hour_and_after_three_days(copy: Path) -> None:
    rules = load(copy, {}).triage
    assert rules.second_notice_after == timedelta(minutes=30)
    assert rules.remind_after == 3


def test_both_may_be_left_out_or_set(copy: Path) -> None:
    rules = load(
        changed(copy, "second-notice-after: 30m", "second-notice-after: 2 hours"), {}
    ).triage
    assert (rules.second_notice_after, rules.remind_after) == (timedelta(hours=2), 3)
    rules = load(changed(copy, "remind-after: 3", ""), {}).triage
    assert (rules.second_notice_after, rules.remind_after) == (timedelta(hours=2), 3)


@pytest.mark.parametrize(
    ("line", "instead", "problem"),
    [
        ("after: 30m", "after: 10s", "10s: expected 1m to 1d"),
        ("after: 30m", "after: soon", "expected a time span, such as 30m"),
        ("remind-after: 3", "remind-after: 0", "0: expected a number from 1 to 60"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    copy: Path, line: str, instead: str, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        load(changed(copy, line, instead), {})
