"""Deputies and days away, as subprojects.yaml gives them."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mailer.errors import SettingsError
from mailer.organisation import Absence
from mailer.settings import load

SHIPPED = Path(__file__).parents[2] / "config"
VIKTOR = "    address: viktor.tagesson@markaryd.example\n"
COORDINATOR = "  address: projektledningen@markaryd.example\n"


def config(folder: Path, told: dict[str, str]) -> Path:
    """The shipped config with a few lines behind others."""
    copy = folder / "config"
    shutil.copytree(SHIPPED, copy)
    file = copy / "subprojects.yaml"
    text = file.read_text("utf-8")
    for line, more in told.items():
        assert text.count(line) == 1
        text = text.replace(line, line + more)
    file.write_text(text, "utf-8")
    return copy


def test_a_leader_and_the_coordinator_may_have_a_deputy_and_days_away(tmp_path: Path) -> None:
    days = "[{from: 2020-09-21, to: 2020-10-02}, 2020-W43, 2020-12-23]"
    told = {
        VIKTOR: f"    deputy: anna-karin-palsson\n    away: {days}\n",
        COORDINATOR: "  deputy: viktor-tagesson\n  away: [2020-12-23]\n",
    }
    people = load(config(tmp_path, told), {}).organisation.people
    viktor = people["viktor-tagesson"]
    assert viktor.deputy == "anna-karin-palsson"
    assert viktor.away == (
        Absence(date(2020, 9, 21), date(2020, 10, 2)),
        Absence(date(2020, 10, 19), date(2020, 10, 25)),
        Absence(date(2020, 12, 23), date(2020, 12, 23)),
    )
    assert people["coordinator"].deputy == "viktor-tagesson"
    assert people["coordinator"].away == viktor.away[2:]
    assert (people["sven-holmberg"].deputy, people["sven-holmberg"].away) == ("", ())


def test_two_may_stand_in_for_each_other_and_the_coordinator_for_anybody(tmp_path: Path) -> None:
    told = {
        VIKTOR: "    deputy: coordinator\n",
        COORDINATOR: "  deputy: viktor-tagesson\n",
    }
    people = load(config(tmp_path, told), {}).organisation.people
    assert people["viktor-tagesson"].deputy == "coordinator"


@pytest.mark.parametrize(
    ("line", "told", "problem"),
    [
        (
            VIKTOR,
            "    deputy: anna-karin-palson\n",
            "no leader 'anna-karin-palson'; did you mean 'anna-karin-palsson'?",
        ),
        (
            VIKTOR,
            "    deputy: viktor-tagesson\n",
            "'viktor-tagesson' cannot stand in for themselves; expected another leader",
        ),
        (
            COORDINATOR,
            "  deputy: coordinator\n",
            "'coordinator' cannot stand in for themselves; expected another leader",
        ),
        (
            VIKTOR,
            "    away: [2020-09-21 08:00]\n",
            "expected whole days, as in {from: 2020-09-21, to: 2020-10-02}",
        ),
        (
            VIKTOR,
            "    away: [{from: 2020-09-21, to: 2020-09-20}]\n",
            "to (2020-09-20) is before from (2020-09-21)",
        ),
        (
            VIKTOR,
            "    away: 2020-09-21\n",
            "'away' must be a list (lines that begin with '- '), not text",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, line: str, told: str, problem: str
) -> None:
    copy = config(tmp_path, {line: told})
    place = (copy / "subprojects.yaml").read_text("utf-8").split(told)[0].count("\n") + 1
    with pytest.raises(SettingsError) as raised:
        load(copy, {})
    (found,) = raised.value.problems
    assert str(found) == f"{copy}/subprojects.yaml:{place}: {problem}"
