"""One YAML file, read into plain values with the line of every one of them.

Takes bytes that a person saved with any editor; gives a `Document`, or the problems in them, each
with its line and with what to do. Never raises, whatever the bytes.

The YAML is that of version 1.2, less what no editor needs: `yes`, `no`, `on`, `18:00` and dates
are text; keys are text as written; tags are refused, and so is the anchor of a text (a text that
begins with `!` or `&` and lacks its quotes would lose its first word). What aliases expand to is
bounded.
"""

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

from mailer.errors import Problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_VALUES = 50_000
"""Bounds: a year of activities is some 100 kB, 6 levels and 5,000 values."""

NodePath = tuple[str | int, ...]
"""The keys and indexes (from 0) that lead from the top of the file to a value."""


@dataclass(frozen=True, slots=True)
class Document:
    """What one file holds: str, int, float, bool, None, and lists and dicts (keys str) of them.

    `lines` holds the line of every value: that on which a text or number begins, that of the key
    for a mapping or list below it. `key_lines` holds the line of every key. `warnings` tell of
    texts that most likely were to go on where YAML reads a comment.
    """

    file: str
    value: object
    lines: Mapping[NodePath, int]
    key_lines: Mapping[NodePath, int]
    warnings: tuple[Problem, ...] = ()

    def problem(self, path: NodePath, message: str) -> Problem:
        """A problem with the value at `path`; at the nearest value around it if there is none."""
        while path not in self.lines:
            path = path[:-1]
        return Problem(self.file, self.lines[path], message)

    def problem_of_key(self, path: NodePath, message: str) -> Problem:
        """A problem with the key at `path`, which must exist."""
        return Problem(self.file, self.key_lines[path], message)


def read(path: Path, file: str) -> Document | tuple[Problem, ...]:
    """Read one file; `file` is what its problems call it."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        return (Problem(file, 0, f"cannot be read: {reason}"),)
    return parse(raw, file)


def parse(raw: bytes, file: str) -> Document | tuple[Problem, ...]:
    """Read the bytes of one file; `file` is what its problems call it."""
    try:
        text = _decode(raw)
        node = _compose(text)
        construction = _Construction(file, text)
        value = construction.value_of(node, (), node.start_mark.line + 1)
    except _Refused as refused:
        return (Problem(file, refused.line, refused.message),)
    if construction.problems:
        return tuple(construction.problems)
    warnings = tuple(dict.fromkeys(construction.warnings))
    return Document(file, value, construction.lines, construction.key_lines, warnings)


class _Refused(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


# --- bytes to text -------------------------------------------------------------------------------

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LINE_END = re.compile("\r\n|\r|\n")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _Refused(0, "the file is over 1 MiB; expected text that a person wrote, split it up")
    if raw.startswith(_WIDE) or b"\0" in raw[:4]:
        raise _Refused(1, "the file is not UTF-8: saved as UTF-16? Save it as UTF-8")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _Refused(
            _line_at(raw[: error.start].decode(), error.start),
            f"byte {raw[error.start]:02x} is not UTF-8: saved as windows-1252? Save it as UTF-8",
        ) from None
    if found := _UNPRINTABLE.search(text):
        raise _Refused(_line_at(text, found.start()), _unprintable(found.group()))
    return text


def _line_at(text: str, position: int) -> int:
    return len(_LINE_END.findall(text, 0, position)) + 1


def _unprintable(character: str) -> str:
    return f"an invisible control character (U+{ord(character):04X}); delete it and write it anew"


# --- text to nodes -------------------------------------------------------------------------------

_MARKED = "a text that begins with &, * or ! must stand in quotes"
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})?\.[0-9]{1,18}\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_TAG = "tag:yaml.org,2002:"


class _Bounded(Composer):
    """The composer of YAML 1.2's plain values, bounded."""

    # a number with a leading zero is a telephone number; one longer than 18 digits is a mistake
    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own shape)
        None: [
            (_TAG + "int", _INT),
            (_TAG + "float", _FLOAT),
            (_TAG + "bool", _BOOL),
            (_TAG + "null", _NULL),
        ]
    }
    _depth = 0
    _values = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[attr-defined]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent) and event.anchor:
            raise _Refused(line, _MARKED)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            raise _Refused(line, _MARKED)
        self._values += 1
        _check_bounds(line, self._values, self._depth)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Loader(_Bounded, yaml.SafeLoader):
    """PyYAML's own scanner: `_IN_PLAIN_WORDS` knows what it complains of."""


if yaml.__with_libyaml__:

    class _QuickLoader(_Bounded, yaml.CSafeLoader):
        """libyaml's scanner, in a sixth of the time: a program that starts reads 300 kB."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)


def _check_bounds(line: int, values: int, depth: int) -> None:
    if values > MAX_VALUES:
        raise _Refused(line, f"more than {MAX_VALUES} values in one file; split it up")
    if depth > MAX_DEPTH:
        raise _Refused(line, f"nested more than {MAX_DEPTH} levels deep")


# libyaml takes a tab for a blank and "|#" for a comment, and counts lines otherwise behind "?".
_READ_OTHERWISE = re.compile(r"\t|[|>][-+0-9]*#|(?:^|\s)\?(?:\s|\Z)")


def _compose(text: str) -> yaml.Node:
    if yaml.__with_libyaml__ and not _READ_OTHERWISE.search(text):
        # Where it raises, the other one says what is wrong.
        with suppress(yaml.YAMLError, ValueError, OverflowError, _Refused):
            return _root(_QuickLoader(text))
    loader = _Loader(text)
    try:
        return _root(loader)
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text) from None
    except (ValueError, OverflowError):
        # PyYAML lets these through, for a code such as "\UFFFFFFFF"
        raise _Refused(loader.line + 1, "a code or number that is too large") from None


def _root(loader: _Bounded) -> yaml.Node:
    node = loader.get_node() if loader.check_node() else None
    if node is not None and loader.check_node():
        second: Any = loader.peek_event()  # type: ignore[attr-defined]
        raise _Refused(
            second.start_mark.line + 1,
            "a second document begins here; expected one in each file, no ---",
        )
    if node is None or node.tag == _TAG + "null":
        raise _Refused(0, "the file is empty; expected at least one 'key: value' line")
    return node


_QUOTES = "text with ': ' in it, or that begins with a special character, must stand in quotes"
_INDENTATION = (
    "does not line up with the lines above; check the indentation and the space after ':'"
)

# (in PyYAML's problem, in its context, whether the context's line is the one to show, plain words)
_IN_PLAIN_WORDS = (
    ("could not find expected ':'", "", True, "a line without a key; expected 'key: value'"),
    ("mapping values are not allowed", "", False, f"an unexpected ':'; {_QUOTES}"),
    ("end of stream", "quoted scalar", True, "the quotation mark that opens here is never closed"),
    ("document separator", "quoted", True, "the quotation mark that opens here is never closed"),
    ("escape", "double-quoted", False, "\\ begins a code in double quotes; use single quotes"),
    ("alphabetic or numeric", "", False, _MARKED),
    ("undefined alias", "", False, _MARKED),
    ("cannot start any token", "", False, f"an unexpected character; {_QUOTES}"),
    ("', but got", "flow", True, "the [ or { that opens here is not closed before another text"),
    ("but found '<stream end>'", "flow", False, "the file ends before a [ or { is closed"),
    ("node content", "", False, "a bracket or comma where a value was expected; put it in quotes"),
    ("block end", "block", False, _INDENTATION),
    ("sequence entries", "", False, "a '- ' is not expected here; check the indentation"),
    ("", "block scalar", False, "expected nothing but the end of the line after | or >"),
    ("", "", False, "not valid YAML; compare with the examples in config/README.md"),
)


def _explained(error: yaml.MarkedYAMLError, text: str) -> _Refused:
    problem, context = error.problem or "", error.context or ""
    at_context, message = next(
        (at_context, words)
        for in_problem, in_context, at_context, words in _IN_PLAIN_WORDS
        if in_problem in problem and in_context in context
    )
    mark = error.context_mark if at_context else error.problem_mark
    if mark is None:
        return _Refused(0, message)
    written = _LINE_END.split(text)[mark.line]
    before = written[: mark.column]
    indentation = written[: len(written) - len(written.lstrip())]
    if "\t" in indentation:
        message = "a tab as indentation; expected spaces"
    elif "mapping values" in problem and ": " not in before:
        # the first ':' of its line: the line itself stands at a wrong depth
        message = _INDENTATION
    elif message == _INDENTATION and before.strip():
        message = "text behind a closing quotation mark or bracket; put all of it in quotes"
    return _Refused(mark.line + 1, message)


# --- nodes to values -----------------------------------------------------------------------------


# A comment is meant where two spaces stand before its #, or a space and a word after it:
# "Fest  #preliminärt", "Fest # preliminärt". Cut off is "Möte #2", "Sal # 3", "Vi ses #trygg".
_CUT = re.compile(r" #(?=[^\s#]| [0-9])[^\r\n]*")
_WORD = re.compile(r"[^\W\d_]{2}")
_SHOWN = 40
"""Characters of what was cut off that a message repeats."""


class _Construction:
    """Walks the nodes, again where an alias names them; gathers lines and problems on the way."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.lines: dict[NodePath, int] = {}
        self.key_lines: dict[NodePath, int] = {}

    def value_of(self, node: yaml.Node, path: NodePath, key_line: int) -> object:
        _check_bounds(key_line, len(self.lines), len(path))
        if isinstance(node, yaml.MappingNode):
            self.lines[path] = key_line
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            self.lines[path] = key_line
            return [
                self.value_of(item, (*path, index), item.start_mark.line + 1)
                for index, item in enumerate(node.value)
            ]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - there are three kinds
        # Where nothing is written, one scanner looks further for it than the other.
        written = node.value or node.style
        self.lines[path] = node.start_mark.line + 1 if written else key_line
        self._look_behind(node)
        return self._scalar(node)

    def _look_behind(self, node: yaml.ScalarNode) -> None:
        """Warn where the words of a text without quotes end at a # that looks like one of them."""
        if node.style or node.tag != _TAG + "str" or not _WORD.search(node.value):
            return
        if cut := _CUT.match(self.text, node.end_mark.index):
            lost = cut.group().strip()
            shown = lost if len(lost) <= _SHOWN else f"{lost[:_SHOWN]}…"
            message = (
                f"{shown!r} is not part of the text: ' #' begins a comment; put the text in "
                "quotes, or write two spaces before a comment"
            )
            self.warnings.append(Problem(self.file, node.end_mark.line + 1, message))

    def _mapping(self, node: yaml.MappingNode, path: NodePath) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(line, "a list or mapping in place of a key; expected 'key: value'")
                continue
            key = self._text(key_node)
            if key in values:
                first = self.key_lines[(*path, key)]
                self._refuse(line, f"{key!r} is given twice; the first is on line {first}")
                continue
            self.key_lines[(*path, key)] = line
            values[key] = self.value_of(value_node, (*path, key), line)
        return values

    def _scalar(self, node: yaml.Node) -> object:
        text = self._text(node)
        match node.tag.removeprefix(_TAG):
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return text.lower() == "true"
            case "null":
                return None
        return text

    def _text(self, node: yaml.Node) -> str:
        text = str(node.value)
        # an escape in double quotes can bring in what the file itself may not hold
        if found := _UNPRINTABLE.search(text):
            self._refuse(node.start_mark.line + 1, _unprintable(found.group()))
        return text

    def _refuse(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message))
