"""A form that does not fit its file, in words an editor can act on.

Takes pydantic's errors and the document that they are about; gives a `Problem` for each, with the
exact line, what is wrong, what was expected and the nearest known name. Never a value that may be
a password.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailer.edge.documents import Document, NodePath
from mailer.errors import Problem
from mailer.newsletter.activity import RangeError
from mailer.settings.fields import Known, did_you_mean, nearest
from mailer.settings.schema import Form

F = TypeVar("F", bound=Form)

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list (lines that begin with '- ')",
    "dict_type": "a mapping (indented 'key: value' lines)",
    "model_type": "a mapping (indented 'key: value' lines)",
}
_KEY = "[key]"
"""What pydantic puts at the end of a place where the key itself is wrong."""
_LONGEST = 300
"""Of a message, in characters: it may repeat what the editor wrote, and that may be a page."""


@dataclass(frozen=True, slots=True)
class Fitted(Generic[F]):
    """A form with the place that it was read from."""

    form: F
    document: Document
    path: NodePath

    @property
    def lines(self) -> Mapping[str, int]:
        """The line of every value of the form, by its keys: "text", "translations.en.title"."""
        lines: dict[str, int] = {}

        def add(value: object, path: NodePath, names: tuple[str, ...]) -> None:
            lines[".".join(names)] = self.document.lines[path]
            if isinstance(value, dict):
                for key, below in value.items():
                    add(below, (*path, key), (*names, _hyphened(key)))

        add(_at(self.document.value, self.path), self.path, ())
        return lines

    def problem(self, place: NodePath, message: str) -> Problem:
        """A problem with the value at `place` of the form, its keys with hyphens."""
        written = _written(self.document.value, (*self.path, *place))
        return self.document.problem(written, _one_line(message))

    def problem_of_key(self, place: NodePath, message: str) -> Problem:
        """A problem with the key at `place` of the form, which must be given."""
        written = _written(self.document.value, (*self.path, *place))
        return self.document.problem_of_key(written, _one_line(message))


def fit(
    form: type[F], document: Document, path: NodePath, noun: str, known: Known
) -> tuple[Fitted[F] | None, tuple[Problem, ...]]:
    """The value at `path` read as `form`, or its problems; `noun` is what it is: "an activity"."""
    value = _at(document.value, path)
    try:
        return Fitted(form.model_validate(value, context=known), document, path), ()
    except ValidationError as error:
        return None, tuple(_problems(error, form, document, path, noun))


def _problems(
    error: ValidationError, form: type[Form], document: Document, path: NodePath, noun: str
) -> Iterator[Problem]:
    errors = error.errors(include_url=False)
    misspelt = {
        (*loc[:-1], meant)
        for loc in (found["loc"] for found in errors if found["type"] == "extra_forbidden")
        if (meant := nearest(str(loc[-1]), _keys_of(form, loc[:-1])))
    }
    for found in errors:
        kind, loc = found["type"], found["loc"]
        place = _written(document.value, (*path, *loc))
        absent = len(place) < len(path) + len(loc) and loc[-1] != _KEY
        owner = _name(loc[-2]) if len(loc) > 1 else noun
        if absent and (*loc[:-1], _hyphened(loc[-1])) in misspelt:
            continue  # its misspelt key is told
        if kind == "extra_forbidden":
            message = _unknown_key(str(place[-1]), _keys_of(form, loc[:-1]), owner, loc)
            yield document.problem_of_key(place, _one_line(message))
        elif kind == "missing":
            message = f"{_name(loc[-1])} is " + (f"missing in {owner}" if absent else "empty")
            yield document.problem(place, message)
        elif kind == "value_error":
            reason = found["ctx"]["error"]
            part = (reason.key,) if isinstance(reason, RangeError) else ()
            yield document.problem((*place, *part), _one_line(str(reason)))
        else:
            subject = _name(loc[-1]) if loc else noun
            message = _wrong_kind(subject, kind, found["input"], found)
            yield document.problem(place, _one_line(message))


def _one_line(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= _LONGEST else f"{message[:200]}…{message[-99:]}"


def _hyphened(key: str | int) -> str:
    return str(key).replace("_", "-")


def _name(key: str | int) -> str:
    return f"item {key + 1}" if isinstance(key, int) else repr(_hyphened(key))


def _unknown_key(key: str, names: Collection[str], owner: str, loc: NodePath) -> str:
    if key.lower() == "password":
        variable = "MAILER_SMTP_URL" if loc[0] in ("relay", "relays") else "MAILER_IMAP_URL"
        return f"a password does not stand in this file; use password-file or {variable}"
    if key.lower() == "secret":
        return "a secret does not stand in this file; use secret-file or MAILER_SECRET"
    return f"unknown key {key!r} in {owner}{did_you_mean(key, names)}"


def _wrong_kind(subject: str, kind: str, value: object, found: ErrorDetails) -> str:
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(found["ctx"]["expected"]))
        return f"{subject} cannot be {value!r}{did_you_mean(str(value), choices)}"
    expected = _EXPECTED[kind]
    if value is None:
        return f"{subject} is empty; expected {expected}"
    quotes = (
        "; put it in quotes" if kind == "string_type" and isinstance(value, int | float) else ""
    )
    return f"{subject} must be {expected}, not {_found(value)}{quotes}"


def _found(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
    return "a mapping"


# --- places --------------------------------------------------------------------------------------


def _at(value: object, path: NodePath) -> object:
    for part in path:
        value = value[part]  # type: ignore[index]
    return value


def _written(value: object, path: NodePath) -> NodePath:
    """`path` with its keys as they are written in the file, as far as it leads to something."""
    written: NodePath = ()
    for part in path:
        if isinstance(value, dict):
            keys = [key for key in value if _hyphened(key) == _hyphened(part)]
            if not keys:
                break
            written, value = (*written, keys[0]), value[keys[0]]
        elif isinstance(value, list) and isinstance(part, int):
            written, value = (*written, part), value[part]
        else:
            break
    return written


def _keys_of(form: type[Form], path: NodePath) -> Collection[str]:
    """The keys that the form below `path` may have, with hyphens."""
    kind: Any = form
    for part in path:
        kind = _below(kind, part)
    return [_hyphened(name) for name in kind.model_fields]


def _below(kind: Any, part: str | int) -> Any:
    """The type of the value at `part` of a form, a mapping or a list: the form in it, if any."""
    if isinstance(kind, type) and issubclass(kind, Form):
        kind = kind.model_fields[str(part)].annotation
    else:
        kind = get_args(kind)[-1]
    if get_origin(kind) is UnionType:
        kind = next(choice for choice in get_args(kind) if choice is not NoneType)
    return kind
