"""A fitted model is kept, and kept no longer than what it was fitted from."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailer.edge import model as edge
from mailer.edge.model import model_of
from mailer.inquiry.learn import Example, fit
from mailer.inquiry.model import Model

EXAMPLES = [
    Example("Stolpen är släckt", owner="lamps"),
    Example("Stolpar släckta", owner="lamps"),
    Example("Tuber i gräset", owner="drugs"),
    Example("Tuben i gräset", owner="drugs"),
]


class Making:
    """Fits a model, and counts how often it is asked to."""

    def __init__(self, examples: Sequence[Example] = EXAMPLES) -> None:
        self.examples = examples
        self.asked = 0

    def __call__(self) -> Model:
        self.asked += 1
        return fit([{"lamps": 0.0, "drugs": 0.0}] * len(self.examples), self.examples)


def made(folder: Path, making: Making, made_from: object = "v1") -> Model:
    model = model_of("owner", made_from, making, folder)
    assert model
    return model


def kept(folder: Path) -> list[str]:
    return [path.name for path in (folder / "models").glob("owner-*.npz")]


def test_it_is_made_once(tmp_path: Path) -> None:
    making = Making()
    first = made(tmp_path, making)
    second = made(tmp_path, making)
    assert making.asked == 1
    assert second.read("", "Stolpe").sums == first.read("", "Stolpe").sums
    (file,) = (tmp_path / "models").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_made_from_something_else_is_another_and_removes_the_old(tmp_path: Path) -> None:
    made(tmp_path, Making())
    (old,) = kept(tmp_path)
    made(tmp_path, Making(EXAMPLES[:3]), "v2")
    (new,) = kept(tmp_path)
    assert new != old


def test_where_there_is_nothing_to_make_it_from_nothing_is_kept(tmp_path: Path) -> None:
    assert model_of("owner", "v1", lambda: None, tmp_path) is None
    assert not kept(tmp_path)


def test_models_of_two_names_stay_beside_each_other(tmp_path: Path) -> None:
    made(tmp_path, Making())
    model_of("sort", "v1", Making(), tmp_path)
    assert len([*(tmp_path / "models").iterdir()]) == 2


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\x03\x04 cut"])
def test_a_file_that_cannot_be_read_is_fitted_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    made(tmp_path, Making())
    (name,) = kept(tmp_path)
    (tmp_path / "models" / name).write_bytes(content)
    making = Making()
    made(tmp_path, making)
    assert making.asked
    assert "model-unreadable" in caplog.text
    made(tmp_path, again := Making())
    assert not again.asked


def test_without_a_data_directory_nothing_is_written(tmp_path: Path) -> None:
    made(tmp_path / "data", Making())
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cannot_be_written_costs_only_the_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(edge, "write_durably", full)
    assert made(tmp_path, Making()).labels == ("lamps", "drugs")
    assert "model-not-kept" in caplog.text
