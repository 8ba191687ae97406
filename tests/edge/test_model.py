"""A fitted model is kept, and kept no longer than what it was fitted from."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mailer.edge import model as edge
from mailer.edge.model import model_of
from mailer.inquiry.learn import Example
from mailer.inquiry.model import Model

EXAMPLES = [
    Example("Stolpen är släckt", owner="lamps"),
    Example("Stolpar släckta", owner="lamps"),
    Example("Tuber i gräset", owner="drugs"),
    Example("Tuben i gräset", owner="drugs"),
]


class Rules:
    """Say nothing of any mail, and count how often they are asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, example: Example) -> Mapping[str, float]:
        self.asked += 1
        return {"lamps": 0.0, "drugs": 0.0}


def made(
    folder: Path, rules: Rules, examples: list[Example] = EXAMPLES, made_from: object = "v1"
) -> Model:
    return model_of("owner", examples, rules, made_from, folder)


def kept(folder: Path) -> list[str]:
    return [path.name for path in (folder / "models").glob("owner-*.npz")]


def test_it_is_fitted_once(tmp_path: Path) -> None:
    rules = Rules()
    first = made(tmp_path, rules)
    second = made(tmp_path, rules, EXAMPLES[::-1])
    assert rules.asked == len(EXAMPLES)
    assert second.read("", "Stolpe") == first.read("", "Stolpe")
    (file,) = (tmp_path / "models").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("examples", "made_from"), [(EXAMPLES[:3], "v1"), (EXAMPLES, "v2")], ids=["labels", "rules"]
)
def test_a_change_makes_another_and_removes_the_old(
    tmp_path: Path, examples: list[Example], made_from: object
) -> None:
    made(tmp_path, Rules())
    (old,) = kept(tmp_path)
    made(tmp_path, Rules(), examples, made_from)
    (new,) = kept(tmp_path)
    assert new != old


def test_models_of_two_names_stay_beside_each_other(tmp_path: Path) -> None:
    made(tmp_path, Rules())
    model_of("urgency", EXAMPLES, Rules(), "v1", tmp_path)
    assert len([*(tmp_path / "models").iterdir()]) == 2


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\x03\x04 cut"])
def test_a_file_that_cannot_be_read_is_fitted_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    made(tmp_path, Rules())
    (name,) = kept(tmp_path)
    (tmp_path / "models" / name).write_bytes(content)
    rules = Rules()
    made(tmp_path, rules)
    assert rules.asked
    assert "model-unreadable" in caplog.text
    made(tmp_path, again := Rules())
    assert not again.asked


def test_without_a_data_directory_nothing_is_written(tmp_path: Path) -> None:
    made(tmp_path / "data", Rules())
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cannot_be_written_costs_only_the_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edge, "write_durably", full)
    assert made(tmp_path, Rules()).labels == ("lamps", "drugs")
    assert "model-not-kept" in caplog.text
