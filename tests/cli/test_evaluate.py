"""`mailer evaluate`: no mail is judged by what it taught."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.calling import Mailer
from tests.whole.program import CHECKOUT

EXAMPLES = CHECKOUT / "config" / "triage" / "examples_pairs.jsonl"


@pytest.fixture
def taught(home: Path) -> Path:
    """A file of examples that the config has."""
    return Path(shutil.copy(EXAMPLES, home / "config" / "triage"))


def accuracy(mailer: Mailer, *words: object) -> float:
    said = mailer("evaluate", "--json", *map(str, words))
    assert said.code == 0
    assert all(line.startswith("fitting") for line in said.err.splitlines())
    return float(json.loads(said.out)["owner_accuracy"]["value"])


def test_the_figures_and_the_table(mailer: Mailer) -> None:
    said = mailer("evaluate", str(EXAMPLES))
    assert said.code == 0
    assert "owner accuracy" in said.out
    assert "right owner ↓ given →" in said.out


def test_it_says_on_stderr_when_it_fits_and_which_part(mailer: Mailer, home: Path) -> None:
    assert mailer("evaluate", str(EXAMPLES)).err == ""
    taught = shutil.copy(EXAMPLES, home / "config" / "triage")
    assert mailer("evaluate", str(EXAMPLES)).err == "fitting …\n"
    Path(taught).unlink()
    parted = mailer("evaluate", "--folds", "2", "--json", str(EXAMPLES))
    assert parted.err == "fitting, part 1 of 2 …\nfitting, part 2 of 2 …\n"
    assert json.loads(parted.out)


def test_examples_that_are_measured_on_are_not_learned_from(mailer: Mailer, home: Path) -> None:
    untaught = accuracy(mailer, EXAMPLES)
    shutil.copy(EXAMPLES, home / "config" / "triage")
    assert accuracy(mailer, EXAMPLES) == untaught


def test_with_folds_the_others_are_learned_from(mailer: Mailer) -> None:
    of_one_owner = EXAMPLES.with_name("examples_more_boende.jsonl")
    assert accuracy(mailer, of_one_owner, "--folds", 5) > accuracy(mailer, of_one_owner)


def test_other_mails_are_judged_by_all_examples(mailer: Mailer, home: Path, taught: Path) -> None:
    lines = taught.read_text("utf-8").splitlines(keepends=True)
    taught.write_text("".join(lines[5:]), "utf-8")
    few = home / "few.jsonl"
    few.write_text("".join(lines[:5]), "utf-8")
    (home / "data").mkdir()
    accuracy(mailer, few)
    assert [*(home / "data" / "models").glob("owner-*.npz")]


def test_a_file_without_mails_is_one_line(mailer: Mailer, home: Path) -> None:
    (home / "none.jsonl").write_text("\n", "utf-8")
    said = mailer("evaluate", "none.jsonl")
    assert (said.code, said.err) == (1, "there is no mail in these files\n")
