"""What the registrator takes out opens in Excel and in any program that reads a zip."""

import csv
import io
import stat
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge.export import INDEX, Enclosed, excel, write_zip

RECEIVED = datetime(2020, 9, 7, 8, 40, 30)  # noqa: DTZ001 - a zip knows no zones


def read(table: bytes) -> list[list[str]]:
    text = io.StringIO(table.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";", strict=True))


def test_a_table_is_one_that_excel_in_sweden_opens_by_itself() -> None:
    table = excel(("Ärende", "Ämne"), [("IT-2020-0001", 'Lampan; "trasig"')])
    assert table == '\ufeffÄrende;Ämne\r\nIT-2020-0001;"Lampan; ""trasig"""\r\n'.encode()


@pytest.mark.parametrize("cell", ["=1+1", "+46 70", "-1", "@SUM(A1)", "\tx", "'=1"])
def test_nothing_in_it_runs(cell: str) -> None:
    assert read(excel(("a",), [(cell,)])) == [["a"], [f"'{cell}"]]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=3))
def test_a_table_is_read_as_it_was_written(cells: list[str]) -> None:
    (row,) = read(excel(("a",), [cells]))[1:] or [[]]
    assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in cells]


def test_what_no_file_can_hold_is_a_question_mark() -> None:
    assert read(excel(("a",), [("\udce5",)])) == [["a"], ["?"]]


def test_the_originals_are_in_the_zip_to_the_byte(tmp_path: Path) -> None:
    raw = bytes(range(256)) * 8192
    (tmp_path / "a.eml").write_bytes(raw)
    old = RECEIVED.replace(year=1970)
    enclosed = [
        Enclosed("IT-2020-0001.eml", RECEIVED, tmp_path / "a.eml"),
        Enclosed("IT-2020-0002.eml", old, tmp_path / "a.eml"),
    ]
    out = tmp_path / "ut.zip"
    write_zip(out, b"index", enclosed)
    with ZipFile(out) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [INDEX, "IT-2020-0001.eml", "IT-2020-0002.eml"]
        assert archive.read("IT-2020-0001.eml") == raw
        assert archive.read(INDEX) == b"index"
        assert archive.getinfo("IT-2020-0001.eml").date_time == (2020, 9, 7, 8, 40, 30)
        assert archive.getinfo("IT-2020-0002.eml").date_time == (1980, 1, 1, 0, 0, 0)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_zip_that_cannot_be_finished_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "ut.zip"
    out.write_bytes(b"before")
    gone = Enclosed("IT-2020-0001.eml", RECEIVED, tmp_path / "gone.eml")
    with pytest.raises(FileNotFoundError):
        write_zip(out, b"index", [gone])
    assert [each.name for each in tmp_path.iterdir()] == ["ut.zip"]
    assert out.read_bytes() == b"before"
