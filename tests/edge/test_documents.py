import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.edge import documents
from mailer.edge.documents import Document, parse, read
from mailer.errors import Problem

VALID = """\
# En aktivitet
title: Idrottens dag
when: {from: "2020-09-25 09:00", to: "15:00"}
text: |
  Vi *spelar* boll.

  Alla är välkomna.
image:
  file: bilder/boll.jpg
  alt: "Barn med en boll \\u2013 ute"
list: [1, -2.5, true, ~, 'it''s']
translations:
  en:
    title: Sports day
many:
- title: a
  draft: false
-
  title: b
"""


def document(text: str) -> Document:
    found = parse(text.encode(), "x.yaml")
    assert isinstance(found, Document), found
    return found


def test_values_and_the_lines_they_stand_on() -> None:
    found = document(VALID)
    assert found.value == {
        "title": "Idrottens dag",
        "when": {"from": "2020-09-25 09:00", "to": "15:00"},
        "text": "Vi *spelar* boll.\n\nAlla är välkomna.\n",
        "image": {"file": "bilder/boll.jpg", "alt": "Barn med en boll – ute"},
        "list": [1, -2.5, True, None, "it's"],
        "translations": {"en": {"title": "Sports day"}},
        "many": [{"title": "a", "draft": False}, {"title": "b"}],
    }
    for path, line in {
        (): 2,
        ("title",): 2,
        ("when", "to"): 3,
        ("text",): 4,
        ("image",): 8,
        ("image", "alt"): 10,
        ("list", 4): 11,
        ("translations", "en", "title"): 14,
        ("many", 0): 16,
        ("many", 0, "draft"): 17,
        ("many", 1, "title"): 19,
    }.items():
        assert found.lines[path] == line, path


def test_a_text_below_its_key_has_its_own_line_and_the_key_has_its() -> None:
    found = document("title:\n\n  Idrottens dag\n")
    assert found.lines[("title",)] == 3
    assert found.key_lines[("title",)] == 1
    assert found.problem(("title",), "m") == Problem("x.yaml", 3, "m")
    assert found.problem_of_key(("title",), "m") == Problem("x.yaml", 1, "m")


def test_a_problem_with_what_is_missing_stands_at_what_should_hold_it() -> None:
    found = document("a: 1\nimage:\n  file: x\n")
    assert found.problem(("image", "alt"), "m").line == 2
    assert found.problem(("title",), "m").line == 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("18:00", "18:00"),
        ("2020-09-18", "2020-09-18"),
        ("2020-09-18 18:00:00", "2020-09-18 18:00:00"),
        ("0", 0),
        ("-12", -12),
        ("2.5", 2.5),
        ("-.5", -0.5),
        ("0372", "0372"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("9" * 19, "9" * 19),
        ("=", "="),
        ("<<", "<<"),
        ("'true'", "true"),
        ('"1"', "1"),
    ],
)
def test_plain_words_are_text_unless_they_are_numbers_or_true_or_false(
    written: str, value: object
) -> None:
    found = document(f"key: {written}\n").value
    assert found == {"key": value}
    assert isinstance(found, dict) and type(found["key"]) is type(value)


def test_an_alias_stands_for_the_list_or_mapping_that_it_names() -> None:
    found = document("sv: &swedish\n  3: [a]\nno: *swedish\n")
    assert found.value == {"sv": {"3": ["a"]}, "no": {"3": ["a"]}}
    assert (found.lines[("no",)], found.lines[("no", "3", 0)]) == (3, 2)


def test_keys_are_text_as_written() -> None:
    found = document("no: a\n3: b\ntrue: c\n2020-09-18: d\n-1.50: e\n").value
    assert found == {"no": "a", "3": "b", "true": "c", "2020-09-18": "d", "-1.50": "e"}


def test_a_byte_order_mark_and_any_line_endings_are_accepted() -> None:
    found = parse("\ufefftitle: å\r\nplace: ä\rtext: ö\n".encode(), "x.yaml")
    assert isinstance(found, Document)
    assert found.value == {"title": "å", "place": "ä", "text": "ö"}
    assert found.lines[("text",)] == 3


INDENTATION = "does not line up with the lines above; check the indentation and the space after ':'"
QUOTES = "text with ': ' in it, or that begins with a special character, must stand in quotes"
MARKED = "a text that begins with &, * or ! must stand in quotes"
UNCLOSED = "the quotation mark that opens here is never closed"
BRACKET = "the [ or { that opens here is not closed before another text"
EMPTY = "the file is empty; expected at least one 'key: value' line"


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"", 0, EMPTY),
        (b"# only a comment\n", 0, EMPTY),
        (b"---\n", 0, EMPTY),
        (
            b"title: a\ntext: \xe5tg\xe4rd\n",
            2,
            "byte e5 is not UTF-8: saved as windows-1252? Save it as UTF-8",
        ),
        (
            b"\xef\xbb\xbftitle: a\r\ntext: \xe5\r\n",
            2,
            "byte e5 is not UTF-8: saved as windows-1252? Save it as UTF-8",
        ),
        (
            "title: å".encode("utf-16"),
            1,
            "the file is not UTF-8: saved as UTF-16? Save it as UTF-8",
        ),
        (
            "title: å".encode("utf-16-le"),
            1,
            "the file is not UTF-8: saved as UTF-16? Save it as UTF-8",
        ),
        (
            b"a: b\nc: \x07\n",
            2,
            "an invisible control character (U+0007); delete it and write it anew",
        ),
        (
            "a: b\u2028c: d\n".encode(),
            1,
            "an invisible control character (U+2028); delete it and write it anew",
        ),
        (
            b'a: b\nc: "\\0"\n',
            2,
            "an invisible control character (U+0000); delete it and write it anew",
        ),
        (
            b'"\\ud83d": c\n',
            1,
            "an invisible control character (U+D83D); delete it and write it anew",
        ),
        (b'a: b\nc: "\\UFFFFFFFF"\n', 2, "a code or number that is too large"),
        (b"a: 1\n\tb: 2\n", 2, "a tab as indentation; expected spaces"),
        (b"a:\n  \tb: 2\n", 2, "a tab as indentation; expected spaces"),
        (b"a: b: c\n", 1, f"an unexpected ':'; {QUOTES}"),
        (b"a: @x\n", 1, f"an unexpected character; {QUOTES}"),
        (b"a: b\n  c: d\n", 2, INDENTATION),
        (b"a:\n  b: 1\n c: 2\n", 3, INDENTATION),
        (b"a:b\nc: d\n", 2, INDENTATION),
        (b"a: 'b\nc: d\n", 1, UNCLOSED),
        (b'a: 1\nb: "c\n---\n', 2, UNCLOSED),
        (b'a: "c:\\q"\n', 1, "\\ begins a code in double quotes; use single quotes"),
        (
            b"a: 'b' c\n",
            1,
            "text behind a closing quotation mark or bracket; put all of it in quotes",
        ),
        (b"a: 1\nb: [c,\nd: e\nf: g\n", 2, BRACKET),
        (b"a: 1\nb: [\n", 3, "the file ends before a [ or { is closed"),
        (b"a: 1\nb: ]\n", 2, "a bracket or comma where a value was expected; put it in quotes"),
        (b"a: 1\nlonely\nb: 2\n", 2, "a line without a key; expected 'key: value'"),
        (b"a: - b\n", 1, "a '- ' is not expected here; check the indentation"),
        (b"a: | b\n", 1, "expected nothing but the end of the line after | or >"),
        (b"a: 1\n? [b]\n: c\n", 2, "a list or mapping in place of a key; expected 'key: value'"),
        (b"a: 1\nb: 2\na: 3\n", 3, "'a' is given twice; the first is on line 1"),
        (
            b"a: 1\n---\nb: 2\n",
            2,
            "a second document begins here; expected one in each file, no ---",
        ),
        (
            b"%YAML 2.0\n---\na: b\n",
            1,
            "not valid YAML; compare with the examples in config/README.md",
        ),
        (b"a: !!python/object/apply:os.system [x]\n", 1, MARKED),
        (b"a: 1\nb: !important x\n", 2, MARKED),
        (b"a: &x b\n", 1, MARKED),
        (b"a: *langning*\n", 1, MARKED),
        (b"a: *x\n", 1, MARKED),
        (b"a: &x [b]\nc: &y\n  d: *z\n", 3, MARKED),
        (b"a: &x\n  - *x\n", 1, "nested more than 20 levels deep"),
        (
            b"a: &a [1,1,1,1,1,1,1,1,1]\n"
            + b"".join(
                b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9))
                for n in range(98, 106)
            ),
            1,
            "more than 50000 values in one file; split it up",
        ),
        (b"a:\n" + b"[" * 30, 2, "nested more than 20 levels deep"),
        (b"- " * 30, 1, "nested more than 20 levels deep"),
        (b"[" + b"a," * 60_000 + b"]", 1, "more than 50000 values in one file; split it up"),
        (
            b"#" * (1 << 20) + b"\n",
            0,
            "the file is over 1 MiB; expected text that a person wrote, split it up",
        ),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason(raw: bytes, line: int, message: str) -> None:
    assert parse(raw, "x.yaml") == (Problem("x.yaml", line, message),)


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("title: Möte #2 i parken", "#2 i parken"),
        ("title: Sal # 3 på plan 2", "# 3 på plan 2"),
        ("title: Vi ses #trygg", "#trygg"),
        ("- Möte #2", "#2"),
        ("when: {from: Möte #2\n  , to: b}", "#2"),
        ("title: En lång rubrik\n  som går på #2 och mer", "#2 och mer"),
        (f"title: Möte #{'2' * 50}", f"#{'2' * 39}…"),
    ],
)
def test_words_cut_off_by_a_number_sign_are_a_warning(line: str, cut: str) -> None:
    (warning,) = document(line + "\n").warnings
    assert warning == Problem(
        "x.yaml",
        line[: line.index("#")].count("\n") + 1,
        f"{cut!r} is not part of the text: ' #' begins a comment; put the text in quotes, or "
        "write two spaces before a comment",
    )


@pytest.mark.parametrize(
    "line",
    [
        "# Möte #2\ntitle: Möte",
        "title: Möte\n # 2 saker",
        "title: Möte  #2 i parken",
        "title: Möte # preliminärt",
        "title: Möte # tre #4",
        "title: Möte #",
        "title: Möte ## 3",
        "title: 'Möte #2'",
        "title: 'Möte' #2",
        "title: |\n  Möte #2",
        "title: Möte#2",
        "when: 2020-09-18 #fredag",
        "number: 7 #2",
        "draft: true #nej",
        "titles: [Möte, 7] #2",
    ],
)
def test_what_is_meant_as_a_comment_is_none(line: str) -> None:
    assert document(line + "\n").warnings == ()


def test_a_text_that_an_alias_repeats_is_warned_of_once() -> None:
    found = document("a: &x [Möte #2\n  , b]\nc: *x\n")
    assert [problem.line for problem in found.warnings] == [1]


def test_every_repeated_key_is_told_at_once() -> None:
    found = parse(b"a: 1\na: 2\nb:\n  c: 1\n  c: 2\n", "x.yaml")
    assert isinstance(found, tuple)
    assert [problem.line for problem in found] == [2, 5]


def test_a_refusal_never_repeats_what_may_be_a_secret() -> None:
    for secret in (
        b"*hunter2",
        b"&hunter2 x",
        b"!hunter2",
        b"@hunter2",
        b"a: hunter2",
        b"'hunter2",
    ):
        found = parse(b"password: " + secret + b"\n", "x.yaml")
        assert isinstance(found, tuple)
        assert "hunter2" not in str(found[0])


def test_a_file_is_read_from_disk_and_what_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("title: å\n", encoding="utf-8")
    found = read(tmp_path / "x.yaml", "config/x.yaml")
    assert isinstance(found, Document)
    assert (found.file, found.value) == ("config/x.yaml", {"title": "å"})
    assert read(tmp_path / "y.yaml", "y.yaml") == (
        Problem("y.yaml", 0, "cannot be read: No such file or directory"),
    )
    assert read(tmp_path, "d") == (Problem("d", 0, "cannot be read: Is a directory"),)
    assert read(tmp_path / "a\0b", "n") == (
        Problem("n", 0, "cannot be read: not a possible file name"),
    )


def assert_read_or_refused(raw: bytes) -> None:
    found = parse(raw, "x.yaml")
    if isinstance(found, Document):
        assert () in found.lines
    else:
        lines = len(raw.decode("latin-1").splitlines()) + 1
        assert found and all(0 <= problem.line <= lines for problem in found)
        assert all("\n" not in problem.message for problem in found)


def assert_scanners_agree(raw: bytes) -> None:
    """What PyYAML's own scanner reads, libyaml's reads alike, down to the lines."""
    with patch.object(documents, "_READ_OTHERWISE", re.compile("")):
        slowly = parse(raw, "x.yaml")
    found = parse(raw, "x.yaml")
    # PyYAML refuses a "?" between brackets.
    assert found == slowly or (isinstance(slowly, tuple) and b"?" in raw)


CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "path",
    sorted(each for of in ("config", "templates") for each in (CHECKOUT / of).rglob("*.yaml")),
    ids=lambda path: str(path.relative_to(CHECKOUT)),
)
def test_the_shipped_files_are_read_quickly_and_alike(path: Path) -> None:
    with patch.object(documents, "_Loader", None):
        assert isinstance(parse(path.read_bytes(), "x.yaml"), Document)
    assert_scanners_agree(path.read_bytes())


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise(raw: bytes) -> None:
    assert_read_or_refused(raw)


@given(st.text(alphabet="ab: -?'\"[]{},&*!|>%@`#\\xuU0\n\t\r~<=.1é", max_size=60))
def test_no_text_of_yaml_signs_raises(text: str) -> None:
    assert_read_or_refused(text.encode())
    assert_scanners_agree(text.encode())


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(VALID.encode())),
            st.integers(0, 8),
            st.binary(max_size=4) | st.sampled_from([b"\t", b"\n", b": ", b"- ", b"'", b'"', b"["]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_mutation_of_a_valid_file_raises(changes: list[tuple[int, int, bytes]]) -> None:
    raw = VALID.encode()
    for place, length, put in changes:
        raw = raw[:place] + put + raw[place + length :]
    assert_read_or_refused(raw)
    assert_scanners_agree(raw)


def test_the_bounds_hold_in_little_time() -> None:
    worst = b"- a\n" * (documents.MAX_BYTES // 4)
    found = parse(worst, "x.yaml")
    assert isinstance(found, tuple)
    assert "more than 50000 values" in found[0].message


def test_it_reads_the_same_where_yaml_was_built_without_the_c_library() -> None:
    program = (
        "import sys; sys.modules['yaml._yaml'] = None\n"
        "from mailer.edge.documents import parse\n"
        "print(parse(b'name: Anna', 'x.yaml'))"
    )
    slow = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert slow.stdout == f"{parse(b'name: Anna', 'x.yaml')}\n", slow.stderr
