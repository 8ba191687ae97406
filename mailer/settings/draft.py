"""A new activity as the text of its file, from answers given one at a time.

Takes answers by key, "registration.by" for one in a mapping; gives what is wrong with one of them,
in the words that `mailer check` would use, and in the end the file. What is read back from it is
what was answered, whatever that was, without the white space around it.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from textwrap import indent

import yaml

from mailer.edge.documents import Document, parse
from mailer.newsletter.activity import parse_when
from mailer.settings.activities import slug
from mailer.settings.explain import fit
from mailer.settings.fields import Known
from mailer.settings.schema import ActivityForm

Value = str | bool | Mapping[str, str]

_LATER = {"image.alt": "x", "note": "x"}
"""Stands in for what an activity may need and has not been asked for yet."""
_LONGEST = 60
"""Characters of a title in a file name, of which a file system takes 255 octets."""


def problem(answers: Mapping[str, str], asked: Collection[str], known: Known) -> str:
    """What is wrong with the answers so far, or ""; `asked` are the keys that had their turn."""
    later = {
        key: value
        for key, value in _LATER.items()
        if key not in asked and (key != "image.alt" or "image.file" in answers)
    }
    document = parse(written(nested({**later, **answers})).encode(), "")
    if not isinstance(document, Document):
        return document[0].message
    # the name of the file may still come to say which edition it is
    here = known if "edition" in asked else replace(known, filed="later")
    _, problems = fit(ActivityForm, document, (), "an activity", here)
    return problems[0].message if problems else ""


def nested(answers: Mapping[str, str]) -> Mapping[str, Value]:
    """The answers as the file has them; `when` is a mapping only where it has an end."""
    mappings: dict[str, dict[str, str]] = {}
    values: dict[str, Value] = {}
    for key, answer in answers.items():
        top, _, below = key.partition(".")
        values[top] = answer
        if below:
            values[top] = mappings.setdefault(top, {})
            mappings[top][below] = answer
    if "to" not in mappings.get("when", {"to": ""}):
        values["when"] = mappings["when"]["from"]
    return values


def file_name(answers: Mapping[str, str]) -> str:
    """The day, or the edition, and the title: 2020-09-18-varldens-barn.yaml."""
    day = parse_when(answers["when.from"]).first if "when.from" in answers else answers["edition"]
    words = slug(answers["title"])[:_LONGEST].strip("-")
    return "-".join(filter(None, (str(day), words))) + ".yaml"


def written(values: Mapping[str, Value]) -> str:
    """The values as YAML, a line each."""
    return "".join(_line(key, value) for key, value in values.items())


def commented(values: Mapping[str, Value]) -> str:
    """The same as comments."""
    return indent(written(values), "# ")


def _line(key: str, value: Value) -> str:
    if isinstance(value, bool):
        return f"{key}: {str(value).lower()}\n"
    if isinstance(value, Mapping):
        return f"{key}:\n{indent(written(value), '  ')}"
    text = value.strip()
    plain = f"{key}: {text}\n"
    block = f"{key}: |\n{indent(text, '  ')}\n"
    return next((line for line in (plain, block) if _reads(line, key, text)), None) or (
        f"{key}: {_quoted(text)}"
    )


def _reads(line: str, key: str, text: str) -> bool:
    """Whether the reader of these files reads just this text from it; | for several lines only."""
    if ("\n" in text) != line.startswith(f"{key}: |\n"):
        return False
    document = parse(line.encode(), "")
    if not isinstance(document, Document) or not isinstance(document.value, dict):
        return False
    found = document.value[key]
    return isinstance(found, str) and found.strip() == text


def _quoted(text: str) -> str:
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=math.inf)
    return quoted
