"""The own words of the newsletter and of the web pages, by language: OF/strings/LANGUAGE.yaml.

What an installation has in its own files stands over what came with the program, text by text: so
a file that was copied before a version brought new texts is still whole.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import PurePath
from string import Formatter

from mailer.edge.documents import Document, parse
from mailer.edge.files import read_templates, shipped
from mailer.errors import Problem, SettingsError
from mailer.newsletter.words import ORIGINAL

Strings = Mapping[str, Mapping[str, str]]
"""Texts by language and name."""


def strings_of(templates: Mapping[str, str], of: str = "newsletter") -> Strings:
    """Every text in every language. Raises SettingsError with each that is wrong or missing."""
    model = read_strings(read_templates(shipped("templates")), of)
    return read_strings(templates, of, model)


def read_strings(
    templates: Mapping[str, str], of: str = "newsletter", model: Strings | None = None
) -> Strings:
    """The texts in these files, with those of `model` where they have none.

    Raises SettingsError where a file holds anything but texts by name, or other ones than `model`.
    """
    strings: dict[str, Mapping[str, str]] = {}
    problems: list[Problem] = []
    for name, source in templates.items():
        if not name.startswith(f"{of}/strings/"):
            continue
        language = PurePath(name).stem
        found = parse(source.encode(), f"templates/{name}")
        if not isinstance(found, Document):
            problems += found
        elif not isinstance(found.value, dict):
            problems.append(found.problem((), "expected texts by name"))
        elif wrong := [key for key, text in found.value.items() if not isinstance(text, str)]:
            problems += [found.problem((key,), f"{key!r} must be text") for key in wrong]
        elif model is None:
            strings[language] = found.value
        else:
            strings[language] = {**model.get(language, {}), **found.value}
            problems += _other_than(model[ORIGINAL], strings[language], found)
    if problems:
        raise SettingsError(tuple(problems))
    return strings


def _other_than(
    model: Mapping[str, str], texts: Mapping[str, str], document: Document
) -> Iterator[Problem]:
    for key in sorted(model.keys() - texts.keys()):
        yield document.problem((), f"{key!r} is missing; in Swedish it is: {model[key]}")
    for key in texts.keys() - model.keys():
        near = get_close_matches(key, model, 1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        yield document.problem((key,), f"nothing shows a text {key!r}{meant}")
    for key in texts.keys() & model.keys():
        if reason := _misfilled(texts[key], _names(model[key])):
            yield document.problem((key,), f"{key!r}: {reason}")


def _misfilled(text: str, known: frozenset[str]) -> str:
    """Why the {names} in a text cannot be filled in; or empty."""
    try:
        unknown = _names(text) - known
    except ValueError:
        return "a brace that is not part of a {name}"
    there = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
    return f"{{{min(unknown)}}} is not filled in here; there are: {there}" if unknown else ""


def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
