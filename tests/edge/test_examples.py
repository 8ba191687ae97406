"""Files of labelled mails."""

from collections import Counter
from pathlib import Path

import pytest

from mailer.edge.examples import digest_of_shipped, read_labelled, shipped_examples
from mailer.errors import MailerError, SettingsError
from mailer.settings import load

CONFIG = Path(__file__).parents[2] / "config"
LINE = (
    '{"id": "a", "from_name": "", "from": "a@example.org", "subject": "Hej", "body": "Lampan",'
    ' "lang": "sv", "kind": "inquiry", "routes": [], "also_ok": [], "urgent": false}'
)


def test_one_mail_a_line_and_empty_lines_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{LINE}\r\n\n{LINE}", "utf-8")
    assert [mail.subject for mail in read_labelled([path, path])] == ["Hej"] * 4


def test_every_bad_line_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([LINE.encode(), b"{", b"\xff", b"[]", b"[" * 100_000]))
    with pytest.raises(SettingsError) as error:
        read_labelled([path])
    assert [f"{problem.line}: {problem.message}" for problem in error.value.problems] == [
        "2: not JSON: expecting property name enclosed in double quotes, column 2",
        "3: not JSON: it must be UTF-8",
        "4: expected an object in braces",
        "5: not JSON: it is nested too deeply",
    ]


def test_another_file_than_one_of_labelled_mails_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Labelled mails\n\nOne a line.\n", "utf-8")
    with pytest.raises(SettingsError) as error:
        read_labelled([path])
    (problem,) = error.value.problems
    assert "expected a JSON object on each line" in problem.message


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(MailerError, match="cannot be read"):
        read_labelled([tmp_path / "a.jsonl"])


def test_a_config_without_examples_has_none(tmp_path: Path) -> None:
    assert shipped_examples(tmp_path) == ()


def test_only_files_named_examples_teach_whom_a_mail_belongs_to(tmp_path: Path) -> None:
    (tmp_path / "triage").mkdir()
    for name in ("examples_a", "urgent_a"):
        (tmp_path / "triage" / f"{name}.jsonl").write_text(LINE, "utf-8")
    assert [mail.teaches_owner for mail in shipped_examples(tmp_path)] == [True, False]


def test_the_digest_is_another_where_a_file_is_added_changed_or_called_otherwise(
    tmp_path: Path,
) -> None:
    (folder := tmp_path / "triage").mkdir()
    digests = [digest_of_shipped(tmp_path)]
    (folder / "urgent_a.jsonl").write_text(LINE, "utf-8")
    digests.append(digest_of_shipped(tmp_path))
    (folder / "urgent_a.jsonl").rename(folder / "examples_a.jsonl")
    digests.append(digest_of_shipped(tmp_path))
    (folder / "examples_a.jsonl").write_text(LINE + "\n" + LINE, "utf-8")
    digests.append(digest_of_shipped(tmp_path))
    assert len({*digests}) == len(digests)
    assert digest_of_shipped(tmp_path) == digests[-1]


def test_the_shipped_examples_are_of_subprojects_that_are_here_and_each_stands_once() -> None:
    examples = shipped_examples(CONFIG)
    known = set(load(CONFIG, {}).organisation.by_slug)
    assert {slug for mail in examples for slug in (*mail.routes, *mail.also_ok)} <= known
    words = Counter(mail.body or mail.subject for mail in examples)
    for many in (Counter(mail.name for mail in examples), words):
        assert [what for what, n in many.items() if n > 1] == []
